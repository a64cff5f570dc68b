"""When the hub pulls: on connect, on return, on schedule; and what an operator switches off."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import settings

from apps.parties import directory
from apps.sync import plan
from apps.sync.models import Pull, Source
from hub.ocpi import datetimes
from hub.policy.pulling import SPLAY, Kind, next_due
from hub.routing.network import Status
from tests.console.saying import command
from tests.gateway.objects import location, tariff
from tests.hub import Hub
from tests.platforms import Platform
from tests.sync.pulling import DAY, asked, at, keys, last, pull, source

HOUR = 3600.0


def with_settings(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, **changes))


def test_who_registers_is_pulled_in_full(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("locations", location())
    pull()
    assert {(p.kind, p.cause) for p in Pull.objects.all()} == {("full", "registered")}
    assert keys("locations") == {"L1"}


def test_whom_the_hub_registers_with_is_pulled_too(hub: Hub) -> None:
    made = hub.here.platform("Invites the hub")
    made.objects.put("locations", location())
    command("register", *made.invite())
    pull()
    assert keys("locations") == {"L1"}
    assert last("locations").cause == "registered by the hub"


@pytest.mark.ocpi("T-12")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_nothing_is_pulled_again_before_its_time(hub: Hub, cpo: Platform) -> None:
    pull()
    number = Pull.objects.count()
    pull()
    pull(at(0.8 * HOUR))
    assert Pull.objects.count() == number


def test_each_hour_what_changed_with_an_overlap(hub: Hub, cpo: Platform) -> None:
    """What was updated up to ten minutes before the last pull began is asked for again."""
    pull()
    began = last("tariffs").started_at
    assert began is not None
    for name, minutes in (("LONG-BEFORE", -11), ("JUST-BEFORE", -9), ("AFTER", 5)):
        stamp = datetimes.render(began + timedelta(minutes=minutes))
        cpo.objects.put("tariffs", tariff(name, last_updated=stamp))
    cpo.clear()
    pull(at(1.01 * HOUR))
    delta = last("tariffs")
    assert (delta.kind, delta.cause, delta.state) == ("delta", "schedule", "done")
    (query,) = asked(cpo, "tariffs")
    sent = datetimes.parse(parse_qs(query)["date_from"][0])
    assert abs((sent - (began - timedelta(minutes=10))).total_seconds()) < 0.002
    assert keys("tariffs") == {"JUST-BEFORE", "AFTER"}


def test_each_day_everything(hub: Hub, cpo: Platform) -> None:
    pull()
    cpo.objects.put("tariffs", tariff("OLD", last_updated="2020-01-01T00:00:00Z"))
    pull(at(1.01 * HOUR))
    assert keys("tariffs") == set()
    pull(at(1.01 * DAY))
    assert last("tariffs").kind == "full"
    assert keys("tariffs") == {"OLD"}


def test_a_delta_asks_from_the_last_pull_that_ended_well(hub: Hub, cpo: Platform) -> None:
    pull()
    well = source("tariffs").synced_from
    cpo.faults.set("refuse", module="tariffs")
    pull(at(1.01 * HOUR))
    assert last("tariffs").state == "failed"
    assert source("tariffs").synced_from == well
    cpo.faults.clear()
    pull(at(2.1 * HOUR))
    date_from = last("tariffs").date_from
    assert well is not None
    assert date_from == well - timedelta(minutes=10)


def test_a_list_that_never_came_whole_is_asked_for_in_full(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff("OLD", last_updated="2020-01-01T00:00:00Z"))
    cpo.faults.set("refuse", module="tariffs")
    pull()
    assert last("tariffs").state == "failed"
    cpo.faults.clear()
    pull(at(1.01 * HOUR))
    assert (last("tariffs").kind, last("tariffs").cause) == ("full", "schedule")
    assert keys("tariffs") == {"OLD"}


def test_who_comes_back_is_asked_for_what_changed(hub: Hub, cpo: Platform) -> None:
    pull()
    hub.set_status(cpo, Status.OFFLINE)
    cpo.objects.put("tariffs", tariff(last_updated=datetimes.render(at(0)())))
    pull(at(1.01 * HOUR))
    assert last("tariffs").kind == "full"  # nobody is asked who is away
    hub.set_status(cpo, Status.CONNECTED)
    pull()
    assert (last("tariffs").kind, last("tariffs").cause) == ("delta", "a test says so")
    assert keys("tariffs") == {"T1"}


def test_new_credentials_are_a_return_too(hub: Hub, cpo: Platform) -> None:
    pull()
    cpo.rotate()
    pull()
    assert (last("tariffs").kind, last("tariffs").cause) == ("delta", "credentials updated")


def test_a_new_party_is_pulled_in_full(hub: Hub, cpo: Platform) -> None:
    pull()
    role = cpo.real.state.parties[0]
    cpo.real.state.parties = (role, role._replace(party_id="TWO"))
    cpo.real.state.__post_init__()
    cpo.objects.put("tariffs", tariff("T1", "NL/TWO", last_updated="2020-01-01T00:00:00Z"))
    cpo.rotate()
    pull()
    assert last("tariffs", "NL/TWO").kind == "full"
    assert keys("tariffs", "NL/TWO") == {"T1"}


def test_a_module_switched_off_for_a_platform_is_left_alone(hub: Hub, cpo: Platform) -> None:
    other = hub.platform("BE/CPO")
    hub.change(cpo, not_pulled=["tariffs", "sessions"])
    pull()
    assert set(Source.objects.filter(active=True).values_list("module", "party")) == {
        ("locations", "NL/CPO"), ("cdrs", "NL/CPO"), ("tariffs", "BE/CPO"),
        ("locations", "BE/CPO"), ("sessions", "BE/CPO"), ("cdrs", "BE/CPO"),
    }  # fmt: skip
    assert asked(cpo, "tariffs") == []
    assert len(asked(other, "tariffs")) == 1
    hub.change(cpo, not_pulled=[])
    pull()
    assert len(asked(cpo, "tariffs")) == 1


def test_switching_off_stops_the_schedule_and_what_is_open(hub: Hub, cpo: Platform) -> None:
    pull()
    plan.book(source("tariffs"), Kind.FULL, "a test", at(0)())
    hub.change(cpo, not_pulled=["tariffs"])
    cpo.clear()
    pull()
    assert (last("tariffs").state, last("tariffs").reason) == (
        "stopped", "switched off for this platform",
    )  # fmt: skip
    assert not source("tariffs").active
    pull(at(1.2 * DAY))
    assert asked(cpo, "tariffs") == []
    assert asked(cpo, "locations") != []


def test_a_module_can_be_switched_off_for_all(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, pull_modules=("locations",))
    pull()
    assert [s.module for s in Source.objects.all()] == ["locations"]


def test_pulling_can_be_switched_off_altogether(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, pull_modules=("none",))
    pull()
    assert not Source.objects.exists()
    assert asked(cpo, "locations") == []


def test_the_schedule_can_be_switched_off(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, pull_delta_minutes=0, pull_full_hours=0)
    pull()
    assert last("tariffs").state == "done"
    assert (source("tariffs").delta_due_at, source("tariffs").full_due_at) == (None, None)
    number = Pull.objects.count()
    pull(at(30 * DAY))
    assert Pull.objects.count() == number


def test_a_changed_rhythm_is_taken_over(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, pull_full_hours=720)
    pull()
    with_settings(monkeypatch, pull_full_hours=1)
    directory.changed()
    pull()
    due = source("tariffs").full_due_at
    assert due is not None
    assert due <= at(1.2 * HOUR)()


@pytest.mark.ocpi("T-12", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_due_times_are_splayed() -> None:
    now, day = at(0)(), timedelta(days=1)
    moments = [next_due(day, now, jitter) - now for jitter in (0.0, 0.5, 1.0)]
    assert moments == [day * (1 - SPLAY), day, day * (1 + SPLAY)]


def test_an_endpoint_that_is_no_longer_offered_is_not_asked(hub: Hub, cpo: Platform) -> None:
    pull()
    cpo.real.state.offers = frozenset(o for o in cpo.real.state.offers if o[0] != "tariffs")
    cpo.rotate()
    cpo.clear()
    pull(at(1.2 * DAY))
    assert asked(cpo, "tariffs") == []
    assert not source("tariffs").active
