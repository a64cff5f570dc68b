"""Who returns gets the newest state of each object that changed meanwhile, once."""

import pytest

from apps.hubclientinfo import catch_up as catching
from apps.hubclientinfo.models import CatchUp
from apps.outbox.models import Delivery
from apps.outbox.tasks import worker
from apps.parties.models import Agreement
from apps.sync.models import Pull
from hub.ocpi import datetimes
from hub.routing.network import Status
from tests.gateway.objects import LATER, evse, location, session, tariff, token
from tests.hub import Hub
from tests.hubclientinfo.goings import HUB, at, failing, news
from tests.hubclientinfo.returning import MSP, away, back, catch_up, got, push
from tests.platforms import RECEIVER, Platform
from tests.store.store import put
from tests.sync.pulling import pull


def test_what_changed_while_it_was_away_comes_whole_and_once(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """Section 1.9: the target is brought up to date after reconnection; no push was queued."""
    push(cpo, "locations", location("OLD"))
    hub.deliver()
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    push(cpo, "tariffs", tariff("T1", currency="SEK", last_updated=LATER))
    push(cpo, "locations", location("L1"))
    patch = {"status": "CHARGING", "last_updated": LATER}
    push(cpo, "locations", patch, "PATCH", "NL/CPO/L1/E1")
    assert hub.deliver() == 0
    back(hub, msp)
    assert got(msp) == [("PUT", "locations", "NL/CPO/L1"), ("PUT", "tariffs", "NL/CPO/T1")]
    (heard,) = [r for r in msp.received if r.module == "locations"]
    assert heard.json == location("L1", last_updated=LATER) | {
        "evses": [evse(status="CHARGING", last_updated=LATER)]
    }
    assert (heard.from_, heard.to) == (HUB, MSP)
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "SEK"
    assert not msp.complaints
    row = CatchUp.objects.get()
    assert (row.booked, row.ended_at is not None) == (2, True)


def test_it_begins_when_every_process_knows_of_the_return(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """A push that one process still did not broadcast to it is caught up as well."""
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    back(hub, msp, offset=catching.SETTLING.total_seconds() - 1)
    assert got(msp) == []
    hub.change(msp, status="OFFLINE")  # as a process sees it that is a moment behind
    push(cpo, "tariffs", tariff("T2"))
    hub.change(msp, status="CONNECTED")
    catch_up(hub)
    assert {tail for _, _, tail in got(msp)} == {"NL/CPO/T1", "NL/CPO/T2"}


def test_tokens_come_with_their_type_and_ids_are_quoted(hub: Hub, msp: Platform) -> None:
    cpo = hub.platform("NL/CPO")
    away(hub, cpo)
    for kind in ("RFID", "APP_USER"):
        body = token("U 1/2", type=kind)
        reply = msp.request(
            "PUT", "tokens", RECEIVER, "DE/MSP/U%201%2F2", query=f"type={kind}", json=body, to=HUB
        )
        assert reply.code == 1000
    back(hub, cpo)
    heard = {(r.tail, r.query) for r in cpo.received if r.module == "tokens"}
    assert heard == {("DE/MSP/U%201%2F2", "type=RFID"), ("DE/MSP/U%201%2F2", "type=APP_USER")}
    assert not cpo.complaints


def test_each_of_its_parties_gets_what_it_may_see(hub: Hub, cpo: Platform) -> None:
    """R-31, hub.routing.visible: one request per party, and none without an agreement."""
    both = hub.platform("EMSP:DE/ONE", "EMSP:DE/TWO", name="both")
    Agreement.objects.create(one="NL/CPO", other="DE/TWO", state="ended")
    hub.reload()
    away(hub, both)
    push(cpo, "tariffs", tariff())
    push(hub.platform("BE/CPO"), "tariffs", tariff("T2", "BE/CPO"), tail="BE/CPO/T2")
    back(hub, both)
    heard = sorted((r.tail, str(r.to)) for r in both.received if r.module == "tariffs")
    assert heard == [
        ("BE/CPO/T2", "DE/ONE"), ("BE/CPO/T2", "DE/TWO"), ("NL/CPO/T1", "DE/ONE"),
    ]  # fmt: skip


def test_nothing_of_its_own_and_nothing_of_its_own_side_comes(hub: Hub, msp: Platform) -> None:
    both = hub.platform("CPO:NL/AAA", "EMSP:NL/BBB", name="both")
    other = hub.platform("FR/MSP")
    push(both, "tariffs", tariff("T1", "NL/AAA"), tail="NL/AAA/T1")
    away(hub, both)
    for platform in (msp, other):
        body = token("U1", f"{platform.party}")
        path = f"{platform.party}/U1"
        platform.request("PUT", "tokens", RECEIVER, path, json=body, to=HUB)
    back(hub, both)
    assert sorted(got(both)) == [("PUT", "tokens", "DE/MSP/U1"), ("PUT", "tokens", "FR/MSP/U1")]
    away(hub, other)
    body = token("U2")
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U2", json=body, to=HUB)
    back(hub, other)
    assert got(other) == []


def test_its_own_parties_objects_come_where_pushes_to_them_are_switched_on(hub: Hub) -> None:
    both = hub.platform("CPO:NL/AAA", "EMSP:NL/BBB", name="both")
    hub.change(both, own_parties=True)
    away(hub, both)
    put("tariffs", tariff("T1", "NL/AAA"), at(0), owner="NL/AAA")  # its message would bring it back
    back(hub, both)
    heard = [(r.tail, str(r.to)) for r in both.received if r.module == "tariffs"]
    assert heard == [("NL/AAA/T1", "NL/BBB")]


def test_directed_copies_come_from_their_owner(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A pull may have brought sessions for it; R-23, R-04: FROM is the owner, who meant them."""
    other = hub.platform("FR/MSP")
    pull()
    away(hub, msp)
    now = datetimes.render(at(0))
    cpo.objects.put("sessions", session("S1", "DE/MSP", last_updated=now))
    cpo.objects.put("sessions", session("S2", "FR/MSP", last_updated=now))
    push(cpo, "tariffs", tariff("T1"))
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=("FR", "MSP"))
    cpo.rotate()  # has the hub pull what changed
    pull()
    assert Pull.objects.filter(state="done").exists()
    hub.deliver()
    other.clear()
    back(hub, msp)
    assert sorted(got(msp)) == [("PUT", "sessions", "NL/CPO/S1"), ("PUT", "tariffs", "NL/CPO/T1")]
    heard = {r.module: r.from_ for r in msp.received}
    assert (heard["sessions"], heard["tariffs"]) == (("NL", "CPO"), HUB)
    assert not msp.complaints
    assert got(other) == []


def test_who_has_a_copy_of_its_own_does_not_get_the_public_one(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    back(hub, msp)
    assert got(msp) == []


def test_removed_tariffs_are_taken_back(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for name in ("T1", "T2", "T3"):
        push(cpo, "tariffs", tariff(name))
    hub.deliver()
    away(hub, msp)
    for name in ("T1", "T2"):
        push(cpo, "tariffs", {}, "DELETE", f"NL/CPO/{name}")
    push(cpo, "tariffs", tariff("T2"))
    back(hub, msp)
    assert set(got(msp)) == {
        ("PUT", "tariffs", "NL/CPO/T2"), ("DELETE", "tariffs", "NL/CPO/T1"),
    }  # fmt: skip
    assert {t["id"] for t in msp.objects.all("tariffs")} == {"T2", "T3"}
    assert not msp.complaints


def test_a_removal_is_not_told_to_who_may_not_see_it(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff())
    hub.deliver()
    away(hub, msp)
    push(cpo, "tariffs", {}, "DELETE", "NL/CPO/T1")
    Agreement.objects.create(one="NL/CPO", other="DE/MSP", state="paused")
    hub.reload()
    back(hub, msp)
    assert got(msp) == []


def test_what_failed_before_it_was_given_up_is_caught_up_too(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The lane is emptied when the breaker opens; what was in it counts as missed."""
    push(cpo, "tariffs", tariff("T0"))
    hub.deliver()
    msp.offline()
    push(cpo, "tariffs", tariff("T1"))
    hub.deliver()
    failing(hub.row(msp).pk, (-15.0, -10.0, -5.0, 0.0))
    assert hub.row(msp).status == Status.OFFLINE
    for lane in hub.announce():
        worker().drain(lane)
    assert Delivery.objects.latest("pk").state == "dropped"
    back(hub, msp)
    assert ("PUT", "tariffs", "NL/CPO/T1") in got(msp)


def test_what_waited_when_it_went_away_is_caught_up_too(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T0"))
    hub.deliver()
    push(cpo, "tariffs", tariff("T1"))
    hub.set_status(msp, Status.OFFLINE)
    for lane in hub.announce():
        worker().drain(lane)
    assert Delivery.objects.latest("pk").state == "dropped"
    back(hub, msp)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]


def test_a_platform_may_do_without(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.change(msp, catch_up=False)
    away(hub, msp)
    push(cpo, "tariffs", tariff())
    back(hub, msp)
    assert got(msp) == []
    assert not CatchUp.objects.exists()


def test_a_first_registration_and_new_credentials_are_no_return(hub: Hub, cpo: Platform) -> None:
    push(cpo, "tariffs", tariff())
    msp = hub.platform("DE/MSP")
    msp.rotate()
    news(hub)
    assert not CatchUp.objects.exists()


@pytest.mark.parametrize("how", ["suspended", "unregistered"])
def test_other_returns_are_caught_up_as_well(
    hub: Hub, cpo: Platform, msp: Platform, how: str
) -> None:
    if how == "suspended":
        hub.set_status(msp, Status.SUSPENDED)
    else:
        msp.unregister()
    news(hub)
    push(cpo, "tariffs", tariff())
    if how == "suspended":
        hub.set_status(msp, Status.CONNECTED)
    else:
        row = hub.row(msp)
        row.tokens.all().delete()
        hub.register(msp)
    msp.clear()
    news(hub)
    catch_up(hub)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
