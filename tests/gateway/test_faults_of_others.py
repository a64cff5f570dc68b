"""What other hubs get wrong, each as a case of ours; those shown elsewhere are not repeated."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.gateway import exchange
from apps.outbox.models import Delivery
from apps.parties.models import Agreement
from apps.store.models import StandIn
from hub.ocpi.status import Code
from tests.gateway.objects import LATER, cdr, location, session, tariff
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP")


@pytest.mark.ocpi("R-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_cdr_arrives_once_and_at_nobody_else(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A copy to configured parties went out before the sender was checked, and twice."""
    other = hub.platform("FR/MSP")
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    hub.deliver()
    assert len([r for r in msp.received if r.module == "cdrs"]) == 1
    assert not [r for r in other.received if r.module == "cdrs"]
    assert not Delivery.objects.exists()


def test_a_foreign_cdr_is_refused_before_anything_happens(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.clear()
    reply = cpo.request("POST", "cdrs", RECEIVER, json=cdr(party_id="XXX"), to=MSP)
    assert (reply.code, "party_id" in reply.message) == (2001, True)
    assert not msp.received


def test_the_hub_is_the_same_party_everywhere(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """One hub said DE/BAN in its credentials and CH/OCN in its headers."""
    role = msp.request("GET", "credentials").data["roles"][0]
    reply = msp.request("GET", "locations", SENDER, to=HUB)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    hub.deliver()
    heard = msp.heard(module="tariffs").headers
    said = {
        (role["country_code"], role["party_id"]),
        (reply.headers["ocpi-from-country-code"], reply.headers["ocpi-from-party-id"]),
        (heard["ocpi-from-country-code"], heard["ocpi-from-party-id"]),
    }
    assert said == {HUB}


def test_a_direct_patch_stays_a_patch(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=MSP)
    change = {"status": "CHARGING", "last_updated": LATER}
    cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=change, to=MSP)
    assert msp.heard(module="locations", method="PATCH").json == change


def test_a_page_is_gone_after_its_time(hub: Hub, msp: Platform) -> None:
    cpo = hub.platform("NL/CPO", page_limit=1)
    cpo.objects.put_all("locations", [location("L1"), location("L2")])
    link = msp.request("GET", "locations", SENDER, to=CPO).headers["link"]
    StandIn.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    url = link[1 : link.index(">")]
    assert msp.request("GET", "locations", url=url, to=CPO).status == 404


def test_ending_one_agreement_leaves_all_others_alone(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """One platform's call emptied the rules of every platform."""
    other = hub.platform("FR/MSP")
    for party in ("DE/MSP", "FR/MSP"):
        Agreement.objects.create(one="NL/CPO", other=party, state=Agreement.State.ACTIVE)
    Agreement.objects.filter(other="DE/MSP").update(state=Agreement.State.ENDED)
    hub.reload()
    assert msp.request("GET", "locations", SENDER, to=CPO).code == Code.UNKNOWN_RECEIVER
    assert other.request("GET", "locations", SENDER, to=CPO).code == 1000


def test_a_party_that_shares_a_country_or_an_id_is_another_party(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """A filter `country != and party !=` hid everybody who shared one of the two."""
    hub.platform("CPO:NL/XXX", name="same country")
    hub.platform("CPO:LU/CPO", name="same id")
    for to in (("NL", "XXX"), ("LU", "CPO"), CPO):
        assert msp.request("GET", "locations", SENDER, to=to).code == 1000


@pytest.mark.ocpi("T-06")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_two_platforms_may_choose_the_same_token_for_us(hub: Hub) -> None:
    """It identifies neither then; and the end of one leaves the other alone."""
    one = playground_platform(hub, "CPO:NL/AAA", name="one")
    two = playground_platform(hub, "CPO:NL/BBB", name="two")
    for platform in (one, two):
        invitation = hub.invite(platform.name)
        state = platform.real.state
        state.connection = replace(state.connection, own_token="shared-token")
        party = platform.party
        reply = platform.request(
            "POST", "credentials", url=f"{hub.version_url}/credentials",
            token=invitation.token_a,
            json={"token": "shared-token", "url": platform.versions_url,
                  "roles": [{"role": "CPO", "country_code": party[0], "party_id": party[1],
                             "business_details": {"name": platform.name}}]},
        )  # fmt: skip
        assert reply.code == 1000
        state.connection = replace(state.connection, hub_token=reply.data["token"])
    versions = hub.versions_url
    assert one.request("GET", "versions", url=versions, token="shared-token").status == 401
    gone = one.request("DELETE", "credentials", url=f"{hub.version_url}/credentials")
    assert gone.code == 1000
    assert two.request("GET", "versions", url=versions).code == 1000
    msp = hub.platform("DE/MSP")
    assert msp.request("GET", "locations", SENDER, to=("NL", "BBB")).code == 1000


@pytest.mark.parametrize("token", ["dG9rZW4tYg==", "QUJD", "abcd", "YWJj\u007e"])
def test_a_token_that_looks_like_base64_is_taken_as_it_is(hub: Hub, token: str) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="odd")
    invitation = hub.invite("odd")
    state = cpo.real.state
    state.connection = replace(state.connection, own_token=token)
    reply = cpo.request(
        "POST", "credentials", url=f"{hub.version_url}/credentials", token=invitation.token_a,
        json={"token": token, "url": cpo.versions_url,
              "roles": [{"role": "CPO", "country_code": "NL", "party_id": "CPO",
                         "business_details": {"name": "odd"}}]},
    )  # fmt: skip
    assert reply.code == 1000, reply


def test_success_is_not_said_for_a_broadcast_that_was_not_kept(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer before the commit, or a copy marked before it is made, loses pushes silently."""

    async def fails(*_: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(exchange, "accept_push", fails)
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert (reply.status, reply.code) == (200, Code.HUB_ERROR)
    assert not Delivery.objects.exists()


@pytest.mark.ocpi("T-22", "T-24")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_unknown_field_and_an_unknown_value_pass(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Typed models on the way drop or refuse them."""
    body = session(x_extension={"a": [1.0]}, status="RESERVED")
    assert cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=body, to=MSP).code == 1000
    assert msp.heard(module="sessions").json == body
    place = location(facilities=["SAUNA"], x_extension={"a": None})
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=place, to=MSP).code == 1000
    assert msp.heard(module="locations").json == place
