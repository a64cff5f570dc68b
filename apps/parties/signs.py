"""Signs of life: who was heard from, who answered, whose requests failed.

A process collects them in memory, at the price of a dictionary entry for each message, and writes
them a second later: when each platform was last seen, failures in a row, and what follows from
both. The rows count for all processes together, so losing a process loses a second.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.database import Pool, in_thread
from apps.parties.models import Liveness, Platform, StatusChange
from apps.parties.platforms import set_status
from hub.ocpi.message import Answer
from hub.ocpi.status import OcpiError
from hub.policy import breaker, liveness
from hub.policy.breaker import Streak
from hub.policy.liveness import PROVES, Came, Event, Proof, Watched
from hub.routing.network import Status

# Seen is written no more often than this: silence is counted in minutes.
SEEN_SECONDS = 10

# Rows are locked in one order, so that processes that write at once never wait for each other.
# Nearly always nothing follows from signs of life: who is OFFLINE, or has failed, is all that is
# looked at more closely.
_SEEN = """
WITH sign AS (
    SELECT p.id, s.at FROM parties_platform p
    JOIN unnest(%(ids)s::bigint[], %(moments)s::timestamptz[]) AS s (id, at) ON s.id = p.id
    WHERE p.last_seen IS NULL OR p.last_seen <= s.at - %(seconds)s * INTERVAL '1 second'
    ORDER BY p.id FOR NO KEY UPDATE OF p
), seen AS (
    UPDATE parties_platform p SET last_seen = sign.at FROM sign WHERE p.id = sign.id
)
SELECT p.id FROM parties_platform p LEFT JOIN parties_liveness l ON l.platform_id = p.id
WHERE p.id = ANY(%(ids)s) AND (p.status = %(offline)s OR l.failures > 0)
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """One request that failed: when, and how."""

    at: datetime
    came: Came


@dataclass(slots=True)
class Collected:
    """The signs since the last write, by platform."""

    heard: dict[int, datetime] = field(default_factory=dict)
    answered: dict[int, datetime] = field(default_factory=dict)
    failed: dict[int, list[Failure]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.heard or self.answered or self.failed)

    def telling(self, platform_ids: Collection[int]) -> "Collected":
        """The signs of life of some platforms and of those that failed, and all failures."""
        told = {*platform_ids, *self.failed}
        return Collected(
            {each: at for each, at in self.heard.items() if each in told},
            {each: at for each, at in self.answered.items() if each in told},
            self.failed,
        )


class Signs:
    """What one process collects. `outcome` is what its client reports to."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._collected = Collected()

    def heard(self, platform_id: int, at: datetime) -> None:
        """A message came from a platform."""
        self._collected.heard[platform_id] = at

    def outcome(self, platform_id: int, answer: Answer | None, error: OcpiError | None) -> None:
        """A request to a platform had an answer, or none."""
        came = came_of(answer, error)
        proof, now = PROVES[came].traffic, self._clock()
        if proof is Proof.ALIVE:
            self._collected.answered[platform_id] = now
            self._collected.failed.pop(platform_id, None)
        elif proof is Proof.DOWN:
            self._collected.failed.setdefault(platform_id, []).append(Failure(now, came))

    @property
    def pressing(self) -> bool:
        """Whether a request failed: its platform may have gone away."""
        return bool(self._collected.failed)

    def take(self) -> Collected:
        """What was collected since the last time; to be called where it is collected, and written
        beside it."""
        collected, self._collected = self._collected, Collected()
        return collected


def write(collected: Collected) -> bool:
    """Writes what was collected; returns whether a status changed by it."""
    if not collected:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, _values(_latest(collected)))
        return _follow(collected.telling({row[0] for row in cursor.fetchall()}))


async def write_beside(pool: Pool, collected: Collected) -> None:
    """The same, from an event loop: with models, in a thread, only what follows from it."""
    if not collected:
        return
    async with pool.connection() as here:
        cursor = await here.execute(_SEEN, _values(_latest(collected)))
        telling = collected.telling({row[0] for row in await cursor.fetchall()})
    if telling:
        await in_thread(_follow, telling)


def _follow(collected: Collected) -> bool:
    """What follows from signs beside being seen; returns whether a status changed."""
    _end_streaks(collected.answered)
    fell = [_fail(p, collected.failed[p]) for p in sorted(collected.failed)]
    return any(fell) | _return(collected)


def came_of(answer: Answer | None, error: OcpiError | None) -> Came:
    """What came of a request, in the words of hub.policy.liveness."""
    if answer is None:
        assert error is not None  # a request ends in one of the two
        return liveness.came_of_error(error.code)
    is_ocpi = answer.status >= 500 and answer.envelope is not None
    return liveness.came_of_answer(answer.status, is_ocpi=is_ocpi)


def _latest(collected: Collected) -> dict[int, datetime]:
    """The last sign of life of each platform."""
    latest = dict(collected.heard)
    for platform_id, at in collected.answered.items():
        latest[platform_id] = max(at, latest.get(platform_id, at))
    return latest


def _values(signs: Mapping[int, datetime]) -> dict[str, Any]:
    return {
        "ids": list(signs),
        "moments": list(signs.values()),
        "seconds": SEEN_SECONDS,
        "offline": Status.OFFLINE.value,
    }


def _end_streaks(answered: Mapping[int, datetime]) -> None:
    if not answered:
        return
    with transaction.atomic():
        rows = Liveness.objects.filter(pk__in=answered, failures__gt=0)
        for row in rows.select_for_update().order_by("pk"):
            _write(row, breaker.answered(_streak(row), answered[row.pk]))


@transaction.atomic
def _fail(platform_id: int, failures: list[Failure]) -> bool:
    """Counts failures; returns whether they made the platform OFFLINE."""
    known = Platform.objects.select_for_update(no_key=True).filter(pk=platform_id).first()
    if known is None or known.status != Status.CONNECTED:
        return False
    row, _ = Liveness.objects.get_or_create(platform=known)
    streak = breaker.failed(_streak(row), tuple(failure.at for failure in failures))
    _write(row, streak)
    if not breaker.opens(streak):
        return False
    last = max(failures, key=lambda failure: failure.at)
    cause = f"{streak.failures} requests in a row failed: {last.came.value}"
    return set_status(platform_id, Event.FAILING, cause, last.at)


def _return(collected: Collected) -> bool:
    """Lets platforms come back that gave a sign of life after they went OFFLINE."""
    signs = collected.heard.keys() | collected.answered.keys()
    away = Platform.objects.filter(pk__in=signs, status=Status.OFFLINE).exclude(version="")
    returned = False
    for row in away:
        for event, cause, moments in (
            (Event.ANSWERED, "it answered a request", collected.answered),
            (Event.HEARD, "a message came from it", collected.heard),
        ):
            at = moments.get(row.pk)
            if at is None or at <= row.status_since:
                continue
            fallen = falls(row.pk, at)
            if event is Event.ANSWERED or liveness.may_return_by_message(fallen):
                returned |= set_status(row.pk, event, cause, at)
            else:
                _ask_soon(row, fallen, at)
    return returned


def _ask_soon(platform: Platform, fallen: int, at: datetime) -> None:
    """Puts the check of an OFFLINE platform that was heard from forward."""
    known, _ = Liveness.objects.get_or_create(platform=platform)
    watched = Watched(
        platform.pk,
        Status.OFFLINE,
        since=platform.status_since,
        seen=at,
        silence=None,
        due=known.check_due_at,
        falls=fallen,
    )
    soon, due = liveness.check_after_message(known.checked_at, at), liveness.check_due(watched)
    if due is None or soon < due:
        unchanged = Liveness.objects.filter(pk=known.pk, check_due_at=known.check_due_at)
        unchanged.update(check_due_at=soon)


def falls(platform_id: int, now: datetime) -> int:
    """How often a platform went from CONNECTED to OFFLINE lately, by itself."""
    return StatusChange.objects.filter(
        platform_id=platform_id,
        before=Status.CONNECTED,
        after=Status.OFFLINE,
        at__gt=now - liveness.FALLS_WITHIN,
    ).count()


def seen(platform_id: int, at: datetime) -> None:
    """Writes one sign of life at once."""
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, _values({platform_id: at}))


def _streak(row: Liveness) -> Streak:
    return Streak(row.failures, row.failing_since, row.failed_at)


def _write(row: Liveness, streak: Streak) -> None:
    row.failures, row.failing_since, row.failed_at = streak.failures, streak.since, streak.last
    row.save(update_fields=["failures", "failing_since", "failed_at"])
