"""Each status has its events, each change its history; one function writes both."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from apps.credentials import registration
from apps.credentials.invitations import invite_again
from apps.hubclientinfo import tasks
from apps.parties import platforms
from apps.parties.models import Liveness, StatusChange
from apps.parties.models import Platform as Row
from hub.policy.liveness import Event
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import at, hearing, history, news
from tests.platforms import SENDER, Platform

ROOT = Path(__file__).resolve().parents[2]


def test_a_status_has_one_place_where_it_changes() -> None:
    """Grep finds every cause of an effect: no other file writes the column."""
    found = [
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "apps").rglob("*.py")
        if "migrations" not in path.parts and "status_since=" in path.read_text()
    ]
    assert found == ["apps/parties/platforms.py"]


def test_a_life_with_every_status(hub: Hub, msp: Platform) -> None:
    """H-04, D-33"""
    row = hub.row(msp)
    msp.unregister()
    invite_again(row, now=at(0))
    platforms.suspend(row, "unpaid", at(0))
    platforms.resume(hub.row(msp), at(0))
    assert history(hub, msp) == [
        ("PLANNED", "CONNECTED", "registered"),
        ("CONNECTED", "OFFLINE", "unregistered itself"),
        ("OFFLINE", "OFFLINE", "invited again"),
        ("OFFLINE", "SUSPENDED", "unpaid"),
        ("SUSPENDED", "OFFLINE", "resumed by an operator"),
    ]
    invitation = hub.invite(msp.name)
    msp.register(invitation.versions_url, invitation.token_a)
    msp.rotate()
    asyncio.run(registration.unregister(hub.row(msp)))
    assert history(hub, msp)[-3:] == [
        ("OFFLINE", "CONNECTED", "registered"),
        ("CONNECTED", "CONNECTED", "credentials updated"),
        ("CONNECTED", "OFFLINE", "unregistered by the hub"),
    ]


def test_who_was_invited_and_never_registered_is_planned_again_after_a_suspension(hub: Hub) -> None:
    hub.invite("New")
    row = Row.objects.get()
    assert (row.status, row.status_changes.count()) == (Status.PLANNED, 0)
    platforms.suspend(row, "", at(0))
    assert platforms.resume(Row.objects.get(), at(0))
    assert Row.objects.get().status == Status.PLANNED


@pytest.mark.parametrize("event", [Event.HEARD, Event.ANSWERED, Event.RESUMED, Event.REGISTERED])
def test_only_an_operator_ends_a_suspension(hub: Hub, msp: Platform, event: Event) -> None:
    hub.set_status(msp, Status.SUSPENDED)
    changed = platforms.set_status(hub.row(msp).pk, event, "whatever", at(0))
    assert changed is (event is Event.RESUMED)


def test_what_changes_nothing_leaves_no_trace(hub: Hub, msp: Platform) -> None:
    before = hub.row(msp)
    assert not platforms.set_status(before.pk, Event.HEARD, "whatever", at(0))
    assert not platforms.set_status(12345, Event.SUSPENDED, "whatever", at(0))
    after = hub.row(msp)
    assert (after.status_since, after.status_cause) == (before.status_since, "registered")
    assert StatusChange.objects.count() == 1


def test_a_change_is_unannounced_until_those_who_may_know_are_told(hub: Hub, cpo: Platform) -> None:
    """A lower layer never calls up: it leaves a row."""
    hearing(hub, "DE/MSP")
    news(hub)
    hub.set_status(cpo, Status.OFFLINE)
    change = StatusChange.objects.latest("pk")
    assert change.announced_at is None
    news(hub)
    change.refresh_from_db()
    assert change.announced_at is not None


def test_failures_and_checks_are_counted_anew_after_a_change(hub: Hub, msp: Platform) -> None:
    row = hub.row(msp)
    long_ago = at(-300)
    Liveness.objects.create(
        platform=row, failures=4, failing_since=long_ago, failed_at=at(-1), checks_failed=1,
        check_due_at=at(30),
    )  # fmt: skip
    hub.set_status(msp, Status.OFFLINE)
    now = Liveness.objects.get()
    assert (now.failures, now.failing_since, now.checks_failed, now.check_due_at) == (
        0, None, 0, None,
    )  # fmt: skip
    # What was sent since the first failure may not have arrived.
    assert StatusChange.objects.latest("pk").missed_from == long_ago


def test_history_is_kept_by_age_but_for_how_things_are_now(hub: Hub, msp: Platform) -> None:
    hub.set_status(msp, Status.OFFLINE)
    hub.announce()
    StatusChange.objects.update(at=at(0) - timedelta(days=400))
    row = hub.row(msp)
    Row.objects.filter(pk=row.pk).update(status_since=StatusChange.objects.latest("pk").at)
    StatusChange.objects.filter(after="CONNECTED").update(at=at(0) - timedelta(days=401))
    tasks.prune()
    (left,) = StatusChange.objects.all()
    assert left.after == "OFFLINE"


def test_the_status_of_a_platform_counts_at_once(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """R-28"""
    ask: Any = lambda: msp.request("GET", "locations", SENDER, "L1", to=("NL", "CPO"))  # noqa: E731
    assert ask().status == 404
    hub.set_status(cpo, Status.OFFLINE)
    assert ask().code == 4003
