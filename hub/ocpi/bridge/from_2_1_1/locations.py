"""Locations from OCPI 2.1.1 to 2.2.1."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.from_2_1_1.facts import OWNER, UPDATED, an_id
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Add, LeaveOut, Rules, Turn, renamed
from hub.ocpi.bridge.zones import ONE_ZONE

PARKING_TYPES = ("ON_STREET", "PARKING_GARAGE", "UNDERGROUND_GARAGE", "PARKING_LOT")


def _type(value: object, spot: Spot) -> Object:
    if value in PARKING_TYPES:
        return {"parking_type": value}
    if value != "UNKNOWN":  # which is what its absence means
        spot.note(What.LOST, "2.2.1 has no such parking_type.")
    return {}


def _postal_code(value: object, spot: Spot) -> Object:
    return {"postal_code": value} if value != "" or spot.is_patch else {}


def _country(value: object, spot: Spot) -> Object:
    if spot.is_patch and spot.inside.get("time_zone") is None:
        spot.refuse(Verdict.WHOLE, "The time zone may follow from the country.")
    return {"country": value}


def _publish(spot: Spot) -> Object:
    spot.at("publish").note(What.ASSUMED, "2.1.1 knows published Locations only.")
    return {"publish": True}


def _time_zone(spot: Spot) -> Object:
    country = spot.inside.get("country")
    of_country = ONE_ZONE.get(country) if isinstance(country, str) else None
    zone = of_country or spot.context.time_zone
    if not zone:
        spot.at("time_zone").refuse(Verdict.LACKING, "It has no time zone, and its country many.")
    whose = "of its country" if of_country else "that is configured for its owner"
    spot.at("time_zone").note(What.ASSUMED, f"The time zone {whose}.")
    return {"time_zone": zone}


def _around_the_clock(spot: Spot) -> Object:
    hours = spot.inside
    if hours.get("regular_hours"):
        return {"twentyfourseven": False}
    if not (hours.get("exceptional_openings") or hours.get("exceptional_closings")):
        spot.refuse(Verdict.WITHHELD, "They say nothing.")
    spot.at("twentyfourseven").note(What.ASSUMED, "Only exceptions are told, so it is open.")
    return {"twentyfourseven": True}


def _tariff_ids(value: object, spot: Spot) -> Object:
    return {"tariff_ids": [value]}


RULES = {
    "Location": Rules(
        {
            "id": an_id("id"),
            "type": Turn(
                ("parking_type",), _type, "The same; UNKNOWN is left out, and OTHER is lost."
            ),
            "postal_code": Turn(("postal_code",), _postal_code, "Left out where it is empty."),
            "country": Turn(("country",), _country, "The same; a PATCH needs the time zone, too."),
            "opening_times": LeaveOut("Opening times that say nothing are left out."),
        },
        adds=(
            *OWNER,
            Add("publish", _publish, "Is true."),
            Add(
                "time_zone",
                _time_zone,
                "That of the country where it has one, else the owner's configured one.",
            ),
            UPDATED,
        ),
    ),
    "EVSE": Rules({"uid": an_id("uid")}, adds=(UPDATED,)),
    "Connector": Rules(
        {
            "voltage": renamed("max_voltage"),
            "amperage": renamed("max_amperage"),
            "tariff_id": Turn(("tariff_ids",), _tariff_ids, "A list of this one."),
        },
        adds=(UPDATED,),
    ),
    "Hours": Rules(
        adds=(
            Add(
                "twentyfourseven",
                _around_the_clock,
                "False with `regular_hours`, true with exceptions only.",
            ),
        )
    ),
    "EnvironmentalImpact": Rules({"source": renamed("category")}),
}
