"""A platform registers with the hub: what it may do before, during and after."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.credentials.rows import decide_claim
from apps.parties import directory
from apps.parties.models import CredentialsRole, PartyClaim, Token
from apps.parties.models import Platform as Row
from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.module import Interface, Role
from hub.routing.network import Status, TokenKind
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform

CREDENTIALS: dict[str, Any] = {
    "token": "their-token-1",
    "url": "http://127.0.0.1:9/versions",
    "roles": [
        {
            "role": "EMSP",
            "country_code": "DE",
            "party_id": "MSP",
            "business_details": {"name": "Ampere Card"},
        }
    ],
}


@pytest.mark.ocpi("T-33")
def test_registration_writes_everything_at_once(hub: Hub) -> None:
    msp = hub.platform("DE/MSP")
    row = hub.row(msp)
    assert (row.status, row.version, row.versions_url) == (
        Status.CONNECTED, "2.2.1", msp.versions_url,
    )  # fmt: skip
    assert [str(role) for role in row.roles.all()] == ["DE/MSP EMSP"]
    assert row.endpoints.get(module="locations").url == msp.endpoint("locations", RECEIVER)
    assert {token.kind for token in row.tokens.all()} == {TokenKind.ISSUED, TokenKind.THEIRS}
    assert not msp.complaints


@pytest.mark.ocpi("A-23")
def test_the_hub_shows_itself_as_role_hub_and_nobody_else(hub: Hub, cpo: Platform) -> None:
    msp = hub.platform("DE/MSP")
    data = msp.request("GET", "credentials").data
    assert [(r["role"], r["country_code"], r["party_id"]) for r in data["roles"]] == [
        ("HUB", "NL", "HUB")
    ]
    assert data["token"] == msp.hub_token
    assert data["url"] == hub.versions_url


def test_a_token_a_works_once(hub: Hub) -> None:
    """A-13"""
    invitation = hub.invite("Ampere Card")
    msp = playground_platform(hub, "DE/MSP", name="Ampere Card")
    msp.register(invitation.versions_url, invitation.token_a)
    again = msp.request("GET", "versions", url=hub.versions_url, token=invitation.token_a)
    assert again.status == 401


def test_an_expired_token_a_is_refused(hub: Hub) -> None:
    token = hub.invite("late").token_a
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    hub.reload()
    late = playground_platform(hub, "DE/MSP", name="late")
    assert late.request("GET", "versions", url=hub.versions_url, token=token).status == 401


def test_several_parties_and_roles_on_one_platform(hub: Hub) -> None:
    many = hub.platform("CPO:NL/AAA", "EMSP:NL/AAA", "CPO:NL/BBB", name="many")
    roles = {str(role) for role in hub.row(many).roles.all()}
    assert roles == {"NL/AAA CPO", "NL/AAA EMSP", "NL/BBB CPO"}


@pytest.mark.ocpi("Y-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_lower_case_party_ids_are_understood_and_given_back_as_spelled(hub: Hub) -> None:
    """Y-01"""
    cpo = hub.platform("CPO:nl/cpo", name="small letters")
    msp = hub.platform("DE/MSP")
    reply = msp.request("GET", "locations", SENDER, "L1", to=("NL", "CPO"))
    assert reply.status == 404
    heard = cpo.heard(module="locations")
    assert heard.headers["ocpi-to-party-id"] == "cpo"
    assert reply.headers["ocpi-from-party-id"] == "cpo"


def test_a_claim_to_a_party_of_another_platform_is_quarantined(hub: Hub, cpo: Platform) -> None:
    """A-30: nothing changes until an operator decides, and the answer says so."""
    invitation = hub.invite("impostor")
    impostor = playground_platform(hub, "NL/CPO", name="impostor")
    with pytest.raises(HandshakeFailed, match="NL/CPO as CPO is registered to another platform"):
        impostor.register(invitation.versions_url, invitation.token_a)
    claim = PartyClaim.objects.get()
    assert (claim.platform.name, claim.held_by.name, claim.decision) == (
        "impostor", cpo.name, "open",
    )  # fmt: skip
    assert CredentialsRole.objects.get().platform.name == cpo.name
    assert Row.objects.get(name="impostor").status == Status.PLANNED
    # The invitation is still good: after the decision the same request succeeds.
    assert decide_claim(claim, PartyClaim.Decision.GRANTED, timezone.now())
    impostor.register(invitation.versions_url, invitation.token_a)
    assert CredentialsRole.objects.get().platform.name == "impostor"


def test_the_hubs_own_party_cannot_be_claimed(hub: Hub) -> None:
    invitation = hub.invite("me")
    me = playground_platform(hub, "CPO:NL/HUB", name="me")
    with pytest.raises(HandshakeFailed, match="is the hub itself"):
        me.register(invitation.versions_url, invitation.token_a)


@pytest.mark.ocpi("A-21", "A-22")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": "x" * 65}, "token"),
        ({"token": "has blank"}, "token"),
        ({"url": None}, "url"),
        ({"url": "http://x/" + "y" * 250}, "url"),
        ({"roles": []}, "roles"),
        ({"roles": "CPO"}, "roles"),
        ({"roles": [{**CREDENTIALS["roles"][0], "role": "BOSS"}]}, r"roles\[0\].role"),
        ({"roles": [{**CREDENTIALS["roles"][0], "party_id": "TOOLONG"}]}, "party_id"),
        ({"roles": [{**CREDENTIALS["roles"][0], "country_code": "DEU"}]}, "country_code"),
        ({"roles": CREDENTIALS["roles"] * 2}, "listed twice"),
    ],
)
def test_bad_credentials_are_2001_and_name_the_field(
    hub: Hub, change: dict[str, Any], field: str
) -> None:
    invitation = hub.invite("careless")
    careless = playground_platform(hub, "DE/MSP", name="careless")
    reply = careless.request(
        "POST", "credentials", url=f"{hub.version_url}/credentials",
        token=invitation.token_a, json={**CREDENTIALS, **change},
    )  # fmt: skip
    assert (reply.status, reply.code) == (200, 2001)
    assert re.search(field, reply.message)


@pytest.mark.ocpi("A-16")
@pytest.mark.parametrize(
    ("fault", "code"),
    [("http", 3001), ("html", 3001), ("broken_json", 3001), ("empty", 3001), ("unauthorized", 3001),
     ("unauthorized_200", 3001), ("hangup", 3001)],
)  # fmt: skip
def test_an_unusable_peer_is_3001_and_leaves_no_trace(hub: Hub, fault: str, code: int) -> None:
    invitation = hub.invite("broken")
    broken = playground_platform(hub, "DE/MSP", name="broken")
    broken.faults.set(fault, module="versions")
    with pytest.raises(HandshakeFailed, match=str(code)):
        broken.register(invitation.versions_url, invitation.token_a)
    row = Row.objects.get(name="broken")
    assert row.status == Status.PLANNED
    assert [token.kind for token in row.tokens.all()] == [TokenKind.INVITATION]
    broken.faults.clear()
    broken.register(invitation.versions_url, invitation.token_a)


def test_no_mutual_version_is_3002(hub: Hub) -> None:
    """A-18"""
    invitation = hub.invite("old")
    old = playground_platform(hub, "DE/MSP", name="old")
    listed = {"status_code": 1000, "data": [{"version": "2.1.1", "url": "http://127.0.0.1/2"}],
              "timestamp": "2026-01-01T00:00:00Z"}  # fmt: skip
    old.script.add("versions", json=listed)
    with pytest.raises(HandshakeFailed, match="3002"):
        old.register(invitation.versions_url, invitation.token_a)


def test_a_missing_credentials_endpoint_is_3003(hub: Hub) -> None:
    """A-17"""
    invitation = hub.invite("bare")
    bare = playground_platform(hub, "DE/MSP", name="bare")
    one = {"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}
    bare.script.add(
        "versions", json={**one, "data": [{"version": "2.2.1", "url": bare.versions_url}]}
    )
    bare.script.add("versions", json={**one, "data": {"version": "2.2.1", "endpoints": []}})
    with pytest.raises(HandshakeFailed, match="3003"):
        bare.register(invitation.versions_url, invitation.token_a)


@pytest.mark.ocpi("A-03")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("role", ["SENDER", "RECEIVER"])
def test_the_role_of_a_credentials_endpoint_says_nothing(hub: Hub, role: str) -> None:
    invitation = hub.invite("new")
    new = playground_platform(hub, "DE/MSP", name="new")
    listed = [{"version": new.version, "url": new.real.state.details_url}]
    only = {
        "identifier": "credentials", "url": new.endpoint("credentials", SENDER), "role": role,
    }  # fmt: skip
    for data in (listed, {"version": new.version, "endpoints": [only]}):
        new.script.add(
            "versions",
            json={"status_code": 1000, "timestamp": "2026-01-01T00:00:00Z", "data": data},
        )
    assert new.register(invitation.versions_url, invitation.token_a).code == 1000


def test_version_details_fit_the_roles_of_the_platform(hub: Hub, cpo: Platform) -> None:
    """A CPO sees what a CPO calls; some platforms take the last listed endpoint of a module."""
    data = cpo.request("GET", "versions", url=f"{hub.url}/ocpi/2.2.1").data
    listed = {(e["identifier"], e["role"]) for e in data["endpoints"]}
    assert ("locations", "RECEIVER") in listed
    assert ("locations", "SENDER") not in listed
    assert ("tokens", "SENDER") in listed
    assert {("credentials", "SENDER"), ("credentials", "RECEIVER")} <= listed
    for endpoint in data["endpoints"]:
        assert endpoint["url"].startswith(f"{hub.url}/ocpi/2.2.1")
        assert not endpoint["url"].endswith("/")


def test_a_version_hidden_from_a_platform_is_not_there(hub: Hub, cpo: Platform) -> None:
    hub.change(cpo, hidden_versions=["2.2.1"])
    listed = cpo.request("GET", "versions", url=hub.versions_url).data
    assert [each["version"] for each in listed] == ["2.1.1", "2.3.0"]
    reply = cpo.request("GET", "versions", url=f"{hub.url}/ocpi/2.2.1")
    assert (reply.status, reply.code) == (404, 3002)


def test_an_operators_endpoint_override_survives_and_is_used(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).endpoints.get(module="locations", interface=Interface.SENDER)
    row.override, row.url = row.url + "/", "http://127.0.0.1:9/wrong"
    row.save()
    hub.reload()
    cpo.rotate()
    msp = hub.platform("DE/MSP")
    msp.request("GET", "locations", SENDER, "L1", to=("NL", "CPO"))
    cpo.heard(module="locations")
    directory.refresh()
    assert hub.row(cpo).endpoints.get(pk=row.pk).override


def test_roles_are_those_of_the_enum() -> None:
    """PTP is in the text of Payments and not in the enum (D-27)."""
    assert set(Role) == {"CPO", "EMSP", "HUB", "NAP", "NSP", "OTHER", "PTP", "SCSP"}


@pytest.mark.ocpi("A-18", versions=("2.3.0",))
def test_without_a_mutual_version_the_hub_says_so(hub: Hub) -> None:
    token = hub.invite("old").token_a
    old = playground_platform(hub, "DE/MSP", name="old", version="2.1.1")
    body = {
        "token": "t", "url": old.versions_url,
        "roles": [{"role": "EMSP", "country_code": "DE", "party_id": "MSP",
                   "business_details": {"name": "Old"}}],
    }  # fmt: skip
    old.real.state.connection.own_token = "t"
    url = f"{hub.url}/ocpi/2.3.0/credentials"
    reply = old.request("POST", "credentials", url=url, token=token, json=body)
    assert (reply.status, reply.code) == (200, 3002)
