"""GET All: a page of what the hub keeps, of every owner that the requesting party may see."""

from collections.abc import AsyncIterator

from apps.credentials.pages import endpoint_url
from apps.gateway.call import Call, Passage
from apps.gateway.own import own
from apps.store import page
from apps.traffic.losses import LOGGED
from hub.ocpi import envelope, paging
from hub.ocpi.message import Answer, Headers
from hub.ocpi.status import Code
from hub.routing.hop import target_url
from hub.routing.visible import view


async def get_all(call: Call, passage: Passage) -> Answer:
    """The page that the query asks for. spec: transport_and_format_paginated_response

    Raises OcpiError 2001 naming a query parameter that cannot be read.
    """
    message, module = call.message, call.message.match.module
    pool, limit = call.process.pool, call.process.page_limit
    window = paging.window(message.query, limit, message.match.operation.between)
    seen = view(call.from_party, module, call.network)
    async with pool.connection() as connection:
        found = await page.page(connection, module, seen, window, message.version)
    extra: Headers = (("X-Total-Count", str(found.total)), ("X-Limit", str(limit)))
    if found.more:
        endpoint = endpoint_url(message.version, message.match.interface, module.identifier)
        url = target_url(endpoint, message.tail, "")
        following = paging.next_page(
            url,
            message.query,
            window.offset + len(found.sequences),
            window.limit,
            found.sequences[-1],
        )
        extra += (("Link", f'<{following}>; rel="next"'),)
    batches = _texts(call, passage, found.sequences)
    opening, closing = envelope.around_list(Code.SUCCESS, call.now)
    first = opening + await anext(batches, b"")
    if len(found.sequences) <= page.BATCH:  # the first batch is all there is
        return own(call, 200, first + closing, extra)
    return own(call, 200, first, extra, _rest(batches, first != opening, closing))


async def _texts(call: Call, passage: Passage, sequences: list[int]) -> AsyncIterator[bytes]:
    """The objects of a page in the asker's version, a batch at a time; what they lost by it is
    counted, and noted for the log."""
    message, module = call.message, call.message.match.module
    found = page.documents(call.process.pool, module, sequences, message.version, call.from_party)
    async for batch in found:
        for source, notes in batch.lost:
            call.process.recorder.counts.losses(
                call.now, call.platform.id, module.id, source, message.version, notes
            )
            passage.notes += notes[: max(0, LOGGED - len(passage.notes))]
        if batch.text:
            yield batch.text


async def _rest(
    batches: AsyncIterator[bytes], started: bool, closing: bytes
) -> AsyncIterator[bytes]:
    """What follows the first batch, each piece with the comma that its predecessor needs."""
    async for batch in batches:
        yield b"," + batch if started else batch
        started = True
    yield closing
