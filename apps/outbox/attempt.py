"""One attempt at one delivery: what is sent, what is logged of it, what its answer means."""

import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from apps.database import in_thread
from apps.message_ids import new_id
from apps.outbox.due import Due, Result
from apps.outbox.follow import OWNER_AND_ID
from apps.outbox.spoken import Spoken
from apps.outbox.way import Ways
from apps.parties import platforms
from apps.traffic import metrics
from apps.traffic.legs import onward
from apps.traffic.losses import noted
from apps.traffic.recorder import Recorder
from apps.transport.forms import in_either_form
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import Code, OcpiError
from hub.policy.retry import Done, Drop, Follow, Outcome, RetryAt, Verdict, retry_after, verdict
from hub.routing.network import Platform

Send = Callable[[Outgoing, int, int | None], Awaitable[Answer]]
Clock = Callable[[], datetime]
NO_ANSWER = (Code.TIMEOUT, Code.CONNECTION_PROBLEM)


async def attempt(
    spoken: Spoken,
    ways: Ways,
    send: Send,
    clock: Clock,
    recorder: Recorder,
) -> Result:
    """Sends a delivery to its platform, as its version says it, in either token form, and says what
    came of it."""
    due, request_id = spoken.due, new_id()
    if spoken.refused is not None:
        return Result(due, None, None, spoken.refused)
    try:
        way = ways.of(due)
        request = way.request(due, request_id)
    except OcpiError as impossible:
        return Result(due, None, int(impossible.code), Drop(impossible.message))
    platform = way.platform
    began, started = clock(), time.perf_counter()
    answer, error = await _sent(request, platform, send)
    row = onward(
        request,
        answer,
        error,
        way.between,
        ids=(due.correlation_id, request_id, due.request_id),
        at=began,
        milliseconds=(time.perf_counter() - started) * 1000,
    )
    if spoken.notes:
        noted(row, spoken.notes)
        recorder.counts.losses(
            began, platform.id, due.module, due.version, platform.version, spoken.notes
        )
    recorder.add(row)
    now = clock()
    outcome = _outcome(answer, error, now)
    decided = (
        Drop(error.message)
        if error is not None and error.code not in NO_ANSWER
        else _verdict(due, outcome, now)
    )
    return Result(due, outcome.http, outcome.code, decided)


async def _sent(
    request: Outgoing, platform: Platform, send: Send
) -> tuple[Answer | None, OcpiError | None]:
    try:
        answer, form = await in_either_form(
            lambda outgoing: send(outgoing, platform.id, platform.max_in_flight), request, platform
        )
    except OcpiError as error:
        return None, error
    if form is not None:
        await in_thread(platforms.remember_form, platform.id, form)
    return answer, None


def _outcome(answer: Answer | None, error: OcpiError | None, now: datetime) -> Outcome:
    if answer is None:
        return Outcome(None, int(error.code) if error is not None else None)
    code = answer.envelope.status_code if answer.envelope is not None else None
    wait = None if answer.accepted else retry_after(answer.header("retry-after"), now)
    return Outcome(answer.status, code, wait)


def _verdict(due: Due, outcome: Outcome, now: datetime) -> Verdict:
    nested = len([each for each in due.tail.split("/") if each]) > OWNER_AND_ID
    jitter = random.random()  # noqa: S311  # spreads retries, hides nothing
    return verdict(outcome, due.attempts, now, jitter, is_part=nested or due.method == "PATCH")


def broken(due: Due, error: Exception, now: datetime) -> Result:
    """What comes of an attempt that broke off in the hub itself: it is made again, as where nobody
    answers, and given up in the end."""
    nobody = _verdict(due, Outcome(None, int(Code.CONNECTION_PROBLEM)), now)
    assert isinstance(nobody, RetryAt | Drop)  # no answer is nothing else
    reason = f"the hub could not send it: {type(error).__name__}"
    return Result(due, None, None, replace(nobody, reason=reason))


def count(results: Sequence[Result], now: datetime) -> None:
    """Adds the outcomes of a window to the metrics."""
    outcomes = Counter((r.due.module, type(r.verdict).__name__.lower()) for r in results)
    for labels, number in outcomes.items():
        metrics.DELIVERIES.labels(*labels).inc(number)
    lags = metrics.Durations(metrics.DELIVERY_LAG)
    for result in results:
        if isinstance(result.verdict, Done):
            lags.add(max(0.0, (now - result.due.created_at).total_seconds()))
    lags.publish()


def ended(results: Sequence[Result]) -> tuple[int, int]:
    """How many of a window were done, and how many given up."""
    done = sum(isinstance(result.verdict, Done) for result in results)
    return done, sum(isinstance(result.verdict, Drop | Follow) for result in results)
