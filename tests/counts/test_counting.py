"""What passes is counted: from whom to whom, how it ended, and whose time it took."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.console import sending
from apps.counts import read
from apps.counts.models import OWN, PARTNER, Pair, Queue, Total
from apps.counts.read import Outcomes
from apps.outbox import by_hand, depth
from apps.outbox.models import Delivery
from apps.outbox.tasks import sample, worker
from apps.traffic.models import Leg
from config.celery import ALONE
from hub.routing.network import Status
from tests.console.saying import soon
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


def push(cpo: Platform, identifier: str, to: Any) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier), to=to)


def pairs(module: str) -> dict[tuple[int, int, str], int]:
    """From platform, to platform and outcome to the number of messages."""
    found: dict[tuple[int, int, str], int] = {}
    for row in Pair.objects.filter(module=module):
        key = (row.from_platform, row.to_platform, row.outcome)
        found[key] = found.get(key, 0) + row.messages
    return found


@pytest.fixture
def ids(hub: Hub, cpo: Platform, msp: Platform) -> tuple[int, int]:
    """A CPO and an eMSP, by number; what their handshakes counted is gone."""
    hub.flush()
    for model in (Pair, Total, Queue):
        model._default_manager.all().delete()
    return hub.row(cpo).pk, hub.row(msp).pk


def test_a_forward_is_one_message_of_its_pair(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    push(cpo, "T1", MSP)
    push(cpo, "T2", MSP)
    hub.flush()
    assert pairs("tariffs") == {(*ids, "ok"): 2}
    (row,) = Pair.objects.filter(module="tariffs")
    came = Leg.objects.filter(module="tariffs", direction="in")
    whole = sum(leg.milliseconds for leg in came)
    assert row.own_ms > 0 < row.partner_ms
    assert row.own_ms + row.partner_ms == pytest.approx(whole, rel=0.01)
    for names in (OWN, PARTNER):
        assert sum(getattr(row, name) for name in names) == 2


def test_the_partners_time_is_not_the_hubs(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    msp.faults.set("slow", 0.3)
    push(cpo, "T1", MSP)
    hub.flush()
    row = Pair.objects.get(module="tariffs")
    assert row.partner_ms > 300 > row.own_ms


def test_several_that_are_asked_at_once_are_waited_for_once(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    other = hub.platform("FR/MSP")
    for each in (msp, other):
        each.faults.set("slow", 0.3)
        hub.change(each, answers_authorize=True)
    cpo.request("POST", "tokens", SENDER, "NOBODYS/authorize")
    hub.flush()
    asked = Leg.objects.filter(module="tokens", direction="out")
    assert asked.count() == 2
    row = Pair.objects.get(module="tokens")
    whole = Leg.objects.get(module="tokens", direction="in").milliseconds
    assert row.partner_ms < whole < sum(leg.milliseconds for leg in asked)
    assert row.to_platform in {hub.row(msp).pk, hub.row(other).pk}


def test_refusals_and_failures_are_counted_apart(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    push(cpo, "T1", ("XX", "YYY"))  # 4001 by the hub
    msp.faults.set("refuse", 2001)
    push(cpo, "T2", MSP)
    msp.faults.clear()
    msp.faults.set("http", 500)
    push(cpo, "T3", MSP)
    hub.flush()
    one, other = ids
    assert pairs("tariffs") == {
        (one, 0, "refused"): 1,
        (one, other, "refused"): 1,
        (one, other, "failed"): 1,
    }
    since = timezone.now() - timedelta(minutes=5)
    assert read.passed(since)[0] == Outcomes(refused=2, failed=1)
    found = read.of_platforms(since)
    assert (found[one], found[other]) == (Outcomes(0, 2, 1), Outcomes(0, 1, 1))


def test_a_stranger_counts_for_nobody(hub: Hub, cpo: Platform, ids: tuple[int, int]) -> None:
    assert cpo.request("GET", "versions", url=hub.versions_url, token="wrong").status == 401
    hub.flush()
    assert not Total.objects.exists()
    assert not Pair.objects.exists()


def test_deliveries_are_the_hubs_own_requests(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    one, other = ids
    push(cpo, "T1", HUB)
    hub.deliver()
    hub.flush()
    assert pairs("tariffs") == {(one, 0, "ok"): 1, (0, other, "ok"): 1}
    assert sum(row.messages for row in Total.objects.all()) == 1
    delivered = Pair.objects.get(from_platform=0, module="tariffs")
    assert (delivered.own_ms, delivered.partner_ms > 0) == (0, True)
    assert read.delivered(timezone.now() - timedelta(minutes=5)) == (1, 0)
    assert {row.platform: row.done for row in Queue.objects.all()} == {0: 1, other: 1}


def test_pulls_are_counted_too(hub: Hub, cpo: Platform, ids: tuple[int, int]) -> None:
    pull()
    hub.flush()
    here = worker()
    here.runner.run(here.flush())
    assert pairs("locations")[0, ids[0], "ok"] == 1


def test_what_is_given_up_is_counted_whoever_gave_it_up(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    since = timezone.now() - timedelta(minutes=5)
    msp.faults.set("http", 400)  # the platform says no for good
    push(cpo, "T1", HUB)
    hub.deliver()
    assert read.delivered(since) == (0, 1)
    push(cpo, "T2", HUB)  # an operator
    by_hand.give_up([Delivery.objects.get(state="waiting").pk], timezone.now())
    assert read.delivered(since) == (0, 2)
    push(cpo, "T3", HUB)  # it went away
    hub.set_status(msp, Status.OFFLINE)
    hub.deliver()
    assert read.delivered(since) == (0, 3)
    assert Delivery.objects.filter(state="dropped").count() == 3


def test_a_platform_that_refuses_the_token_loses_what_waited_long(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    msp.faults.set("http", 401, module="tariffs")
    for name in ("T1", "T2", "T3"):
        push(cpo, name, HUB)
    Delivery.objects.exclude(object__endswith="T3").update(
        created_at=timezone.now() - timedelta(hours=1)
    )
    hub.deliver()
    given_up = Delivery.objects.filter(state="dropped").count()
    assert given_up == 2
    assert read.delivered(timezone.now() - timedelta(minutes=5)) == (0, given_up)


def test_a_request_by_hand_is_counted(
    hub: Hub, cpo: Platform, msp: Platform, ids: tuple[int, int]
) -> None:
    cpo.request("GET", "tokens", SENDER, to=MSP)
    hub.flush()
    sending.send_again(Leg.objects.get(module="tokens", direction="out"))
    assert pairs("tokens") == {(*ids, "ok"): 1, (0, ids[1], "ok"): 1}


def test_a_web_process_writes_its_counts_by_itself(hub: Hub, cpo: Platform) -> None:
    push(cpo, "T1", HUB)
    assert soon(lambda: Pair.objects.filter(module="tariffs").exists(), 20)


def test_what_waits_is_looked_at(hub: Hub, cpo: Platform, msp: Platform) -> None:
    other = hub.platform("FR/MSP")
    push(cpo, "T1", HUB)
    push(cpo, "T2", HUB)
    rows = Delivery.objects.filter(platform_id=hub.row(msp).pk)
    now = timezone.now().replace(second=10)
    rows.filter(object__endswith="T1").update(due_at=now - timedelta(seconds=90))
    Delivery.objects.filter(platform_id=hub.row(other).pk, object__endswith="T2").delete()
    assert read.depth(now) is None
    depth.sample(now)
    found = read.depth(now)
    assert found is not None
    assert [found.all.waiting, found.all.oldest_seconds] == pytest.approx([3, 90])
    assert [(each.platform, each.waiting) for each in found.platforms] == [
        (hub.row(msp).pk, 2),
        (hub.row(other).pk, 1),
    ]
    hub.deliver()
    depth.sample(now + timedelta(seconds=30))  # the same minute
    found = read.depth(now)
    assert found is not None
    assert (found.all.waiting, found.all.oldest_seconds, found.platforms) == (0, None, [])
    assert read.depth(now + timedelta(minutes=5)) is None
    assert Queue.objects.get(platform=0, waiting=0).done == 3


def test_beat_has_it_looked_at(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "T1", HUB)
    assert sample.name in ALONE
    sample()
    found = read.depth(timezone.now())
    assert found is not None
    assert found.all.waiting == 1
