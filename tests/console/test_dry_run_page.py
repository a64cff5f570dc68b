"""Dry run, from where people come to it: a message of the log, the form, the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from apps.traffic.models import Leg
from hub.routing import guard
from tests.console.saying import Said, text_of, words
from tests.console.test_dry_run import ACCEPTED, BASE, MSP, PAGE, REFUSED, fields, really
from tests.gateway.objects import session, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

Manage = Callable[..., Said]


def test_a_logged_message_is_tried_from_either_leg(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    really(cpo, REFUSED[0])
    really(cpo, ACCEPTED[0])
    hub.flush()
    refused = Leg.objects.get(code=4001)
    assert "XX/YYY" in words(operator.get(PAGE, {"message": refused.pk}))
    for leg in Leg.objects.filter(module="tariffs", code=1000):
        response = operator.get(f"{PAGE}?message={leg.pk}&format=json")
        assert json.loads(response.content)["row"] == 14
    assert operator.get(PAGE, {"message": 10**15}).status_code == 404


def test_a_message_whose_body_is_not_logged_says_so(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    hub.flush()
    leg = Leg.objects.get(module="sessions", direction="in")
    assert "does not have the whole body" in words(operator.get(PAGE, {"message": leg.pk}))


def test_a_pasted_token_is_never_shown_again(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    asked = fields(ACCEPTED[0])
    for headers in (asked["headers"] + "\nAuthorization: Token secret-1", "nonsense secret-1"):
        response = operator.post(PAGE, asked | {"headers": headers})
        assert "secret-1" not in response.content.decode()
    assert cpo.hub_token not in response.content.decode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"path": "/admin/"}, "begins with /ocpi/"),
        ({"headers": "nonsense"}, "Line 1"),
        ({"platform": "", "headers": ""}, "Say which platform calls"),
        ({"platform": "Nobody"}, "not one of the available choices"),
        ({"body": "{"}, "HTTP 400"),
    ],
)
def test_what_cannot_be_tried_is_explained(
    change: dict[str, str], says: str, hub: Hub, cpo: Platform, operator: Client
) -> None:
    assert says in words(operator.post(PAGE, fields(ACCEPTED[0]) | change))


def test_the_command_says_the_same(
    hub: Hub, cpo: Platform, msp: Platform, manage: Manage, tmp_path: Path
) -> None:
    body = tmp_path / "tariff.json"
    body.write_text(json.dumps(tariff()))
    asked = ("PUT", f"{BASE}/receiver/tariffs/NL/CPO/T1", "--from", "NL/CPO")
    said = manage("route", *asked, "--to", "DE/MSP", "--body", str(body), "--json")
    assert (said.status, said.err) == (0, "")
    assert said.json["row"] == 14
    assert said.json["legs"][0]["party"] == "DE/MSP"
    text = text_of("route", *asked, "--to", "DE/MSP", "--body", str(body))
    for part in ("row 14", "To DE/MSP at DE/MSP", "Authorization: ***", *guard.RULES):
        assert part in text
    refused = manage("route", *asked, "--to", "XX/YYY", "--body", str(body), "--json")
    assert refused.status == 1
    assert refused.json["refusal"]["code"] == 4001
    assert "XX/YYY" in refused.err
    assert manage("route", "GET", "/elsewhere", "--from", "NL/CPO").status == 1
