"""What a simulated platform keeps: objects by module, owner and id, with their exact text.

It is a dictionary with the semantics the specification gives a receiver: PUT replaces, PATCH
merges, an EVSE or connector lives inside its location and moves the location's `last_updated`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.sandbox.jsonbytes import encode
from hub.ocpi import datetimes, jsontext
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.module import Module, Part

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
Key = tuple[PartyId, str]
Step = tuple[Part, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """One object as it is kept."""

    owner: PartyId
    text: bytes
    last_updated: datetime

    @property
    def content(self) -> Any:
        return jsontext.decode(self.text)


class Objects:
    """The objects of one platform, its own and those pushed to it, in order of creation. `own` is
    whose the objects are that do not say it: in 2.1.1 none does, nor do terminals."""

    def __init__(self, modules: Mapping[str, Module], own: PartyId) -> None:
        self._modules = modules
        self._own = own
        self._kept: dict[str, dict[Key, Kept]] = {}

    def put(self, module: str, content: Mapping[str, Any]) -> bool:
        """Keeps an object given as a Python mapping; true when it is new."""
        described = self._modules[module]
        owner = self._own
        if described.names_owner and "party_id" in content:
            owner = PartyId.of(content["country_code"], content["party_id"])
        identifier = str(content[next(iter(described.key.values()))])
        qualifier = str(content.get(described.qualifier[0], "")) if described.qualifier else ""
        return self.put_text(
            module, self.key(module, owner, identifier, qualifier), encode(content)
        )

    def put_all(self, module: str, contents: Iterable[Mapping[str, Any]]) -> None:
        for content in contents:
            self.put(module, content)

    def get(self, module: str, owner: tuple[str, str], identifier: str, qualifier: str = "") -> Any:
        """The object decoded, None when it is not kept."""
        kept = self.find(module, self.key(module, PartyId.of(*owner), identifier, qualifier))
        return None if kept is None else kept.content

    def all(self, module: str) -> list[Any]:
        """All objects of a module, decoded."""
        return [kept.content for kept in self.kept(module)]

    def count(self, module: str) -> int:
        return len(self._kept.get(module, {}))

    def clear(self) -> None:
        self._kept.clear()

    def kept(self, module: str) -> list[Kept]:
        return list(self._kept.get(module, {}).values())

    def key(self, module: str, owner: PartyId, identifier: str, qualifier: str = "") -> Key:
        """The key of an object; an empty qualifier means the module's default."""
        described = self._modules[module]
        if described.qualifier:
            identifier = f"{identifier} {qualifier or described.qualifier[1]}"
        return owner, fold(identifier)

    def find(self, module: str, key: Key) -> Kept | None:
        return self._kept.get(module, {}).get(key)

    def put_text(self, module: str, key: Key, text: bytes) -> bool:
        """Keeps an object as text; true when it is new. Raises jsontext.JsonError."""
        objects = self._kept.setdefault(module, {})
        is_new = key not in objects
        objects[key] = Kept(key[0], text, _last_updated(text))
        return is_new

    def remove(self, module: str, key: Key) -> bool:
        return self._kept.get(module, {}).pop(key, None) is not None


def _last_updated(text: bytes) -> datetime:
    given = jsontext.members(text).get("last_updated")
    try:
        return datetimes.parse(msgspec.json.decode(given, type=str)) if given else LONG_AGO
    except (msgspec.DecodeError, ValueError):
        return LONG_AGO


def part_of(text: bytes, steps: Iterable[Step]) -> bytes | None:
    """A nested object as text, the location's EVSE or its connector; None if it is not there."""
    for part, identifier in steps:
        found = [item for item in _list(text, part) if _is(item, part, identifier)]
        if not found:
            return None
        text = found[0]
    return text


def with_part(
    text: bytes, steps: tuple[Step, ...], change: Callable[[bytes | None], bytes]
) -> bytes:
    """The object with a nested one changed or added, and its `last_updated` on all levels above.

    `change` gets the nested object, None when it is not there. Raises LookupError when a level
    above it is missing.
    """
    if not steps:
        return change(text)
    (part, identifier), *deeper = steps
    items = _list(text, part)
    place = next((i for i, item in enumerate(items) if _is(item, part, identifier)), len(items))
    if place == len(items):
        if deeper:
            raise LookupError(identifier)
        items.append(change(None))
    else:
        items[place] = with_part(items[place], tuple(deeper), change)
    members = jsontext.members(text)
    members[part.member] = msgspec.Raw(b"[" + b",".join(items) + b"]")
    moment = jsontext.members(items[place]).get("last_updated")
    if moment is not None:
        members["last_updated"] = moment
    return jsontext.join(members)


def _list(text: bytes, part: Part) -> list[bytes]:
    listed = jsontext.members(text).get(part.member)
    if listed is None or jsontext.is_null(listed):
        return []
    return [bytes(item) for item in jsontext.items(bytes(listed))]


def _is(item: bytes, part: Part, identifier: str) -> bool:
    content = jsontext.decode(item)
    return isinstance(content, dict) and fold(str(content.get(part.id_field))) == fold(identifier)
