"""The hub's SENDER list: complete, paged, for each platform what it may know."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from apps.gateway.asgi import application as gateway
from apps.hubclientinfo.models import ClientInfo
from apps.parties import platforms
from apps.parties.models import Agreement
from hub.ocpi import datetimes
from hub.routing.network import Status
from tests.hub import Hub, playground_platform
from tests.hubclientinfo.goings import at
from tests.platforms import SENDER, Platform

MODULE = "hubclientinfo"


def ask(platform: Platform, query: str = "", **more: Any) -> Any:
    return platform.request("GET", MODULE, SENDER, query=query, **more)


def shown(platform: Platform) -> dict[str, str]:
    """Party and role to status."""
    return {f"{each['country_code']}/{each['party_id']} {each['role']}": each["status"]
            for each in ask(platform).data}  # fmt: skip


@pytest.fixture
def small_pages(hub: Hub) -> Iterator[None]:
    assert gateway.process is not None
    gateway.process.page_limit = 2
    yield
    gateway.process.page_limit = 100


@pytest.mark.ocpi("T-11", "A-24", "H-01", "H-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_each_platform_sees_the_others(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """H-01, H-10"""
    reply = ask(msp)
    assert (reply.status, reply.code) == (200, 1000)
    (only,) = reply.data
    stamp = only.pop("last_updated")
    assert only == {"party_id": "CPO", "country_code": "NL", "role": "CPO", "status": "CONNECTED"}
    assert stamp.endswith("Z")
    assert reply.headers["x-total-count"] == "1"
    assert reply.headers["x-limit"] == "100"
    assert "link" not in reply.headers
    assert [name for name in reply.headers if name.startswith("ocpi-")] == []
    assert shown(cpo) == {"DE/MSP EMSP": "CONNECTED"}
    assert not msp.complaints


@pytest.mark.ocpi("R-03", "H-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_message_ids_are_echoed_and_routing_headers_are_not_looked_at(
    hub: Hub, cpo: Platform
) -> None:
    """T-29, R-03"""
    headers = {"X-Request-ID": "r", "X-Correlation-ID": "c", "OCPI-from-party-id": "XXX"}
    reply = ask(cpo, headers=headers)
    assert reply.code == 1000
    assert (reply.headers["x-request-id"], reply.headers["x-correlation-id"]) == ("r", "c")


def test_it_is_listed_as_sender_to_everybody(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Some never read version details again after they registered, so token A shows it too."""
    invitation = hub.invite("New")
    new = playground_platform(hub, "BE/CPO", name="New")
    for platform, token in ((cpo, None), (msp, None), (new, invitation.token_a)):
        details = platform.request("GET", "versions", url=f"{hub.url}/ocpi/2.2.1", token=token)
        listed = [e for e in details.data["endpoints"] if e["identifier"] == MODULE]
        assert listed == [
            {"identifier": MODULE, "role": "SENDER",
             "url": f"{hub.url}/ocpi/2.2.1/sender/hubclientinfo"},
        ]  # fmt: skip


def test_a_token_a_and_no_token_do_not_open_it(hub: Hub) -> None:
    url = f"{hub.url}/ocpi/2.2.1/sender/hubclientinfo"
    new = playground_platform(hub, "BE/CPO", name="New")
    for token in (hub.invite("New").token_a, "nonsense"):
        assert new.request("GET", MODULE, url=url, token=token).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_offers_get_and_nothing_else(hub: Hub, cpo: Platform, method: str) -> None:
    """H-03, D-04"""
    reply = cpo.request(method, MODULE, SENDER, json={})
    assert (reply.status, reply.code) == (405, 2000)
    assert reply.headers["allow"] == "GET"


def test_single_objects_other_versions_and_a_receiver_are_404(hub: Hub, cpo: Platform) -> None:
    """The SENDER interface has the list only, and the hub runs no RECEIVER."""
    base = f"{hub.url}/ocpi/2.2.1"
    for url in (
        f"{base}/sender/hubclientinfo/DE/MSP",
        f"{base}/receiver/hubclientinfo",
        f"{base}/receiver/hubclientinfo/DE/MSP",
        f"{hub.url}/ocpi/9.9/sender/hubclientinfo",
    ):
        assert cpo.request("GET", MODULE, url=url).status == 404
    assert ask(cpo, url=f"{base}/sender/hubclientinfo/").code == 1000


def test_own_parties_are_left_out_and_roles_are_one_object_each(hub: Hub, msp: Platform) -> None:
    """D-23, D-26"""
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", "CPO:nl/bbb", name="many")
    assert shown(msp) == {
        "NL/AAA CPO": "CONNECTED", "NL/AAA EMSP": "CONNECTED", "nl/bbb CPO": "CONNECTED",
    }  # fmt: skip
    assert shown(many) == {"DE/MSP EMSP": "CONNECTED"}


@pytest.mark.ocpi("H-04", "H-11")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("status", [Status.OFFLINE, Status.SUSPENDED])
def test_a_status_is_shown_as_it_is(hub: Hub, cpo: Platform, msp: Platform, status: Status) -> None:
    """H-04, H-11: and with a new last_updated."""
    (before,) = ask(msp).data
    hub.set_status(cpo, status)
    (after,) = ask(msp).data
    assert (before["status"], after["status"]) == ("CONNECTED", status)
    assert after["last_updated"] > before["last_updated"]
    assert ask(msp).data == [after]


@pytest.mark.ocpi("H-12", "H-04")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_what_is_not_agreed_is_not_shown_and_what_is_pending_is_planned(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """H-12, D-08: of whom a platform has never heard, it hears nothing now."""
    hub.platform("BE/CPO")
    hub.platform("FR/MSP")
    for other, state in (("BE/CPO", "paused"), ("FR/MSP", "ended"), ("NL/CPO", "active")):
        Agreement.objects.create(one="DE/MSP", other=other, state=state)
    hub.reload()
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED", "BE/CPO CPO": "PLANNED"}


@pytest.mark.ocpi("H-03")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_who_was_shown_and_is_not_any_more_is_suspended(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """H-03: nothing is ever removed; a delta shows it too."""
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED"}
    began = at(0)
    agreement = Agreement.objects.create(one="DE/MSP", other="NL/CPO", state="ended")
    hub.reload()
    assert shown(msp) == {"NL/CPO CPO": "SUSPENDED"}
    agreement.delete()
    hub.reload()
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED"}
    platforms.forget(cpo.name)
    hub.reload()
    (gone,) = ask(msp, f"date_from={quote(datetimes.render(began))}").data
    assert gone["status"] == "SUSPENDED"


def test_a_party_that_left_its_platform_is_suspended_and_a_new_one_is_shown(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED"}
    state = cpo.real.state
    state.parties = (state.parties[0]._replace(party_id="NEW"),)
    state.__post_init__()
    cpo.rotate()
    assert shown(msp) == {"NL/CPO CPO": "SUSPENDED", "NL/NEW CPO": "CONNECTED"}


def test_a_party_that_moved_to_another_platform_is_shown_as_that_is(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED"}
    hub.row(cpo).roles.all().delete()
    hub.set_status(cpo, Status.OFFLINE)
    hub.platform("NL/CPO", name="its new system")
    assert shown(msp) == {"NL/CPO CPO": "CONNECTED"}


@pytest.mark.ocpi("P-02", "H-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_dates_are_those_of_last_updated(hub: Hub, msp: Platform) -> None:
    """H-01: date_from is inclusive, date_to is not."""
    for party in ("NL/CPO", "BE/CPO", "FR/MSP"):
        hub.platform(party)
    stamps = [at(-300), at(-200), at(-100)]
    for row, stamp in zip(ClientInfo.objects.filter(platform=hub.row(msp)).order_by("pk"), stamps,
                          strict=True):  # fmt: skip
        row.last_updated = stamp.replace(microsecond=0)
        row.save()

    def asked(**dates: Any) -> list[str]:
        query = "&".join(f"{k}={quote(datetimes.render(v))}" for k, v in dates.items())
        reply = ask(msp, query)
        assert reply.headers["x-total-count"] == str(len(reply.data))
        return [each["party_id"] for each in reply.data]

    first, second, third = (stamp.replace(microsecond=0) for stamp in stamps)
    assert asked(date_from=first) == ["CPO", "CPO", "MSP"]
    assert asked(date_from=second, date_to=third) == ["CPO"]
    assert asked(date_to=third) == ["CPO", "CPO"]
    assert asked(date_from=third + timedelta(seconds=1)) == []


@pytest.mark.parametrize("query", ["date_from=yesterday", "offset=-1", "limit=0", "limit=x"])
def test_a_query_that_cannot_be_read_is_2001(hub: Hub, msp: Platform, query: str) -> None:
    reply = ask(msp, query)
    assert (reply.status, reply.code) == (200, 2001)
    assert query.partition("=")[0] in reply.message


@pytest.mark.ocpi("P-05", "P-08", "H-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_pages_are_followed_to_the_end(hub: Hub, msp: Platform, small_pages: None) -> None:
    for party in ("NL/CPO", "BE/CPO", "FR/MSP", "CPO:AT/CPO", "CPO:ES/CPO"):
        hub.platform(party)
    seen, url, pages = [], f"{hub.version_url}/sender/hubclientinfo?limit=50", 0
    while url:
        reply = msp.request("GET", MODULE, url=url)
        assert (reply.headers["x-total-count"], reply.headers["x-limit"]) == ("5", "2")
        seen += [each["country_code"] for each in reply.data]
        link = reply.headers.get("link", "")
        url = link[1 : link.index(">")] if link else ""
        pages += 1
        if pages == 1:
            assert link.endswith('; rel="next"')
            assert urlsplit(url).path == f"/ocpi/{hub.version}/sender/hubclientinfo"
            # A change on a page behind moves nothing.
            hub.set_status(hub.here.platforms[1], Status.OFFLINE)
    assert seen == ["NL", "BE", "FR", "AT", "ES"]
    assert pages == 3
    assert [e["country_code"] for e in ask(msp, "offset=3").data] == ["AT", "ES"]
    assert ask(msp, "offset=9").data == []
