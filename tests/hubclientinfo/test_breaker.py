"""The breaker: failing requests make a platform OFFLINE, signs of life bring it back."""

import threading
from functools import partial

import pytest
from django.db import connections

from apps.outbox.models import Delivery
from apps.outbox.tasks import worker
from apps.parties.models import Liveness
from apps.parties.signs import Signs, write
from hub.ocpi.message import Answer
from hub.policy.liveness import MOST_FALLS
from hub.routing.network import Status
from tests.console.saying import soon
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import (
    CPO,
    HUB,
    at,
    checked,
    failing,
    hearing,
    history,
    news,
    told,
)
from tests.platforms import RECEIVER, SENDER, Platform

ENOUGH = (-20.0, -15.0, -10.0, -5.0, 0.0)


def ask(msp: Platform) -> int | None:
    """The OCPI code of a request that is forwarded to the CPO."""
    return msp.request("GET", "locations", SENDER, "L1", to=CPO).code


def answering(platform_id: int, offset: float) -> None:
    """Notes an answer of a platform at so many seconds from now."""
    signs = Signs(partial(at, offset))
    signs.outcome(platform_id, Answer(200, (), b""), None)
    write(signs.take())


def earlier(hub: Hub, platform: Platform, seconds: float) -> None:
    """Lets failures noted so far lie back in time."""
    row = Liveness.objects.get(pk=hub.row(platform).pk)
    assert row.failing_since is not None
    row.failing_since = at(-seconds)
    row.save()


def test_forwards_that_fail_one_after_the_other_make_it_offline(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """R-28, section 2.8: then 4003 comes at once, and nobody calls there."""
    cpo.offline()
    assert [ask(msp) for _ in range(4)] == [4003] * 4
    hub.flush()
    assert hub.row(cpo).status == Status.CONNECTED
    earlier(hub, cpo, 15)
    assert ask(msp) == 4003
    hub.flush()
    assert hub.row(cpo).status == Status.OFFLINE
    assert history(hub, cpo)[-1] == (
        "CONNECTED", "OFFLINE",
        "5 requests in a row failed: no connection: DNS, TCP, TLS, or it broke before an answer",
    )  # fmt: skip
    cpo.start()
    cpo.clear()
    assert ask(msp) == 4003
    assert not cpo.received


def test_failures_of_several_processes_are_counted_together(hub: Hub, cpo: Platform) -> None:
    failing(hub.row(cpo).pk, ENOUGH[:-1])
    assert hub.row(cpo).status == Status.CONNECTED
    failing(hub.row(cpo).pk, ENOUGH[-1:])
    assert hub.row(cpo).status == Status.OFFLINE


def test_failures_written_at_once_are_all_counted(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk

    def fails() -> None:
        failing(row, (0.0,))
        connections.close_all()

    threads = [threading.Thread(target=fails) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Liveness.objects.get(pk=row).failures == 8


def test_one_answer_in_between_ends_the_streak(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk
    failing(row, ENOUGH[:-1])
    answering(row, -2)
    failing(row, ENOUGH[-1:])
    assert hub.row(cpo).status == Status.CONNECTED
    assert Liveness.objects.get(pk=row).failures == 1


def test_an_answer_older_than_the_last_failure_ends_nothing(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk
    failing(row, ENOUGH[:-1])
    answering(row, -12)
    failing(row, ENOUGH[-1:])
    assert hub.row(cpo).status == Status.OFFLINE


def test_a_message_of_its_own_does_not_end_a_streak(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """It can be heard, and not be reached: that is no connection."""
    failing(hub.row(cpo).pk, ENOUGH[:-1])
    ask_tokens = cpo.request("GET", "tokens", SENDER, to=("DE", "MSP"))
    assert ask_tokens.code == 1000
    hub.flush()
    assert Liveness.objects.get(pk=hub.row(cpo).pk).failures == 4


# fault at the other side, and whether it counts
FAULTS = (
    ("hangup", None, 1),
    ("html", 502, 1),
    ("empty", 503, 1),
    ("html", 500, 0),
    ("http", 500, 0),
    ("http", 503, 0),
    ("unauthorized", None, 0),
    ("empty", 404, 0),
    ("throttle", None, 0),
    ("refuse", 3000, 0),
    ("broken_json", None, 0),
    ("huge", None, 0),
)


@pytest.mark.parametrize(("fault", "value", "counts"), FAULTS)
def test_what_counts_as_a_failure(
    hub: Hub, cpo: Platform, msp: Platform, fault: str, value: float | None, counts: int
) -> None:
    """Section 2.8: an error of one message says nothing of the connection."""
    cpo.faults.set(fault, value, module="locations")
    ask(msp)
    hub.flush()
    found = Liveness.objects.filter(pk=hub.row(cpo).pk).first()
    assert (found.failures if found else 0) == counts


def test_deliveries_that_fail_empty_the_lane(hub: Hub, cpo: Platform) -> None:
    """What waited is dropped, with the reason; others are told."""
    hearing(hub, "BE/CPO", name="neighbour")
    msp = hub.platform("DE/MSP")
    news(hub)
    msp.offline()
    for number in range(5):
        body = tariff(f"T{number}")
        cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/T{number}", json=body, to=HUB)
    assert worker().drain(hub.row(msp).pk) == 5
    assert hub.row(msp).status == Status.CONNECTED
    assert Delivery.objects.filter(state="waiting").count() == 5
    earlier(hub, msp, 15)
    Delivery.objects.filter(attempts=1).update(due_at=at(0))
    worker().drain(hub.row(msp).pk)
    assert hub.row(msp).status == Status.OFFLINE
    found = Delivery.objects.filter(payload__module="tariffs").values_list("state", "reason")
    assert set(found) == {("dropped", "not connected")}
    news(hub)
    (neighbour,) = [p for p in hub.here.platforms if p.name == "neighbour"]
    assert told(neighbour)[-1] == ("DE/MSP", "OFFLINE")


def test_what_waits_for_a_later_try_is_dropped_too_and_at_once(hub: Hub, cpo: Platform) -> None:
    """The nudge after a change of status empties the lane; nobody waits for due times."""
    msp = hub.platform("DE/MSP")
    body = tariff()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=HUB)
    Delivery.objects.update(due_at=at(600))
    hub.set_status(msp, Status.OFFLINE)
    for lane in hub.announce():
        worker().drain(lane)
    assert Delivery.objects.get().state == "dropped"


def test_a_message_brings_it_back_at_once_and_all_are_told(hub: Hub, cpo: Platform) -> None:
    """Section 3.3: any later incoming request makes it CONNECTED."""
    msp = hearing(hub, "DE/MSP")
    hub.set_status(cpo, Status.OFFLINE)
    news(hub)
    assert cpo.request("GET", "versions", url=hub.versions_url).code == 1000
    hub.flush()
    assert history(hub, cpo)[-1] == ("OFFLINE", "CONNECTED", "a message came from it")
    assert ask(msp) is not None
    news(hub)
    assert told(msp)[-2:] == [("NL/CPO", "OFFLINE"), ("NL/CPO", "CONNECTED")]


def test_the_serving_hub_brings_it_back_by_itself_within_seconds(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    hub.set_status(cpo, Status.OFFLINE)
    assert ask(msp) == 4003
    cpo.request("GET", "versions", url=hub.versions_url)
    assert soon(lambda: ask(msp) != 4003, 3)


def test_a_message_from_before_it_went_away_does_not_bring_it_back(hub: Hub, cpo: Platform) -> None:
    signs = Signs(partial(at, 0))
    signs.heard(hub.row(cpo).pk, at(-5))
    hub.set_status(cpo, Status.OFFLINE)
    write(signs.take())
    assert hub.row(cpo).status == Status.OFFLINE


def test_who_ended_the_registration_is_not_brought_back(hub: Hub, cpo: Platform) -> None:
    """D-33: its next message has no good token; nor has what was under way."""
    row = hub.row(cpo).pk
    cpo.unregister()
    answering(row, 1)
    assert hub.row(cpo).status == Status.OFFLINE


def test_an_answer_that_was_long_under_way_closes_it(hub: Hub, cpo: Platform) -> None:
    """One success is enough."""
    hub.set_status(cpo, Status.OFFLINE)
    answering(hub.row(cpo).pk, 1)
    assert history(hub, cpo)[-1] == ("OFFLINE", "CONNECTED", "it answered a request")


def test_who_can_be_heard_and_not_reached_does_not_flap_for_ever(hub: Hub, cpo: Platform) -> None:
    """After some turns its own messages are not enough: it has to answer a check, which is soon."""
    row = hub.row(cpo).pk
    for turn in range(MOST_FALLS + 2):
        failing(row, tuple(100.0 * turn + offset for offset in ENOUGH))
        signs = Signs(partial(at, 0))
        signs.heard(row, at(100 * turn + 1))
        write(signs.take())
    falls = [change for change in history(hub, cpo) if change[1] == "OFFLINE"]
    assert len(falls) == MOST_FALLS
    assert hub.row(cpo).status == Status.OFFLINE
    heard = 100 * (MOST_FALLS - 1) + 1
    assert checked(at(heard + 14)) == 0
    assert checked(at(heard + 16)) == 1
    assert history(hub, cpo)[-1] == ("OFFLINE", "CONNECTED", "it answered a check")


def test_the_breaker_knows_nothing_of_platforms_that_are_gone(hub: Hub, cpo: Platform) -> None:
    failing(12345, ENOUGH)
    failing(hub.row(cpo).pk, ENOUGH)
    failing(hub.row(cpo).pk, (1.0, 2.0))
    assert Liveness.objects.get(pk=hub.row(cpo).pk).failures == 0


def test_seen_is_written_once_for_many_messages(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """No row write per message: of hundreds in ten seconds, one is written."""
    before = hub.row(msp).last_seen
    assert before is not None
    signs = Signs(partial(at, 0))
    for offset in (0.1, 0.2, 5.0):
        signs.heard(hub.row(msp).pk, at(offset))
        write(signs.take())
    assert hub.row(msp).last_seen == before
    signs.heard(hub.row(msp).pk, at(11))
    signs.heard(hub.row(cpo).pk, at(12))
    write(signs.take())
    assert [hub.row(p).last_seen for p in (msp, cpo)] > [at(10), at(11)]
    signs.heard(hub.row(msp).pk, at(-100))
    write(signs.take())
    assert (hub.row(msp).last_seen or before) > at(10)


def test_answers_count_as_seen(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Section 3.3: a response to a request of the hub is a message, too."""
    row = hub.row(msp)
    type(row).objects.update(last_seen=at(-100))
    body = tariff()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=HUB)
    hub.deliver()
    assert (hub.row(msp).last_seen or row.created_at) > at(-5)
