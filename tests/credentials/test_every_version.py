"""What the handshake has in common in all versions, and what peers get wrong in each."""

from typing import Any

import pytest

from apps import modules
from apps.parties.models import Agreement, PartyClaim
from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.module import EVERY_VERSION, Audience, Effect, Module, Role, receiver
from hub.ocpi.registry import Registry
from hub.routing.network import Status, TokenKind
from tests.hub import Hub, playground_platform
from tests.platforms import SENDER, Platform

STAMP = "2026-01-01T00:00:00Z"
EVERY = ("2.1.1", "2.2.1", "2.3.0")


@pytest.fixture(params=EVERY)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def pages(hub: Hub, version: str) -> str:
    """The details URL for an eMSP."""
    return f"{hub.url}/ocpi/cpo/2.1.1" if version == "2.1.1" else f"{hub.url}/ocpi/{version}"


def begin(hub: Hub, version: str) -> tuple[Platform, str, str]:
    """An eMSP that has not registered, where it begins, and its token A."""
    invitation = hub.invite("new")
    new = playground_platform(hub, "DE/MSP", name="new", version=version)
    url = invitation.versions_url
    if version == "2.1.1":
        url = invitation.versions_urls_of_2_1_1["EMSP"]
    return new, url, invitation.token_a


@pytest.mark.ocpi("A-01", "A-04", "A-10", "A-11", "A-13", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_post_looks_back_and_gives_a_new_token(hub: Hub, version: str) -> None:
    new, url, token_a = begin(hub, version)
    reply = new.register(url, token_a)
    assert reply.data["token"] == new.hub_token != token_a
    looked = [(each.module, each.tail) for each in new.received]
    assert looked == [("versions", ""), ("versions", version)]
    assert new.request("GET", "versions", url=url, token=token_a).status == 401
    assert new.request("GET", "versions").code == 1000


@pytest.mark.ocpi("A-07", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_post_after_registration_is_405(hub: Hub, version: str) -> None:
    msp = hub.platform("DE/MSP", version=version)
    assert msp.request("POST", "credentials", json={}).status == 405


@pytest.mark.ocpi("A-08", "A-09", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_before_registration_there_is_only_post(hub: Hub, version: str, method: str) -> None:
    new, _, token_a = begin(hub, version)
    url = f"{pages(hub, version)}/credentials"
    reply = new.request(method, "credentials", url=url, token=token_a, json={})
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, POST"


@pytest.mark.ocpi("A-16", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_who_cannot_be_called_back_gets_3001(hub: Hub, version: str) -> None:
    new, url, token_a = begin(hub, version)
    new.faults.set("http", module="versions")
    with pytest.raises(HandshakeFailed, match="HTTP 200, 3001"):
        new.register(url, token_a)
    assert hub.row(new).status == Status.PLANNED
    assert [token.kind for token in hub.row(new).tokens.all()] == [TokenKind.INVITATION]


@pytest.mark.ocpi("A-17", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_who_lists_no_credentials_gets_3003(hub: Hub, version: str) -> None:
    new, url, token_a = begin(hub, version)
    one = {"status_code": 1000, "timestamp": STAMP}
    new.script.add("versions", json=one | {"data": [{"version": version, "url": new.versions_url}]})
    new.script.add("versions", json=one | {"data": {"version": version, "endpoints": []}})
    with pytest.raises(HandshakeFailed, match="HTTP 200, 3003"):
        new.register(url, token_a)


@pytest.mark.ocpi("A-18", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_who_does_not_offer_the_version_gets_3002(hub: Hub, version: str) -> None:
    new, url, token_a = begin(hub, version)
    listed = [{"version": "2.0", "url": new.versions_url}]
    one = {"status_code": 1000, "timestamp": STAMP, "data": listed}
    new.script.add("versions", json=one)
    with pytest.raises(HandshakeFailed, match="HTTP 200, 3002"):
        new.register(url, token_a)


@pytest.mark.ocpi("A-06", versions=("2.3.0",))
def test_modules_and_versions_that_nobody_knows_are_read_over(hub: Hub, version: str) -> None:
    new, url, token_a = begin(hub, version)
    known = [
        {"identifier": "credentials", "url": new.endpoint("credentials", SENDER), "role": "SENDER"},
        {"identifier": "mood", "url": "http://127.0.0.1/mood", "role": "SENDER"},
    ]
    one = {"status_code": 1000, "timestamp": STAMP}
    listed = [{"version": v, "url": new.real.state.details_url} for v in ("9.9", version)]
    new.script.add("versions", json=one | {"data": listed})
    new.script.add("versions", json=one | {"data": {"version": version, "endpoints": known}})
    assert new.register(url, token_a).code == 1000
    assert hub.row(new).version == version


@pytest.mark.ocpi("A-12", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_put_in_the_same_version_reads_the_endpoints_again(hub: Hub, version: str) -> None:
    msp = hub.platform("DE/MSP", version=version)
    msp.real.state.offers -= {each for each in msp.real.state.offers if each[0] == "tariffs"}
    former = msp.hub_token
    msp.rotate()
    assert msp.hub_token != former
    listed = hub.row(msp).endpoints.values_list("module", flat=True)
    assert "tariffs" not in listed
    assert "locations" in listed


@pytest.mark.ocpi("A-19", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_delete_ends_everything_at_once(hub: Hub, version: str) -> None:
    """D-33"""
    msp = hub.platform("DE/MSP", version=version)
    former = msp.hub_token
    assert msp.unregister().code == 1000
    assert msp.request("GET", "versions", url=hub.versions_url, token=former).status == 401
    row = hub.row(msp)
    assert (row.status, row.version, row.tokens.count()) == (Status.OFFLINE, "", 0)


@pytest.mark.ocpi("A-27", versions=("2.2.1", "2.3.0"))
def test_get_gives_what_the_asker_is_to_use(hub: Hub, version: str) -> None:
    msp = hub.platform("DE/MSP", version=version)
    assert msp.request("GET", "credentials").data["token"] == msp.hub_token
    new = playground_platform(hub, "FR/MSP", name="two", version=version)
    token_a = hub.invite("two").token_a
    url = f"{pages(hub, version)}/credentials"
    assert new.request("GET", "credentials", url=url, token=token_a).data["token"] == token_a


@pytest.mark.ocpi("A-28", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_there_is_no_patch(hub: Hub, version: str) -> None:
    msp = hub.platform("DE/MSP", version=version)
    assert msp.request("PATCH", "credentials", json={}).status == 405


@pytest.mark.ocpi("A-22", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("version", ["2.2.1", "2.3.0"])
@pytest.mark.parametrize("times", [0, 2])
def test_roles_has_an_entry_and_none_twice(hub: Hub, version: str, times: int) -> None:
    new, _, token_a = begin(hub, version)
    one = {"role": "EMSP", "country_code": "DE", "party_id": "MSP", "business_details": {}}
    body = {"token": "t", "url": new.versions_url, "roles": [one] * times}
    url = f"{pages(hub, version)}/credentials"
    reply = new.request("POST", "credentials", url=url, token=token_a, json=body)
    assert (reply.status, reply.code) == (200, 2001)
    assert reply.message.startswith("roles")


@pytest.mark.ocpi("A-30", versions=("2.2.1", "2.3.0"))
def test_a_party_of_another_platform_is_refused(hub: Hub, version: str) -> None:
    held = hub.platform("DE/MSP")
    new, url, token_a = begin(hub, version)
    with pytest.raises(HandshakeFailed, match="DE/MSP as EMSP is registered to another"):
        new.register(url, token_a)
    assert PartyClaim.objects.get().held_by.name == held.name


@pytest.mark.ocpi("A-05", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_custom_modules_are_shown_by_agreement(
    hub: Hub, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mood = Module(
        id="nltnm_mood", senders=frozenset({Role.CPO}), receivers=frozenset({Role.EMSP}),
        audience=Audience.ADDRESSEE, routes=(receiver("{mood}", put=Effect.ASK),),
        versions=EVERY_VERSION, custom=True,
    )  # fmt: skip
    described = Registry([*modules.registry().values(), mood])
    monkeypatch.setattr(modules, "_found", described)
    cpo = hub.platform("NL/CPO", version=version)
    hub.platform("DE/MSP", version=version)

    def shown() -> bool:
        url = pages(hub, version).replace("/cpo/", "/emsp/")
        listed: list[dict[str, Any]] = cpo.request("GET", "versions", url=url).data["endpoints"]
        return "nltnm_mood" in [each["identifier"] for each in listed]

    assert not shown()
    Agreement.objects.create(
        one="NL/CPO", other="DE/MSP", state=Agreement.State.ACTIVE, modules=["nltnm_mood"]
    )
    hub.reload()
    assert shown()
