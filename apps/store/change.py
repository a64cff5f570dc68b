"""One push, pulled object or imported line, as the store needs it."""

from dataclasses import dataclass
from datetime import datetime

from apps.store.objects import EVERYONE, StoredObject
from apps.store.tables import object_key
from hub.ocpi import datetimes, jsontext, nested
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Effect, Module
from hub.ocpi.schema import Finding
from hub.routing.clues import value_of

Origin = StoredObject.Origin
# Versions whose objects do not say whose they are: the connection does, and the row.
OWNERLESS = frozenset({"2.1.1"})


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one object.

    Attributes:
        part_ids: the ids of the nested object meant, outermost first.
        audience: empty for everyone, else the party a directed copy is for.
        cause: correlation id of the push, or which pull or import it was.
        findings: what was found wrong with the body.
        overwrites: whether it is kept even when it is older than what is kept.
    """

    module: Module
    effect: Effect
    owner: PartyId
    key: str
    part_ids: tuple[str, ...]
    body: bytes
    audience: str
    version: str
    platform_id: int | None
    cause: str
    now: datetime
    origin: Origin = Origin.PUSH
    findings: tuple[Finding, ...] = ()
    overwrites: bool = False

    @property
    def object(self) -> str:
        """The object it is about, in one text: pushes of a Location and of its EVSEs are alike."""
        return object_name(self.module.id, str(self.owner), self.key)

    @property
    def updated(self) -> datetime | None:
        """The body's last_updated; None when it has none that can be read."""
        return stamp(self.body)


def object_name(module: str, owner: str, key: str) -> str:
    """How log and deliveries name an object, such as `locations NL/CPO LOC1`."""
    return f"{module} {owner} {key}"


def stamp(text: bytes) -> datetime | None:
    """The last_updated of an object; None when it has none that can be read."""
    spelled = nested.last_updated(text)
    return datetimes.parse(spelled) if spelled is not None else None


def change_of(
    message: Message,
    owner: PartyId,
    audience: str,
    platform_id: int,
    now: datetime,
    *,
    findings: tuple[Finding, ...] = (),
    overwrites: bool = False,
) -> Change:
    """The change that a message asks for. Identity members that the body lacks are taken from the
    URL, so that a kept object always says whose it is."""
    match = message.match
    module = match.module
    parameter, id_field = next(iter(module.key.items()))
    identifier = match.parameters.get(parameter, "")
    if not identifier or (module.second_id and message.content.get(id_field)):
        identifier = str(message.content[id_field])
    part_ids = tuple(
        match.parameters[p.parameter] for p in module.parts if p.parameter in match.parameters
    )
    qualifier = value_of(message, module.qualifier[0]) if module.qualifier else ""
    body = message.body
    if match.operation.effect is Effect.REPLACE and not part_ids:
        body = identified(body, module, message.version, owner, {id_field: identifier})
    return Change(
        module,
        match.operation.effect,
        owner,
        object_key(module, identifier, qualifier),
        part_ids,
        body,
        audience,
        message.version,
        platform_id,
        message.correlation_id[:64],
        now,
        findings=findings,
        overwrites=overwrites,
    )


def whole_object(
    module: Module,
    owner: PartyId,
    key: str,
    body: bytes,
    *,
    audience: str = EVERYONE,
    version: str,
    platform_id: int | None,
    cause: str,
    now: datetime,
    origin: Origin,
    findings: tuple[Finding, ...] = (),
    overwrites: bool = False,
) -> Change:
    """The change that a whole object asks for which came by another way than a push."""
    appends = any(
        operation.effect is Effect.APPEND
        for route in module.routes
        for operation in route.operations.values()
    )
    effect = Effect.APPEND if appends else Effect.REPLACE
    return Change(
        module, effect, owner, key, (), body, audience, version, platform_id, cause, now, origin,
        findings, overwrites,
    )  # fmt: skip


def identified(
    body: bytes, module: Module, version: str, owner: PartyId, ids: dict[str, str]
) -> bytes:
    """The object with the members that say whose it is, where it lacks them and objects of that
    module and version have them; and with its id."""
    members = jsontext.members(body)
    names_owner = module.names_owner and version not in OWNERLESS
    identity = {**(owner._asdict() if names_owner else {}), **ids}
    missing = {
        name: jsontext.raw(value)
        for name, value in identity.items()
        if jsontext.is_null(members.get(name))
    }
    return jsontext.join({**members, **missing}) if missing else body
