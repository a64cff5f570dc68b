"""Optional fields that drivers and partners miss when they are not there: completeness.

A field in dots is one of nested objects; it is given when each of them has it. Fields that only
some objects can have (a second operator, an end date) are not among them.
"""

from collections.abc import Mapping

from hub.ocpi.quality.reading import is_given

# class: field, what it is for.
RECOMMENDED: Mapping[str, Mapping[str, str]] = {
    "Location": {
        "name": "what the app calls the place",
        "postal_code": "to find the place by its address",
        "operator": "whom a driver calls when it does not work",
        "opening_times": "whether the place can be reached now",
        "facilities": "what there is to do meanwhile",
        "evses.evse_id": "the id on the sticker, by which a driver finds the EVSE",
        "evses.capabilities": "how a session can be started",
        "evses.physical_reference": "which of several poles it is",
        "evses.connectors.max_electric_power": "how fast it charges",
        "evses.connectors.tariff_ids": "what it costs",
    },
    "Tariff": {
        "type": "which of several tariffs is meant for whom",
        "tariff_alt_text": "the price in words",
    },
    "Session": {
        "authorization_reference": "to know which authorization began it",
        "charging_periods": "what is charged, as it goes",
        "total_cost": "what it costs so far",
    },
    "CDR": {
        "session_id": "to find the session that it ends",
        "authorization_reference": "to know which authorization began it",
        "tariffs": "to check the price",
        "total_energy_cost": "to check the sum",
        "total_time_cost": "to check the sum",
    },
    "Token": {
        "visual_number": "what is printed on the card",
        "language": "in which language its driver is to be spoken to",
    },
}


def fields(class_name: str) -> tuple[str, ...]:
    """The recommended fields of a class, in their order; of other classes none."""
    return tuple(RECOMMENDED.get(class_name, ()))


def given(class_name: str, value: object) -> tuple[bool, ...]:
    """For each recommended field whether a decoded object of that class has it."""
    return tuple(_has(value, name.split(".")) for name in fields(class_name))


def _has(value: object, steps: list[str]) -> bool:
    if not isinstance(value, dict):
        return False
    name, rest = steps[0], steps[1:]
    if not rest:
        return is_given(value, name) and value[name] not in ("", [])
    inner = value.get(name)
    return isinstance(inner, list) and bool(inner) and all(_has(each, rest) for each in inner)
