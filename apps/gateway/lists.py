"""GET All: a page of what the hub keeps, of every owner that the requesting party may see."""

from collections.abc import AsyncIterator

from apps.credentials.pages import endpoint_url
from apps.gateway.call import Call
from apps.gateway.own import own
from apps.store import page
from hub.ocpi import envelope, paging
from hub.ocpi.message import Answer, Headers
from hub.ocpi.status import Code
from hub.routing.visible import view


async def get_all(call: Call) -> Answer:
    """The page that the query asks for. spec: transport_and_format_paginated_response

    Raises OcpiError 2001 naming a query parameter that cannot be read.
    """
    message, module = call.message, call.message.match.module
    pool, limit = call.process.pool, call.process.page_limit
    window = paging.window(message.query, limit)
    seen = view(call.from_party, module, call.network)
    async with pool.connection() as connection:
        found = await page.page(connection, module, seen, window)
    extra: Headers = (("X-Total-Count", str(found.total)), ("X-Limit", str(limit)))
    if found.more:
        url = endpoint_url(message.version, message.match.interface, module.id)
        following = paging.next_page(
            url,
            message.query,
            window.offset + len(found.sequences),
            window.limit,
            found.sequences[-1],
        )
        extra += (("Link", f'<{following}>; rel="next"'),)
    batches = page.documents(pool, module, found.sequences)
    opening, closing = envelope.around_list(Code.SUCCESS, call.now)
    first = opening + await anext(batches, b"")
    if len(found.sequences) <= page.BATCH:
        return own(call, 200, first + closing, extra)
    return own(call, 200, first, extra, _rest(batches, first != opening, closing))


async def _rest(
    batches: AsyncIterator[bytes], started: bool, closing: bytes
) -> AsyncIterator[bytes]:
    """What follows the first batch, each piece with the comma that its predecessor needs."""
    async for batch in batches:
        yield b"," + batch if started else batch
        started = True
    yield closing
