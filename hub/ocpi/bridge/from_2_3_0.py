"""The rules from OCPI 2.3.0 to 2.2.1: closed enums never get a value that they do not list."""

from hub.ocpi.bridge.engine import Spot, enum_value, listed
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import What
from hub.ocpi.bridge.periods import periods
from hub.ocpi.bridge.prices import COMPONENT_DOWN, PRICE_DOWN, TARIFF_DOWN
from hub.ocpi.bridge.rules import Direction, LeaveOut, Lose, Rules, Turn, Values

NO_FIELD = Lose("OCPI 2.2.1 has no field for it.")


def _connector_standard(value: object, spot: Spot) -> Object:
    # 2.1.1 has a Location there, and can leave out the EVSE.
    if spot.walk.goal == "2.1.1":
        return {"connector_standard": value}
    return {"connector_standard": enum_value("ConnectorType", value, spot)}


def _tariff_ids(value: object, spot: Spot) -> Object:
    if not isinstance(value, list):
        return {"tariff_ids": value}
    said: list[tuple[object, Spot]] = []
    for position, tariff_id in enumerate(value):
        where = spot.at(position)
        if isinstance(tariff_id, str) and spot.context.tariffs.get(tariff_id) is False:
            where.note(What.LOST, "The tariff is withheld.")
        else:
            said.append((tariff_id, where))
    return {"tariff_ids": listed(said)}


DIRECTION = Direction(
    "2.3.0",
    "2.2.1",
    {
        "Price": PRICE_DOWN,
        "Tariff": TARIFF_DOWN,
        "PriceComponent": COMPONENT_DOWN,
        "TariffRestrictions": Rules({"booking": NO_FIELD}),
        "Location": Rules(
            {
                "parking_places": NO_FIELD,
                "help_phone": NO_FIELD,
                "evses": LeaveOut("An EVSE of which no connector is known there is left out."),
            }
        ),
        "EVSE": Rules(
            {
                "parking": NO_FIELD,
                "accepted_service_providers": NO_FIELD,
                "connectors": LeaveOut("A connector that is not known there is left out."),
            }
        ),
        "Connector": Rules(
            {
                "capabilities": NO_FIELD,
                "tariff_ids": Turn(
                    ("tariff_ids",), _tariff_ids, "Without those of tariffs that are withheld."
                ),
            }
        ),
        "EnergyMix": Rules(
            {
                "environ_impact": LeaveOut(
                    "An impact of a category that is not known there is left out."
                )
            }
        ),
        "Session": Rules({"charging_periods": periods()}),
        "CDR": Rules(
            {
                "booking_id": NO_FIELD,
                "charging_periods": periods(),
                "tariffs": LeaveOut("A tariff that cannot be said is left out; the totals stay."),
            }
        ),
        "CdrLocation": Rules(
            {
                "connector_standard": Turn(
                    ("connector_standard",),
                    _connector_standard,
                    "The CDR is withheld where 2.2.1 does not know the connector.",
                )
            }
        ),
        "ChargingPeriod": Rules(
            {"dimensions": LeaveOut("A dimension that is not known there is left out.")}
        ),
    },
    enums={
        "Role": Values(otherwise="OTHER"),
        "TokenType": Values(otherwise="OTHER"),
        "ImageCategory": Values(otherwise="OTHER"),
        "ConnectorType": Values(refuses="2.2.1 does not know the connector."),
        "EnvironmentalImpactCategory": Values(refuses="2.2.1 does not know the category."),
        "CdrDimensionType": Values(refuses="2.2.1 does not know the dimension."),
        "Capability": Values(),
        "Facility": Values(),
        "ParkingRestriction": Values(),
        "ParkingType": Values(),
    },
)
