"""Messages of every version, each with a hub that knows what is to be known about it."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from hub.ocpi.bridge import Context, Owner
from hub.ocpi.bridge.convert import NEVER
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in
from tests.bridge.facts import MIDDLE, NEW, OLD, knowing, text
from tests.ocpi.made import objects

# Classes that are messages, or parts of one with a URL of their own.
WHOLE = (
    "Location", "EVSE", "Connector", "Session", "CDR", "Tariff", "Token", "AuthorizationInfo",
    "LocationReferences", "StartSession", "StopSession", "ReserveNow", "CancelReservation",
    "UnlockConnector", "CommandResponse", "CommandResult", "SetChargingProfile", "ClientInfo",
    "ChargingProfileResponse", "ActiveChargingProfile", "ActiveChargingProfileResult",
    "ChargingPreferences",
)  # fmt: skip
PATCHED = ("Location", "EVSE", "Connector", "Session", "Token")


@dataclass(frozen=True)
class Sample:
    """An object of a class and version, and what the hub knows."""

    source: str
    target: str
    name: str
    value: dict[str, Any]
    context: Context


def both_have(name: str, source: str, target: str) -> bool:
    return name not in NEVER and all(name_in(v, name) in SCHEMAS[v] for v in (source, target))


@st.composite
def samples(
    draw: st.DrawFn, pairs: list[tuple[str, str]], names: tuple[str, ...] = WHOLE
) -> Sample:
    source, target = draw(st.sampled_from(pairs))
    name = draw(st.sampled_from([name for name in names if both_have(name, source, target)]))
    value = draw(objects(name_in(source, name), SCHEMAS[source]))
    locations: dict[str, bytes] = {}
    if source == OLD:
        _use_one_connector(draw, value, name)
    else:
        _soften(draw, value, name, source)
        locations = _kept(draw, value, name)
    if name == "ReserveNow" and source != OLD:
        value["reservation_id"] = str(draw(st.integers(0, 10**9)))
    owned = value.get("token") or value  # a command is its sender's, as its token is
    owner = Owner(owned.get("country_code", "NL"), owned.get("party_id", "GRG"))
    return Sample(source, target, name, value, knowing(owner, locations))


def _use_one_connector(draw: st.DrawFn, value: dict[str, Any], name: str) -> None:
    """A Session or CDR of 2.1.1 holds the EVSE and Connector that was used, mostly."""
    if name not in ("Session", "CDR") or draw(st.integers(0, 9)) == 0:
        return
    evse = draw(objects("EVSE", SCHEMAS[OLD]))
    evse["connectors"] = evse["connectors"][:1]
    value["location"]["evses"] = [evse]


def _soften(draw: st.DrawFn, value: dict[str, Any], name: str, source: str) -> None:
    """What would be withheld nearly always is left out of some samples."""
    if draw(st.integers(0, 4)) == 0:
        return
    for tariff in [value] if name == "Tariff" else value.get("tariffs") or []:
        if name not in ("Tariff", "CDR"):
            continue
        for field in ("type", "min_price", "max_price", "start_date_time", "end_date_time"):
            tariff[field] = None
        for element in tariff["elements"]:
            for field in ("min_current", "max_current"):
                (element.get("restrictions") or {}).pop(field, None)
    if name == "Location":
        value["publish"] = True
    if name == "CDR":
        value["credit"] = None
        value["id"] = value["id"][:36]
        if source == NEW and value["cdr_location"]["connector_standard"] in ("MCS", "SAE_J3400"):
            value["cdr_location"]["connector_standard"] = "IEC_62196_T2"


def _kept(draw: st.DrawFn, value: dict[str, Any], name: str) -> dict[str, bytes]:
    """The Location that a Session is at, as the hub keeps it."""
    if name != "Session":
        return {}
    location = draw(objects("Location", SCHEMAS[MIDDLE])) | {"id": value["location_id"]}
    evse = draw(objects("EVSE", SCHEMAS[MIDDLE])) | {"uid": value["evse_uid"]}
    evse["connectors"] = [
        draw(objects("Connector", SCHEMAS[MIDDLE])) | {"id": value["connector_id"]}
    ]
    location |= {"publish": True, "evses": [evse]}
    return {value["location_id"]: text(location)}


def decoded(body: bytes) -> Any:
    """JSON with exact numbers."""
    return json.loads(body, parse_float=Decimal, parse_int=Decimal)
