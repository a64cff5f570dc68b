"""Where ids stand that a party of 2.1.1 may know by another name, and how they are put there.

2.1.1 tells no owners, so that objects of two owners with one id need two names. Paths are those of
objects as 2.1.1 has them, dotted, through objects and lists. Which names there are is told to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.ocpi import jsontext
from hub.ocpi.bridge.exact import Unreadable, read, write

# Of each class: where ids of its owner's objects stand, and the module that they are of.
OWN: Mapping[str, Mapping[str, str]] = {
    "Location": {"id": "locations", "evses.connectors.tariff_id": "tariffs"},
    "EVSE": {"connectors.tariff_id": "tariffs"},
    "Connector": {"tariff_id": "tariffs"},
    "Tariff": {"id": "tariffs"},
    "Session": {
        "id": "sessions",
        "location.id": "locations",
        "location.evses.connectors.tariff_id": "tariffs",
    },
    "CDR": {
        "id": "cdrs",
        "location.id": "locations",
        "location.evses.connectors.tariff_id": "tariffs",
        "tariffs.id": "tariffs",
    },
    "LocationReferences": {"location_id": "locations"},
}
# Of each class: where ids of the other side's objects stand, in every version.
OTHERS: Mapping[str, Mapping[str, str]] = {
    "StartSession": {"location_id": "locations", "evse_uid": "locations"},
    "ReserveNow": {"location_id": "locations", "evse_uid": "locations"},
    "UnlockConnector": {"location_id": "locations", "evse_uid": "locations"},
    "StopSession": {"session_id": "sessions"},
    "AuthorizationInfo": {
        "location.location_id": "locations",
        "location.evse_uids": "locations",
    },
}

Names = Mapping[str, Mapping[str, str]]
NUL = "\x00"


def ids_in(places: Mapping[str, str], texts: Iterable[bytes]) -> dict[str, set[str]]:
    """The ids in texts, by the module that they are of; nothing of what cannot be read."""
    found: dict[str, set[str]] = {}
    for text in texts:
        try:
            content = jsontext.decode(text)
        except jsontext.JsonError:
            continue
        for path, module in places.items():
            found.setdefault(module, set()).update(each for _, _, each in _at(content, path))
    return found


def with_names(places: Mapping[str, str], text: bytes, names: Names) -> bytes:
    """The text with the names of ids in their places; the very bytes where none has another."""
    if not any(names.values()):
        return text
    try:
        content = read(text)
    except Unreadable:
        return text
    changed = False
    for path, module in places.items():
        for inside, where, identifier in _at(content, path):
            known = names.get(module, {}).get(identifier, identifier)
            if known != identifier:
                inside[where] = known
                changed = True
    return write(content) if changed else text


def _at(content: object, path: str) -> Iterator[tuple[Any, Any, str]]:
    """The ids at a path: what holds each, where in it, the id."""
    around = [content]
    *above, last = path.split(".")
    for name in above:
        inner = [each.get(name) for each in around if isinstance(each, dict)]
        around = [i for each in inner for i in (each if isinstance(each, list) else [each])]
    for each in around:
        value = each.get(last) if isinstance(each, dict) else None
        held: list[tuple[Any, Any, object]] = [(each, last, value)]
        if isinstance(value, list):
            held = [(value, number, item) for number, item in enumerate(value)]
        for inside, where, found in held:
            if isinstance(found, str) and NUL not in found:  # nothing kept has one in its id
                yield inside, where, found
