"""The command line does what it says, and keeps its contract: one JSON document, or one line."""

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.parties.models import PartyClaim, Token
from apps.parties.tokens import reveal
from apps.sandbox.handshake import HandshakeFailed
from hub.routing.network import Status
from tests.console.saying import Said, command, soon, text_of
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

Manage = Callable[..., Said]
TARIFF = {"country_code": "NL", "party_id": "CPO", "id": "T1", "currency": "EUR"}


def refusal(*words: str) -> str:
    """The text of the error that a command ends in."""
    with pytest.raises(CommandError) as caught:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())
    return str(caught.value)


def answered(platform: Platform) -> int:
    """The HTTP status of a request that a connected platform may make."""
    return platform.request("GET", "tokens", SENDER, to=("DE", "MSP")).status


@pytest.mark.parametrize(
    "words", [["platforms"], ["platform", "NL/CPO"], ["claims"], ["hub"], ["invite", "New"]]
)
def test_json_is_the_only_thing_on_stdout(words: list[str], manage: Manage, cpo: Platform) -> None:
    said = manage(*words, "--json")
    assert (said.status, said.err) == (0, "")
    assert isinstance(said.json, dict)


def test_a_mistake_is_one_line_and_a_status(manage: Manage, cpo: Platform) -> None:
    said = manage("platform", "Nobody", "--json")
    assert said.status == 1
    assert said.out == ""
    assert said.err == "Error: no platform is named 'Nobody'; there are: NL/CPO\n"


def test_without_a_hub_the_text_says_how_to_start_one(manage: Manage, tmp_path: Any) -> None:
    nowhere = {"DATABASE_URL": None, "REDIS_URL": None, "HUB_DATA_DIR": str(tmp_path)}
    route = ["route", "GET", "/ocpi/versions", "--platform", "x"]
    register = ["register", "http://127.0.0.1:9/", "x"]
    for words in (["platforms"], ["hub"], register, ["trace", "x"], route):
        said = manage(*words, environ=nowhere)
        assert said.status == 1
        assert said.out == ""
        assert said.err.count("\n") == 1, said.err
        assert "no hub is running" in said.err
        assert "make run" in said.err


def test_an_invitation_shows_the_token_in_both_forms_and_works(hub: Hub) -> None:
    answer = command("invite", "New")
    assert base64.b64decode(answer["token_a_base64"]).decode() == answer["token_a"]
    assert answer["versions_url"] == hub.versions_url
    assert answer["expires"].endswith("Z")
    text = text_of("invite", "New")
    token = Token.objects.get(platform__name="New")
    assert reveal(token) in text
    assert f"Token {base64.b64encode(reveal(token).encode()).decode()}" in text
    made = hub.here.platform("New")
    assert made.register(hub.versions_url, reveal(token)).code == 1000
    assert command("platform", "New")["status"] == "CONNECTED"


def test_a_registered_platform_is_invited_only_again(cpo: Platform, msp: Platform) -> None:
    assert "--again" in refusal("invite", "NL/CPO")
    assert answered(cpo) != 401
    answer = command("invite", "NL/CPO", "--again")
    assert soon(lambda: answered(cpo) == 401)
    assert cpo.register(answer["versions_url"], answer["token_a"]).code == 1000
    assert soon(lambda: answered(cpo) != 401)


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\nb"])
def test_a_name_is_short_and_printable(name: str, hub: Hub) -> None:
    assert "1 to 100 printable characters" in refusal("invite", name)


def test_the_hub_registers_with_a_platform(hub: Hub) -> None:
    made = hub.here.platform("Invites the hub")
    versions_url, token = made.invite()
    answer = command("register", versions_url, token, "--name", "Other side")
    assert answer["platform"] == "Other side"
    assert answer["status"] == "CONNECTED"
    assert [party["party"] for party in answer["parties"]] == ["NL/CPO"]
    assert {"module": "locations", "interface": "SENDER"}.items() <= {
        **next(e for e in answer["endpoints"] if e["module"] == "locations")
    }.items()
    assert made.is_registered


def test_a_handshake_that_fails_leaves_nothing(hub: Hub) -> None:
    made = hub.here.platform("Invites nobody")
    assert "endpoints cannot be used" in refusal("register", made.versions_url, "wrong-token")
    assert command("platforms") == {"platforms": []}


def test_no_command_shows_a_token(cpo: Platform, hub: Hub) -> None:
    secret = [reveal(token) for token in Token.objects.all()]
    assert len(secret) == 2
    for words in (["platform", "NL/CPO"], ["platforms"], ["hub"]):
        text = text_of(*words) + str(command(*words))
        assert not any(token in text for token in secret)
    assert settings.SECRET_KEY not in text_of("hub")


def test_a_platform_in_all_its_parts(cpo: Platform, hub: Hub) -> None:
    hub.flush()
    facts = command("platform", "NL/CPO")
    assert facts["status"] == "CONNECTED"
    assert facts["parties"] == [{"party": "NL/CPO", "role": "CPO", "name": "NL/CPO"}]
    assert {token["kind"] for token in facts["tokens"]} == {"issued", "theirs"}
    assert all(0 <= token["age_seconds"] < 60 for token in facts["tokens"])
    assert facts["switches"]["token_form"] == "base64"
    assert facts["waiting_deliveries"] == 0
    assert facts["since"].endswith("Z")
    text = text_of("platform", "NL/CPO")
    for part in ("CONNECTED", "NL/CPO", "locations", "token form", "Open claims", "none"):
        assert part in text


def test_a_suspended_platform_is_refused_until_it_is_resumed(cpo: Platform, msp: Platform) -> None:
    assert answered(cpo) != 403
    answer = command("suspend", "NL/CPO", "--reason", "unpaid")
    assert (answer["status"], answer["cause"], answer["changed"]) == ("SUSPENDED", "unpaid", True)
    assert soon(lambda: answered(cpo) == 403)
    assert command("suspend", "NL/CPO")["changed"] is False
    assert "resume it first" in refusal("renew", "NL/CPO")
    assert "resume it first" in refusal("invite", "NL/CPO", "--again")
    assert command("resume", "NL/CPO")["status"] == "CONNECTED"
    assert soon(lambda: answered(cpo) != 403)
    assert command("resume", "NL/CPO")["changed"] is False


def test_resuming_does_not_connect_who_was_only_away(cpo: Platform, hub: Hub) -> None:
    hub.set_status(cpo, Status.OFFLINE)
    assert command("resume", "NL/CPO")["status"] == "OFFLINE"
    assert "was not suspended" in text_of("resume", "NL/CPO")


def test_renewed_credentials_work(cpo: Platform, msp: Platform) -> None:
    before = cpo.hub_token
    assert command("renew", "NL/CPO")["cause"] == "credentials renewed by the hub"
    assert cpo.hub_token != before
    assert soon(lambda: answered(cpo) != 401)


def test_an_ended_registration_is_ended_on_both_sides(cpo: Platform, msp: Platform) -> None:
    assert answered(cpo) != 401
    assert command("unregister", "NL/CPO")["status"] == "OFFLINE"
    assert not cpo.is_registered
    assert "has not registered yet" in refusal("unregister", "NL/CPO")


def test_a_claim_is_listed_and_decided(hub: Hub, cpo: Platform) -> None:
    thief = hub.here.platform("Thief")
    invitation = hub.invite("Thief")
    with pytest.raises(HandshakeFailed):
        thief.register(invitation.versions_url, invitation.token_a)
    (claim,) = command("claims")["claims"]
    assert (claim["platform"], claim["held_by"], claim["party"]) == ("Thief", "NL/CPO", "NL/CPO")
    assert "--grant" in text_of("claims")
    assert command("claims", "--grant", str(claim["id"]))["claims"][0]["decision"] == "granted"
    assert command("claims") == {"claims": []}
    assert "decided before: granted" in refusal("claims", "--reject", str(claim["id"]))
    assert "there is no claim 77" in refusal("claims", "--grant", "77")
    assert thief.register(invitation.versions_url, invitation.token_a).code == 1000
    assert PartyClaim.objects.count() == 1


def test_a_trace_has_every_leg_and_delivery(hub: Hub, cpo: Platform, msp: Platform) -> None:
    headers = {"X-Request-ID": "asked-1", "X-Correlation-ID": "all-of-it"}
    pushed = TARIFF | {"elements": [], "last_updated": "2026-01-01T00:00:00Z"}
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=pushed, to=("NL", "HUB"), headers=headers
    )  # fmt: skip
    hub.deliver()
    hub.flush()
    found = command("trace", "all-of-it")
    assert [(leg["direction"], leg["depth"]) for leg in found["legs"]] == [("in", 0), ("out", 1)]
    assert [leg["platform"] for leg in found["legs"]] == ["NL/CPO", "DE/MSP"]
    assert [(d["party"], d["state"]) for d in found["deliveries"]] == [("DE/MSP", "done")]
    assert command("trace", "asked-1") == found
    text = text_of("trace", "all-of-it")
    assert "NL/CPO -> hub  PUT" in text
    assert "\n    " in text
    assert "hub -> DE/MSP" in text
    assert "nothing is known of 'x'" in refusal("trace", "x")


def test_the_hub_tells_how_it_is_set(hub: Hub, cpo: Platform) -> None:
    answer = command("hub")
    assert answer["party"] == "NL/HUB"
    assert answer["versions_url"] == hub.versions_url
    assert answer["versions"] == ["2.1.1", "2.2.1", "2.3.0"]
    assert "locations" in answer["modules"]
    assert answer["platforms"] == {"CONNECTED": 1}
    assert answer["settings"]["secret_key"] == "set"
    assert answer["settings"]["page_limit"] == 100
