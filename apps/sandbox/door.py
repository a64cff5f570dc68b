"""The server side of a simulated platform: the ASGI application behind its port."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.sandbox import complaints, news
from apps.sandbox.actions import ACTIONS, Asked, Later, Obey, Refused
from apps.sandbox.answers import BY_EFFECT, from_its_place
from apps.sandbox.calls import Caller
from apps.sandbox.handshake import answer_credentials, success, versions
from apps.sandbox.memory import Received
from apps.sandbox.server import Port, Receive, Scope, Send
from apps.sandbox.state import BASE, State
from hub.ocpi import envelope, jsontext
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.headers import (
    AUTHORIZATION,
    CORRELATION_ID,
    FROM_COUNTRY,
    FROM_PARTY,
    REQUEST_ID,
    TO_COUNTRY,
    TO_PARTY,
    TokenForm,
    heading,
    routing,
)
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer
from hub.ocpi.module import PUSHES, Effect, Interface
from hub.ocpi.registry import Registry
from hub.ocpi.status import Code, OcpiError, invalid, not_found, unauthorized

SEGMENTS = {interface.segment: interface for interface in Interface}
LOOK_AGAIN_SECONDS = 0.02
FORMS = {"plain_only": TokenForm.PLAIN, "base64_only": TokenForm.BASE64}


class Door:
    """Answers every request that reaches one platform."""

    def __init__(self, caller: Caller, port: Port, modules: Registry) -> None:
        self.caller = caller
        self.obey: Obey | None = None
        self._port = port
        self._modules = modules

    @property
    def state(self) -> State:
        return self.caller.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            event = await receive()
            if event["type"] == "http.disconnect":
                return
            body += event["body"]
            more = event["more_body"]
        received = located(self.state, scope, body)
        await self.state.memory.add(received)
        if await self._keeps_waiting(scope, received, receive):
            return
        answer, later = await self._answer(received)
        if later is not None and self.state.has_fault("early_result", received) is not None:
            await later()
            later = None
        await _write(answer, send)
        if later is not None:
            task = asyncio.ensure_future(later())
            self.state.tasks.add(task)
            task.add_done_callback(self.state.tasks.discard)

    async def _keeps_waiting(self, scope: Scope, received: Received, receive: Receive) -> bool:
        """Whether a fault leaves this request without an answer, or its sender lost patience."""
        has_fault = self.state.has_fault
        if has_fault("hangup", received) is not None:
            self._port.hang_up(scope)
            await receive()
            return True
        if has_fault("never", received) is not None:
            await receive()
            return True
        while has_fault("holds", received) is not None:
            if await _left(receive, LOOK_AGAIN_SECONDS):
                return True
        seconds = has_fault("slow", received)
        return seconds is not None and await _left(receive, seconds)

    async def _answer(self, received: Received) -> tuple[Answer, Later | None]:
        state = self.state
        if state.former_version and received.path.startswith(f"{BASE}/{state.former_version}/"):
            return _headed(_refusal(_gone_over(state)), received), None
        self._complain(received, complaints.about_request(state, received))
        later: Later | None = None
        answer = state.script.take(received) or state.faults.instead(received)
        if answer is None:
            try:
                answer, later = await self._honest(received)
            except OcpiError as error:
                answer = _refusal(error)
            except jsontext.JsonError as error:
                answer = _refusal(OcpiError(Code.CLIENT_ERROR, str(error), http=400))
        headed = _headed(answer, received)
        return state.faults.spoiled(headed, received), later

    async def _honest(self, received: Received) -> tuple[Answer, Later | None]:
        """The answer of a platform without faults."""
        state = self.state
        token = self._authenticated(received)
        if received.module == "versions":
            return versions(state, received), None
        if received.module == "credentials":
            return await answer_credentials(self.caller, received, token), None
        if token in state.connection.invitations:
            raise unauthorized("a token A is good for versions and credentials only")
        if received.module == "results":
            if received.tail not in state.callbacks:
                self._complain(received, ["this response_url was never given out"])
                raise not_found("this response_url was never given out")
            return success(), None
        if received.module == "kept":
            return from_its_place(state, received), None
        if received.module == MODULE_ID and complaints.is_offered(state, received):
            self._complain(received, news.complaints(state, received))
            return news.answer(state, received), None
        return await self._functional(received)

    async def _functional(self, received: Received) -> tuple[Answer, Later | None]:
        state = self.state
        if received.interface is None or not complaints.is_offered(state, received):
            self._complain(received, ["no URL that my version details list"])
            raise not_found("there is no such URL")
        bare_root = not received.tail and not received.path.endswith("/")
        if bare_root and state.has_fault("slash_only", received) is not None:
            query = f"?{received.query}" if received.query else ""
            url = f"{state.origin}{received.path}/{query}"
            return Answer(307, (("Location", url),), b""), None
        segments = tuple(part for part in received.tail.split("/") if part)
        match = self._modules.match(
            state.version, received.interface, received.module, received.method, segments
        )
        effect = match.operation.effect
        if received.body or effect in PUSHES - {Effect.REMOVE}:
            content = jsontext.decode(received.body)
            if not isinstance(content, dict):
                raise invalid("the body must be one JSON object")
        self._complain(received, complaints.about_match(state, received, match))
        if effect is not Effect.ASK:
            return BY_EFFECT[effect](state, match, received), None
        action = ACTIONS.get((match.module.id, match.interface))
        if action is None:
            return success(), None
        return await action(Asked(self.caller, match, received, self.obey))

    def _authenticated(self, received: Received) -> str:
        """The token shown. Raises OcpiError 401."""
        connection = self.state.connection
        found = connection.recognised(received.headers.get(AUTHORIZATION, ""))
        if found is None:
            self._complain(received, ["the token is none that I gave out"])
            raise unauthorized("unknown token")
        token, form = found
        for fault, only in FORMS.items():
            if self.state.has_fault(fault, received) is not None and form is not only:
                raise unauthorized("unknown token")
        if token == connection.own_token:
            connection.former_token = ""
        return token

    def _complain(self, received: Received, texts: Any) -> None:
        self.state.complaints += [f"{received}: {text}" for text in texts]


async def _left(receive: Receive, seconds: float) -> bool:
    """Whether the sender hangs up within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await receive()  # only the end of the connection comes after the body
    except TimeoutError:
        return False
    return True


def located(state: State, scope: Scope, body: bytes) -> Received:
    """A request as it is remembered, with the place of ours that its URL means."""
    path = scope["raw_path"].decode("latin-1")
    module, interface, tail = "", None, ""
    match path.removeprefix(BASE).strip("/").split("/") if path.startswith(BASE) else []:
        case ["versions"]:
            module = "versions"
        case [version] if version == state.version:
            module, tail = "versions", version
        case ["results" | "kept" as module, tail]:
            pass
        case [version, "credentials"] if version == state.version:
            module = "credentials"
        case [version, module, segment, *rest] if version == state.version and segment in SEGMENTS:
            interface, tail = SEGMENTS[segment], "/".join(rest)
        case _:
            module = ""
    headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
    return Received(
        method=scope["method"],
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        module=module,
        interface=interface,
        tail=tail,
        to=heading(headers, TO_COUNTRY, TO_PARTY),
        from_=heading(headers, FROM_COUNTRY, FROM_PARTY),
        at=time.monotonic(),
    )


def _gone_over(state: State) -> OcpiError:
    return OcpiError(Code.SERVER_ERROR, f"I have gone over to OCPI {state.version}", http=503)


def _refusal(error: OcpiError) -> Answer:
    data = error.data if isinstance(error, Refused) else msgspec.UNSET
    body = envelope.render(error.code, datetime.now(UTC), message=error.message, data=data)
    return Answer(error.http, error.headers, body)


def _headed(answer: Answer, received: Received) -> Answer:
    """The answer with the headers that every answer has; its own count more."""
    headers: dict[str, str] = {}
    if answer.body:
        headers["Content-Type"] = "application/json"
    for name, key in (("X-Request-ID", REQUEST_ID), ("X-Correlation-ID", CORRELATION_ID)):
        if key in received.headers:
            headers[name] = received.headers[key]
    if isinstance(received.to, PartyId) and isinstance(received.from_, PartyId):
        headers |= routing(received.from_, received.to)
    own = {name.lower() for name, _ in answer.headers}
    kept = tuple((name, value) for name, value in headers.items() if name.lower() not in own)
    return Answer(answer.status, (*kept, *answer.headers), answer.body)


async def _write(answer: Answer, send: Send) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
