"""A simulated platform: a real OCPI server on a port of its own, and a client of the hub.

It keeps what it gets, remembers every request, complains about what is wrong, and misbehaves on
demand (`faults`). Everything runs in the event loop in which `start` was awaited.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from apps import modules as described
from apps.sandbox import handshake
from apps.sandbox.actions import Obey
from apps.sandbox.calls import TIME_LIMIT, Caller, Default, Pair, Reply, Speaker
from apps.sandbox.door import Door
from apps.sandbox.faults import Faults
from apps.sandbox.memory import Memory, Pattern, Received
from apps.sandbox.objects import Objects
from apps.sandbox.script import Script
from apps.sandbox.server import Port
from apps.sandbox.state import FORMS, VERSION, Endpoints, PartyRole, State, new_token
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.registry import Registry

Parties = Iterable[tuple[Role, str, str]]
PATIENCE = 5.0


class SandboxPlatform:
    """One platform with its parties.

    Args:
        parties: role, country code and party id of each; the first speaks when none is named.
        port: 0 means any free one; it stays the same over `stop` and `start`.
        version: the OCPI version in which it registers and talks.
        token_form: how it writes its tokens, else as its version has it. It reads both.
        modules: the (module, interface) pairs it offers; by default all that its roles run.
        hears_news: offers the RECEIVER of HubClientInfo as well, where its version has it.
        trailing_slash: list endpoints with a slash at the end.
        page_limit: objects on a page of its lists.
        remember: how many requests it remembers; 0 for benchmarks.
        registry: other module descriptions than the installed ones.
    """

    def __init__(
        self,
        name: str,
        parties: Parties = ((Role.CPO, "NL", "CPO"),),
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        version: str = VERSION,
        token_form: TokenForm | None = None,
        modules: Iterable[tuple[str, Interface]] | None = None,
        hears_news: bool = True,
        trailing_slash: bool = False,
        page_limit: int = 50,
        remember: int = 100_000,
        registry: Registry | None = None,
    ) -> None:
        known = registry or described.registry()
        roles = tuple(PartyRole(*party) for party in parties)
        self._registry = known
        self._port = Port(host, port)
        self._remember = remember
        self.state = State(
            name=name,
            parties=roles,
            modules=known,
            chosen=None if modules is None else frozenset(modules),
            hears_news=hears_news,
            version=version,
            token_form=token_form or FORMS.get(version, TokenForm.BASE64),
            trailing_slash=trailing_slash,
            page_limit=page_limit,
            memory=Memory(remember),
            objects=Objects(known, roles[0].id),
        )
        self.state.speak(version)
        self._caller: Caller | None = None
        self._door: Door | None = None
        self._obey: Obey | None = None

    # Life

    async def start(self) -> None:
        """Comes on line, on the same port as before."""
        if self._caller is None:
            self._caller = Caller(self.state)
            self._door = Door(self._caller, self._port, self._registry)
            self._door.obey = self._obey
        assert self._door is not None
        await self._port.open(self._door)
        self.state.origin = self._port.origin

    async def stop(self) -> None:
        """Goes away: refuses connections, drops those there are, forgets nothing."""
        await self._port.close()
        for task in tuple(self.state.tasks):
            task.cancel()
        await asyncio.gather(*self.state.tasks, return_exceptions=True)

    async def close(self) -> None:
        """Goes away for good and gives its port back."""
        await self.stop()
        self._port.release()
        if self._caller is not None:
            caller, self._caller, self._door = self._caller, None, None
            await caller.close()

    async def __aenter__(self) -> "SandboxPlatform":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_online(self) -> bool:
        return self._port.is_open

    @property
    def caller(self) -> Caller:
        if self._caller is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._caller

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Lets work of this platform run beside everything else, until `stop`."""
        task = asyncio.ensure_future(work)
        self.state.tasks.add(task)
        task.add_done_callback(self.state.tasks.discard)

    async def finished(self) -> None:
        """Waits until nothing of this platform runs any more: results, charging sessions."""
        await asyncio.gather(*self.state.tasks, return_exceptions=True)

    # Identity and the handshake

    @property
    def name(self) -> str:
        return self.state.name

    @property
    def party(self) -> PartyId:
        """Its first party."""
        return self.state.parties[0].id

    @property
    def version(self) -> str:
        return self.state.version

    @property
    def versions_url(self) -> str:
        return self.state.versions_url

    @property
    def hub_token(self) -> str:
        """What this platform shows to the hub."""
        return self.state.connection.hub_token

    @property
    def own_token(self) -> str:
        """What the hub shows to this platform."""
        return self.state.connection.own_token

    @property
    def hub_endpoints(self) -> Endpoints:
        return self.state.connection.hub_endpoints

    @property
    def hub_party(self) -> PartyId | None:
        """The hub's own party, once it is known."""
        return self.state.connection.hub_party

    @property
    def is_registered(self) -> bool:
        return self.state.connection.is_registered

    def endpoint(self, module: str, interface: Interface) -> str:
        """One of its own URLs, as its version details list it."""
        return self.state.endpoint(module, interface)

    def invite(self) -> tuple[str, str]:
        """Its versions URL and a new token A, with which the hub can register."""
        token_a = new_token()
        self.state.connection.invitations.add(token_a)
        return self.versions_url, token_a

    async def register(self, versions_url: str, token_a: str) -> Reply:
        """Registers with the hub. Raises HandshakeFailed."""
        return await handshake.register(self.caller, versions_url, token_a)

    async def rotate(self) -> Reply:
        """Exchanges both tokens: PUT credentials. Raises HandshakeFailed."""
        return await handshake.rotate(self.caller)

    async def switch(self, version: str, versions_url: str = "") -> Reply:
        """Goes over to another version, found at the versions URL it knows or at the one given:
        PUT credentials. Raises HandshakeFailed; it talks as before then."""
        return await handshake.switch(self.caller, version, versions_url)

    async def unregister(self) -> Reply:
        """Ends the connection: DELETE credentials. Raises HandshakeFailed."""
        return await handshake.unregister(self.caller)

    # Talking

    async def request(
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
        """Sends one request to the hub; see Caller.request."""
        return await self.caller.request(
            method, module, interface, tail, query=query, json=json, body=body, to=to,
            from_=from_, headers=headers, url=url, token=token, time_limit=time_limit,
        )  # fmt: skip

    def callback_url(self, module: str = "commands") -> str:
        """A new response_url of its own; what is posted there is heard with module `results`."""
        return self.state.callback_url(module)

    def obey(self, how: Obey | None) -> None:
        """Sets what becomes of commands: a function from a Command to a CommandResultType."""
        self._obey = how
        if self._door is not None:
            self._door.obey = how

    # Memory

    @property
    def received(self) -> list[Received]:
        return self.state.memory.received

    @property
    def complaints(self) -> list[str]:
        return self.state.complaints

    @property
    def objects(self) -> Objects:
        return self.state.objects

    def told(self, party: tuple[str, str], role: str) -> str:
        """The status that the hub has told of a party; empty when it told none."""
        return self.state.clients.get(PartyId.of(*party), {}).get(role, {}).get("status", "")

    @property
    def faults(self) -> Faults:
        return self.state.faults

    @property
    def script(self) -> Script:
        return self.state.script

    @property
    def verdicts(self) -> dict[str, str]:
        """AllowedType by upper-case token uid, where authorize should not simply allow."""
        return self.state.verdicts

    def clear(self) -> None:
        """Forgets what it received and complained about; objects and the connection stay."""
        self.received.clear()
        self.complaints.clear()

    async def heard(
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
        """The first request received that fits; waits for it. Raises NotHeard."""
        pattern = Pattern(predicate, method, module, interface, tail, to)
        return (await self.state.memory.wait(pattern, 1, within))[0]

    async def heard_all(
        self, count: int, pattern: Pattern | None = None, within: float = PATIENCE
    ) -> list[Received]:
        """The first `count` requests that fit; waits for them. Raises NotHeard."""
        return await self.state.memory.wait(pattern or Pattern(), count, within)
