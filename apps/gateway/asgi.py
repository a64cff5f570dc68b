"""OCPI traffic in and out: a plain ASGI application under /ocpi/.

    read the headers -> authenticate -> rate limit -> read the body -> configuration module, or
    match -> guard -> decide -> execute -> answer, with one log row and its metrics

Anything refused on the way is an OcpiError and becomes an envelope here, in one place.
"""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from apps.credentials.answer import ConfigRequest, is_configuration, no_such_page
from apps.credentials.answer import answer as configuration
from apps.credentials.legs import logged
from apps.gateway import clientinfo, standins
from apps.gateway.auth import Caller, authenticate
from apps.gateway.call import Call, Passage
from apps.gateway.exchange import answered
from apps.gateway.inbound import (
    Request,
    decode,
    read_body,
    read_message,
    read_request,
    require_plain,
)
from apps.gateway.outbound import refused, write
from apps.gateway.process import Process
from apps.gateway.understood import understood
from apps.modules import registry
from apps.parties import directory
from apps.traffic import metrics
from apps.traffic.legs import Between, inward, with_bodies
from apps.traffic.losses import noted
from hub.ocpi import envelope, headers
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.message import Answer, Message, Outgoing
from hub.ocpi.module import Audience, Interface
from hub.ocpi.status import Code, OcpiError, unauthorized
from hub.routing.guard import check
from hub.routing.network import TokenKind
from hub.routing.reply import result_in
from hub.routing.translated import OLDEST, as_2_1_1

Send = Callable[[Any], Awaitable[None]]
Receive = Callable[[], Awaitable[Any]]
log = logging.getLogger(__name__)


class Gateway:
    """The application; its process state lives from lifespan start to lifespan end."""

    def __init__(self) -> None:
        self.process: Process | None = None

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            if self.process is None:
                raise RuntimeError("the gateway needs a server that runs the ASGI lifespan")
            await _handle(self.process, scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            event = await receive()
            if event["type"] == "lifespan.startup":
                self.process = Process()
                await self.process.open()
                await send({"type": "lifespan.startup.complete"})
            elif event["type"] == "lifespan.shutdown":
                if self.process is not None:
                    await self.process.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


application = Gateway()


async def _handle(process: Process, scope: Any, receive: Receive, send: Send) -> None:
    began, started = process.clock(), time.perf_counter()
    request = read_request(scope)
    passage = Passage()
    body = b""
    metrics.TALLY.in_flight += 1
    try:
        caller = await authenticate(request, process)
        passage.platform = caller.platform
        if not is_configuration(request.path):
            process.buckets.take(caller.platform.id, started)
        require_plain(request)
        body = await read_body(receive, settings.HUB.max_request_bytes)
        answer = await _answer(process, request, caller, body, passage)
    except OcpiError as error:
        passage.code, passage.error = int(error.code), error.reason
        answer = refused(error, request, passage, directory.snapshot(), process.clock())
    except Exception:  # the last line: whatever it was, the peer gets an OCPI answer
        log.exception("%s: internal error", request.correlation_id)
        failure = OcpiError(
            Code.HUB_ERROR, "internal error of the hub; its operator can look it up."
        )
        passage.code, passage.error = int(failure.code), failure.message
        answer = refused(failure, request, passage, directory.snapshot(), process.clock())
    finally:
        metrics.TALLY.in_flight -= 1
    if OLDEST in request.path[:2]:
        answer = as_2_1_1(answer)
    try:
        passage.sent = await write(answer, send)
    except Exception:  # a list that cannot be finished must not look as if it were
        passage.error = "the answer broke off, and the connection was closed"
        log.exception("%s: the answer broke off", request.correlation_id)
        raise
    finally:
        _record(process, request, body, answer, passage, began, time.perf_counter() - started)


async def _answer(
    process: Process, request: Request, caller: Caller, body: bytes, passage: Passage
) -> Answer:
    if is_configuration(request.path):
        return await _configuration(process, request, caller, body, passage)
    if caller.kind is TokenKind.INVITATION:
        raise unauthorized(
            "this token is good for versions and credentials only; register first, then use the "
            "token of the Credentials object you get."
        )
    if len(request.path) < 3:
        raise no_such_page(request.path)
    if clientinfo.is_asked(request):
        passage.module, passage.interface = MODULE_ID, Interface.SENDER.value
        passage.action, passage.code = "configuration", int(Code.SUCCESS)
        return await clientinfo.answer(process, request, caller.platform)
    stand_in = standins.SEGMENT.fullmatch(request.path[-1])
    content = decode(body)
    network = directory.snapshot()
    if stand_in is not None and len(request.path) == 4:
        message = standins.message_on(request, body, content)
        passage.message, passage.action = message, "followed"
        _name(passage, message)
        heard = (message, caller.platform, network.hub, network, process.clock())
        call = Call(*heard, process=process)
        answer = await standins.follow(call, passage, stand_in.group(1))
    else:
        message = read_message(request, body, content, registry())
        if message.version == OLDEST:
            async with process.pool.connection() as connection:
                message = await understood(
                    message, caller.platform, network, connection, process.clock()
                )
        passage.message = message
        _name(passage, message)
        from_party = check(message, caller.platform, network)
        passage.from_party = str(from_party)
        if message.from_ is None and message.version != OLDEST:
            process.noticed.habits[caller.platform.id, "no OCPI-from headers"] = process.clock()
        heard = (message, caller.platform, from_party, network, process.clock())
        call = Call(*heard, process=process)
        answer = await answered(call, passage)
    if passage.code is None:
        passage.code = int(Code.SUCCESS)
    return answer


async def _configuration(
    process: Process, request: Request, caller: Caller, body: bytes, passage: Passage
) -> Answer:
    passage.module, passage.action = request.path[-1], "configuration"
    asked = ConfigRequest(
        method=request.method,
        path=request.path,
        content=decode(body),
        platform=caller.platform,
        kind=caller.kind,
        token=caller.token,
        form=caller.form,
        correlation_id=request.correlation_id,
        now=process.clock(),
    )

    async def send_and_wait(outgoing: Outgoing) -> Answer:
        with passage.waiting():
            return await process.client.send(outgoing)

    send = logged(send_and_wait, process.keep_row, caller.platform.id, request.request_id)
    data = await configuration(asked, directory.snapshot(), send)
    passage.code = int(Code.SUCCESS)
    own = (("X-Request-ID", request.request_id), ("X-Correlation-ID", request.correlation_id))
    return Answer(200, own, envelope.render(Code.SUCCESS, process.clock(), data=data))


def _name(passage: Passage, message: Message) -> None:
    match = message.match
    passage.module, passage.interface = match.module.id, match.interface.value
    passage.private = match.module.audience is Audience.ADDRESSEE
    passage.to_party = "" if isinstance(message.to, headers.Half) else str(message.to or "")


def _record(
    process: Process,
    request: Request,
    body: bytes,
    answer: Answer,
    passage: Passage,
    began: Any,
    seconds: float,
) -> None:
    known = passage.platform is not None
    if not known and not process.strangers.has_room(0, time.perf_counter()):
        metrics.TALLY.dropped("stranger")
        return
    row = inward(
        request.method,
        f"{request.raw_path}?{request.query}" if request.query else request.raw_path,
        request.all_headers,
        body,
        answer,
        Between(
            passage.platform.id if passage.platform is not None else None,
            passage.from_party,
            passage.to_party,
            passage.module,
            passage.interface,
        ),
        ids=(request.correlation_id, request.request_id),
        at=began,
        milliseconds=seconds * 1000,
        code=passage.code,
        error=passage.error,
    )
    row.answer_bytes, row.object = passage.sent, passage.object
    row.follows = passage.follows
    if passage.follows and passage.message is not None:
        row.says = result_in(passage.message.content)
    if passage.notes:
        noted(row, passage.notes)
    own = b"" if answer.body is passage.answered else answer.body
    with_bodies(row, process.bodies, body, own, passage.private)
    process.recorder.add(row, counted=True)
    module = passage.module if known else ""
    own_seconds = max(0.0, seconds - passage.waited)
    metrics.TALLY.message(module, passage.action, answer.status, row.code)
    metrics.TALLY.own.add(own_seconds)
    if passage.platform is not None:  # strangers are no partners: nobody need look after them
        process.recorder.counts.message(
            began,
            passage.platform.id,
            passage.to_platform,
            row.module,
            row.outcome,
            own_ms=own_seconds * 1000,
            partner_ms=passage.waited * 1000 if passage.to_platform else None,
        )
