"""Answers of the hub itself, as opposed to those it passes on."""

from collections.abc import AsyncIterator

from apps.gateway.call import Heard
from hub.ocpi.headers import routing
from hub.ocpi.message import Answer, Headers
from hub.routing.hop import ids


def own(
    heard: Heard,
    status: int,
    body: bytes,
    extra: Headers = (),
    rest: AsyncIterator[bytes] | None = None,
) -> Answer:
    """An answer TO the requesting party, FROM the hub; `rest` goes on with a long body."""
    asking = heard.network.spelled(heard.from_party)
    headers = ids(heard.message) + routing(asking, heard.network.hub) + extra
    return Answer(status, headers, body, rest)
