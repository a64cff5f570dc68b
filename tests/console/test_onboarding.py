"""The checklist of an onboarding: what a real handshake leaves behind, and why one is stuck."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.console.onboarding import onboarding
from apps.credentials.invitations import Invitation
from apps.parties import directory
from apps.parties.models import Platform as Row
from apps.parties.models import Token
from apps.traffic.models import Leg
from tests.console.saying import act, messages, text_of, words
from tests.gateway.objects import tariff
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

ORDER = [
    "invited", "versions", "details", "credentials", "fetched", "endpoints", "token_c", "probe",
    "pulled", "agreement", "live",
]  # fmt: skip


def checklist(name: str) -> dict[str, Any]:
    return onboarding(Row.objects.get(name=name), timezone.now())


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {step["key"]: str(step["state"]) for step in facts["steps"]}


def step(facts: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in facts["steps"] if each["key"] == key)


def call(platform: Platform, url: str, header: str, method: str = "GET", **more: Any) -> Any:
    return platform.request(method, "", url=url, headers={"Authorization": header}, **more)


def in_base64(token: str) -> str:
    return f"Token {base64.b64encode(token.encode()).decode()}"


@pytest.fixture
def newcomer(hub: Hub) -> Platform:
    """NL/CPO, which has not registered."""
    return playground_platform(hub, "NL/CPO", name="Newcomer")


@pytest.fixture
def invitation(hub: Hub) -> Invitation:
    return hub.invite("Newcomer")


def test_a_registration_is_followed_from_step_to_step(
    hub: Hub, msp: Platform, newcomer: Platform, invitation: Invitation
) -> None:
    facts = checklist("Newcomer")
    assert [each["key"] for each in facts["steps"]] == ORDER
    assert states(facts)["invited"] == "done"
    assert facts["step"] == "versions"
    assert facts["turn"]["whose"] == "the partner"
    assert set(list(states(facts).values())[2:]) == {"later"}
    assert newcomer.register(invitation.versions_url, invitation.token_a).code == 1000
    hub.flush()
    facts = checklist("Newcomer")
    done = ["invited", "versions", "details", "credentials", "fetched", "endpoints"]
    assert [key for key, state in states(facts).items() if state == "done"] == done
    assert (facts["step"], facts["turn"]["whose"]) == ("token_c", "the partner")
    for key in ("versions", "details", "credentials", "fetched"):
        leg = Leg.objects.get(pk=step(facts, key)["message"])
        assert (leg.platform_id, leg.outcome) == (hub.row(newcomer).pk, "ok")
    assert Leg.objects.get(pk=step(facts, "fetched")["message"]).direction == "out"
    assert facts["invitation"] is None
    pull()
    newcomer.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("DE", "MSP"))
    hub.flush()
    facts = checklist("Newcomer")
    assert states(facts) == {**dict.fromkeys(ORDER, "done"), "agreement": "not needed"}
    assert facts["live"]
    assert step(facts, "live")["says"].startswith("PUT /ocpi/2.2.1/receiver/tariffs")
    assert "locations: done, 1 pages" in step(facts, "pulled")["says"]


def test_who_goes_on_with_token_a_is_told(
    hub: Hub, newcomer: Platform, invitation: Invitation
) -> None:
    url = f"{hub.url}/ocpi/2.2.1/sender/tokens"
    assert call(newcomer, hub.versions_url, in_base64(invitation.token_a)).status == 200
    assert call(newcomer, url, in_base64(invitation.token_a)).status == 401
    newcomer.register(invitation.versions_url, invitation.token_a)
    assert call(newcomer, hub.versions_url, in_base64(invitation.token_a)).status == 401
    hub.flush()
    facts = checklist("Newcomer")
    assert "goes on with token A, which has ended" in step(facts, "token_c")["hint"]
    assert facts["turn"]["whose"] == "the partner"
    assert "token A used once more" in facts["strangers"][0]["hint"]
    assert not facts["strangers"][0]["is_surely_its"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (lambda token: in_base64(in_base64(token).removeprefix("Token ")), "in Base64 twice"),
        (lambda token: token, "lacks the word Token"),
        (lambda token: f"Bearer {token}", "lacks the word Token"),
    ],
)
def test_a_token_written_wrongly_is_known_as_its_own(
    written: Any, meant: str, hub: Hub, newcomer: Platform, invitation: Invitation
) -> None:
    reply = call(newcomer, hub.versions_url, written(invitation.token_a))
    assert (reply.status, "Newcomer" in str(reply.message)) == (401, False)
    hub.flush()
    (stranger,) = checklist("Newcomer")["strangers"]
    assert stranger["is_surely_its"]
    assert meant in stranger["hint"]
    assert invitation.token_a not in str(checklist("Newcomer"))


def refused(hub: Hub, newcomer: Platform, invitation: Invitation, **body: Any) -> dict[str, Any]:
    """Posts credentials that the hub refuses, and the step that says so."""
    listed = {"country_code": "NL", "party_id": "CPO", "role": "CPO", "business_details": {}}
    whole = {"token": "t" * 20, "url": newcomer.versions_url, "roles": [listed]} | body
    reply = newcomer.request(
        "POST", "", url=f"{hub.url}/ocpi/2.2.1/credentials", json=whole,
        headers={"Authorization": in_base64(invitation.token_a)},
    )  # fmt: skip
    assert reply.code != 1000
    hub.flush()
    facts = checklist("Newcomer")
    found = step(facts, "credentials")
    assert found["state"] == "stuck"
    assert found["message"] == Leg.objects.get(module="credentials", direction="in").pk
    assert (facts["step"], facts["turn"]["what"]) == ("credentials", found["hint"])
    return found


def test_missing_roles_are_told(hub: Hub, newcomer: Platform, invitation: Invitation) -> None:
    assert "has no `roles`" in refused(hub, newcomer, invitation, roles=[])["hint"]


def test_a_versions_url_that_nobody_answers_is_told(
    hub: Hub, newcomer: Platform, invitation: Invitation
) -> None:
    gone = "http://127.0.0.1:9/versions"
    assert refused(hub, newcomer, invitation, url=gone)["hint"].startswith("Its URL is one that")
    Leg.objects.all().delete()
    newcomer.faults.set("http", 404)
    assert "nothing at that URL" in refused(hub, newcomer, invitation)["hint"]
    Leg.objects.all().delete()
    host = newcomer.versions_url.replace("127.0.0.1", "no-such-host.invalid")
    assert "no address in the DNS" in refused(hub, newcomer, invitation, url=host)["hint"]
    Leg.objects.all().delete()
    secure = newcomer.versions_url.replace("http:", "https:")
    assert "TLS certificate" in refused(hub, newcomer, invitation, url=secure)["hint"]


def test_a_token_for_the_hub_that_is_wrong_is_told(
    hub: Hub, newcomer: Platform, invitation: Invitation
) -> None:
    found = refused(hub, newcomer, invitation)
    assert "It refuses the token that it gave the hub itself" in found["hint"]


def test_a_party_that_another_one_holds_is_for_the_operator(
    hub: Hub, cpo: Platform, newcomer: Platform, invitation: Invitation
) -> None:
    assert newcomer.request(
        "POST", "", url=f"{hub.url}/ocpi/2.2.1/credentials",
        json={"token": "t" * 20, "url": newcomer.versions_url,
              "roles": [{"country_code": "NL", "party_id": "CPO", "role": "CPO"}]},
        headers={"Authorization": in_base64(invitation.token_a)},
    ).code == 2000  # fmt: skip
    hub.flush()
    facts = checklist("Newcomer")
    assert step(facts, "credentials")["turn"] == "you"
    assert "Decide on the claim" in step(facts, "credentials")["hint"]


def test_what_its_roles_usually_offer_and_it_does_not_is_named(hub: Hub) -> None:
    made = playground_platform(
        hub, "NL/CPO", name="Newcomer", modules=[("locations", SENDER), ("tokens", RECEIVER)]
    )
    hub.register(made)
    found = step(checklist("Newcomer"), "endpoints")
    assert found["says"] == (
        "missing: CPO: tariffs SENDER; CPO: sessions SENDER; CPO: cdrs SENDER; "
        "CPO: commands RECEIVER"
    )
    assert "Fetch versions again" in found["hint"]


def test_an_invitation_that_is_over_is_the_operators_turn(hub: Hub, invitation: Invitation) -> None:
    Token.objects.update(expires_at=timezone.now())
    facts = checklist("Newcomer")
    assert (facts["step"], facts["turn"]["whose"]) == ("invited", "you")
    assert "Register again" in facts["turn"]["what"]
    assert facts["invitation"]["is_over"]


def test_required_agreements_are_a_step(
    hub: Hub, cpo: Platform, msp: Platform, settings: Any
) -> None:
    settings.HUB = _with(settings.HUB, agreements="required")
    directory.refresh()
    pull()
    cpo.request("GET", "versions", url=hub.versions_url)
    hub.flush()
    found = step(checklist("NL/CPO"), "agreement")
    assert "none of its parties has an active agreement" in found["says"]
    settings.HUB = _with(settings.HUB, agreements="open")
    directory.refresh()


def _with(hub: Any, **changes: Any) -> Any:
    return replace(hub, **changes)


def test_page_json_and_command_say_the_same(
    hub: Hub, newcomer: Platform, invitation: Invitation, operator: Client, viewer: Client
) -> None:
    row = Row.objects.get(name="Newcomer")
    url = f"/admin/onboarding/{row.pk}/"
    told = viewer.get(url, {"format": "json"}).json()
    assert [each["key"] for each in told["steps"]] == ORDER
    page = words(operator.get(url))
    for text in (told["versions_url"], "Turn: the partner", "It fetched our versions"):
        assert text in page
    assert f"Turn: {told['turn']['whose']}" in text_of("onboarding", "Newcomer")
    assert "[>] It fetched our versions" in text_of("onboarding", "Newcomer")
    assert invitation.token_a not in operator.get(url).content.decode()
    assert invitation.token_a_base64 not in operator.get(url).content.decode()
    newcomer.register(invitation.versions_url, invitation.token_a)
    hub.flush()
    assert "Test call" in words(operator.get(url))
    assert "Test call" not in words(viewer.get(url))
    assert messages(act(operator, "test-call", row))[0].startswith("Newcomer answered")
    assert states(checklist("Newcomer"))["probe"] == "done"


def test_the_token_is_in_the_letter_only_where_it_is_handed_in(hub: Hub, operator: Client) -> None:
    shown = operator.post("/admin/parties/platform/add/", {"name": "New"})
    (handed,) = shown.context["invitations"]
    token = handed["made"].token_a
    assert token in handed["letter_with_token"]
    assert token not in handed["letter"]
    assert "in another way" in handed["letter"]
    assert handed["onboarding"] in shown.content.decode()
    assert token not in operator.get(handed["onboarding"]).content.decode()


def test_who_may_not_see_messages_sees_no_onboarding(hub: Hub, invitation: Invitation) -> None:
    user = User.objects.create(username="nobody", is_staff=True)
    browser = Client()
    browser.force_login(user)
    row = Row.objects.get(name="Newcomer")
    assert browser.get(f"/admin/onboarding/{row.pk}/").status_code == 403
    user.delete()
