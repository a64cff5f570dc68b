"""One box for the objects of all modules."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.store.tasks import fold
from tests.console.saying import words
from tests.gateway.objects import location, tariff, token
from tests.hub import Hub
from tests.store.store import put

PAGE = "/admin/objects/"
NOW = datetime(2030, 5, 20, tzinfo=UTC)


@pytest.fixture
def kept(hub: Hub) -> None:
    put("locations", location("L1"), NOW)
    put("locations", location("L1", "BE/CPO"), NOW, owner="BE/CPO")
    put("locations", location("L1"), NOW, audience="DE/MSP")
    put("tariffs", tariff("l1"), NOW)
    put("tokens", token("U1"), NOW, owner="DE/MSP")
    fold()


def found(browser: Client, **query: str) -> dict[str, list[tuple[str, str, str]]]:
    data = browser.get(PAGE, {**query, "format": "json"}).json()
    return {
        each["module"]: [(o["owner"], o["id"], o["for_party"]) for o in each["objects"]]
        for each in data["found"]
        if each["objects"]
    }


def test_without_a_question_it_says_what_there_is(kept: None, operator: Client) -> None:
    data = operator.get(PAGE, {"format": "json"}).json()
    numbers = {each["module"]: (each["objects"], each["owners"]) for each in data["modules"]}
    assert numbers["locations"] == (3, 2)
    assert numbers["tariffs"] == numbers["tokens"] == (1, 1)
    assert numbers["cdrs"] == (0, 0)
    assert 'href="/admin/locations/location/"' in operator.get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        (
            {"q": "l1"},
            {
                "locations": [
                    ("BE/CPO", "L1", ""), ("NL/CPO", "L1", ""), ("NL/CPO", "L1", "DE/MSP"),
                ],
                "tariffs": [("NL/CPO", "L1", "")],
            },
        ),
        ({"q": "L1", "module": "tariffs"}, {"tariffs": [("NL/CPO", "L1", "")]}),
        ({"q": "L1", "owner": "be/cpo"}, {"locations": [("BE/CPO", "L1", "")]}),
        ({"owner": "DE/MSP"}, {"tokens": [("DE/MSP", "U1 (RFID)", "")]}),
        ({"q": "u1"}, {"tokens": [("DE/MSP", "U1 (RFID)", "")]}),
        ({"q": "L"}, {}),
        ({"owner": "nonsense"}, {}),
    ],
)  # fmt: skip
def test_it_finds_by_module_owner_and_id(
    query: dict[str, str], wanted: Any, kept: None, operator: Client
) -> None:
    assert found(operator, **query) == wanted
    page = operator.get(PAGE, query)
    assert page.status_code == 200
    assert ("Nothing fits." in words(page)) == (not wanted)


def test_what_is_found_leads_to_its_page_and_to_the_whole_list(
    kept: None, operator: Client
) -> None:
    put("tariffs", tariff("T2"), NOW)
    page = operator.get(PAGE, {"owner": "NL/CPO", "module": "tariffs"})
    url = page.context["found"][0]["shown"][0]["url"]
    assert operator.get(url).status_code == 200
    assert "/admin/tariffs/tariff/?owner=NL%2FCPO" in page.content.decode()


def test_more_than_a_page_of_one_module_leads_to_its_list(hub: Hub, operator: Client) -> None:
    for number in range(21):
        put("tariffs", tariff(f"T{number:02d}"), NOW)
    page = operator.get(PAGE, {"owner": "NL/CPO"})
    assert len(page.context["found"][0]["rows"]) == 20
    assert "There are more: all tariffs that fit" in words(page)


def test_a_user_sees_the_modules_that_it_may_see(kept: None) -> None:
    user = User.objects.create(username="other", is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename="view_tariff"))
    client.force_login(User.objects.get(pk=user.pk))
    assert found(client, q="L1") == {"tariffs": [("NL/CPO", "L1", "")]}
    assert found(client, q="L1", module="locations") == {}
    modules = client.get(PAGE, {"format": "json"}).json()["modules"]
    assert [each["module"] for each in modules] == ["tariffs"]
    user.delete()
