"""Every kind is raised once and ends once, out of rows that came about as they do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.alerts.conditions import CONDITIONS
from apps.alerts.models import Alert, Kind
from apps.credentials.naming import AGAIN as NAMED_AGAIN
from apps.credentials.rows import decide_claim
from apps.hubclientinfo.models import PartiesNamed
from apps.outbox.models import Lane
from apps.parties.models import Agreement, PartyClaim, Token
from apps.sandbox.handshake import HandshakeFailed
from apps.sync import plan
from apps.sync.models import Pull
from apps.traffic.models import Leg
from hub.policy.liveness import CHECK_AGAIN
from hub.policy.pulling import BACK_OFF_SECONDS
from hub.policy.pulling import Kind as Reach
from hub.routing.network import Status
from tests.alerts.watching import changes, only, watch, written
from tests.credentials.test_naming import tell
from tests.gateway.objects import location
from tests.hub import Hub, playground_platform
from tests.hubclientinfo.goings import SILENT, at, checked
from tests.outbox.test_lanes import at as clock
from tests.outbox.test_lanes import drained, push
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import at as later
from tests.sync.pulling import last, pull, source

Mend = Callable[[], object]
AGAIN = CHECK_AGAIN.total_seconds() * 1.5


def offline(hub: Hub) -> Mend:
    """It stops answering; later it answers a check."""
    cpo = hub.platform("NL/CPO")
    cpo.offline()
    checked(at(SILENT))
    checked(at(SILENT + AGAIN))
    assert hub.row(cpo).status == Status.OFFLINE

    def back() -> None:
        cpo.start()
        checked(at(SILENT + AGAIN + 60))
        assert hub.row(cpo).status == Status.CONNECTED

    return back


def failures(hub: Hub) -> Mend:
    """It refuses what it is asked; later it does not."""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    msp.faults.set("refuse", 2000, module="tokens")
    ask(hub, cpo, 30)
    msp.faults.clear()
    return lambda: ask(hub, cpo, 50)


def ask(hub: Hub, cpo: Platform, times: int) -> None:
    for _ in range(times):
        cpo.request("GET", "tokens", SENDER, to=("DE", "MSP"))
    hub.flush()


def waiting(hub: Hub) -> Mend:
    """It fails with every delivery; later it takes them."""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    msp.faults.set("http", 503, module="tariffs")
    push(cpo)
    assert hub.deliver() == 1
    msp.faults.clear()
    return lambda: drained(hub.row(msp).pk, clock(10))


def paused(hub: Hub) -> Mend:
    """It refuses the hub's token; later it takes it."""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    msp.faults.set("http", 401, module="tariffs")
    push(cpo)
    assert hub.deliver() == 1
    assert Lane.objects.get().paused_until is not None
    written()
    msp.faults.clear()

    def taken() -> None:
        assert drained(hub.row(msp).pk, clock(301)) == 1
        written()

    return taken


def claim(hub: Hub) -> Mend:
    """A platform registers a party of another one; the operator rejects it."""
    hub.platform("NL/CPO")
    invitation = hub.invite("impostor")
    impostor = playground_platform(hub, "NL/CPO", name="impostor")
    with pytest.raises(HandshakeFailed):
        impostor.register(invitation.versions_url, invitation.token_a)
    row = PartyClaim.objects.get()
    return lambda: decide_claim(row, PartyClaim.Decision.REJECTED, timezone.now())


def agreement(hub: Hub) -> Mend:
    """Two parties' agreement ends soon; its end is moved."""
    Agreement.objects.create(
        one="NL/CPO", other="DE/MSP", state=Agreement.State.ACTIVE, ends_at=at(10 * 24 * 3600)
    )
    return lambda: Agreement.objects.update(ends_at=at(60 * 24 * 3600))


def invitation(hub: Hub) -> Mend:
    """An invitation is nearly over; then the platform registers."""
    late = playground_platform(hub, "NL/CPO", name="late")
    invited = hub.invite("late")
    Token.objects.update(created_at=at(-9000), expires_at=at(600))
    return lambda: late.register(invited.versions_url, invited.token_a)


def pulls(hub: Hub) -> Mend:
    """A list fails twice, all attempts of both pulls; the third ends well."""
    cpo = hub.platform("NL/CPO")
    cpo.faults.set("http", 500, module="locations")
    end = sum(BACK_OFF_SECONDS) * 1.5 + 60
    fail(0)
    assert not list(CONDITIONS[Kind.PULLS].look(at(0)))  # once is not twice
    plan.book(source("locations"), Reach.DELTA, "a test", at(end))
    fail(end)
    assert Pull.objects.filter(source__module="locations", state="failed").count() == 2
    cpo.faults.clear()

    def well() -> None:
        plan.book(source("locations"), Reach.DELTA, "a test", at(2 * end))
        pull(later(2 * end))
        assert last("locations").state == "done"

    return well


def fail(offset: float) -> None:
    """Pulls through all attempts of the pull that is open."""
    for seconds in (0.0, *BACK_OFF_SECONDS):
        offset += seconds * 1.5
        pull(later(offset))
    assert last("locations").state == "failed"


def names(hub: Hub) -> Mend:
    """It refuses the PUT that names a new party; later it takes it."""
    msp = hub.platform("DE/MSP", version="2.3.0")
    hub.platform("NL/CPO")
    PartiesNamed.objects.update(at=at(-400))
    msp.faults.set("refuse", 2000, module="credentials")
    assert tell(hub) == [False]
    msp.faults.clear()

    def well() -> None:
        assert tell(hub, NAMED_AGAIN[0].total_seconds() + 5) == [True]

    return well


@dataclass(frozen=True)
class Case:
    """What begins and ends a condition, whom it is about, a part of its text; the first look is so
    many seconds ahead."""

    begins: Callable[[Hub], Mend]
    about: str
    text: str
    first: float = 0


CASES = {
    Kind.OFFLINE: Case(offline, "NL/CPO", "OFFLINE since"),
    Kind.FAILURES: Case(failures, "DE/MSP", "30 of the last"),
    Kind.WAITING: Case(waiting, "DE/MSP", "has been waiting since", 605),
    Kind.PAUSED: Case(paused, "DE/MSP", "It refuses the hub's token (HTTP 401"),
    Kind.CLAIM: Case(claim, "NL/CPO CPO", "impostor claims NL/CPO CPO, which NL/CPO holds."),
    Kind.AGREEMENT: Case(agreement, "NL/CPO and DE/MSP", "ends at"),
    Kind.INVITATION: Case(invitation, "late", "was not used"),
    Kind.PULLS: Case(pulls, "NL/CPO", "locations of NL/CPO. Lately: HTTP 500"),
    Kind.NAMES: Case(names, "DE/MSP", "which parties it reaches: your OCPI endpoints cannot"),
}


def of(kind: Kind) -> list[Alert]:
    """The alerts of a kind, but for the one that is about the whole hub."""
    return list(Alert.objects.filter(kind=kind).exclude(subject="hub"))


def told(kind: Kind) -> list[str]:
    rows = [row.notices.order_by("pk").values_list("event", flat=True) for row in of(kind)]
    return [event for events in rows for event in events]


def test_every_kind_has_a_case() -> None:
    assert set(CASES) == set(CONDITIONS) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_condition_is_told_once_and_its_end_once(hub: Hub, kind: Kind) -> None:
    case = CASES[kind]
    mend, first = case.begins(hub), case.first
    watch(first)
    assert told(kind) == []
    watch(first + 61, first + 75, first + 122)
    assert told(kind) == ["raised"]
    (alert,) = of(kind)
    assert alert.about == case.about
    assert case.text in alert.text
    mend()
    watch(first + 400, first + 500)
    assert told(kind) == ["raised", "over"]
    assert alert.notices.get(event="over").text == CONDITIONS[kind].over
    (alert,) = of(kind)
    assert alert.ended_at == alert.notices.get(event="over").booked_at


def test_what_is_well_is_no_alert(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Two platforms that work, an invitation just made, a push that went out."""
    hub.invite("soon")
    push(cpo)
    hub.deliver()
    ask(hub, cpo, 30)
    written()
    watch(0, 61)
    assert not Alert.objects.exists()


def test_a_suspended_platform_is_no_alert(hub: Hub, cpo: Platform) -> None:
    hub.set_status(cpo, Status.SUSPENDED)
    watch(0, 61)
    assert not Alert.objects.exists()


def test_a_failing_receiver_does_not_count_against_who_asks(hub: Hub) -> None:
    failures(hub)
    watch(0)
    abouts = set(Alert.objects.filter(kind=Kind.FAILURES).values_list("about", flat=True))
    assert abouts == {"DE/MSP", "the whole hub"}


def test_what_is_not_found_is_no_failure(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for _ in range(30):
        reply = msp.request("GET", "locations", SENDER, "nowhere", to=("NL", "CPO"))
        assert reply.status == 404
    hub.flush()
    watch(0)
    assert not Alert.objects.exists()


@pytest.mark.parametrize(("method", "counts"), [("GET", False), ("PATCH", False), ("PUT", True)])
def test_a_bare_404_is_a_failure_of_a_put_only(
    hub: Hub, cpo: Platform, msp: Platform, method: str, counts: bool
) -> None:
    """A wrong URL answers it to everything; who is asked, or gets a PATCH, may mean it."""
    msp.faults.set("empty", 404)
    tail, body = "NL/CPO/L1", None if method == "GET" else location()
    for _ in range(40):
        cpo.request(method, "locations", RECEIVER, tail, json=body, to=("DE", "MSP"))
    hub.flush()
    legs = Leg.objects.filter(platform_id=hub.row(msp).pk, direction="out", method=method)
    assert legs.filter(http_status=404).count() == 40
    watch(0)
    assert [alert.about for alert in of(Kind.FAILURES)] == (["DE/MSP"] if counts else [])


def test_old_failures_are_none(hub: Hub) -> None:
    failures(hub)
    watch(16 * 60)
    assert not of(Kind.FAILURES)


def test_a_pause_that_ends_by_itself_is_no_recovery(hub: Hub) -> None:
    """Nothing was taken since, so nothing is well."""
    paused(hub)
    watch(0, 61, 400, 500)
    assert told(Kind.PAUSED) == ["raised"]


def test_a_resting_lane_is_not_told_as_a_waiting_delivery_too(hub: Hub) -> None:
    paused(hub)
    Lane.objects.update(paused_until=at(3600))
    watch(900, 961)
    assert told(Kind.PAUSED) == ["raised"]
    assert told(Kind.WAITING) == []


def test_an_invitation_that_has_ended_unused_goes_on_as_the_same_alert(hub: Hub) -> None:
    invitation(hub)
    watch(0, 61, 700, 761)
    assert changes(Kind.INVITATION) == ["raised"]
    assert "ended at" in only(Kind.INVITATION).text
    assert timedelta(0) < only(Kind.INVITATION).seen_at - at(700)
