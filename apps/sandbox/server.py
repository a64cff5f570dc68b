"""A port that can go away and come back: uvicorn's HTTP protocol on a socket the sandbox holds.

While a platform is away its port stays bound but does not listen: connections are refused, and no
other process (and no outgoing connection) can take the number in the meantime.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

BACKLOG = 4096
KEEP_ALIVE_SECONDS = 75
FINISH_SECONDS = 1.0


class Port:
    """One listening TCP port. `number` 0 means any free one, chosen at the first `open`."""

    def __init__(self, host: str, number: int) -> None:
        self.host = host
        self.number = number
        self._reserved: socket.socket | None = None
        self._server: asyncio.AbstractServer | None = None
        self._state = ServerState()

    @property
    def is_open(self) -> bool:
        return self._server is not None

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.number}"

    async def open(self, application: Application) -> None:
        """Listens; on the same number as before when it was open already."""
        if self.is_open:
            return
        config = Config(
            application,
            interface="asgi3",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
        )
        config.load()
        self.release()
        listening = _bound(self.host, self.number)
        self.number = listening.getsockname()[1]
        loop = asyncio.get_running_loop()
        self._state = state = ServerState()
        self._server = await loop.create_server(
            lambda: HttpToolsProtocol(config, state, {}, loop), sock=listening, backlog=BACKLOG
        )

    async def close(self) -> None:
        """Refuses connections from now on and drops those there are, answered or not."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for connection in tuple(self._state.connections):
            connection.transport.abort()
        await server.wait_closed()
        self._reserved = _bound(self.host, self.number)
        # A handler notices that its connection is gone; one that waits for its own call does not.
        tasks = self._state.tasks - {asyncio.current_task()}
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()

    def release(self) -> None:
        """Gives the number back to the system."""
        if self._reserved is not None:
            self._reserved.close()
            self._reserved = None

    def hang_up(self, scope: Scope) -> None:
        """Breaks the connection of one request."""
        for connection in tuple(self._state.connections):
            if isinstance(connection, HttpToolsProtocol) and connection.client == scope["client"]:
                connection.transport.abort()


def _bound(host: str, number: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setblocking(False)
    try:
        made.bind((host, number))
    except OSError:
        made.close()
        raise
    return made
