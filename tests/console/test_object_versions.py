"""A kept object in each version: what is lost marked beside it, or why it is withheld; to look at
it writes nothing."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.console.noted_lines import noted_lines
from apps.locations.models import Location
from apps.store.models import Alias, CustomObject
from apps.tariffs.models import Tariff
from tests.console.saying import words
from tests.gateway.objects import evse, location, tariff
from tests.hub import Hub
from tests.store.store import put
from tests.store.test_versions import NOW, limited, of_2_1_1

NEWEST = {"help_phone": "+31 30 1234567"}


@pytest.fixture
def kept(hub: Hub) -> Location:
    """A Location of 2.3.0 that older versions cannot say all of."""
    hub.platform("NL/CPO", version="2.3.0")
    body = location(evses=[evse(parking=[{"parking_id": "P1"}])], **NEWEST)
    put("locations", body, NOW, version="2.3.0")
    return Location.objects.get()


def url(row: Any, version: str, module: str = "locations") -> str:
    return f"/admin/objects/{module}/{row.pk}/{version}/"


def told(browser: Client, row: Any, version: str, module: str = "locations") -> dict[str, Any]:
    return dict(browser.get(url(row, version, module), {"format": "json"}).json()["in"])


def test_in_its_own_version_it_is_the_very_text(kept: Location, operator: Client) -> None:
    found = told(operator, kept, "2.3.0")
    assert json.loads(found["text"])["help_phone"] == NEWEST["help_phone"]
    assert (found["notes"], found["refusal"]) == ([], None)
    assert "byte for byte" in words(operator.get(url(kept, "2.3.0")))


def test_what_is_lost_is_named_and_stands_beside_its_field(
    kept: Location, operator: Client
) -> None:
    found = told(operator, kept, "2.2.1")
    assert "help_phone" not in json.loads(found["text"])
    assert {(n["path"], n["what"], n["version"]) for n in found["notes"]} == {
        ("$.help_phone", "lost", "2.3.0"), ("$.evses[0].parking", "lost", "2.3.0"),
    }  # fmt: skip
    lines = operator.get(url(kept, "2.2.1")).context["lines"]
    beside = {n["path"]: line for line in lines for n in line.notes}
    assert '"help_phone"' in beside["$.help_phone"].left
    assert beside["$.help_phone"].mark in ("left", "changed")
    assert '"parking"' in beside["$.evses[0].parking"].left
    old = told(operator, kept, "2.1.1")
    assert json.loads(old["text"])["evses"][0]["connectors"][0]["voltage"] == 230
    noted = {n["path"]: n["version"] for n in old["notes"]}
    assert "$.help_phone" in noted
    assert set(noted.values()) == {"2.3.0"}  # Its owner's version, whichever step lost it.


def test_what_is_withheld_says_why(hub: Hub, operator: Client) -> None:
    put("tariffs", limited("T1"), NOW)
    row = Tariff.objects.get()
    found = told(operator, row, "2.1.1", "tariffs")
    assert found["text"] is None
    assert (found["refusal"]["verdict"], found["refusal"]["path"]) == ("withheld", "$.min_price")
    page = words(operator.get(url(row, "2.1.1", "tariffs")))
    assert "nobody who speaks it is told" in page
    assert "$.min_price" in page


def test_the_page_of_the_object_sums_it_up(kept: Location, operator: Client) -> None:
    page = operator.get(f"/admin/locations/location/{kept.pk}/change/")
    assert "said, with 2 remarks: 2 lost" in words(page)
    for version in ("2.1.1", "2.2.1", "2.3.0"):
        assert url(kept, version) in page.content.decode()


def test_looking_gives_out_no_alias(hub: Hub, operator: Client) -> None:
    long = "LOCATION-WITH-AN-ID-OF-EXACTLY-39-CHARS"
    put("locations", of_2_1_1(long), NOW, version="2.1.1")
    row = Location.objects.get()
    first = json.loads(told(operator, row, "2.2.1")["text"])["id"]
    assert first.startswith("H-")
    operator.get(f"/admin/locations/location/{row.pk}/change/")
    assert json.loads(told(operator, row, "2.2.1")["text"])["id"] == first
    assert not Alias.objects.exists()


def test_what_its_owner_wrote_is_escaped(hub: Hub, operator: Client) -> None:
    put("locations", location(name="</code><script>alert(1)</script>"), NOW)
    page = operator.get(url(Location.objects.get(), "2.1.1")).content.decode()
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_there_is_no_page_of_what_there_is_not(kept: Location, operator: Client) -> None:
    assert operator.get(url(kept, "2.2")).status_code == 404
    assert operator.get(url(kept, "2.2.1", "tariffs")).status_code == 404
    assert operator.get(url(kept, "2.2.1", "nothing")).status_code == 404
    assert operator.get(url(kept, "2.2.1", "commands")).status_code == 404


def test_an_object_of_a_module_that_is_gone_passes_as_it_is(hub: Hub, operator: Client) -> None:
    row = CustomObject.objects.create(
        module="nltnm_reviews", owner="NL/CPO", key="R1", audience="", payload='{"id": "R1"}',
        version="2.2.1", origin="push", cause="", flagged=False,
    )  # fmt: skip
    found = told(operator, row, "2.1.1", "nltnm_reviews")
    assert found["text"] == '{"id": "R1"}'
    assert operator.get(url(row, "2.1.1", "tariffs")).status_code == 404


def test_only_who_may_see_the_object_sees_it(kept: Location) -> None:
    user = User.objects.create(username="other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_tariff"))
    browser = Client()
    browser.force_login(user)
    for query in ({}, {"format": "json"}):
        assert browser.get(url(kept, "2.2.1"), query).status_code == 403
    user.delete()


def test_lines_have_the_paths_of_their_fields() -> None:
    left = '{"a":{"b":[1,{"c":"{","d":[]}]},"e":"x"}'
    right = '{"a":{"b":[1,{"c":"{"}]},"f":2}'
    notes = [
        {"path": path, "what": what, "why": path}
        for path, what in (
            ("$.a.b[1].d", "lost"), ("$.a.b[0]", "changed"), ("$.e", "lost"), ("$.f", "assumed"),
            ("$.nowhere", "lost"),
        )
    ]  # fmt: skip
    lines, elsewhere = noted_lines(left, right, notes)
    beside = {
        n["path"]: (line.left.strip(), line.right.strip()) for line in lines for n in line.notes
    }
    assert beside["$.a.b[1].d"][0] == '"d": []'
    assert beside["$.a.b[0]"][0] == "1,"
    assert beside["$.e"][0] == '"e": "x"'
    assert beside["$.f"][1] == '"f": 2'
    assert [n["path"] for n in elsewhere] == ["$.nowhere"]


def test_an_owner_of_a_tariff_in_its_own_version(hub: Hub, operator: Client) -> None:
    put("tariffs", tariff("T1"), NOW)
    found = told(operator, Tariff.objects.get(), "2.1.1", "tariffs")
    assert found["refusal"] is None
    assert "country_code" not in json.loads(found["text"])
