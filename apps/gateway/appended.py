"""An object that never changes (a CDR), posted again: the same answer, or a refusal.

spec: mod_cdrs_cdr_object: a CDR cannot be changed. A platform that did not hear the answer posts
again, and must not be told of a duplicate by a receiver that has it already.
"""

from apps.gateway import standins
from apps.gateway.call import Call
from apps.gateway.own import own
from apps.store import find
from apps.store.change import change_of
from hub.ocpi import envelope, jsontext
from hub.ocpi.message import Answer
from hub.ocpi.status import Code, invalid
from hub.routing.decide import Hop


async def answer_again(call: Call, hop: Hop) -> Answer | None:
    """The answer to what was accepted before with the same content, with the same Location; None
    when it is new to this party. Raises OcpiError 2001 when the known one differs."""
    module = call.message.match.module
    to = str(hop.to.id)
    change = change_of(call.message, call.from_party, to, call.platform.id, call.now)
    async with call.process.pool.connection() as connection:
        copies = await find.copies(connection, module, call.from_party, change.key)
    if not all(jsontext.same(text, change.body) for text in copies.values()):
        identifier = next(iter(module.key.values()))
        raise invalid(
            f"{module.id} never change: one with body field {identifier} "
            f"{str(call.message.content[identifier])[:40]!r} was accepted with another content; "
            "post a corrected one under an id of its own."
        )
    if to not in copies:
        return None
    location = await standins.known_location(call, hop, change.key)
    body = envelope.render(Code.SUCCESS, call.now)
    return own(call, 200, body, (("Location", location),))
