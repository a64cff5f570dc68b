"""Still-alive checks: who is asked and when, what an answer means, one check at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from apps.hubclientinfo import check, tasks
from apps.hubclientinfo.ask import Means, ask
from apps.outbox.tasks import worker
from apps.parties import directory
from apps.parties.models import Liveness
from apps.parties.models import Platform as Row
from apps.traffic.models import Leg
from hub.policy.liveness import BACK_OFF, CHECK_AGAIN
from hub.policy.retry import LEASE_SECONDS
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import (
    SILENCE,
    SILENT,
    at,
    checked,
    hearing,
    history,
    news,
    told,
)
from tests.platforms import SENDER, Platform

AGAIN = CHECK_AGAIN.total_seconds() * 1.5


def versions(platform: Platform) -> int:
    """How often it was asked for its versions."""
    return len([r for r in platform.received if r.module == "versions" and not r.tail])


@pytest.mark.ocpi("H-05")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_silent_platform_is_asked_for_its_versions(hub: Hub, msp: Platform) -> None:
    """H-05: the versions URL, with the hub's token for it, and no routing headers."""
    msp.clear()
    assert checked(at(290)) == 0
    assert checked(at(SILENT)) == 1
    asked = msp.heard(method="GET", module="versions")
    assert asked.path == "/platform/versions"
    assert [name for name in asked.headers if name.startswith("ocpi-")] == []
    assert asked.headers["x-request-id"]
    assert not msp.complaints
    assert hub.row(msp).status == Status.CONNECTED


def test_who_answered_is_left_alone_for_another_while(hub: Hub, msp: Platform) -> None:
    assert checked(at(SILENT)) == 1
    assert checked(at(SILENT + 290)) == 0
    assert checked(at(2 * SILENT)) == 1


def test_who_was_heard_from_is_not_asked(hub: Hub, cpo: Platform, msp: Platform) -> None:
    Row.objects.update(last_seen=at(-SILENT))
    assert msp.request("GET", "locations", SENDER, "L1", to=("NL", "CPO")).status == 404
    hub.flush()
    assert checked(at(0)) == 0  # the one spoke, and the other answered it


def test_two_failed_checks_in_a_row_make_it_offline_and_all_are_told(
    hub: Hub, cpo: Platform
) -> None:
    """H-05, section 3.3"""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    cpo.offline()
    assert checked(at(SILENT)) == 2
    assert hub.row(cpo).status == Status.CONNECTED
    assert checked(at(SILENT + 10)) == 0
    assert checked(at(SILENT + AGAIN)) == 1
    assert hub.row(cpo).status == Status.OFFLINE
    before, after, cause = history(hub, cpo)[-1]
    assert (before, after) == ("CONNECTED", "OFFLINE")
    assert cause.startswith("silent, and 2 checks failed: no connection")
    news(hub)
    assert told(msp)[-1] == ("NL/CPO", "OFFLINE")


def test_a_sign_of_life_between_two_failed_checks_is_enough(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.faults.set("hangup", module="versions")
    assert checked(at(SILENT)) == 2
    Row.objects.filter(pk=hub.row(cpo).pk).update(last_seen=at(SILENT + 1))
    assert checked(at(SILENT + AGAIN)) == 0
    assert checked(at(2 * SILENT + 10)) == 2
    assert hub.row(cpo).status == Status.CONNECTED


def test_a_message_that_comes_during_a_check_counts_more(hub: Hub, cpo: Platform) -> None:
    cpo.offline()
    checked(at(SILENT))
    (booked,) = check.book(SILENCE, at(SILENT + AGAIN))
    Row.objects.update(last_seen=at(SILENT + AGAIN - 1))
    here = worker()
    means = Means(here.client.send, lambda: at(SILENT + AGAIN), here.recorder.add)
    here.runner.run(check.check_all(means, [booked]))
    assert hub.row(cpo).status == Status.CONNECTED
    assert Liveness.objects.get().checks_failed == 0


# fault of the versions page, and whether two of them make it OFFLINE
ANSWERS = (
    ("hangup", None, True),
    ("http", 500, True),
    ("http", 503, True),
    ("html", 502, True),
    ("unauthorized", None, False),
    ("http", 403, False),
    ("empty", 404, False),
    ("throttle", None, False),
    ("html", 200, False),
    ("unauthorized_200", None, False),
)


@pytest.mark.parametrize(("fault", "value", "down"), ANSWERS)
def test_what_counts_as_down(
    hub: Hub, cpo: Platform, fault: str, value: float | None, down: bool
) -> None:
    cpo.faults.set(fault, value, module="versions")
    checked(at(SILENT))
    checked(at(SILENT + AGAIN))
    assert (hub.row(cpo).status == Status.OFFLINE) is down


def test_who_never_answers_is_given_up_in_time(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "TIME_LIMIT", 0.2)
    cpo.faults.set("never", module="versions")
    checked(at(SILENT))
    checked(at(SILENT + AGAIN))
    assert hub.row(cpo).status_cause.endswith("connected, and no whole answer in time")


def test_an_offline_platform_is_asked_with_back_off_and_comes_back(hub: Hub, cpo: Platform) -> None:
    """H-05: any later answer makes it CONNECTED again."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    cpo.offline()
    hub.set_status(cpo, Status.OFFLINE)
    Row.objects.filter(name="DE/MSP").update(still_alive_minutes=0)
    elapsed = 0.0
    for pause in BACK_OFF[:4]:
        assert checked(at(elapsed + 0.7 * pause.total_seconds())) == 0
        elapsed += 1.3 * pause.total_seconds()
        assert checked(at(elapsed)) == 1
    assert hub.row(cpo).status == Status.OFFLINE
    cpo.start()
    assert checked(at(elapsed + 1.3 * BACK_OFF[4].total_seconds())) == 1
    assert history(hub, cpo)[-1] == ("OFFLINE", "CONNECTED", "it answered a check")
    news(hub)
    assert told(msp)[-1] == ("NL/CPO", "CONNECTED")


@pytest.mark.parametrize("status", [Status.PLANNED, Status.SUSPENDED])
def test_planned_and_suspended_platforms_are_not_asked(
    hub: Hub, msp: Platform, status: Status
) -> None:
    hub.set_status(msp, status)
    assert checked(at(10 * SILENT)) == 0


def test_who_is_not_registered_any_more_is_not_asked(hub: Hub, msp: Platform) -> None:
    msp.unregister()
    assert hub.row(msp).status == Status.OFFLINE
    assert checked(at(10 * SILENT)) == 0


def test_each_platform_may_have_a_limit_of_its_own(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.change(cpo, still_alive_minutes=1)
    hub.change(msp, still_alive_minutes=0)
    cpo.clear()
    msp.clear()
    assert checked(at(75)) == 1
    assert (versions(cpo), versions(msp)) == (1, 0)
    assert checked(at(10 * SILENT)) == 1
    assert versions(msp) == 0


def test_checks_can_be_switched_off_for_all(hub: Hub, cpo: Platform) -> None:
    assert checked(at(10 * SILENT), silence=None) == 0


def test_a_platform_is_asked_by_one_worker_at_a_time(hub: Hub, cpo: Platform) -> None:
    """A conditional update, with an expiry: a worker that died holds up nobody for long."""
    moment = at(SILENT)
    found: list[int] = []

    def book() -> None:
        found.append(len(check.book(SILENCE, moment)))
        connections.close_all()

    Liveness.objects.create(platform=hub.row(cpo))
    threads = [threading.Thread(target=book) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 0, 0, 0, 1]
    assert check.book(SILENCE, moment + timedelta(seconds=LEASE_SECONDS - 1)) == []
    assert len(check.book(SILENCE, moment + timedelta(seconds=LEASE_SECONDS))) == 1


def test_many_are_asked_at_once_and_none_waits_for_another(hub: Hub) -> None:
    """None of them answers before all have been asked."""
    many = [hub.platform(f"CPO:NL/C{n:02d}") for n in range(12)]
    for platform in many:
        platform.faults.set("holds", module="versions")
        platform.clear()
    Row.objects.update(last_seen=at(-SILENT))
    directory.refresh()
    here = worker()
    with ThreadPoolExecutor(1) as one_thread:
        asked = one_thread.submit(here.runner.run, tasks.ask_all(here))
        try:
            for platform in many:
                platform.heard(module="versions")
            assert not asked.done()
            assert {row.check_said for row in Liveness.objects.all()} == {""}
        finally:
            for platform in many:
                platform.faults.clear()
        asked.result()
    assert [versions(platform) for platform in many] == [1] * 12
    assert all(row.check_said.startswith("HTTP 200") for row in Liveness.objects.all())


def test_a_check_leaves_a_row_in_the_message_log(hub: Hub, cpo: Platform) -> None:
    checked(at(SILENT))
    here = worker()
    here.runner.run(here.flush())
    leg = Leg.objects.filter(direction="out", path=cpo.versions_url).latest("at")
    assert (leg.module, leg.method, leg.http_status, leg.platform_id) == (
        "versions", "GET", 200, hub.row(cpo).pk,
    )  # fmt: skip
    assert cpo.own_token not in str(leg.request_headers)


def test_a_token_form_that_turns_out_to_be_right_is_remembered(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("plain_only")
    checked(at(SILENT))
    assert hub.row(cpo).token_form == "plain"
    assert "HTTP 200" in Liveness.objects.get().check_said


def test_trouble_with_one_check_is_not_the_others(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask_one(means: Means, platform: Any, *rest: Any) -> Any:
        if platform.name == cpo.name:
            raise ConnectionResetError
        return await ask(means, platform, *rest)

    monkeypatch.setattr(check, "ask", ask_one)
    assert checked(at(SILENT)) == 2
    said = {row.platform.name: row.check_said for row in Liveness.objects.all()}
    assert said[cpo.name] == ""
    assert said[msp.name].startswith("HTTP 200")


def test_a_platform_removed_meanwhile_is_no_error(hub: Hub, cpo: Platform) -> None:
    (booked,) = check.book(SILENCE, at(SILENT))
    here = worker()
    means = Means(here.client.send, lambda: at(SILENT), here.recorder.add)
    Row.objects.all().delete()
    here.runner.run(check.check_all(means, [booked]))
    hub.reload()
    here.runner.run(check.check_all(means, [booked]))
