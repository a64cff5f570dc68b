"""What happens in between two looks, or while a batch is booked: nothing is lost by it."""

import threading
from typing import Any

import pytest
from django.db import connection

from apps.hubclientinfo import catch_up as catching
from apps.hubclientinfo import check, missed
from apps.hubclientinfo.ask import Means
from apps.outbox.models import Delivery
from apps.outbox.tasks import worker
from apps.store.changed import copies_of
from hub.routing.agreements import Act
from hub.routing.network import Status
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.hubclientinfo.giving import act, agree, give
from tests.hubclientinfo.goings import SILENCE, at, checked, news
from tests.hubclientinfo.returning import SETTLED, away, catch_up, push
from tests.platforms import Platform

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def test_what_changed_in_a_pause_between_two_comparisons_is_given(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    agreement = agree()
    hub.reload()
    push(cpo, "tariffs", tariff("T1"))
    give(hub)
    act(agreement, Act.PAUSE)
    hub.reload()
    push(cpo, "tariffs", tariff("T1", currency="SEK", last_updated=LATER))
    act(agreement, Act.ACTIVATE)
    hub.reload()
    give(hub, 75.0, compared=60.0)
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "SEK"


def test_what_comes_back_while_its_removal_is_booked_stays(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(cpo, "tariffs", tariff("T1"))
    hub.deliver()
    away(hub, msp)
    push(cpo, "tariffs", {}, "DELETE", "NL/CPO/T1")
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    news(hub)
    pushing = threading.Thread(target=push, args=(cpo, "tariffs", tariff("T1")))
    really = copies_of

    def then_pushed(*arguments: Any) -> Any:
        found = really(*arguments)
        if not pushing.ident:
            pushing.start()
            while pushing.is_alive() and not _somebody_waits():
                pushing.join(0.01)
        return found

    with monkeypatch.context() as patched:
        patched.setattr(missed, "copies_of", then_pushed)
        (pk,) = catching.due(at(SETTLED))
        catching.catch_up(pk, at(SETTLED))
    pushing.join()
    Delivery.objects.filter(state="waiting").update(due_at=at(0))
    hub.deliver()
    catch_up(hub)
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1") is not None


def test_a_check_that_began_before_the_return_does_not_end_it(hub: Hub, msp: Platform) -> None:
    hub.set_status(msp, Status.OFFLINE)
    msp.offline()
    assert [checked(at(offset)) for offset in (60, 300)] == [1, 1]
    here, now = worker(), at(3000)
    booked = check.book(SILENCE, now)
    hub.set_status(msp, Status.CONNECTED)
    here.runner.run(
        check.check_all(Means(here.client.send, lambda: now, here.recorder.add), booked)
    )
    assert hub.row(msp).status == Status.CONNECTED


def test_who_renews_its_credentials_is_caught_up_with_what_its_refusal_cost(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1"))
    msp.faults.set("http", 401, module="tariffs")
    Delivery.objects.update(created_at=at(-3600))
    hub.deliver()
    assert Delivery.objects.get().state == "dropped"
    msp.faults.clear()
    msp.clear()
    assert msp.rotate().code == 1000
    news(hub)
    catch_up(hub)
    assert [each.tail for each in msp.received if each.module == "tariffs"] == ["NL/CPO/T1"]
    msp.clear()
    assert msp.rotate().code == 1000
    news(hub)
    catch_up(hub)
    assert [each.tail for each in msp.received if each.module == "tariffs"] == []


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS)
        return bool(cursor.fetchone()[0])
