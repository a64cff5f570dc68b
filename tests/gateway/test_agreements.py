"""Agreements on the wire: an end works within a second, and every refusal says which."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from apps.console import tracing
from apps.hubclientinfo import agreements
from apps.outbox.models import Delivery
from apps.parties.models import Agreement
from apps.traffic.models import Leg
from hub.ocpi.status import Code
from hub.routing.agreements import Act, State
from hub.routing.network import Status
from tests.gateway.objects import location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")
HIDDEN = "is not a party you can reach through this hub."


@pytest.fixture(params=["open", "required"])
def policy(request: pytest.FixtureRequest, hub: Hub) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "HUB", replace(settings.HUB, agreements=request.param))
        hub.reload()
        yield request.param
    hub.reload()


def now(seconds: float = 0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def agree(one: str = "NL/CPO", other: str = "DE/MSP", **more: Any) -> Agreement:
    new = Agreement(one=one, other=other, **{"state": State.ACTIVE, **more})
    agreements.record(new, "ann", "", now())
    return new


def put(cpo: Platform, body: dict[str, Any], module: str, to: Any = HUB) -> int:
    reply = cpo.request("PUT", module, RECEIVER, f"NL/CPO/{body['id']}", json=body, to=to)
    return int(reply.code or 0)


def ways(cpo: Platform, msp: Platform) -> dict[str, Callable[[], bool]]:
    """Every way in which something of NL/CPO can come to DE/MSP, and whether it does."""

    def broadcast() -> bool:
        before = Delivery.objects.count()
        assert put(cpo, tariff("T9"), "tariffs") == 1000
        return Delivery.objects.count() > before

    def ask(tail: str = "", to: Any = None, module: str = "tariffs") -> Any:
        return msp.request("GET", module, SENDER, tail, to=to)

    return {
        "forward": lambda: ask(to=CPO).code == 1000,
        "push": lambda: put(cpo, tariff("T1"), "tariffs", to=MSP) == 1000,
        "broadcast": broadcast,
        "open routing": lambda: ask("L1", module="locations").code == 1000,
        "GET All": lambda: bool(ask(to=HUB).data),
        "GET one": lambda: ask("L1", to=HUB, module="locations").status == 200,
    }


def works(found: dict[str, Callable[[], bool]]) -> set[str]:
    return {name for name, way in found.items() if way()}


def until(condition: Callable[[], bool], began: float) -> None:
    """Waits for something that must be so within a second."""
    while not condition():
        assert time.monotonic() - began < 1.0


def connected(hub: Hub) -> dict[str, Callable[[], bool]]:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    cpo.objects.put("locations", location("L1"))
    assert put(cpo, location("L1"), "locations") == 1000
    assert put(cpo, tariff("T0"), "tariffs") == 1000
    return ways(cpo, msp)


@pytest.mark.parametrize("act", [Act.PAUSE, Act.END])
@pytest.mark.parametrize("other", ["DE/MSP", "*"])
def test_an_end_stops_every_way_within_a_second(
    hub: Hub, policy: str, act: Act, other: str
) -> None:
    found = connected(hub)
    agreement = agree(other=other)
    until(lambda: works(found) == set(found), time.monotonic())
    agreements.change(agreement.pk, act, "ann", "", now())
    began = time.monotonic()
    for way in found.values():
        until(lambda way=way: not way(), began)  # type: ignore[misc]
    assert works(found) == set()


def test_an_end_by_date_stops_every_way_within_a_second(hub: Hub, policy: str) -> None:
    """Nothing is written at that moment: every process knows when its picture turns."""
    found = connected(hub)
    end = now(2.5)
    agree(ends_at=end)
    until(lambda: works(found) == set(found), time.monotonic())
    wait_for(end, lambda: found["GET one"]())
    began = time.monotonic()
    for way in found.values():
        until(lambda way=way: not way(), began)  # type: ignore[misc]
    assert works(found) == set()


@pytest.mark.parametrize("policy", ["required"], indirect=True)
def test_it_begins_by_date_within_a_second(hub: Hub, policy: str) -> None:
    found = connected(hub)
    start = now(2)
    agree(starts_at=start)
    wait_for(start, lambda: not found["GET one"]())
    began = time.monotonic()
    for way in found.values():
        until(way, began)


def wait_for(moment: datetime, so_far: Callable[[], bool]) -> None:
    """Until a moment, and that something was so up to then; a few times a second."""
    beat = threading.Event()
    while (left := (moment - now()).total_seconds()) > 0:
        assert so_far() or now() >= moment
        beat.wait(min(0.2, left))


@pytest.mark.parametrize("act", [Act.PAUSE, Act.END])
def test_what_waits_is_dropped_with_the_reason(
    hub: Hub, cpo: Platform, msp: Platform, act: Act
) -> None:
    other = hub.platform("FR/MSP")
    agreement = agree()
    assert put(cpo, tariff("T1"), "tariffs") == 1000
    agreements.change(agreement.pk, act, "ann", "", now())
    hub.deliver()
    (dropped,) = Delivery.objects.filter(party="DE/MSP", payload__module="tariffs")
    word = {Act.PAUSE: "is paused", Act.END: "has ended"}[act]
    assert (dropped.state, dropped.reason) == (
        "dropped", f"the agreement of DE/MSP and NL/CPO for tariffs {word}",
    )  # fmt: skip
    assert not [r for r in msp.received if r.module == "tariffs"]
    other.heard(module="tariffs", tail="NL/CPO/T1")


def traced(
    hub: Hub, platform: Platform, to: Any = CPO, tail: str = "", module: str = "tariffs"
) -> tuple[Any, str]:
    """A refused request: the answer, and the error that the log and the trace have of it."""
    hub.flush()
    known = set(Leg.objects.values_list("pk", flat=True))
    reply = platform.request("GET", module, SENDER, tail, to=to)
    hub.flush()
    leg = Leg.objects.exclude(pk__in=known).get(direction="in")
    (shown, *_) = tracing.trace(leg.correlation_id)["legs"]
    assert shown["error"] == leg.error
    return reply, leg.error


def test_a_refusal_says_which_agreement_and_the_log_says_all(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D-08: a pair that never had one learns nothing."""
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="required"))
    hub.platform("NL/CPO")
    msp = hub.platform("DE/MSP")
    reply, logged = traced(hub, msp)
    message = reply.json["status_message"]
    assert (reply.code, message) == (Code.UNKNOWN_RECEIVER, f"OCPI-to NL/CPO {HIDDEN}")
    assert logged == (
        f"{message} no agreement between DE/MSP and NL/CPO for tariffs (HUB_AGREEMENTS=required)."
    )
    agreement = agree(state=State.OFFERED, ends_at=now(3600))
    for act, code, word in (
        (None, Code.CONNECTION_PROBLEM, "is offered, not active yet (until "),
        (Act.ACTIVATE, 1000, ""),
        (Act.PAUSE, Code.CONNECTION_PROBLEM, "is paused (until "),
        (Act.END, Code.UNKNOWN_RECEIVER, "has ended"),
    ):
        if act is not None:
            agreements.change(agreement.pk, act, "ann", "", now())
        hub.reload()
        reply, logged = traced(hub, msp)
        assert reply.code == code
        assert f"the agreement of DE/MSP and NL/CPO for tariffs {word}" in logged or not word
        assert logged == (reply.json["status_message"] if word else "")
    monkeypatch.undo()
    hub.reload()


def test_the_log_says_whose_object_was_not_shown(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """The asker is told that there is none: by GET of one object, and where its owner is looked
    for. Neither changes for an object that there is not."""
    assert put(cpo, location("L1"), "locations") == 1000
    agree(state=State.ENDED)
    hub.reload()
    for to, tail in ((HUB, "L1"), (None, "L1"), (HUB, "L2"), (None, "L2"), (HUB, "L1/E1")):
        reply, logged = traced(hub, msp, to=to, tail=tail, module="locations")
        sentence = reply.json["status_message"]
        assert "NL/CPO" not in sentence
        assert reply.status == (404 if to else 200)
        why = " There is one: the agreement of DE/MSP and NL/CPO for locations has ended."
        assert logged == sentence + (why if tail.startswith("L1") else "")
    agreement = Agreement.objects.get()
    agreements.remove(agreement, now())
    hub.set_status(cpo, Status.SUSPENDED)
    _, logged = traced(hub, msp, to=HUB, tail="L1", module="locations")
    assert logged.endswith(" There is one: its owner NL/CPO is suspended.")
    hub.set_status(cpo, Status.CONNECTED)
    reply, logged = traced(hub, msp, to=HUB, tail="L1/NONE", module="locations")
    assert logged == reply.json["status_message"]


def test_own_parties_get_pushes_to_everyone_where_that_is_switched_on(hub: Hub) -> None:
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/BBB", name="many")
    msp = hub.platform("DE/MSP")
    body = tariff("T1", "NL/AAA")
    for switched in (False, True):
        hub.change(many, own_parties=switched)
        reply = many.request(
            "PUT", "tariffs", RECEIVER, "NL/AAA/T1", json=body, to=HUB, from_=("NL", "AAA")
        )
        assert reply.code == 1000
        hub.deliver()
        heard = [r for r in many.received if r.module == "tariffs"]
        assert [str(r.to) for r in heard] == ["NL/BBB"] * switched
    assert heard[0].json == body
    assert len([r for r in msp.received if r.module == "tariffs"]) == 2


def test_a_page_that_began_before_an_end_is_not_followed_after_it(hub: Hub, msp: Platform) -> None:
    cpo = hub.platform("NL/CPO", page_limit=1)
    cpo.objects.put_all("tariffs", [tariff(f"T{n}") for n in range(3)])
    agreement = agree()
    hub.reload()
    link = msp.request("GET", "tariffs", SENDER, to=CPO).headers["link"]
    url = link[1 : link.index(">")]
    cpo.clear()
    for act, code in ((Act.PAUSE, 4003), (Act.ACTIVATE, 1000), (Act.END, 4001)):
        agreements.change(agreement.pk, act, "ann", "", now())
        hub.reload()
        reply = msp.request("GET", "tariffs", url=url, to=CPO)
        assert reply.code == code
        word = {Act.PAUSE: "is paused", Act.END: "has ended"}.get(act, "")
        if word:
            sentence = reply.json["status_message"]
            assert sentence == (
                "NL/CPO is not a party you can reach any more: the agreement of DE/MSP and NL/CPO "
                f"for tariffs {word}."
            )
    assert len(cpo.received) == 1


def test_a_result_arrives_after_the_end_of_the_agreement(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """What began while it was allowed comes to its end."""
    cpo.objects.put("locations", location())
    agreement = agree()
    hub.reload()
    body = {"response_url": msp.callback_url(), "token": token(), "location_id": "L1"}
    assert (
        msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO).code == 1000
    )
    stand_in = cpo.heard(module="commands").json["response_url"]
    msp.heard(module="results")
    msp.clear()
    agreements.change(agreement.pk, Act.END, "ann", "", now())
    hub.reload()
    reply = cpo.request("POST", "commands", url=stand_in, json={"result": "ACCEPTED"}, to=MSP)
    assert reply.code == 1000
    msp.heard(module="results")
