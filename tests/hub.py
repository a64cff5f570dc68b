"""The hub under test: the real web application in a thread, its tables, its lanes on demand.

Platforms come through real handshakes. Between tests everything is emptied, not rolled back: the
hub has connections of its own and must see what a test wrote.
"""

import asyncio
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import uvicorn
from django.conf import settings
from django.utils import timezone

from apps.credentials.invitations import Invitation, invite
from apps.credentials.naming import APART, due, name
from apps.gateway.asgi import application as gateway
from apps.hubclientinfo.announce import announce
from apps.outbox.tasks import worker
from apps.parties import directory, platforms
from apps.parties.models import Platform as Row
from apps.store.index import Learned
from config.asgi import application
from hub.ocpi.module import Role
from hub.policy.liveness import TRANSITIONS
from hub.routing.network import Status
from tests.emptied import empty_tables
from tests.platforms import Platform, Playground

PARTIES = {
    "NL/CPO": (Role.CPO, "NL", "CPO"),
    "BE/CPO": (Role.CPO, "BE", "CPO"),
    "DE/MSP": (Role.EMSP, "DE", "MSP"),
    "FR/MSP": (Role.EMSP, "FR", "MSP"),
}


class Hub:
    """What a test may do with the hub."""

    def __init__(self, here: Playground) -> None:
        self.here = here

    @property
    def url(self) -> str:
        return str(settings.HUB.public_url)

    @property
    def versions_url(self) -> str:
        return f"{self.url}/ocpi/versions"

    @property
    def version(self) -> str:
        """What platforms speak that are made without a version."""
        return self.here.version

    @property
    def version_url(self) -> str:
        """The version details of that version, for all but 2.1.1; modules are below it."""
        return f"{self.url}/ocpi/{self.version}"

    def invite(self, name: str) -> Invitation:
        return invite(name, now=timezone.now())

    def platform(self, *parties: str, name: str = "", **options: Any) -> Platform:
        """A platform with these parties (keys of PARTIES, or role:CC/PID), registered."""
        made = playground_platform(self, *parties, name=name, **options)
        self.register(made)
        return made

    def register(self, platform: Platform) -> None:
        invitation = self.invite(platform.name)
        url = invitation.versions_url
        if platform.version == "2.1.1":
            url = invitation.versions_urls_of_2_1_1[platform.real.state.parties[0].role]
        reply = platform.register(url, invitation.token_a)
        assert reply.code == 1000, reply

    def row(self, platform: Platform) -> Row:
        return Row.objects.get(name=platform.name)

    def set_status(self, platform: Platform, status: Status) -> None:
        """Lets happen what leads there, where something does; else it is simply so."""
        row, cause = self.row(platform), "a test says so"
        for event, leads in TRANSITIONS.items():
            if leads.get(Status(row.status)) is status is not Status(row.status):
                platforms.set_status(row.pk, event, cause, timezone.now())
                directory.refresh()
                return
        self.change(platform, status=status, status_cause=cause, status_since=timezone.now())

    def announce(self, at: datetime | None = None) -> set[int]:
        """Books what platforms have yet to be told, as a worker does; the lanes concerned."""
        return announce(at or timezone.now())

    def change(self, platform: Platform, **fields: Any) -> None:
        """Changes settings of a platform as an operator would."""
        Row.objects.filter(name=platform.name).update(**fields)
        self.reload()

    def reload(self) -> None:
        directory.changed()
        directory.refresh()

    def deliver(self) -> int:
        """Names parties to platforms of 2.3.0, as soon as that is allowed again, then drains every
        lane that is due, as a worker does; returns the number of attempts."""
        here = worker()
        for platform_id in due(timezone.now() + APART):
            here.runner.run(name(platform_id, timezone.now()))
            directory.refresh()
        return sum(worker().drain(platform_id) for platform_id in worker().due())

    def flush(self) -> None:
        """Writes what the gateway has noticed and logged so far."""
        flush()


def flush() -> None:
    """Writes what the gateway has noticed and logged so far."""
    assert gateway.process is not None
    process = gateway.process
    _in_hub(process.recorder.flush())
    _in_hub(process._write_noticed())


def playground_platform(hub: Hub, *parties: str, name: str = "", **options: Any) -> Platform:
    """A platform with these parties that has not registered."""
    listed = tuple(PARTIES.get(p) or _spelled(p) for p in parties)
    return hub.here.platform(name or " ".join(parties), listed, **options)


def _spelled(text: str) -> tuple[Role, str, str]:
    role, _, party = text.partition(":")
    country, _, party_id = party.partition("/")
    return Role(role), country, party_id


_loop: list[asyncio.AbstractEventLoop] = []


def _in_hub(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, _loop[0]).result(10)


class _Server(uvicorn.Server):
    """A server that says when it is ready, and in which loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _loop[:] = [asyncio.get_running_loop()]
        self.ready.set()


@contextmanager
def serving() -> Iterator[None]:
    """Serves config.asgi on HUB_LISTEN until the end of the block."""
    listen = settings.HUB.listen
    config = uvicorn.Config(
        application,
        host=listen.host,
        port=listen.port,
        loop="uvloop",
        http="config.protocol:Protocol",
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, name="hub")
    thread.start()
    if not server.ready.wait(30):
        raise RuntimeError("the hub did not start")
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


def empty() -> None:
    """Empties every table of the hub, of what is still to be written too; the directory's version
    goes on counting."""
    if gateway.process is not None:
        _in_hub(gateway.process.recorder.flush())
    empty_tables()
    if gateway.process is not None:
        gateway.process.learned = Learned()
    directory.changed()
    directory.refresh()
