"""Partners that fail, workers that die: a pull waits, goes on where it stopped, and never twice."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from apps.outbox.tasks import worker
from apps.sync import lease, run
from apps.sync.models import Lease, Pull
from apps.sync.run import pull_due, pull_platform
from apps.sync.tasks import Puller
from apps.sync.walk import one_page as walk_on
from hub.policy.pulling import BACK_OFF_SECONDS
from hub.policy.retry import LEASE_SECONDS
from tests.gateway.objects import location
from tests.hub import Hub
from tests.platforms import SENDER, Platform
from tests.sync.pulling import asked, at, keys, last, offsets, pull, with_clock

WANTED = {f"L{n:03}" for n in range(25)}
DEAD = LEASE_SECONDS + 1


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    """NL/CPO with 25 locations, three pages of them."""
    made = hub.platform("NL/CPO", page_limit=10)
    made.objects.put_all("locations", [location(each) for each in sorted(WANTED)])
    return made


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 429, "headers": (("Retry-After", "40"),)},
        {"status": 429, "headers": (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)},
        {"status": 500},
        {"status": 503, "body": b"<html>"},
    ],
)
def test_a_page_that_is_refused_for_now_is_asked_for_later(
    answer: dict[str, Any], hub: Hub, cpo: Platform
) -> None:
    first = cpo.endpoint("locations", SENDER) + "?offset=0&limit=10"
    page = {"status_code": 1000, "data": []}
    cpo.script.add("locations", json=page, headers=(("Link", f'<{first}>; rel="next"'),))
    cpo.script.add("locations", **answer)
    pull()
    waits = last("locations")
    assert (waits.state, waits.pages, waits.attempts) == ("open", 1, 1)
    assert waits.reason == f"HTTP {answer['status']}"
    assert waits.due_at > at(0)()
    pull(at(60))
    assert (last("locations").state, last("locations").reason) == ("done", "")
    assert offsets(cpo) == ["0", "0", "0", "10", "20"]


def test_retry_after_is_waited_for_by_all_pulls_of_the_platform(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("throttle", 120, module="locations")
    pull()
    cpo.clear()
    cpo.faults.clear()
    assert {last(module).state for module in ("locations", "sessions", "tariffs")} == {"open"}
    pull(at(110))
    assert not [each for each in cpo.received if each.interface is SENDER]
    pull(at(121))
    assert keys("locations") == WANTED
    assert {p.state for p in Pull.objects.all()} == {"done"}


def test_one_module_that_fails_keeps_no_other_waiting(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("http", 500, module="locations")
    pull()
    assert last("locations").state == "open"
    assert last("tariffs").state == "done"


def test_no_answer_at_all_is_trouble_of_the_platform(hub: Hub, cpo: Platform) -> None:
    cpo.offline()
    pull()
    states = {(p.state, p.attempts) for p in Pull.objects.all()}
    assert states == {("open", 1), ("open", 0)}
    assert any(p.reason == "no connection" for p in Pull.objects.all())
    cpo.start()
    pull(at(60))
    assert keys("locations") == WANTED


def test_a_page_is_given_up_in_the_end(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("http", 500, module="locations")
    passed = 0.0
    for seconds in (*BACK_OFF_SECONDS, 0):
        pull(at(passed))
        assert last("locations").state == ("open" if seconds else "failed")
        passed += 1.5 * seconds
    assert "HTTP 500" in last("locations").reason
    assert "given up after 7 attempts" in last("locations").reason
    assert len(asked(cpo, "locations")) == 7


def test_the_hubs_token_refused_ends_the_pull(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("unauthorized", module="locations")
    pull()
    assert last("locations").reason == "HTTP 401, status_code 2000: it refuses the hub's token"


def test_the_other_form_of_the_token_is_found_and_remembered(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("plain_only")
    pull()
    assert keys("locations") == WANTED
    assert hub.row(cpo).token_form == "plain"
    hub.reload()


class Killed(BaseException):
    """Stands for SIGKILL: no handler in the code under test catches it."""


def killed_at(page: int) -> Any:
    """A way to send that dies on the way to the n-th page of locations."""
    left = [page]

    async def send(request: Any, lane: int, cap: int | None) -> Any:
        if "/locations/" in request.url:
            left[0] -= 1
            if not left[0]:
                raise Killed
        return await worker().client.send(request, lane, cap)

    return send


def die(platform_id: int, page: int) -> None:
    """A worker that takes the platform and dies; its lease is not given back."""
    means = with_clock(at(0), send=killed_at(page))
    holder = f"dead {page}"

    async def until_death() -> None:
        with pytest.raises(Killed):
            await pull_platform(means, platform_id, holder, at(30)())

    worker().runner.run(until_death())
    # SIGKILL would not have given it back.
    Lease.objects.create(
        name=lease.of_platform(platform_id), holder=holder, leased_until=at(LEASE_SECONDS)()
    )


def test_a_pull_goes_on_where_a_dead_worker_left_it(hub: Hub, cpo: Platform) -> None:
    plan_only()
    die(hub.row(cpo).pk, page=2)
    left = last("locations")
    assert (left.state, left.pages, left.attempts) == ("open", 1, 1)
    assert len(keys("locations")) == 10
    cpo.clear()
    pull()
    assert not asked(cpo, "locations")  # its lease has not run out
    pull(at(DEAD))
    done = last("locations")
    assert (done.pk, done.state, done.pages, done.objects_kept) == (left.pk, "done", 3, 25)
    assert keys("locations") == WANTED
    assert offsets(cpo) == ["10", "20"]


def test_a_page_at_which_workers_die_again_and_again_is_given_up(hub: Hub, cpo: Platform) -> None:
    plan_only()
    Pull.objects.filter(source__module="locations").update(attempts=len(BACK_OFF_SECONDS) + 1)
    pull()
    assert last("locations").state == "failed"
    assert "given up after 7 attempts" in last("locations").reason
    assert not asked(cpo, "locations")


def test_a_worker_that_was_overtaken_writes_nothing_more(hub: Hub, cpo: Platform) -> None:
    """It slept through its lease in the middle of a page; another one is at work."""
    plan_only()
    platform_id = hub.row(cpo).pk

    async def send(request: Any, lane: int, cap: int | None) -> Any:
        answer = await worker().client.send(request, lane, cap)
        async with worker().pool.connection() as connection:
            await connection.execute(
                "UPDATE sync_lease SET holder = 'other' WHERE name = %s",
                (lease.of_platform(platform_id),),
            )
        return answer

    means = with_clock(at(0), send=send)
    assert not worker().runner.run(pull_platform(means, platform_id, "slow", at(30)()))
    assert not keys("locations")
    assert last("locations").pages == 0
    assert Lease.objects.get(name=lease.of_platform(platform_id)).holder == "other"


def test_two_workers_at_once_pull_each_page_once(hub: Hub, cpo: Platform) -> None:
    plan_only()
    means, platform_id, until = with_clock(at(0)), hub.row(cpo).pk, at(30)()

    async def both() -> list[bool]:
        return list(
            await asyncio.gather(
                *(pull_platform(means, platform_id, f"worker {n}", until) for n in range(5))
            )
        )

    assert sorted(worker().runner.run(both())) == [False] * 4 + [True]
    assert offsets(cpo) == ["0", "10", "20"]
    assert last("locations").state == "done"


def test_one_worker_pulls_and_the_others_stay_free(hub: Hub, cpo: Platform) -> None:
    hub.platform("BE/CPO")
    plan_only()
    means, until = with_clock(at(0)), at(30)()

    async def both() -> Any:
        return await asyncio.gather(pull_due(means, 4, until), pull_due(means, 4, until))

    worker().runner.run(both())
    assert {p.state for p in Pull.objects.all()} == {"done"}
    assert offsets(cpo) == ["0", "10", "20"]


def test_platforms_are_pulled_side_by_side(hub: Hub, cpo: Platform) -> None:
    """A slow one keeps nobody waiting."""
    other = hub.platform("BE/CPO")
    cpo.faults.set("never", module="locations")
    plan_only()

    async def one_round() -> None:
        pulling = asyncio.create_task(pull_due(with_clock(at(0)), 4, at(30)()))
        await asyncio.to_thread(other.heard, module="tariffs", interface=SENDER)
        await asyncio.to_thread(cpo.offline)
        await pulling

    worker().runner.run(one_round())
    assert last("locations", "NL/CPO").state == "open"
    assert last("tariffs", "BE/CPO").state == "done"


def test_a_slice_of_work_ends_and_the_rest_is_due(hub: Hub, cpo: Platform) -> None:
    plan_only()
    means = with_clock(at(0))
    assert worker().runner.run(pull_due(means, 4, at(0)() - timedelta(seconds=1)))
    assert not asked(cpo, "locations")


def test_trouble_with_one_platform_is_not_the_others(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.platform("BE/CPO")
    broken = hub.row(cpo).pk

    async def one_page(means: Any, holder: str, network: Any, walk: Any) -> None:
        if walk.platform_id == broken:
            raise ValueError("a mistake of ours")
        await walk_on(means, holder, network, walk)

    monkeypatch.setattr(run, "one_page", one_page)
    plan_only()
    assert not worker().runner.run(pull_due(with_clock(at(0)), 4, at(30)()))  # not at once
    assert last("tariffs", "BE/CPO").state == "done"
    assert last("tariffs", "NL/CPO").state == "open"


def test_a_pull_begins_anew_where_the_endpoint_has_moved(hub: Hub, cpo: Platform) -> None:
    """The token is never sent to where the platform was once."""
    plan_only()
    die(hub.row(cpo).pk, page=2)
    Pull.objects.filter(source__module="locations").update(
        next_url="http://127.0.0.1:9/locations?offset=10"
    )
    cpo.clear()
    pull(at(DEAD))
    assert last("locations").state == "done"
    assert offsets(cpo) == ["0", "10", "20"]


def plan_only() -> None:
    """Books what is due and pulls nothing."""
    Puller(worker(), with_clock(at(0))).plan()
