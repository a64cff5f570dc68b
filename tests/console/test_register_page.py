"""The hub registers with a partner from a page; nothing is left behind when that fails."""

from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.parties.models import Platform as Row
from apps.parties.models import Token
from tests.console.saying import words
from tests.hub import Hub, playground_platform
from tests.platforms import Platform

PAGE = "/admin/register/"


@pytest.fixture
def partner(hub: Hub) -> Platform:
    """NL/CPO, which has invited the hub."""
    return playground_platform(hub, "NL/CPO", name="Plaza")


def sent(client: Client, platform: Platform, **more: str) -> Any:
    url, token = platform.invite()
    return client.post(PAGE, {"versions_url": url, "token_a": token, **more})


def test_the_hub_registers_with_a_partner(operator: Client, partner: Platform) -> None:
    assert "exchanges credentials" in words(operator.get(PAGE))
    answer = sent(operator, partner, name="plaza")
    row = Row.objects.get()
    assert (row.name, row.status, row.roles.get().party) == ("plaza", "CONNECTED", "NL/CPO")
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/onboarding/{row.pk}/")
    assert partner.is_registered
    entry = Entry.objects.latest("id")
    assert (entry.act, entry.subject) == ("Register", "plaza")
    assert "The hub is registered with plaza." in words(operator.get(answer["Location"]))


def test_what_goes_wrong_is_told_and_leaves_nothing(operator: Client, partner: Platform) -> None:
    url, token = partner.invite()
    wrong = f"{token}-wrong"
    answer = operator.post(PAGE, {"versions_url": url, "token_a": wrong})
    assert "Nothing was registered: its OCPI endpoints cannot be used" in words(answer)
    assert wrong not in answer.content.decode()
    far = operator.post(PAGE, {"versions_url": "http://192.0.2.1/versions", "token_a": token})
    assert "Nothing was registered" in words(far)
    assert "This field is required." in words(operator.post(PAGE, {"name": "plaza"}))
    assert not Row.objects.exists()
    assert not Token.objects.exists()


def test_the_role_is_asked_for_where_2_1_1_does_not_show_it(operator: Client, hub: Hub) -> None:
    msp = playground_platform(hub, "DE/MSP", name="card", version="2.1.1")
    msp.real.state.offers -= {each for each in msp.real.state.offers if each[0] == "commands"}
    assert "name it, CPO or EMSP" in words(sent(operator, msp))
    assert sent(operator, msp, role="EMSP").status_code == 302
    assert Row.objects.get().roles.get().role == "EMSP"


def test_who_may_only_look_does_not_see_it(viewer: Client) -> None:
    assert viewer.get(PAGE).status_code == 403
