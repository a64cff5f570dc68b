"""A giving that is interrupted, doubled, overtaken or not to be: everything once, nothing older."""

from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from apps.database import in_thread
from apps.hubclientinfo import agreements, missed, present
from apps.hubclientinfo.models import ClientInfo, PartiesChanged, Present
from apps.outbox.models import Delivery
from apps.parties.models import AgreementChange
from hub.routing.agreements import Act, State
from hub.routing.network import Status
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.hubclientinfo.giving import (
    COMPARED,
    SETTLED,
    act,
    agree,
    give,
    listed,
    many,
)
from tests.hubclientinfo.goings import at, news
from tests.hubclientinfo.returning import away, got, push


def test_it_goes_on_after_a_crash_and_skips_nothing(
    hub: Hub, required: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "BATCH", 2)
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    many(hub, cpo, 7)
    agree()
    news(hub, COMPARED)

    class Killed(BaseException):
        pass

    puts, really = 0, missed.put

    def dies(*arguments: Any) -> Any:
        nonlocal puts
        puts += 1
        if puts == 4:
            raise Killed
        return really(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(missed, "put", dies)
        with pytest.raises(Killed):
            present.give(at(SETTLED))
    assert Delivery.objects.filter(party="DE/MSP").count() == 2
    give(hub, compared=None)
    assert sorted(tail for _, _, tail in got(msp)) == [f"NL/CPO/T{n:02}" for n in range(7)]


def test_the_lane_is_never_filled(
    hub: Hub, required: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever waits there already, and however many agreements begin."""
    monkeypatch.setattr(present, "BATCH", 2)
    monkeypatch.setattr(present, "MOST_WAITING", 4)
    cpo, other, msp = hub.platform("NL/CPO"), hub.platform("BE/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    many(hub, cpo, 9)
    for n in range(9):
        push(other, "tariffs", tariff(f"B{n}", "BE/CPO"), tail=f"BE/CPO/B{n}")
    agree()
    agree("BE/CPO")
    news(hub, COMPARED)
    assert present.give(at(SETTLED)) == {hub.row(msp).pk}
    assert Delivery.objects.filter(state="waiting", party="DE/MSP").count() == 4
    assert present.give(at(SETTLED)) == set()
    Delivery.objects.filter(state="waiting").update(due_at=at(0))
    hub.deliver()
    give(hub, compared=None)
    assert len(got(msp)) == 18
    assert not Present.objects.filter(ended_at=None).exists()


def test_two_workers_book_once(hub: Hub, required: None) -> None:
    cpo = hub.platform("NL/CPO")
    hub.platform("DE/MSP")
    news(hub, 0)
    many(hub, cpo, 20)
    agree()
    hub.announce(at(COMPARED))
    waits = [hub.here.background.start(in_thread(present.give, at(SETTLED))) for _ in range(4)]
    for wait in waits:
        wait()
    assert Delivery.objects.filter(payload__module="tariffs").count() == 20


def test_who_is_away_is_given_it_on_return_and_anew_after_another_absence(
    hub: Hub, required: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "BATCH", 2)
    monkeypatch.setattr(present, "MOST_WAITING", 2)
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    many(hub, cpo, 4)
    away(hub, msp)
    agree()
    news(hub, COMPARED)
    assert present.give(at(SETTLED)) == set()
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    assert present.give(at(SETTLED)) == {hub.row(msp).pk}  # two of four wait
    away(hub, msp)
    assert set(Delivery.objects.values_list("state", "reason")) == {("dropped", "not connected")}
    assert present.give(at(SETTLED)) == set()
    msp.start()
    hub.set_status(msp, Status.CONNECTED)
    Present.objects.update(began_at=at(-1))  # before the return
    give(hub, SETTLED, compared=None)
    give(hub, SETTLED + 15, compared=None)
    assert sorted({tail for _, _, tail in got(msp)}) == [f"NL/CPO/T{n:02}" for n in range(4)]
    assert not Present.objects.filter(ended_at=None).exists()


def test_an_end_in_between_stops_it_and_what_waits_is_dropped(
    hub: Hub, required: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "BATCH", 2)
    monkeypatch.setattr(present, "MOST_WAITING", 2)
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    many(hub, cpo, 6)
    agreement = agree()
    news(hub, COMPARED)
    present.give(at(SETTLED))
    assert Delivery.objects.filter(state="waiting").count() == 2
    act(agreement, Act.END)
    hub.reload()
    Delivery.objects.update(due_at=at(0))
    hub.deliver()
    why = "the agreement of DE/MSP and NL/CPO for tariffs has ended"
    assert set(Delivery.objects.values_list("state", "reason")) == {("dropped", why)}
    assert present.give(at(SETTLED)) == set()
    assert set(Present.objects.filter(module="tariffs").values_list("reason", flat=True)) == {why}
    assert not Present.objects.filter(ended_at=None).exists()
    assert got(msp) == []


def test_a_push_that_comes_meanwhile_is_never_overtaken(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    agree()
    hub.reload()
    hub.announce(at(COMPARED))
    present.give(at(SETTLED))
    push(cpo, "tariffs", tariff("T1", currency="SEK", last_updated=LATER))
    Delivery.objects.filter(state="waiting").update(due_at=at(0))
    hub.deliver()
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "SEK"


def test_while_the_owner_is_suspended_it_waits(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    agree()
    news(hub, COMPARED)
    hub.set_status(cpo, Status.SUSPENDED)
    give(hub, compared=None)
    assert got(msp) == []
    hub.set_status(cpo, Status.CONNECTED)
    give(hub, compared=None)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]


def test_a_change_of_the_policy_moves_nothing(
    hub: Hub, required: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HUB_AGREEMENTS=open lets all talk at once; they have GET All."""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="open"))
    hub.reload()
    give(hub)
    assert (listed(msp), got(msp)) == (["T1"], [])


def test_each_act_is_in_the_history_and_what_cannot_be_done_is_said(hub: Hub) -> None:
    agreement = agree(state=State.OFFERED)
    with pytest.raises(agreements.NotPossible, match="NL/CPO and DE/MSP: is offered"):
        act(agreement, Act.PAUSE)
    for each in (Act.ACTIVATE, Act.PAUSE, Act.ACTIVATE, Act.END):
        act(agreement, each)
    for each in Act:
        with pytest.raises(agreements.NotPossible, match="is ended"):
            act(agreement, each)
    changes = AgreementChange.objects.order_by("pk").values_list("before", "after", "by", "cause")
    assert list(changes) == [
        ("", "offered", "ann", "signed"),
        ("offered", "active", "ben", ""),
        ("active", "paused", "ben", ""),
        ("paused", "active", "ben", ""),
        ("active", "ended", "ben", ""),
    ]
    over = agree(state=State.OFFERED, ends_at=at(-1))
    with pytest.raises(agreements.NotPossible, match="has passed; set a later one first"):
        act(over, Act.ACTIVATE)
    with pytest.raises(agreements.NotPossible, match="the hub has no module nonsense"):
        agree(modules=["nonsense"])


def test_two_who_act_at_once_change_it_once(hub: Hub) -> None:
    agreement = agree(state=State.OFFERED)

    def activate() -> bool:
        try:
            act(agreement, Act.ACTIVATE)
        except agreements.NotPossible:
            return False
        return True

    waits = [hub.here.background.start(in_thread(activate)) for _ in range(4)]
    assert sorted(wait() for wait in waits) == [False, False, False, True]
    assert AgreementChange.objects.count() == 2


def test_platforms_whose_credentials_name_parties_have_a_row_when_these_change(
    hub: Hub, required: None
) -> None:
    """D-20: since when they differ; none for who is away for a while, or planned only."""
    cpo, msp = hub.platform("NL/CPO", version="2.3.0"), hub.platform("DE/MSP", version="2.3.0")
    agreement = agree(state=State.OFFERED)
    assert not PartiesChanged.objects.exists()

    def rows() -> set[str]:
        found = set(PartiesChanged.objects.values_list("platform__name", flat=True))
        PartiesChanged.objects.all().delete()  # as when they are told
        return found

    act(agreement, Act.ACTIVATE)
    assert rows() == {cpo.name, msp.name}
    hub.set_status(cpo, Status.OFFLINE)
    news(hub, 0)
    assert rows() == set()
    act(agreement, Act.END)
    assert rows() == {cpo.name, msp.name}
    assert not ClientInfo.objects.filter(reachable=True).exists()
    agree(state=State.OFFERED)
    assert rows() == set()
    agree(state=State.ACTIVE)
    first = PartiesChanged.objects.get(platform__name=cpo.name).since
    assert ClientInfo.objects.filter(reachable=True).count() == 2
    agree("NL/CPO", "FR/MSP")
    hub.platform("FR/MSP")
    assert PartiesChanged.objects.get(platform__name=cpo.name).since == first
    assert rows() == {cpo.name, msp.name}  # OCPI 2.2.1 names the hub alone
