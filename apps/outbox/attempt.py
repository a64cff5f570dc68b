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
DONE = Done()
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
    return _result(due, answer, error, clock)


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


def _result(due: Due, answer: Answer | None, error: OcpiError | None, clock: Clock) -> Result:
    """What an attempt came to; what to do now is asked only where it was not taken."""
    if answer is None:
        assert error is not None  # a request ends in one of the two
        nothing = Outcome(None, int(error.code))
        lost = error.code in NO_ANSWER
        decided = _verdict(due, nothing, clock()) if lost else Drop(error.message)
        return Result(due, None, nothing.code, decided)
    code = answer.envelope.status_code if answer.envelope is not None else None
    if answer.accepted:
        return Result(due, answer.status, code, DONE)
    now = clock()
    outcome = Outcome(answer.status, code, retry_after(answer.header("retry-after"), now))
    return Result(due, answer.status, code, _verdict(due, outcome, now))


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


def count(results: Sequence[Result], now: datetime) -> tuple[int, int]:
    """Adds the outcomes of a window to the metrics; how many were done, and how many given up."""
    outcomes = Counter([(result.due.module, type(result.verdict)) for result in results])
    ended = Counter[type[Verdict]]()
    for (module, came), number in outcomes.items():
        metrics.TALLY.deliveries(module, came.__name__.lower(), number)
        ended[came] += number
    for result in results:
        if isinstance(result.verdict, Done):
            metrics.TALLY.lags.add(max(0.0, (now - result.due.created_at).total_seconds()))
    return ended[Done], ended[Drop] + ended[Follow]
