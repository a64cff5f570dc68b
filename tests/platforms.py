"""Simulated platforms for plain, synchronous tests: a thread with one event loop hosts them all.

with playground() as here:
    cpo = here.platform("Heron & Ohm", ((Role.CPO, "NL", "CPO"),))
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=..., to=("DE", "MSP"))
    assert reply.code == 1000
    assert msp.heard(module="locations").from_ == ("NL", "CPO")
    assert not cpo.complaints
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import uvloop

from apps.sandbox.actions import Obey
from apps.sandbox.calls import TIME_LIMIT, Default, Pair, Reply, Speaker
from apps.sandbox.faults import Faults
from apps.sandbox.memory import Pattern, Received
from apps.sandbox.objects import Objects
from apps.sandbox.platform import PATIENCE, Parties, SandboxPlatform
from apps.sandbox.script import Script
from apps.sandbox.state import VERSION, Endpoints
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.registry import Registry

SENDER = Interface.SENDER
RECEIVER = Interface.RECEIVER
CPO: Parties = ((Role.CPO, "NL", "CPO"),)
MSP: Parties = ((Role.EMSP, "DE", "MSP"),)

T = TypeVar("T")


class Background:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="platforms")
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T], within: float | None = None) -> T:
        """The result of a coroutine run in the background."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(within)

    def start(self, work: Coroutine[Any, Any, T]) -> Callable[[], T]:
        """Begins a coroutine; the function returned waits for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Platform:
    """A SandboxPlatform whose coroutines are ordinary calls. `real` is the platform itself."""

    def __init__(self, real: SandboxPlatform, background: Background) -> None:
        self.real = real
        self._background = background

    def start(self) -> None:
        self._background.run(self.real.start())

    def stop(self) -> None:
        """Goes away; `start` brings it back on the same port."""
        self._background.run(self.real.stop())

    offline = stop

    def close(self) -> None:
        self._background.run(self.real.close())

    @property
    def name(self) -> str:
        return self.real.name

    @property
    def party(self) -> PartyId:
        return self.real.party

    @property
    def version(self) -> str:
        return self.real.version

    @property
    def versions_url(self) -> str:
        return self.real.versions_url

    @property
    def hub_token(self) -> str:
        return self.real.hub_token

    @property
    def own_token(self) -> str:
        return self.real.own_token

    @property
    def hub_endpoints(self) -> Endpoints:
        return self.real.hub_endpoints

    @property
    def hub_party(self) -> PartyId | None:
        return self.real.hub_party

    @property
    def is_registered(self) -> bool:
        return self.real.is_registered

    def endpoint(self, module: str, interface: Interface) -> str:
        return self.real.endpoint(module, interface)

    def invite(self) -> tuple[str, str]:
        return self.real.invite()

    def register(self, versions_url: str, token_a: str) -> Reply:
        return self._background.run(self.real.register(versions_url, token_a))

    def rotate(self) -> Reply:
        return self._background.run(self.real.rotate())

    def switch(self, version: str, versions_url: str = "") -> Reply:
        """Goes over to another version; see SandboxPlatform.switch."""
        return self._background.run(self.real.switch(version, versions_url))

    def unregister(self) -> Reply:
        return self._background.run(self.real.unregister())

    def request(
        self,
        method: str,
        module: str,
        interface: Interface | None = None,
        tail: str = "",
        *,
        query: str = "",
        json: Any = None,
        body: bytes | None = None,
        to: Pair | None = None,
        from_: Speaker = Default.PARTY,
        headers: Mapping[str, str | None] | None = None,
        url: str | None = None,
        token: str | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> Reply:
        return self.asking(
            method, module, interface, tail, query=query, json=json, body=body, to=to,
            from_=from_, headers=headers, url=url, token=token, time_limit=time_limit,
        )()  # fmt: skip

    def asking(
        self,
        method: str,
        module: str,
        interface: Interface | None = None,
        tail: str = "",
        *,
        query: str = "",
        json: Any = None,
        body: bytes | None = None,
        to: Pair | None = None,
        from_: Speaker = Default.PARTY,
        headers: Mapping[str, str | None] | None = None,
        url: str | None = None,
        token: str | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> Callable[[], Reply]:
        """Sends a request and does not wait; the function returned does."""
        return self._background.start(
            self.real.request(
                method, module, interface, tail, query=query, json=json, body=body, to=to,
                from_=from_, headers=headers, url=url, token=token, time_limit=time_limit,
            )
        )  # fmt: skip

    def callback_url(self, module: str = "commands") -> str:
        return self.real.callback_url(module)

    def obey(self, how: Obey | None) -> None:
        self.real.obey(how)

    @property
    def received(self) -> list[Received]:
        return self.real.received

    @property
    def complaints(self) -> list[str]:
        return self.real.complaints

    @property
    def objects(self) -> Objects:
        return self.real.objects

    def told(self, party: Pair, role: str) -> str:
        return self.real.told(party, role)

    @property
    def faults(self) -> Faults:
        return self.real.faults

    @property
    def script(self) -> Script:
        return self.real.script

    @property
    def verdicts(self) -> dict[str, str]:
        return self.real.verdicts

    def clear(self) -> None:
        self.real.clear()

    def heard(
        self,
        predicate: Callable[[Received], bool] | None = None,
        *,
        method: str | None = None,
        module: str | None = None,
        interface: Interface | None = None,
        tail: str | None = None,
        to: Pair | None = None,
        within: float = PATIENCE,
    ) -> Received:
        pattern = Pattern(predicate, method, module, interface, tail, to)
        return self.heard_all(1, pattern, within)[0]

    def heard_all(
        self, count: int, pattern: Pattern | None = None, within: float = PATIENCE
    ) -> list[Received]:
        return self._background.run(self.real.heard_all(count, pattern, within))


class Playground:
    """Makes platforms and remembers them, so that all can be closed."""

    def __init__(self, version: str = VERSION) -> None:
        self.version = version
        self.background = Background()
        self.platforms: list[Platform] = []

    def platform(
        self,
        name: str,
        parties: Parties = CPO,
        *,
        port: int = 0,
        version: str = "",
        token_form: TokenForm | None = None,
        modules: list[tuple[str, Interface]] | None = None,
        hears_news: bool = False,
        trailing_slash: bool = False,
        page_limit: int = 50,
        registry: Registry | None = None,
    ) -> Platform:
        """A platform that is on line already, in the playground's version where none is named;
        HubClientInfo is PUT to it on demand only."""
        real = SandboxPlatform(
            name,
            parties,
            port=port,
            version=version or self.version,
            token_form=token_form,
            modules=modules,
            hears_news=hears_news,
            trailing_slash=trailing_slash,
            page_limit=page_limit,
            registry=registry,
        )
        made = Platform(real, self.background)
        made.start()
        self.platforms.append(made)
        return made

    def close(self) -> None:
        for platform in self.platforms:
            platform.close()
        self.background.close()


@contextmanager
def playground(version: str = VERSION) -> Iterator[Playground]:
    """A place for platforms that speak this version; all are gone at its end."""
    here = Playground(version)
    try:
        yield here
    finally:
        here.close()
