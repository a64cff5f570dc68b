"""One kept object as an answer: in the version of whoever asks for it."""

from typing import Any

from psycopg import AsyncConnection

from apps.gateway import unseen
from apps.gateway.across import lost, told
from apps.gateway.call import Call, Passage
from apps.gateway.found import key_of, part_ids
from apps.gateway.own import own
from apps.store import find
from apps.store.said import Wanted, said
from apps.traffic.losses import sentence
from hub.ocpi import envelope
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer
from hub.ocpi.status import Code, OcpiError, not_found
from hub.routing.translated import alike
from hub.routing.visible import view

Connection = AsyncConnection[Any]


async def get_one(call: Call, passage: Passage) -> Answer:
    """The object, or the nested one, that a party asks the hub for. Raises OcpiError 404, 2002."""
    module = call.message.match.module
    async with call.process.pool.connection() as connection:
        seen, key = view(call.from_party, module, call.network), key_of(call.message)
        try:
            copy = await find.one(connection, module, seen, key, call.message.version)
            return await _answer(connection, call, passage, copy, part_ids(call.message))
        except OcpiError as error:
            raise await unseen.explain_one(
                error, connection, module, key, call.from_party, call.network
            ) from None


async def own_copy(call: Call, passage: Passage) -> Answer:
    """What the hub keeps of the party's own objects. Raises OcpiError 404."""
    module = call.message.match.module
    async with call.process.pool.connection() as connection:
        copy = await find.own(connection, module, call.from_party, key_of(call.message))
        return await _answer(connection, call, passage, copy, part_ids(call.message))


async def posted(call: Call, passage: Passage, to: PartyId, key: str) -> Answer:
    """What the party posted to another, by its key. Raises OcpiError 404."""
    module = call.message.match.module
    async with call.process.pool.connection() as connection:
        copies = await find.kept_copies(connection, module, call.from_party, key)
        if str(to) not in copies:
            raise not_found(f"the hub keeps no such object in {module.id}.")
        return await _answer(connection, call, passage, copies[str(to)], ())


async def _answer(
    connection: Connection, call: Call, passage: Passage, copy: find.Copy, ids: tuple[str, ...]
) -> Answer:
    module, text, message = call.message.match.module, copy.text, None
    if not alike(copy.version, call.message.version):
        wanted = Wanted(
            name=module.object,
            source=copy.version,
            target=call.message.version,
            owner=call.network.spelled(copy.owner),
            viewer=call.from_party,
            now=call.now,
        )
        done = await said(connection, wanted, text)
        if done.text is None:
            raise OcpiError(Code.HUB_ERROR, f"{told(done.refusal, wanted.target)}.")
        text = done.text
        lost(call, passage, wanted, done.notes)
        message = sentence(wanted.target, str(call.from_party), done.notes) or None
    data = envelope.raw(find.inside(module, text, ids))
    return own(call, 200, envelope.render(Code.SUCCESS, call.now, message=message, data=data))
