"""A new agreement: both are told of each other, then each gets what the other has, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings

from apps.database import in_thread
from apps.hubclientinfo import agreements, missed, present
from apps.hubclientinfo.models import ClientInfo, PartiesChanged, Present
from apps.outbox.models import Delivery
from apps.parties.models import Agreement, AgreementChange
from hub.routing.agreements import Act, State
from hub.routing.network import Status
from tests.gateway.objects import LATER, location, session, tariff, token
from tests.hub import Hub
from tests.hubclientinfo.goings import at, hearing, news, told
from tests.hubclientinfo.test_catch_up import away, got, push
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")
# When the agreement was compared, and when the giving has begun, in seconds from now.
COMPARED, SETTLED = 20.0, 35.0


@pytest.fixture
def required(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A hub in which parties need agreements, that has compared everything once."""
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="required"))
    hub.reload()
    yield
    monkeypatch.undo()
    hub.reload()


def agree(
    one: str = "NL/CPO", other: str = "DE/MSP", state: State = State.ACTIVE, **more: Any
) -> Agreement:
    new = Agreement(one=one, other=other, state=state, **more)
    agreements.record(new, "ann", "signed", at(0))
    return new


def act(agreement: Agreement, name: Act, now: datetime | None = None) -> None:
    agreements.change(agreement.pk, name, "ben", "", now or at(0))


def give(hub: Hub, offset: float = SETTLED, compared: float | None = COMPARED) -> None:
    """All that follows from agreements, so many seconds from now."""
    if compared is not None:
        news(hub, compared)
    while present.give(at(offset)):
        # Lanes are drained by the real clock.
        Delivery.objects.filter(state="waiting", attempts=0).update(due_at=at(0))
        hub.deliver()


def tokens_of(msp: Platform, uid: str = "U1") -> None:
    path = f"{msp.party}/{uid}"
    body = token(uid, str(msp.party))
    assert msp.request("PUT", "tokens", RECEIVER, path, json=body, to=HUB).code == 1000


def listed(msp: Platform) -> list[str]:
    return [each["id"] for each in msp.request("GET", "tariffs", SENDER, to=HUB).data]


def test_both_are_told_and_each_gets_what_the_other_has(hub: Hub, required: None) -> None:
    cpo, msp = hearing(hub, "NL/CPO"), hearing(hub, "DE/MSP")
    stranger = hearing(hub, "FR/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    push(cpo, "locations", location("L1"))
    tokens_of(msp)
    assert hub.deliver() == 0
    agree()
    give(hub)
    assert told(msp) == [("NL/CPO", "CONNECTED")]
    assert told(cpo) == [("DE/MSP", "CONNECTED")]
    heard = [(r.module, r.tail) for r in msp.received if r.method == "PUT"]
    assert heard == [
        ("hubclientinfo", "NL/CPO"), ("locations", "NL/CPO/L1"), ("tariffs", "NL/CPO/T1"),
    ]  # fmt: skip
    assert got(cpo) == [("PUT", "tokens", "DE/MSP/U1")]
    (put,) = [r for r in msp.received if r.module == "tariffs"]
    assert (put.from_, put.to, put.json) == (HUB, MSP, tariff("T1"))
    assert (told(stranger), got(stranger)) == ([], [])
    assert not msp.complaints
    assert not cpo.complaints
    assert set(Present.objects.values_list("module", "booked", "reason")) == {
        ("locations", 1, ""), ("tariffs", 1, ""), ("tokens", 1, ""),
    }  # fmt: skip
    assert not Present.objects.filter(ended_at=None).exists()
    number = len(msp.received)
    give(hub, 100.0, compared=90.0)
    assert len(msp.received) == number


def test_news_goes_before_a_push_that_follows_the_agreement_at_once(
    hub: Hub, required: None
) -> None:
    """Nothing runs between the act and the push: the news is booked with the act itself."""
    cpo, msp = hub.platform("NL/CPO"), hearing(hub, "DE/MSP")
    agreement = agree(state=State.OFFERED)
    hub.deliver()
    assert told(msp) == [("NL/CPO", "PLANNED")]
    msp.clear()
    act(agreement, Act.ACTIVATE)
    hub.reload()
    push(cpo, "tariffs", tariff("T1"))
    hub.deliver()
    assert [(r.method, r.module) for r in msp.received] == [
        ("PUT", "hubclientinfo"), ("PUT", "tariffs"),
    ]  # fmt: skip


def test_only_the_agreed_modules_come(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    push(cpo, "locations", location("L1"))
    agree(modules=["tariffs"])
    give(hub)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
    assert listed(msp) == ["T1"]


def test_it_begins_by_date_too(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hearing(hub, "DE/MSP")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    agreement = agree(starts_at=at(60))
    give(hub)
    assert (told(msp), got(msp)) == ([], [])
    news(hub, 70.0)
    # For the web process and the lanes, which have the real clock, it has begun as well.
    Agreement.objects.filter(pk=agreement.pk).update(starts_at=at(-1))
    hub.reload()
    give(hub, 90.0, compared=None)
    assert [(r.module, r.tail) for r in msp.received if r.method == "PUT"] == [
        ("hubclientinfo", "NL/CPO"), ("tariffs", "NL/CPO/T1"),
    ]  # fmt: skip


def test_where_all_may_talk_an_agreement_moves_nothing(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    hub.deliver()
    msp.clear()
    agree()
    give(hub)
    assert not msp.received
    assert not Present.objects.exists()


def test_what_changed_while_it_was_paused_is_given_and_taken_back(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Removals of what it had been sent follow; it hears nothing of what it never had."""
    agreement = agree()
    hub.reload()
    for name in ("T1", "T2", "T3"):
        push(cpo, "tariffs", tariff(name))
    hub.deliver()
    act(agreement, Act.PAUSE)
    hub.reload()
    give(hub)
    push(cpo, "tariffs", tariff("T1", currency="SEK", last_updated=LATER))
    push(cpo, "tariffs", tariff("T4"))
    for name in ("T2", "T4"):
        push(cpo, "tariffs", {}, "DELETE", f"NL/CPO/{name}")
    assert hub.deliver() == 0
    msp.clear()
    act(agreement, Act.ACTIVATE)
    hub.reload()
    give(hub, 75.0, compared=60.0)
    assert sorted(got(msp)) == [
        ("DELETE", "tariffs", "NL/CPO/T2"),
        ("PUT", "tariffs", "NL/CPO/T1"),
        ("PUT", "tariffs", "NL/CPO/T3"),
    ]
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "SEK"
    assert not msp.complaints
    msp.clear()
    for name, compared in ((Act.PAUSE, 100.0), (Act.ACTIVATE, 120.0)):
        act(agreement, name)
        hub.reload()
        give(hub, compared + 15, compared=compared)
    assert [method for method, _, _ in got(msp)] == ["PUT", "PUT"]  # a removal is told once


def test_an_offer_to_all_is_shown_as_planned_until_it_is_accepted_or_active(
    hub: Hub, required: None
) -> None:
    cpo, msp, other = hub.platform("NL/CPO"), hearing(hub, "DE/MSP"), hearing(hub, "FR/MSP")
    beside = hearing(hub, "BE/CPO")
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    offer = agree(other="*", state=State.OFFERED)
    hub.deliver()
    assert told(msp) == told(other) == [("NL/CPO", "PLANNED")]
    assert msp.request("GET", "tariffs", SENDER, to=CPO).code == 4003
    agree()  # DE/MSP accepts
    give(hub)
    assert told(msp)[-1] == ("NL/CPO", "CONNECTED")
    assert (got(msp), got(other)) == ([("PUT", "tariffs", "NL/CPO/T1")], [])
    msp.clear()
    act(offer, Act.ACTIVATE)
    give(hub, 75.0, compared=60.0)
    assert told(other)[-1] == ("NL/CPO", "CONNECTED")
    assert (got(msp), got(other)) == ([], [("PUT", "tariffs", "NL/CPO/T1")])
    assert (told(beside), got(beside)) == ([], [])
    act(offer, Act.END)
    news(hub, 100.0)
    assert told(other)[-1] == ("NL/CPO", "SUSPENDED")
    assert (listed(msp), listed(other)) == (["T1"], [])


def test_a_platform_may_do_without(hub: Hub, required: None) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    hub.change(msp, catch_up=False)
    news(hub, 0)
    push(cpo, "tariffs", tariff("T1"))
    agree()
    give(hub)
    assert got(msp) == []
    assert not Present.objects.filter(party="DE/MSP").exists()
    assert listed(msp) == ["T1"]


def test_a_copy_of_its_own_is_not_overlaid(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    session_ = session("S1", "DE/MSP")
    push(cpo, "sessions", session_, tail="NL/CPO/S1", to=MSP)
    push(cpo, "tariffs", tariff("T1"))
    hub.deliver()
    agreement = agree(state=State.OFFERED)
    give(hub)
    msp.clear()
    act(agreement, Act.ACTIVATE)
    give(hub, 75.0, compared=60.0)
    assert got(msp) == []
    assert Present.objects.filter(module="tariffs", booked=0).exists()


def many(hub: Hub, cpo: Platform, number: int) -> None:
    for n in range(number):
        push(cpo, "tariffs", tariff(f"T{n:02}"))
    hub.deliver()


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
