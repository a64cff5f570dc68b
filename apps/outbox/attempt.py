"""One attempt at one delivery: what is sent, what is logged of it, what its answer means."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from apps.database import in_thread
from apps.modules import registry
from apps.outbox.due import Due, Result
from apps.outbox.follow import OWNER_AND_ID
from apps.outbox.spoken import Spoken
from apps.parties import platforms
from apps.traffic import metrics
from apps.traffic.legs import Between, onward
from apps.traffic.losses import noted
from apps.traffic.recorder import Recorder
from apps.transport.forms import in_either_form
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Headers, Outgoing
from hub.ocpi.module import Interface
from hub.ocpi.status import Code, OcpiError
from hub.policy.retry import Done, Drop, Follow, Outcome, RetryAt, Verdict, retry_after, verdict
from hub.routing.hop import addressed, identity, target_url
from hub.routing.network import Network, Platform

Send = Callable[[Outgoing, int, int | None], Awaitable[Answer]]
Clock = Callable[[], datetime]
TIME_LIMIT = 30.0
NO_ANSWER = (Code.TIMEOUT, Code.CONNECTION_PROBLEM)


async def attempt(
    spoken: Spoken,
    platform: Platform,
    network: Network,
    send: Send,
    clock: Clock,
    recorder: Recorder,
) -> Result:
    """Sends a delivery to its platform, as its version says it, in either token form, and says what
    came of it."""
    due, request_id = spoken.due, str(uuid.uuid4())
    if spoken.refused is not None:
        return Result(due, None, None, spoken.refused)
    try:
        request = request_of(due, platform, network, request_id)
    except OcpiError as impossible:
        return Result(due, None, int(impossible.code), Drop(impossible.message))
    began, started = clock(), time.perf_counter()
    answer, error = await _sent(request, platform, send)
    row = onward(
        request,
        answer,
        error,
        Between(
            platform.id,
            due.from_party or str(network.hub),
            due.party,
            due.module,
            Interface.RECEIVER.value,
            platform.version,
        ),
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
    outcome = _outcome(answer, error, clock())
    decided = (
        Drop(error.message)
        if error is not None and error.code not in NO_ANSWER
        else _verdict(due, outcome, clock())
    )
    return Result(due, outcome.http, outcome.code, decided)


async def _sent(
    request: Outgoing, platform: Platform, send: Send
) -> tuple[Answer | None, OcpiError | None]:
    async def to_lane(outgoing: Outgoing) -> Answer:
        return await send(outgoing, platform.id, platform.max_in_flight)

    try:
        answer, form = await in_either_form(to_lane, request, platform)
    except OcpiError as error:
        return None, error
    if form is not None:
        await in_thread(platforms.remember_form, platform.id, form)
    return answer, None


def _outcome(answer: Answer | None, error: OcpiError | None, now: datetime) -> Outcome:
    if answer is None:
        return Outcome(None, int(error.code) if error is not None else None)
    code = answer.envelope.status_code if answer.envelope is not None else None
    return Outcome(answer.status, code, retry_after(answer.header("retry-after"), now))


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
    for result in results:
        if isinstance(result.verdict, Done):
            metrics.DELIVERY_LAG.observe(max(0.0, (now - result.due.created_at).total_seconds()))


def ended(results: Sequence[Result]) -> tuple[int, int]:
    """How many of a window were done, and how many given up."""
    done = sum(isinstance(result.verdict, Done) for result in results)
    return done, sum(isinstance(result.verdict, Drop | Follow) for result in results)


def request_of(due: Due, platform: Platform, network: Network, request_id: str) -> Outgoing:
    """What the platform is sent for a delivery. Raises OcpiError 4000 and 4003 when it cannot be
    sent, 4001 when its agreement does not allow it any more."""
    base = platform.endpoints.get((registry().identifier_of(due.module), Interface.RECEIVER))
    if base is None:
        raise OcpiError(Code.HUB_ERROR, f"it offers no RECEIVER interface of {due.module} any more")
    why_not = _why_not(due, platform, network)
    if why_not:
        raise OcpiError(Code.UNKNOWN_RECEIVER, why_not)
    content_type = (("Content-Type", "application/json"),) if due.body else ()
    return Outgoing(
        method=due.method,
        url=target_url(base, due.tail, due.query),
        headers=identity(platform, request_id, due.correlation_id)
        + _routing(due, platform, network)
        + content_type,
        body=bytes(due.body),
        time_limit=TIME_LIMIT,
    )


def _why_not(due: Due, platform: Platform, network: Network) -> str:
    """Why its receiver may not have it here: the party has left the platform, or may not exchange
    it with its owner. Empty where it may, and for what the hub itself says to a platform."""
    module = registry().get(due.module)
    if not due.party or module is None:
        return ""
    party = PartyId.parse(due.party)
    if not network.roles(platform.id, party):
        return f"{party} is not on the platform any more"
    return network.why_not(PartyId.parse(due.owner), party, module)


def _routing(due: Due, platform: Platform, network: Network) -> Headers:
    """FROM the hub, unless it carries on a party's own message; none where the hub speaks to the
    platform and not to a party, or its version has none
    (spec: transport_and_format_message_routing_headers)."""
    if not due.party:
        return ()
    own = network.spelled(PartyId.parse(due.from_party)) if due.from_party else network.hub
    return addressed(platform, network.spelled(PartyId.parse(due.party)), own)
