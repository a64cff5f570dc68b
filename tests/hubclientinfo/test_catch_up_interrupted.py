"""A catching up that is interrupted, doubled or overtaken: everything once, and nothing older."""

from typing import Any

import pytest

from apps.database import in_thread
from apps.hubclientinfo import catch_up as catching
from apps.hubclientinfo import missed
from apps.hubclientinfo.models import CatchUp
from apps.outbox.models import Delivery
from apps.sync.models import Pull
from hub.ocpi import datetimes
from hub.routing.network import Status
from tests.gateway.objects import LATER, evse, location, tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import at, news
from tests.hubclientinfo.returning import SETTLED, away, back, catch_up, got, push
from tests.platforms import Platform
from tests.sync.pulling import pull


def test_it_goes_on_after_a_crash_and_skips_nothing(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching, "BATCH", 2)
    away(hub, msp)
    for number in range(7):
        push(cpo, "tariffs", tariff(f"T{number}"))
    push(cpo, "locations", location("L1"))
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)

    class Killed(BaseException):
        pass

    batches = 0
    really = missed.objects

    def dies(*arguments: Any) -> Any:
        nonlocal batches
        batches += 1
        if batches == 3:
            raise Killed
        return really(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(missed, "objects", dies)
        (pk,) = catching.due(at(SETTLED))
        with pytest.raises(Killed):
            catching.catch_up(pk, at(SETTLED))
    catch_up(hub)
    Delivery.objects.update(due_at=at(0))
    hub.deliver()
    tails = [tail for _, _, tail in got(msp)]
    assert sorted(tails) == ["NL/CPO/L1", *(f"NL/CPO/T{n}" for n in range(7))]


def test_the_lane_is_never_filled(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching, "BATCH", 2)
    monkeypatch.setattr(catching, "MOST_WAITING", 4)
    away(hub, msp)
    for number in range(10):
        push(cpo, "tariffs", tariff(f"T{number}"))
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    (pk,) = catching.due(at(SETTLED))
    catching.catch_up(pk, at(SETTLED))
    assert Delivery.objects.filter(state="waiting").count() == 4
    assert catching.catch_up(pk, at(SETTLED)) is None
    catch_up(hub)
    Delivery.objects.filter(state="waiting").update(due_at=at(0))
    hub.deliver()
    catch_up(hub)
    assert len(got(msp)) == 10
    assert CatchUp.objects.get().ended_at is not None


def test_who_goes_away_again_in_between_is_caught_up_from_the_same_moment(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    (pk,) = catching.due(at(SETTLED))
    assert catching.catch_up(pk, at(SETTLED)) is not None  # booked, and not delivered yet
    away(hub, msp)
    assert Delivery.objects.get(payload__module="tariffs").state == "dropped"
    assert catching.catch_up(pk, at(SETTLED)) is None
    assert CatchUp.objects.get().ended_at is None
    push(cpo, "tariffs", tariff("T2"))
    back(hub, msp)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1"), ("PUT", "tariffs", "NL/CPO/T2")]
    row = CatchUp.objects.get()
    assert (row.pk, row.ended_at is not None) == (pk, True)


def test_two_workers_book_once(hub: Hub, cpo: Platform, msp: Platform) -> None:
    away(hub, msp)
    for number in range(20):
        push(cpo, "tariffs", tariff(f"T{number}"))
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    (pk,) = catching.due(at(SETTLED))
    waits = [
        hub.here.background.start(in_thread(catching.catch_up, pk, at(SETTLED))) for _ in range(4)
    ]
    for wait in waits:
        wait()
    assert Delivery.objects.filter(payload__module="tariffs").count() == 20


def test_who_returns_is_pulled_from_what_changed(hub: Hub, cpo: Platform) -> None:
    """Both directions: apps.sync finds the return by itself."""
    pull()
    hub.set_status(cpo, Status.OFFLINE)
    cpo.objects.put("tariffs", tariff("NEW", last_updated=datetimes.render(at(0))))
    cpo.clear()
    cpo.request("GET", "versions", url=hub.versions_url)
    hub.flush()
    pull()
    last = Pull.objects.filter(source__module="tariffs").latest("pk")
    assert (last.kind, last.cause) == ("delta", "a message came from it")
    assert last.objects_kept == 1


def test_a_push_that_comes_meanwhile_is_never_overtaken_by_an_older_state(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    (pk,) = catching.due(at(SETTLED))
    catching.catch_up(pk, at(SETTLED))
    push(cpo, "tariffs", tariff("T1", currency="SEK", last_updated=LATER))
    Delivery.objects.filter(state="waiting").update(due_at=at(0))
    hub.deliver()
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "SEK"


def test_a_push_of_a_part_does_not_hide_what_else_was_missed(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """It makes the object newer than the return; the rest of it is older all the same."""
    push(cpo, "locations", location("L1", evses=[evse("E1"), evse("E2")]))
    hub.deliver()
    away(hub, msp)
    missing = {"status": "CHARGING", "last_updated": LATER}
    push(cpo, "locations", missing, "PATCH", "NL/CPO/L1/E1")
    back(hub, msp, offset=0)
    CatchUp.objects.update(returned_at=at(0) - catching.SETTLING)
    live = {"status": "BLOCKED", "last_updated": LATER}
    push(cpo, "locations", live, "PATCH", "NL/CPO/L1/E2")
    hub.deliver()
    catch_up(hub)
    kept = msp.objects.get("locations", ("NL", "CPO"), "L1")
    assert [each["status"] for each in kept["evses"]] == ["CHARGING", "BLOCKED"]
