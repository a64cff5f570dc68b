"""What texts name that another version has to be told of: ids, tokens, tariffs, reservations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from apps.store import alias
from hub.ocpi import jsontext
from hub.ocpi.bridge.context import Charge, charge_in

# Messages of those who use an object, about the objects of others.
OF_A_USER = frozenset({"StartSession", "ReserveNow", "UnlockConnector"})
_IDS = frozenset({"id", "uid", "location_id", "evse_uid", "evse_uids"})


@dataclass(frozen=True, slots=True)
class Named:
    """What some texts of one class name.

    Attributes:
        auth_ids: drivers as 2.1.1 names them.
        charges: where and when these charged.
        others: uids of tokens that are told as OTHER.
        locations: ids of Locations that the texts tell of, or are.
        long: ids that are longer than newer versions allow.
        cdrs: ids of CDRs that the texts are.
        tariffs: ids of tariffs.
        reservations: ids of reservations.
    """

    auth_ids: frozenset[str] = frozenset()
    charges: frozenset[Charge] = frozenset()
    others: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    long: frozenset[str] = frozenset()
    cdrs: frozenset[str] = frozenset()
    tariffs: frozenset[str] = frozenset()
    reservations: frozenset[str] = frozenset()


def named(name: str, texts: Iterable[bytes]) -> Named:
    """What texts of a class name, whatever their version; nothing of what cannot be read."""
    values = list(_read(texts))
    ids = _members(values, _IDS)
    return Named(
        auth_ids=_members(values, frozenset({"auth_id"})) if name in ("Session", "CDR") else _NONE,
        charges=frozenset(_charges(values)) if name in ("Session", "CDR") else frozenset(),
        others=frozenset(_told_as_other(values)),
        locations=_locations(name, values),
        long=frozenset(each for each in ids if len(each) > alias.LONGEST_ID),
        cdrs=_top(values, "id") if name == "CDR" else _NONE,
        tariffs=_members(values, frozenset({"tariff_ids"})),
        reservations=_top(values, "reservation_id") if name == "ReserveNow" else _NONE,
    )


_NONE: frozenset[str] = frozenset()


def _is_id(value: object) -> TypeGuard[str]:
    """Whether it may be the id of something kept: the database has no NUL."""
    return isinstance(value, str) and "\x00" not in value


def _read(texts: Iterable[bytes]) -> Iterator[object]:
    for text in texts:
        try:
            yield jsontext.decode(text)
        except jsontext.JsonError:
            continue  # the bridge refuses it, and says why


def _objects(values: Iterable[object]) -> Iterator[dict[str, object]]:
    """Every object in some values, however deep."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _members(values: Iterable[object], names: frozenset[str]) -> frozenset[str]:
    """The texts in members of these names, and in lists there."""
    found: set[str] = set()
    for each in _objects(values):
        for name in names & each.keys():
            value = each[name]
            items = value if isinstance(value, list) else [value]
            found.update(item for item in items if _is_id(item))
    return frozenset(found)


def _top(values: Iterable[object], name: str) -> frozenset[str]:
    given = (each.get(name) for each in values if isinstance(each, dict))
    return frozenset(each for each in given if _is_id(each))


def _locations(name: str, values: list[object]) -> frozenset[str]:
    if name == "Location":
        return _top(values, "id")
    if name == "CDR":
        inside = [each.get("cdr_location") for each in values if isinstance(each, dict)]
        return _top(inside, "id")
    return _top(values, "location_id")


def _charges(values: Iterable[object]) -> Iterator[Charge]:
    for each in values:
        charge = charge_in(each) if isinstance(each, dict) else None
        if charge is not None and all(map(_is_id, charge)):
            yield charge


def _told_as_other(values: Iterable[object]) -> Iterator[str]:
    for each in _objects(values):
        uid = each.get("uid")
        if each.get("type") == "OTHER" and _is_id(uid):
            yield uid
