"""Sessions and CDRs from OCPI 2.2.1 to 2.1.1."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object, amount
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.periods import periods
from hub.ocpi.bridge.rules import Check, LeaveOut, Lose, Rules, Turn, renamed
from hub.ocpi.bridge.to_2_1_1 import embedded
from hub.ocpi.bridge.to_2_1_1.facts import NO_FIELD, OWNER, cdr_id


def _auth_id(value: object, spot: Spot) -> Object:
    contract_id = value.get("contract_id") if isinstance(value, dict) else None
    if not isinstance(contract_id, str):
        spot.refuse(Verdict.WITHHELD, "It has no contract_id.")
    spot.note(What.LOST, "2.1.1 has the contract_id only, as auth_id.")
    return {"auth_id": contract_id}


def _cost(value: object, spot: Spot) -> Object:
    excluding = value.get("excl_vat") if isinstance(value, dict) else None
    if not isinstance(value, dict) or amount(excluding) is None:
        spot.refuse(Verdict.WITHHELD, "It is no amount of money.")
    if value.get("incl_vat") is not None:
        spot.at("incl_vat").note(What.LOST, "2.1.1 has the cost without VAT only.")
    return {"total_cost": excluding}


def _no_credit(spot: Spot) -> None:
    if spot.inside.get("credit") not in (None, False):
        spot.at("credit").refuse(Verdict.WITHHELD, "2.1.1 has no credit CDRs.")


def _changes_place(value: object, spot: Spot) -> Object:
    return {}


DRIVER = Turn(("auth_id",), _auth_id, "The `contract_id`.")
COST = Turn(("total_cost",), _cost, "`excl_vat`; VAT is lost.")
PART_OF_TOTAL = Lose("2.1.1 has the total only.")

RULES = {
    "Session": Rules(
        {
            **OWNER,
            "start_date_time": renamed("start_datetime"),
            "end_date_time": renamed("end_datetime"),
            "cdr_token": DRIVER,
            "authorization_reference": NO_FIELD,
            "location_id": Turn(
                ("location",),
                embedded.of_session,
                "The kept Location with this EVSE and Connector; held where it is not kept, "
                "withheld where it is not published.",
                in_patch=False,
            ),
            "evse_uid": Turn((), _changes_place, "In `location`.", in_patch=False),
            "connector_id": Turn((), _changes_place, "In `location`.", in_patch=False),
            "total_cost": COST,
            "charging_periods": periods(in_patch=False),
        }
    ),
    "CDR": Rules(
        {
            **OWNER,
            "id": Turn(
                ("id",), cdr_id, "The same, or the alias of one of more than 36 characters."
            ),
            "end_date_time": renamed("stop_date_time"),
            "session_id": NO_FIELD,
            "cdr_token": DRIVER,
            "authorization_reference": NO_FIELD,
            "cdr_location": Turn(
                ("location",),
                embedded.of_cdr,
                "A Location of type UNKNOWN with one EVSE and Connector; none where 2.1.1 does "
                "not know the connector.",
            ),
            "tariffs": LeaveOut("A tariff that cannot be said is left out; the totals stay."),
            "charging_periods": periods(),
            "signed_data": Lose("2.1.1 has no signed meter values; the law may ask for them."),
            "total_cost": COST,
            "total_fixed_cost": PART_OF_TOTAL,
            "total_energy_cost": PART_OF_TOTAL,
            "total_time_cost": PART_OF_TOTAL,
            "total_parking_cost": PART_OF_TOTAL,
            "total_reservation_cost": PART_OF_TOTAL,
            "invoice_reference_id": NO_FIELD,
            "credit": Lose(),
            "credit_reference_id": NO_FIELD,
            "home_charging_compensation": NO_FIELD,
        },
        checks=(Check(_no_credit, "Withheld where it is a credit CDR."),),
    ),
    "ChargingPeriod": Rules(
        {
            "tariff_id": NO_FIELD,
            "dimensions": LeaveOut("A dimension that is not known there is left out."),
        }
    ),
}
