"""The Location inside a Session or CDR of OCPI 2.1.1: made of ids and what the hub keeps."""

from collections.abc import Iterable

from hub.ocpi.bridge.engine import Spot, enum_value
from hub.ocpi.bridge.exact import Exact, Object, Unreadable, read
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.ids import fold
from hub.ocpi.schema.values import NOT_AVAILABLE

PLACE = ("id", "name", "address", "city", "postal_code", "country", "coordinates")
CONNECTOR = {
    "connector_id": "id",
    "connector_standard": "standard",
    "connector_format": "format",
    "connector_power_type": "power_type",
}
UNKNOWN_CONNECTOR = "2.1.1 does not know the connector, so the EVSE is left out."
MEASURES = ("max_voltage", "max_amperage")


def kept_location(location_id: object, spot: Spot) -> Object | None:
    """The Location of that id as the hub keeps it, in 2.2.1."""
    text = spot.context.locations.get(location_id) if isinstance(location_id, str) else None
    try:
        location = read(text) if text is not None else None
    except Unreadable:
        return None
    return location if isinstance(location, dict) else None


def item(items: object, id_field: str, identifier: object) -> Object | None:
    """The object of a list that has that id."""
    if not isinstance(items, Iterable) or not isinstance(identifier, str):
        return None
    for each in items:
        own = each.get(id_field) if isinstance(each, dict) else None
        if isinstance(own, str) and fold(own) == fold(identifier):
            return dict(each)
    return None


def of_session(value: object, spot: Spot) -> Object:
    """The kept Location with the EVSE and the Connector of a Session and no others."""
    session = spot.inside
    location = kept_location(value, spot)
    if location is None:
        spot.refuse(Verdict.LACKING, "The Location is not kept, and 2.1.1 wants the whole of it.")
    evse_uid, connector_id = session.get("evse_uid"), session.get("connector_id")
    used: list[object] = []
    if evse_uid != NOT_AVAILABLE:
        evse = item(location.get("evses"), "uid", evse_uid)
        if evse is None:
            spot.refuse(Verdict.LACKING, "The EVSE is not in the Location that is kept.")
        if connector_id != NOT_AVAILABLE:
            connector = item(evse.get("connectors"), "id", connector_id)
            if connector is None:
                spot.refuse(Verdict.LACKING, "The Connector is not in the EVSE that is kept.")
            evse["connectors"] = [connector]
        used.append(evse)
    spot.note(What.ASSUMED, "The Location is the one that the hub keeps.")
    made = spot.nested("Location", {**location, "evses": used})
    if used and isinstance(made, dict) and not made["evses"]:
        for name in ("evse_uid", "connector_id"):
            spot.beside(name).note(What.LOST, UNKNOWN_CONNECTOR)
    return {"location": made}


def of_cdr(value: object, spot: Spot) -> Object:
    """A Location made of a CdrLocation."""
    if not isinstance(value, dict):
        spot.refuse(Verdict.WITHHELD, "It is no CdrLocation.")
    updated = spot.inside.get("last_updated")
    place: Object = {name: value[name] for name in PLACE if value.get(name) is not None}
    if value.get("state") is not None:
        spot.at("state").note(What.LOST, "2.1.1 has no field for it.")
    place |= {"evses": _evses(value, updated, spot), "last_updated": updated}
    made = spot.nested("Location", place)
    if isinstance(made, dict) and place["evses"] and not made["evses"]:
        spot.note(What.LOST, UNKNOWN_CONNECTOR)
    return {"location": made}


def _evses(value: Object, updated: object, spot: Spot) -> list[object]:
    # A reservation that was not used: the rest is to be ignored then.
    if NOT_AVAILABLE in (value.get("evse_uid"), value.get("connector_id")):
        return []
    connector: Object = {new: value.get(old) for old, new in CONNECTOR.items()}
    power_type = spot.at("connector_power_type")
    connector["power_type"] = enum_value("PowerType", connector["power_type"], power_type)
    connector |= {**_measures(value, spot), "last_updated": updated}
    evse: Object = {"uid": value.get("evse_uid"), "status": "UNKNOWN"}
    if value.get("evse_id") != NOT_AVAILABLE:
        evse["evse_id"] = value.get("evse_id")
    spot.at("evse_uid").note(What.ASSUMED, "The status of its EVSE is UNKNOWN.")
    return [{**evse, "connectors": [connector], "last_updated": updated}]


def _measures(value: Object, spot: Spot) -> Object:
    """Voltage and current of the connector as it is kept, else 0."""
    location = kept_location(value.get("id"), spot) or {}
    evse = item(location.get("evses"), "uid", value.get("evse_uid")) or {}
    connector = item(evse.get("connectors"), "id", value.get("connector_id")) or {}
    unknown = [name for name in MEASURES if connector.get(name) is None]
    how = "0: the Connector is not kept" if unknown else "those of the Connector that is kept"
    spot.at("connector_id").note(What.ASSUMED, f"Voltage and amperage are {how}.")
    return {name: Exact("0") if name in unknown else connector[name] for name in MEASURES}


def needs_connector(spot: Spot) -> None:
    """Refuses a StartSession whose EVSE wants to be told the connector, if that is known."""
    command = spot.inside
    location = kept_location(command.get("location_id"), spot) or {}
    evse = item(location.get("evses"), "uid", command.get("evse_uid")) or {}
    capabilities = evse.get("capabilities")
    wanted = isinstance(capabilities, list) and "START_SESSION_CONNECTOR_REQUIRED" in capabilities
    if wanted and command.get("connector_id") is not None:
        spot.at("connector_id").refuse(
            Verdict.WITHHELD, "The EVSE has to be told the connector, and 2.1.1 cannot."
        )
