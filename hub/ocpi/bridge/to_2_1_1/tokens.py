"""Tokens and commands from OCPI 2.2.1 to 2.1.1."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object, number
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Check, Lose, Rules, Turn, renamed
from hub.ocpi.bridge.to_2_1_1.embedded import needs_connector
from hub.ocpi.bridge.to_2_1_1.facts import NO_FIELD, OWNER, an_id, some_ids

# A result of 2.1.1 is one of its answers, and REJECTED is what all failures are.
RESULTS = frozenset({"ACCEPTED", "NOT_SUPPORTED", "REJECTED", "TIMEOUT"})


def _result(value: object, spot: Spot) -> Object:
    if not isinstance(value, str) or value in RESULTS:
        return {"result": value}
    spot.note(What.CHANGED, "2.1.1 has no such result: REJECTED is nearest.")
    return {"result": "REJECTED"}


def _reservation(value: object, spot: Spot) -> Object:
    told = spot.context.reservations.get(value) if isinstance(value, str) else None
    if told is None:
        spot.refuse(Verdict.LACKING, "2.1.1 wants a number, and none is given to the reservation.")
    return {"reservation_id": number(told)}


RULES = {
    "Token": Rules(
        {
            **OWNER,
            "contract_id": renamed("auth_id"),
            "group_id": NO_FIELD,
            "default_profile_type": NO_FIELD,
            "energy_contract": NO_FIELD,
        }
    ),
    "AuthorizationInfo": Rules(
        {
            "token": Lose("2.1.1 does not answer with the token."),
            "authorization_reference": NO_FIELD,
        }
    ),
    "LocationReferences": Rules(
        {"location_id": an_id("location_id"), "evse_uids": some_ids("evse_uids")}
    ),
    "StartSession": Rules(
        {
            "location_id": an_id("location_id"),
            "evse_uid": an_id("evse_uid"),
            "connector_id": NO_FIELD,
            "authorization_reference": NO_FIELD,
        },
        checks=(
            Check(needs_connector, "Withheld where the EVSE has to be told its `connector_id`."),
        ),
    ),
    "ReserveNow": Rules(
        {
            "location_id": an_id("location_id"),
            "evse_uid": an_id("evse_uid"),
            "reservation_id": Turn(
                ("reservation_id",),
                _reservation,
                "The number that was given to it; held where there is none.",
            ),
            "authorization_reference": NO_FIELD,
        }
    ),
    "UnlockConnector": Rules({"location_id": an_id("location_id"), "evse_uid": an_id("evse_uid")}),
    "CommandResponse": Rules({"timeout": NO_FIELD, "message": NO_FIELD}),
    "CommandResult": Rules(
        {
            "result": Turn(
                ("result",), _result, "ACCEPTED, NOT_SUPPORTED and TIMEOUT the same, else REJECTED."
            ),
            "message": NO_FIELD,
        }
    ),
}
