"""The client side of a simulated platform: requests to the hub, and what came back."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from ipaddress import ip_network
from typing import Any

from apps.sandbox import complaints
from apps.sandbox.jsonbytes import encode
from apps.sandbox.state import State
from apps.transport.client import Client
from hub.ocpi import headers as h
from hub.ocpi import jsontext
from hub.ocpi.envelope import Envelope, parse
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Outgoing
from hub.ocpi.module import Interface
from hub.ocpi.status import OcpiError

ALLOW = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
MAX_ANSWER_BYTES = 256 * 2**20
TIME_LIMIT = 30.0


class Default(Enum):
    """Marks `from_` as not given: the platform's first party speaks."""

    PARTY = "the first party"


Pair = tuple[str, str]
Speaker = Pair | Default | None


@dataclass(frozen=True, slots=True)
class Reply:
    """The hub's answer. `headers` are in lower case; `sent` are those of the request, too."""

    status: int
    headers: dict[str, str]
    body: bytes
    milliseconds: float
    sent: dict[str, str]

    @property
    def json(self) -> Any:
        return jsontext.decode(self.body)

    @property
    def envelope(self) -> Envelope | None:
        return parse(self.body)

    @property
    def code(self) -> int | None:
        """The OCPI status code, None when the body is no OCPI response."""
        envelope = self.envelope
        return None if envelope is None else envelope.status_code

    @property
    def message(self) -> str:
        envelope = self.envelope
        return "" if envelope is None else envelope.status_message

    @property
    def data(self) -> Any:
        envelope = self.envelope
        return None if envelope is None else envelope.data

    def __str__(self) -> str:
        code = "no OCPI code" if self.code is None else str(self.code)
        return f"HTTP {self.status}, {code}" + (f" ({self.message})" if self.message else "")


class Caller:
    """Sends in the name of one platform. Belongs to the event loop it was made in."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._client = Client(allow=ALLOW, max_answer_bytes=MAX_ANSWER_BYTES)

    async def close(self) -> None:
        await self._client.close()

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
        """Sends one request to the hub.

        Args:
            tail: raw path below the module's endpoint.
            json, body: the body, as Python objects or as the very bytes.
            to, from_: routing pairs, None sends none; on configuration modules, and in 2.1.1,
                none are sent.
            headers: more headers, or other values; None removes one.
            url: an absolute URL instead of the module's endpoint.
            token: another token than the one the hub gave.

        Raises OcpiError when there is no answer.
        """
        functional = module not in complaints.CONFIGURATION
        sent = self._headers(functional, to, from_, token)
        content = encode(json) if json is not None else body or b""
        if content:
            sent["Content-Type"] = "application/json"
        for name, value in (headers or {}).items():
            for known in [each for each in sent if each.lower() == name.lower()]:
                del sent[known]
            if value is not None:
                sent[name] = value
        target = url or self._url(module, interface, tail)
        if query:
            target += ("&" if "?" in target else "?") + query
        began = time.perf_counter()
        answer = await self._client.send(
            Outgoing(method, target, tuple(sent.items()), content, time_limit)
        )
        got: dict[str, str] = {}
        for name, value in answer.headers:
            key = name.lower()
            got[key] = f"{got[key]}, {value}" if key in got else value
        lower = {name.lower(): value for name, value in sent.items()}
        self.state.complaints += [
            f"answer to {method} {target}: {text}"
            for text in complaints.about_answer(
                answer.status, got, lower, functional=functional and self.state.has_roles
            )
        ]
        elapsed = (time.perf_counter() - began) * 1000
        return Reply(answer.status, got, answer.body, elapsed, lower)

    def _headers(
        self, functional: bool, to: Pair | None, from_: Speaker, token: str | None
    ) -> dict[str, str]:
        state = self.state
        shown = state.connection.hub_token if token is None else token
        sent = {"Authorization": h.authorization(shown, state.token_form)}
        if not state.has_roles:
            return sent
        sent |= {"X-Request-ID": str(uuid.uuid4()), "X-Correlation-ID": str(uuid.uuid4())}
        if not functional:
            return sent
        if to is not None:
            sent["OCPI-to-country-code"], sent["OCPI-to-party-id"] = to
        if from_ is Default.PARTY:
            from_ = state.parties[0][1:]
        if isinstance(from_, tuple):
            sent["OCPI-from-country-code"], sent["OCPI-from-party-id"] = from_
        return sent

    def _url(self, module: str, interface: Interface | None, tail: str) -> str:
        connection = self.state.connection
        if module == "versions":
            return connection.hub_versions_url
        known = connection.hub_endpoints
        if interface is None:
            interface = next((i for m, i in known if m == module), Interface.RECEIVER)
        if (module, interface) not in known:
            raise LookupError(f"the hub lists no {interface} {module}; it lists {sorted(known)}")
        base = known[module, interface]
        return f"{base.removesuffix('/')}/{tail}" if tail else base

    async def result(
        self, module: str, url: str, content: Any, *, to: PartyId | None, from_: PartyId | None
    ) -> Reply | None:
        """Posts an asynchronous result to the URL that came with the request; None when it could
        not be delivered: nobody repeats a result."""
        try:
            return await self.request(
                "POST", module, Interface.SENDER, url=url, json=content, to=to, from_=from_
            )
        except OcpiError as error:
            self.state.complaints.append(f"result to {url}: {error.message}")
            return None
