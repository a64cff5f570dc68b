"""Answers of the hub itself, as opposed to those it passes on."""

from collections.abc import AsyncIterator

from apps.gateway.call import Call
from hub.ocpi.headers import routing
from hub.ocpi.message import Answer, Headers
from hub.routing.hop import ids


def own(
    call: Call,
    status: int,
    body: bytes,
    extra: Headers = (),
    rest: AsyncIterator[bytes] | None = None,
) -> Answer:
    """An answer TO the requesting party, FROM the hub; `rest` goes on with a long body."""
    asking = call.network.spelled(call.from_party)
    headers = ids(call.message) + routing(asking, call.network.hub) + extra
    return Answer(status, headers, body, rest)
