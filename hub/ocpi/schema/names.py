"""What a class is called in each version: descriptions use the names of 2.2.1.

In 2.1.1 the result of a command is a CommandResponse as its answer is, and some classes do not
exist; whatever these are about, such a version cannot do it.
"""

from collections.abc import Mapping

OTHER_NAMES: Mapping[str, Mapping[str, str]] = {
    "2.1.1": {
        "CommandResult": "CommandResponse",
        "AllowedType": "Allowed",
        "CancelReservation": "",
        "ChargingPreferences": "",
        "ChargingPreferencesResponse": "",
    },
}


def name_in(version: str, name: str) -> str:
    """The name of a class in a version, empty where the version is known not to have it."""
    return OTHER_NAMES.get(version, {}).get(name, name)
