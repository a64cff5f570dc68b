"""An object that never changes (a CDR), posted again: the same answer, or a refusal.

spec: mod_cdrs_cdr_object: a CDR cannot be changed. A platform that did not hear the answer posts
again, and must not be told of a duplicate by a receiver that has it already.
"""

from datetime import datetime

from apps.gateway import standins
from apps.gateway.call import Call
from apps.gateway.own import own
from apps.store import across, find
from apps.store.change import change_of
from hub.ocpi import envelope
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message
from hub.ocpi.status import Code, invalid
from hub.routing.decide import Hop

Connection = find.Connection


async def answer_again(call: Call, hop: Hop) -> Answer | None:
    """The answer to what was accepted before with the same content, with the same Location; None
    when it is new to this party. Raises OcpiError 2001 when the known one differs."""
    async with call.process.pool.connection() as connection:
        key = await accepted_before(connection, call.message, call.from_party, hop.to.id, call.now)
    if key is None:
        return None
    location = await standins.known_location(call, hop, key)
    body = envelope.render(Code.SUCCESS, call.now)
    return own(call, 200, body, (("Location", location),))


async def accepted_before(
    connection: Connection, message: Message, from_party: PartyId, to: PartyId, now: datetime
) -> str | None:
    """The key of an object that this party has accepted before; None when it is new to it. Raises
    OcpiError 2001 when what was accepted differs."""
    module = message.match.module
    change = change_of(message, from_party, str(to), 0, now)
    copies = await find.kept_copies(connection, module, from_party, change.key)
    same = [await across.same(connection, change, c.text, c.version) for c in copies.values()]
    if not all(same):
        identifier = next(iter(module.key.values()))
        raise invalid(
            f"{module.id} never change: one with body field {identifier} "
            f"{str(message.content[identifier])[:40]!r} was accepted with another content; "
            "post a corrected one under an id of its own."
        )
    return change.key if str(to) in copies else None
