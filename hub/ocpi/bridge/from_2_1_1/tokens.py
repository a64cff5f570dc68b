"""Tokens and commands from OCPI 2.1.1 to 2.2.1."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Exact, Object, Unreadable, amount, number, read
from hub.ocpi.bridge.from_2_1_1.facts import OWNER, UPDATED, an_id, some_ids
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Add, Lose, Rules, Turn, renamed
from hub.ocpi.bridge.token_types import TOKEN_TYPE

# The answer to a command cannot be TIMEOUT any more, the result of one can.
ANSWERS = {"TIMEOUT": "REJECTED"}
RESULTS = {"UNKNOWN_SESSION": "FAILED"}


def _result(nearest: dict[str, str]) -> Turn:
    def how(value: object, spot: Spot) -> Object:
        if isinstance(value, str) and value in nearest:
            spot.note(What.CHANGED, f"2.2.1 cannot answer so: {nearest[value]} is nearest.")
            return {"result": nearest[value]}
        return {"result": value}

    says = ", ".join(f"{old} is {new}" for old, new in nearest.items())
    return Turn(("result",), how, f"The same, but {says}.")


def _timeout(spot: Spot) -> Object:
    spot.at("timeout").note(What.ASSUMED, "2.1.1 does not tell how long to wait.")
    return {"timeout": number(spot.context.timeout)}


def _token(spot: Spot) -> Object:
    where = spot.at("token")
    if not spot.context.token:
        where.refuse(Verdict.LACKING, "Which token was asked about is not known.")
    try:
        token = read(spot.context.token)
    except Unreadable:
        where.refuse(Verdict.LACKING, "The token that was asked about cannot be read.")
    where.note(What.ASSUMED, "The token that was asked about.")
    return {"token": token}


def _reservation(value: object, spot: Spot) -> Object:
    told = amount(value)
    if not isinstance(value, Exact) or told is None or told != told.to_integral_value():
        spot.refuse(Verdict.WITHHELD, "It is no whole number.")
    return {"reservation_id": format(told.to_integral_value(), "f")}


RULES = {
    "Token": Rules({"auth_id": renamed("contract_id"), "type": TOKEN_TYPE}, adds=(*OWNER, UPDATED)),
    "AuthorizationInfo": Rules(adds=(Add("token", _token, "The token that was asked about."),)),
    "LocationReferences": Rules(
        {
            "location_id": an_id("location_id"),
            "evse_uids": some_ids("evse_uids"),
            "connector_ids": Lose("2.2.1 refers to EVSEs."),
        }
    ),
    "StartSession": Rules({"location_id": an_id("location_id"), "evse_uid": an_id("evse_uid")}),
    "ReserveNow": Rules(
        {
            "location_id": an_id("location_id"),
            "evse_uid": an_id("evse_uid"),
            "reservation_id": Turn(("reservation_id",), _reservation, "The number as a text."),
        }
    ),
    "UnlockConnector": Rules({"location_id": an_id("location_id"), "evse_uid": an_id("evse_uid")}),
    "CommandResponse": Rules(
        {"result": _result(ANSWERS)},
        adds=(Add("timeout", _timeout, "The configured one, 30 seconds as a rule."),),
    ),
    "CommandResult": Rules({"result": _result(RESULTS)}),
}
