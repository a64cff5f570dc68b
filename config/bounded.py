"""A limit on what is sent to the pages and the API.

Django keeps a whole body on disk before it asks who sends it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from apps.api.bodies import LONGEST_BODY, MIB

# What forms and imports need, and a little more, so that a body slightly too long has an answer of
# the API.
MOST = LONGEST_BODY + MIB

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


def announced(scope: Any) -> int:
    """The bytes that a request says it has; 0 where it does not say."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def bounded(receive: Receive) -> Receive:
    """The same, until more than MOST has come; then it is as if the client had gone."""
    came = 0

    async def count() -> Any:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        return message if came <= MOST else {"type": "http.disconnect"}

    return count


async def refuse(send: Send) -> None:
    """413, before anything of the body is read."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"The body is too large.\n"})
