"""Locations from OCPI 2.2.1 to 2.1.1."""

import re

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Add, Check, LeaveOut, Lose, Rules, Turn, renamed
from hub.ocpi.bridge.to_2_1_1.facts import NO_FIELD, OWNER, an_id

LONGEST_ADDRESS = 45
TYPES = ("ON_STREET", "PARKING_GARAGE", "UNDERGROUND_GARAGE", "PARKING_LOT")
_DEGREES = re.compile(r"(-?\d+)\.(\d+)")


def _published(spot: Spot) -> None:
    if spot.inside.get("publish") is False:
        spot.at("publish").refuse(Verdict.WITHHELD, "2.1.1 cannot say that it is not published.")


def _type(value: object, spot: Spot) -> Object:
    if value in TYPES:
        return {"type": value}
    spot.note(What.CHANGED, "2.1.1 has no such type: OTHER.")
    return {"type": "OTHER"}


def _address(value: object, spot: Spot) -> Object:
    if isinstance(value, str) and len(value) > LONGEST_ADDRESS:
        spot.note(What.CHANGED, f"Cut at {LONGEST_ADDRESS} characters.")
        return {"address": value[:LONGEST_ADDRESS]}
    return {"address": value}


def _degrees(name: str) -> Turn:
    def how(value: object, spot: Spot) -> Object:
        found = _DEGREES.fullmatch(value) if isinstance(value, str) else None
        if found is None:
            return {name: value}
        whole, decimals = found.groups()
        if len(decimals) > 6:
            spot.note(What.CHANGED, "Cut after six decimals, which is less than 12 cm.")
        return {name: f"{whole}.{decimals[:6]:0<6}"}

    return Turn((name,), how, "With six decimals: zeros are added, more are cut.")


def _around_the_clock(value: object, spot: Spot) -> Object:
    # The table calls it a choice: one of the two.
    told = value is True or not spot.inside.get("regular_hours")
    return {"twentyfourseven": value} if told else {}


def _regular_hours(value: object, spot: Spot) -> Object:
    if spot.inside.get("twentyfourseven") is not True:
        return {"regular_hours": spot.nested_field("regular_hours", value)}
    if value:
        spot.note(What.LOST, "It is open around the clock.")
    return {}


def _tariff_id(value: object, spot: Spot) -> Object:
    if not isinstance(value, list) or not value:
        return {}
    sayable = spot.context.tariffs
    chosen = next((one for one in value if isinstance(one, str) and sayable.get(one)), None)
    if len(value) > 1 or chosen is None:
        spot.note(What.LOST, "2.1.1 has one tariff, which it can say: the first such is taken.")
    return {} if chosen is None else {"tariff_id": chosen}


DEGREES = {"latitude": _degrees("latitude"), "longitude": _degrees("longitude")}

RULES = {
    "Location": Rules(
        {
            **OWNER,
            "id": an_id("id"),
            "publish": Lose(),
            "publish_allowed_to": NO_FIELD,
            "state": NO_FIELD,
            "address": Turn(("address",), _address, f"Cut at {LONGEST_ADDRESS} characters."),
            "parking_type": Turn(("type",), _type, "The same, or OTHER."),
            "evses": LeaveOut("An EVSE of which no connector is known there is left out."),
        },
        adds=(
            Add("type", lambda spot: {"type": "UNKNOWN"}, "UNKNOWN, where nothing is said."),
            Add("postal_code", lambda spot: {"postal_code": ""}, "Empty, where nothing is said."),
        ),
        checks=(Check(_published, "Withheld where `publish` is false."),),
    ),
    "EVSE": Rules(
        {
            "uid": an_id("uid"),
            "connectors": LeaveOut("A connector that is not known there is left out."),
        }
    ),
    "Connector": Rules(
        {
            "max_voltage": renamed("voltage"),
            "max_amperage": renamed("amperage"),
            "max_electric_power": NO_FIELD,
            "tariff_ids": Turn(
                ("tariff_id",), _tariff_id, "The first tariff that 2.1.1 can say, else none."
            ),
        }
    ),
    "Hours": Rules(
        {
            "twentyfourseven": Turn(
                ("twentyfourseven",),
                _around_the_clock,
                "Gone where it is false and there are `regular_hours`.",
            ),
            "regular_hours": Turn(
                ("regular_hours",), _regular_hours, "Lost where it is open around the clock."
            ),
        }
    ),
    "GeoLocation": Rules(DEGREES),
    "AdditionalGeoLocation": Rules(DEGREES),
    "EnvironmentalImpact": Rules({"category": renamed("source")}),
}
