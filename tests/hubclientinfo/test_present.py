"""A new agreement: both are told of each other, then each gets what the other has, once."""

from apps.hubclientinfo.models import Present
from apps.parties.models import Agreement
from hub.routing.agreements import Act, State
from tests.gateway.objects import LATER, location, session, tariff
from tests.hub import Hub
from tests.hubclientinfo.giving import CPO, HUB, MSP, act, agree, give, listed, tokens_of
from tests.hubclientinfo.goings import at, hearing, news, told
from tests.hubclientinfo.returning import got, push
from tests.platforms import SENDER, Platform


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
