"""The onward leg: sends it, tries the other token form once on a refusal, logs what happened."""

import asyncio
import time
from datetime import datetime

from apps.gateway.call import Call, Passage
from apps.traffic import metrics
from apps.traffic.legs import Between, onward, with_bodies
from apps.traffic.losses import noted
from apps.transport.forms import in_either_form
from hub.ocpi.bridge import Note
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError
from hub.routing.network import Platform
from hub.routing.reply import result_in


async def send(
    call: Call,
    passage: Passage,
    request: Outgoing,
    platform: Platform,
    to_party: str,
    notes: tuple[Note, ...] = (),
) -> Answer:
    """The platform's answer; a token form that turns out to be the right one is remembered.
    `notes` are what was lost in the request, which came in another version. Raises OcpiError."""
    leg = _Leg(call, passage, platform, to_party, notes)
    answer, form = await in_either_form(leg.send, request, platform)
    if form is not None:
        call.process.noticed.forms[platform.id] = form
    return answer


class _Leg:
    """One onward leg; every attempt on it leaves a row."""

    def __init__(
        self,
        call: Call,
        passage: Passage,
        platform: Platform,
        to_party: str,
        notes: tuple[Note, ...],
    ) -> None:
        self._call = call
        self._passage = passage
        self._platform = platform
        self._to_party = to_party
        self._notes = notes

    async def send(self, request: Outgoing) -> Answer:
        process, platform = self._call.process, self._platform
        began, started = process.clock(), time.perf_counter()
        try:
            with self._passage.waiting():
                answer = await process.client.send(request, platform.id, platform.max_in_flight)
        except OcpiError as error:
            self._record(request, None, error, began, started)
            raise
        except asyncio.CancelledError:
            self._record(request, None, None, began, started)
            raise
        self._record(request, answer, None, began, started)
        return answer

    def _record(
        self,
        request: Outgoing,
        answer: Answer | None,
        error: OcpiError | None,
        began: datetime,
        started: float,
    ) -> None:
        seconds = time.perf_counter() - started
        found = answer.envelope if answer is not None else None
        self._passage.code = found.status_code if found is not None else None
        call, message = self._call, self._call.message
        row = onward(
            request,
            answer,
            error,
            Between(
                self._platform.id,
                str(call.from_party),
                self._to_party,
                message.match.module.id,
                message.match.interface,
                self._platform.version,
            ),
            ids=(message.correlation_id, request.request_id, message.request_id),
            at=began,
            milliseconds=seconds * 1000,
        )
        self._passage.answered = answer.body if answer is not None else b""
        # A body that is passed on as it came is in the log once, with the leg it came on.
        sent = b"" if request.body is message.body else request.body
        with_bodies(row, call.process.bodies, sent, self._passage.answered, call.private)
        if message.match.operation.reply_to is not None and found is not None:
            row.says = result_in(found.data)
        if self._notes:
            call.process.recorder.counts.losses(
                began, self._platform.id, row.module, message.version, self._platform.version,
                self._notes,
            )  # fmt: skip
            noted(row, self._notes)
        call.process.recorder.add(row, counted=True)
        if answer is not None or not self._passage.to_platform:
            self._passage.to_platform = self._platform.id
        metrics.TALLY.forward(row.module, _outcome(answer, error))
        metrics.TALLY.partner.add(seconds)


def _outcome(answer: Answer | None, error: OcpiError | None) -> str:
    """How a leg ended: answered, the kind of failure, or given up because another was faster."""
    if answer is not None:
        return "answered"
    return type(error).__name__ if error is not None else "given up"
