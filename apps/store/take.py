"""Takes in whole objects that did not come by a push: pulled from their owner, or imported."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.store.change import Origin, identified, whole_object
from apps.store.keep import keep
from apps.store.objects import EVERYONE
from apps.store.tables import object_key
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.ocpi.quality import remarks
from hub.ocpi.schema import Class, Finding, check
from hub.ocpi.schema.messages import object_class
from hub.ocpi.status import OcpiError

Connection = AsyncConnection[Any]


class BadObject(Exception):
    """An object that cannot be kept; the text names the field and the rule."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an object: its key; whether it is new, was changed, or is older than what is
    kept and was left; how many remarks there are about it."""

    key: str
    created: bool
    changed: bool
    stale: bool
    findings: int


async def take(
    connection: Connection,
    module: Module,
    owner: PartyId,
    text: bytes,
    *,
    audience: str = EVERYONE,
    version: str,
    platform_id: int | None,
    cause: str,
    now: datetime,
    origin: Origin = Origin.PULL,
    overwrites: bool = False,
) -> Taken:
    """Keeps one whole object of an owner, unless the same or (without `overwrites`) a newer one is
    kept, and notes what is wrong with it. To be called inside a transaction. Raises BadObject."""
    content, identifier, key = identity(module, text)
    id_field = next(iter(module.key.values()))
    body = identified(text, module, version, owner, {id_field: identifier})
    found = checked(object_class(module, version), content, now)
    change = whole_object(
        module, owner, key, body,
        audience=audience, version=version, platform_id=platform_id, cause=cause, now=now,
        origin=origin, findings=found, overwrites=overwrites,
    )  # fmt: skip
    try:
        kept = await keep(connection, change)
    except OcpiError as error:
        raise BadObject(error.message) from None
    changed = not (kept.created or kept.stale or kept.same)
    return Taken(key, kept.created, changed, kept.stale, len(found))


def identity(module: Module, text: bytes) -> tuple[dict[str, Any], str, str]:
    """The object decoded, its id as it spells it, and the key it is kept under. Raises
    BadObject."""
    try:
        content = jsontext.decode(text)
    except jsontext.JsonError as error:
        raise BadObject(str(error)) from None
    if not isinstance(content, dict):
        raise BadObject("it is not a JSON object")
    id_field = next(iter(module.key.values()))
    identifier = content.get(id_field)
    if not isinstance(identifier, str) or not identifier:
        raise BadObject(f"field {id_field} is missing or not a text")
    qualifier = content.get(module.qualifier[0]) if module.qualifier else ""
    return content, identifier, object_key(module, identifier, str(qualifier or ""))


def checked(
    shape: Class | None, content: object, now: datetime, *, partial: bool = False
) -> tuple[Finding, ...]:
    """What the field tables and the rules have to say about an object, or with `partial` about the
    fields of a PATCH; nothing where its class is not known."""
    if shape is None:
        return ()
    return (*check(shape, content, partial=partial), *remarks(shape.name, content, now))
