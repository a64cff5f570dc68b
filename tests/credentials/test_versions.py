"""Three versions at one hub: what each platform is shown, and how it goes from one to another."""

import asyncio
from typing import Any

import pytest

from apps.credentials import registration
from apps.credentials.errors import RoleUnknown
from apps.outbox.models import Delivery
from apps.parties.models import Platform as Row
from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.headers import TokenForm
from hub.ocpi.module import Role
from hub.routing.network import Status
from tests.gateway.objects import tariff
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform

EVERY = ("2.1.1", "2.2.1", "2.3.0")
ROLES = {"NL/CPO": "CPO", "DE/MSP": "EMSP"}
HUB = ("NL", "HUB")


def listed(platform: Platform, url: str, token: str | None = None) -> dict[str, str]:
    """The versions at a URL, and where their details are."""
    reply = platform.request("GET", "versions", url=url, token=token)
    assert reply.code == 1000, reply
    return {each["version"]: each["url"] for each in reply.data}


def endpoints(platform: Platform, url: str, token: str | None = None) -> list[dict[str, str]]:
    reply = platform.request("GET", "versions", url=url, token=token)
    assert reply.code == 1000, reply
    found: list[dict[str, str]] = reply.data["endpoints"]
    return found


@pytest.mark.ocpi("A-01", "A-04", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize("party", ROLES)
@pytest.mark.parametrize("version", EVERY)
def test_a_platform_registers_in_its_version(hub: Hub, version: str, party: str) -> None:
    platform = hub.platform(party, version=version)
    row = hub.row(platform)
    assert (row.version, row.status) == (version, Status.CONNECTED)
    assert row.versions_url == platform.versions_url
    assert [(f"{r.country_code}/{r.party_id}", r.role) for r in row.roles.all()] == [
        (party, ROLES[party])
    ]
    assert row.token_form == ("plain" if version == "2.1.1" else "base64")
    assert platform.hub_party == HUB
    assert not platform.complaints


@pytest.mark.ocpi("T-34", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.ocpi("A-02", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("version", EVERY)
def test_it_has_the_endpoints_that_its_role_calls(hub: Hub, version: str) -> None:
    cpo = hub.platform("NL/CPO", version=version)
    found = endpoints(cpo, listed(cpo, hub.versions_url)[version])
    urls = {each["url"].partition(f"/{version}/")[2] for each in found}
    assert urls >= {"receiver/locations", "receiver/cdrs", "sender/tokens"}
    assert urls.isdisjoint({"sender/locations", "sender/cdrs", "receiver/tokens"})
    row = hub.row(cpo)
    assert set(row.endpoints.filter(module="tokens").values_list("interface", flat=True)) == {
        "RECEIVER"
    }


def test_without_a_role_2_1_1_is_not_offered_at_the_common_url(hub: Hub) -> None:
    token = hub.invite("new").token_a
    new = playground_platform(hub, "DE/MSP", name="new")
    assert set(listed(new, hub.versions_url, token)) == {"2.2.1", "2.3.0"}
    for face in ("cpo", "emsp"):
        found = listed(new, f"{hub.url}/ocpi/{face}/versions", token)
        assert set(found) == set(EVERY)
        assert found["2.1.1"] == f"{hub.url}/ocpi/{face}/2.1.1"
        assert found["2.2.1"] == f"{hub.url}/ocpi/2.2.1"


@pytest.mark.parametrize(("party", "face"), [("NL/CPO", "emsp"), ("DE/MSP", "cpo")])
def test_who_is_known_is_offered_2_1_1_with_the_right_face(hub: Hub, party: str, face: str) -> None:
    platform = hub.platform(party)
    assert listed(platform, hub.versions_url)["2.1.1"] == f"{hub.url}/ocpi/{face}/2.1.1"


def test_who_has_several_parties_is_not_offered_2_1_1(hub: Hub) -> None:
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", name="many")
    assert set(listed(many, hub.versions_url)) == {"2.2.1", "2.3.0"}


@pytest.mark.ocpi("A-29", versions=("2.1.1",))
@pytest.mark.parametrize(
    ("face", "there", "missing"),
    [("cpo", {"locations": "sender", "tokens": "receiver", "commands": "receiver"}, set[str]()),
     ("emsp", {"locations": "receiver", "tokens": "sender", "cdrs": "receiver"}, {"commands"})],
)  # fmt: skip
def test_endpoints_of_2_1_1_are_of_one_side_and_have_no_role(
    hub: Hub, face: str, there: dict[str, str], missing: set[str]
) -> None:
    token = hub.invite("new").token_a
    new = playground_platform(hub, "DE/MSP", name="new", version="2.1.1")
    found = endpoints(new, f"{hub.url}/ocpi/{face}/2.1.1", token)
    assert not any("role" in each for each in found)
    urls = {each["identifier"]: each["url"] for each in found}
    assert len(urls) == len(found)
    assert urls["credentials"] == f"{hub.url}/ocpi/{face}/2.1.1/credentials"
    for module, segment in there.items():
        assert urls[module] == f"{hub.url}/ocpi/2.1.1/{segment}/{module}"
    assert missing.isdisjoint(urls)
    assert {"hubclientinfo", "chargingprofiles"}.isdisjoint(urls)


@pytest.mark.parametrize(
    "path", ["2.1.1", "cpo/2.2.1", "emsp/2.3.0", "2.0", "cpo/2.1.1/credentials/x"]
)
def test_what_is_no_page_is_404_and_says_where_to_begin(hub: Hub, msp: Platform, path: str) -> None:
    reply = msp.request("GET", "versions", url=f"{hub.url}/ocpi/{path}")
    assert reply.status == 404
    assert reply.message


@pytest.mark.ocpi("A-29", versions=("2.1.1",))
def test_the_credentials_of_2_1_1_have_one_party_and_no_roles(hub: Hub, cpo: Platform) -> None:
    msp = hub.platform("DE/MSP", version="2.1.1")
    data = msp.request("GET", "credentials").data
    assert (data["country_code"], data["party_id"]) == HUB
    assert data["business_details"]["name"]
    assert data["token"] == msp.hub_token
    assert data["url"] == f"{hub.url}/ocpi/cpo/versions"
    assert "roles" not in data


@pytest.mark.ocpi("A-29", versions=("2.1.1",))
@pytest.mark.parametrize("missing", ["party_id", "country_code", "token", "url"])
def test_credentials_of_2_1_1_are_read_to_the_letter(hub: Hub, missing: str) -> None:
    token = hub.invite("new").token_a
    new = playground_platform(hub, "DE/MSP", name="new", version="2.1.1")
    body: dict[str, Any] = {
        "token": "t", "url": new.versions_url, "country_code": "DE", "party_id": "MSP",
        "business_details": {"name": "New"},
    }  # fmt: skip
    del body[missing]
    url = f"{hub.url}/ocpi/cpo/2.1.1/credentials"
    reply = new.request("POST", "credentials", url=url, token=token, json=body)
    assert (reply.status, reply.code) == (200, 2001)
    assert reply.message.startswith(missing)


# In 2.3.0


@pytest.mark.ocpi("A-25", "A-26", versions=("2.3.0",))
def test_the_hub_names_itself_and_who_can_be_reached(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO")
    hub.platform("BE/CPO", version="2.1.1")
    msp = hub.platform("DE/MSP", version="2.3.0")
    hub.platform("FR/MSP")
    data = msp.request("GET", "credentials").data
    assert data["hub_party_id"] == "NLHUB"
    # Another eMSP is nobody that an eMSP calls, and its own party is not told back to it.
    said = {(r["country_code"], r["party_id"], r["role"]) for r in data["roles"]}
    assert said == {("NL", "CPO", "CPO"), ("BE", "CPO", "CPO")}
    assert {r["business_details"]["name"] for r in data["roles"]} == {cpo.name, "BE/CPO"}


def test_while_nobody_can_be_reached_the_hub_lists_itself_as_other(hub: Hub) -> None:
    """D-25"""
    msp = hub.platform("DE/MSP", version="2.3.0")
    roles = msp.request("GET", "credentials").data["roles"]
    assert [(r["country_code"], r["party_id"], r["role"]) for r in roles] == [(*HUB, "OTHER")]


@pytest.mark.parametrize(("has_payments", "told"), [(True, "PTP"), (False, "OTHER")])
def test_a_payment_provider_is_ptp_to_those_who_have_payments(
    hub: Hub, has_payments: bool, told: str
) -> None:
    """D-27"""
    provider = hub.platform("PTP:NL/PTP", version="2.3.0", name="provider")
    assert [role.role for role in hub.row(provider).roles.all()] == ["PTP"]
    modules = [("locations", SENDER), ("sessions", SENDER), ("cdrs", SENDER)]
    modules += [("payments", RECEIVER)] if has_payments else []
    cpo = hub.platform("NL/CPO", version="2.3.0", modules=modules)
    roles = cpo.request("GET", "credentials").data["roles"]
    assert [(r["party_id"], r["role"]) for r in roles] == [("PTP", told)]


def test_a_peer_that_is_a_hub_is_known_as_one(hub: Hub) -> None:
    """2.9: hub_party_id"""
    token = hub.invite("other hub").token_a
    peer = playground_platform(hub, "CPO:FR/AAA", name="other hub", version="2.3.0")
    body = {
        "token": "their-token", "url": peer.versions_url, "hub_party_id": "FRHUB",
        "roles": [{"role": "CPO", "country_code": "FR", "party_id": "AAA",
                   "business_details": {"name": "A"}}],
    }  # fmt: skip
    peer.real.state.connection.own_token = "their-token"
    url = f"{hub.url}/ocpi/2.3.0/credentials"
    assert peer.request("POST", "credentials", url=url, token=token, json=body).code == 1000
    roles = {(role.party, role.role) for role in hub.row(peer).roles.all()}
    assert roles == {("FR/HUB", "HUB"), ("FR/AAA", "CPO")}


# From one version to another


@pytest.mark.ocpi("A-12", "T-33", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(("before", "after"), [(a, b) for a in EVERY for b in EVERY if a != b])
def test_put_on_another_version_switches(hub: Hub, before: str, after: str) -> None:
    """Version, endpoints, token form and tokens are replaced together."""
    msp = hub.platform("DE/MSP", version=before)
    tokens = (msp.hub_token, msp.own_token)
    assert msp.switch(after).code == 1000
    row = hub.row(msp)
    assert row.version == after
    assert msp.hub_token not in tokens
    assert msp.own_token not in tokens
    url = row.endpoints.get(module="locations", interface="RECEIVER").url
    assert url == msp.endpoint("locations", RECEIVER)
    assert f"/{after}/" in url
    form = TokenForm.PLAIN if after == "2.1.1" else TokenForm.BASE64
    assert row.token_form == form
    assert msp.request("GET", "versions").code == 1000
    assert not msp.complaints


def test_what_waits_stays_when_the_version_changes(hub: Hub, cpo: Platform) -> None:
    msp = hub.platform("DE/MSP")
    pushed = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff("T1"), to=HUB)
    assert pushed.code == 1000
    assert Delivery.objects.filter(state="waiting").count() == 1
    msp.switch("2.3.0")
    assert Delivery.objects.filter(state="waiting").count() == 1
    hub.deliver()
    assert msp.heard(module="tariffs", method="PUT").path.startswith("/platform/2.3.0/")


def test_a_switch_that_fails_changes_nothing(hub: Hub, msp: Platform) -> None:
    msp.faults.set("http", module="versions")
    before = list(Row.objects.values("version", "versions_url", "token_form"))
    with pytest.raises(HandshakeFailed, match="3001"):
        msp.switch("2.3.0")
    msp.faults.clear()
    assert list(Row.objects.values("version", "versions_url", "token_form")) == before
    assert msp.request("GET", "locations", SENDER, "L1", to=HUB).status in (200, 404)
    assert msp.version == "2.2.1"


# The hub begins


@pytest.mark.ocpi("A-14", "A-20", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("version", EVERY)
def test_the_hub_registers_in_the_version_that_both_have(hub: Hub, version: str) -> None:
    cpo = playground_platform(hub, "NL/CPO", name="plaza", version=version)
    row = asyncio.run(registration.register(*cpo.invite(), "plaza"))
    hub.reload()
    assert (row.version, row.roles.get().role) == (version, "CPO")
    assert cpo.is_registered
    assert cpo.request("GET", "versions").code == 1000
    asyncio.run(registration.renew(hub.row(cpo)))
    hub.reload()
    assert hub.row(cpo).version == version
    assert cpo.request("GET", "versions").code == 1000
    assert not cpo.complaints


def test_the_role_of_a_2_1_1_emsp_must_be_named(hub: Hub) -> None:
    """It lists the same modules as a CPO would."""
    msp = playground_platform(hub, "DE/MSP", name="card", version="2.1.1")
    msp.real.state.offers -= {("commands", SENDER)}
    with pytest.raises(RoleUnknown):
        asyncio.run(registration.register(*msp.invite(), "card"))
    assert not Row.objects.exists()
    row = asyncio.run(registration.register(*msp.invite(), "card", Role.EMSP))
    hub.reload()
    assert row.roles.get().role == "EMSP"
    assert msp.request("GET", "credentials").data["url"] == f"{hub.url}/ocpi/cpo/versions"
