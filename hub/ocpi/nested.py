"""Objects inside objects: reads, replaces or merges one item of a list by its id, as text.

spec: mod_locations_put_method: when an EVSE or Connector changes, its parents take over the
`last_updated`; it never goes back, unless it lies ahead of the clock: then it was a mistake.
"""

from datetime import datetime

import msgspec

from hub.ocpi import datetimes, jsontext
from hub.ocpi.ids import fold
from hub.ocpi.merge import merged


def item(parent: bytes, member: str, id_field: str, identifier: str) -> bytes | None:
    """The item with that id in a list of the parent, or None."""
    for candidate in _items(parent, member):
        if has_id(bytes(candidate), id_field, identifier):
            return bytes(candidate)
    return None


def with_item(
    parent: bytes,
    member: str,
    id_field: str,
    identifier: str,
    text: bytes,
    now: datetime,
    *,
    merge: bool,
) -> bytes | None:
    """The parent with the item replaced, or merged into the one it has, and its last_updated
    raised to the item's. None when a merge finds no such item."""
    items = _items(parent, member)
    place = next((n for n, i in enumerate(items) if has_id(bytes(i), id_field, identifier)), None)
    if place is None:
        if merge:
            return None
        items.append(msgspec.Raw(text))
    else:
        items[place] = msgspec.Raw(merged(bytes(items[place]), text) if merge else text)
    members = jsontext.members(parent)
    members[member] = msgspec.Raw(msgspec.json.encode(items))
    return raised(jsontext.join(members), text, now)


def raised(parent: bytes, child: bytes, now: datetime) -> bytes:
    """The parent with the child's last_updated where that is later, or the parent's lies ahead of
    the present moment; other text is untouched."""
    theirs = last_updated(child)
    if theirs is None:
        return parent
    members = jsontext.members(parent)
    spelled = last_updated(parent)
    ours = datetimes.parse(spelled) if spelled is not None else None
    if ours is None or ours < datetimes.parse(theirs) or datetimes.is_ahead(ours, now):
        members["last_updated"] = jsontext.raw(theirs)
        return jsontext.join(members)
    return parent


def not_set_back(text: bytes, kept: bytes, now: datetime) -> bytes:
    """An object that was patched, with the last_updated that it is kept with where that is later
    and does not lie ahead of the present moment."""
    spelled = last_updated(kept)
    if spelled is None or datetimes.is_ahead(datetimes.parse(spelled), now):
        return text
    return raised(text, kept, now)


def last_updated(text: bytes) -> str | None:
    """The object's last_updated as it spells it, or None when absent or unreadable."""
    value = jsontext.members(text).get("last_updated")
    spelled = jsontext.decode(bytes(value)) if value is not None else None
    if not isinstance(spelled, str):
        return None
    try:
        datetimes.parse(spelled)
    except (ValueError, OverflowError):
        return None
    return spelled


def has_id(text: bytes, id_field: str, identifier: str) -> bool:
    """Whether an object carries that id, compared as a CiString."""
    value = jsontext.members(text).get(id_field)
    return value is not None and fold(str(jsontext.decode(bytes(value)))) == fold(identifier)


def _items(parent: bytes, member: str) -> list[msgspec.Raw]:
    value = jsontext.members(parent).get(member)
    if value is None or jsontext.is_null(value):
        return []
    return jsontext.items(bytes(value))
