"""Minutes become hours after a day, and hours go; what they count stays the same."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max, Min, Sum
from django.utils import timezone

from apps.counts import read, rolling
from apps.counts.collect import Counts
from apps.counts.models import NUMBERS, Pair, Queue, Total
from apps.counts.tasks import roll_up
from config.celery import ALONE
from tests.hub import Hub

NOW = datetime(2030, 5, 20, 12, 34, tzinfo=UTC)
HOURS = 30


def fill() -> None:
    """Something every 10 minutes for 30 hours up to now."""
    for number in range(HOURS * 6):
        at, counts = NOW - timedelta(minutes=10 * number), Counts()
        counts.message(at, 1, 2, "tariffs", "ok", own_ms=number % 9, partner_ms=50)
        counts.message(at, 2, 0, "tokens", "failed", own_ms=3)
        counts.deliveries(at, 2, done=1, dropped=number % 2)
        counts.write_here()
    Queue.objects.filter(platform=0).update(waiting=5, oldest_seconds=1.5)
    early = Queue.objects.filter(platform=0, at__lte=NOW - timedelta(hours=28)).latest("at")
    Queue.objects.filter(platform=0, at=early.at).update(waiting=70, oldest_seconds=20)


def sums() -> list[Any]:
    found: list[Any] = [
        model._default_manager.aggregate(*(Sum(name) for name in NUMBERS))
        for model in (Pair, Total)
    ]
    return [*found, Queue.objects.aggregate(Sum("done"), Sum("dropped"), Max("waiting"))]


def test_minutes_older_than_a_day_become_hours(hub: Hub) -> None:
    fill()
    before = sums()
    assert rolling.roll_up(NOW) > 0
    assert sums() == before
    for model in (Pair, Total, Queue):
        rows = model._default_manager
        minutes, hours = rows.filter(minutes=1), rows.filter(minutes=60)
        assert minutes.aggregate(first=Min("at"))["first"] <= NOW - timedelta(hours=25)
        assert hours.aggregate(last=Max("at"))["last"] + timedelta(hours=1) <= NOW - timedelta(
            days=1
        )
        assert {(row.at.minute, row.at.second) for row in hours} == {(0, 0)}
        assert hours.count() < minutes.count()
    assert rolling.roll_up(NOW) == 0


def test_of_an_hour_the_worst_minute_is_kept(hub: Hub) -> None:
    fill()
    rolling.roll_up(NOW)
    worst = Queue.objects.filter(platform=0, minutes=60).order_by("-waiting")
    assert [(row.waiting, row.oldest_seconds) for row in worst[:2]] == [(70, 20), (5, 1.5)]
    assert set(Queue.objects.filter(platform=2).values_list("waiting", flat=True)) == {None}


def test_a_late_minute_is_added_to_its_hour(hub: Hub) -> None:
    fill()
    rolling.roll_up(NOW)
    late = Counts()
    late.message(NOW - timedelta(hours=28), 1, 2, "tariffs", "ok", own_ms=2)
    late.write_here()
    before = sums()
    rolling.roll_up(NOW)
    assert sums() == before
    assert Pair.objects.filter(minutes=1, at__lt=NOW - timedelta(hours=27)).count() == 0


def test_sums_over_minutes_and_hours_are_the_same(hub: Hub) -> None:
    fill()
    since = NOW.replace(minute=0) - timedelta(hours=29)
    before = read.passed(since), read.delivered(since)
    rolling.roll_up(NOW)
    assert (read.passed(since), read.delivered(since)) == before
    assert before[0][0].failed == before[0][0].ok > 170


def test_hours_are_kept_three_times_as_long_as_the_log(hub: Hub) -> None:
    fill()
    rolling.roll_up(NOW)
    hours = Pair.objects.filter(minutes=60)
    first = hours.aggregate(first=Min("at"))["first"]
    assert rolling.prune(first) == 0
    kept = timedelta(days=settings.HUB.log_days * rolling.LONGER_THAN_LOG)
    minutes = Pair.objects.filter(minutes=1).count()
    assert rolling.prune(NOW + kept) > 0
    assert (hours.count(), Pair.objects.filter(minutes=1).count()) == (0, minutes)


def test_the_hourly_task_does_both(hub: Hub) -> None:
    now = timezone.now()
    kept = timedelta(days=settings.HUB.log_days * rolling.LONGER_THAN_LOG)
    for age in (timedelta(0), timedelta(days=2), kept + timedelta(days=2)):
        counts = Counts()
        counts.message(now - age, 1, 2, "tariffs", "ok")
        counts.write_here()
    assert roll_up.name in ALONE
    roll_up()
    rows = Pair.objects.order_by("-at")
    assert [row.minutes for row in rows] == [1, 60]
