"""Kept objects and findings as an operator looks through them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from apps.cdrs.models import Cdr
from apps.locations.models import Location
from apps.store import past
from apps.store.models import CustomObject, Finding
from apps.tokens.models import Token
from apps.traffic.models import Leg
from tests.console.plans import numbers
from tests.console.saying import messages, words
from tests.gateway.objects import LATER, cdr, connector, evse, location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.store.store import put
from tests.sync.pulling import last, pull

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")
LIST, FINDINGS = "/admin/locations/location/", "/admin/store/finding/"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def push(
    cpo: Platform, tail: str, body: Any, method: str = "PUT", to: tuple[str, str] = HUB
) -> Any:
    return cpo.request(method, "locations", RECEIVER, f"NL/CPO/{tail}", json=body, to=to)


def page_of(browser: Client, row: Any) -> Any:
    return browser.get(f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/")


@pytest.fixture
def told(hub: Hub, cpo: Platform, msp: Platform) -> Location:
    """A Location with a finding, pushed for everybody, changed, and sent to one party besides."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    push(cpo, "L1", location(evses=[evse("E1", connectors=[connector("1", standard="TYPE2")])]))
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LATER}, "PATCH")
    push(cpo, "L1", location(name="For you"), to=MSP)
    hub.deliver()
    hub.flush()
    return Location.objects.get(audience="")


def test_the_page_tells_where_an_object_comes_from_and_what_became_of_it(
    hub: Hub, cpo: Platform, msp: Platform, told: Location, operator: Client
) -> None:
    response = page_of(operator, told)
    text = words(response)
    for part in (
        "NL/CPO L1", "everyone", "push, correlation id", "not_in_enum",
        "$.evses[E1].connectors[1].standard", "must be one of the values of ConnectorType",
        "PATCH /ocpi/2.2.1/receiver/locations/NL/CPO/L1/E1", "NL/CPO → NL/HUB", "200 / 1000",
        "DE/MSP", "done",
    ):  # fmt: skip
        assert part in text, part
    html = response.content.decode()
    patch = Leg.objects.get(method="PATCH", direction="in")
    assert told.cause == patch.correlation_id
    assert f"/admin/traffic/leg/?q={patch.correlation_id}" in html
    assert f"/admin/traffic/leg/{patch.pk}/change/" in html
    assert f"/admin/parties/platform/{hub.row(cpo).pk}/change/" in html
    assert text.count("PUT /ocpi/2.2.1/receiver/locations/NL/CPO/L1") == 2


def test_copies_for_everyone_and_for_one_lead_to_each_other(
    told: Location, operator: Client
) -> None:
    own = Location.objects.get(audience="DE/MSP")
    assert f'/admin/locations/location/{own.pk}/change/">DE/MSP' in page_of(operator, told).text
    assert f'/admin/locations/location/{told.pk}/change/">everyone' in page_of(operator, own).text
    assert "For you" in words(page_of(operator, own))
    assert "For you" not in words(page_of(operator, told))


def test_an_object_is_laid_out_with_every_digit(hub: Hub, operator: Client) -> None:
    text = b'{"id":"L1","country_code":"NL","party_id":"CPO","odd":{"n":1.5000,"e":1E+05,'
    put("locations", text + b'"t":"<b>\\u00e9"},"evses":[{"uid":"E1","x":0.10}]}', NOW)
    html = page_of(operator, Location.objects.get()).content.decode()
    for line in ('    "n": 1.5000,', '"e": 1E+05', '"t": "&lt;b&gt;\\u00e9"', '"x": 0.10'):
        assert line.replace('"', "&quot;") in html, line
    assert "<b>" not in html


def test_an_import_and_a_gone_platform_are_told(hub: Hub, operator: Client) -> None:
    put("locations", location(), NOW)
    text = words(page_of(operator, Location.objects.get()))
    assert "a test" in text
    assert "a platform that is gone" in text
    assert "by a broadcast that is still on record" in text


def test_what_was_pulled_leads_to_its_pull(hub: Hub, cpo: Platform, operator: Client) -> None:
    cpo.objects.put("locations", location())
    pull()
    html = page_of(operator, Location.objects.get()).text
    number = last("locations").pk
    assert f'/admin/sync/pull/{number}/change/">pull {number}</a>' in html
    assert f"/admin/parties/platform/{hub.row(cpo).pk}/change/" in html


def test_every_change_is_told_whatever_it_came_by(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    """The newest first: a push, an import, a pull, and the import that it all began with."""
    brought = Location.Origin.IMPORT
    put("locations", location(), NOW, origin=brought)
    cpo.objects.put("locations", location(name="Pulled", last_updated=LATER))
    pull()
    newer = location(name="Brought", last_updated="2026-03-01T12:00:00Z")
    put("locations", newer, datetime.now(UTC), origin=brought)
    push(cpo, "L1", location(name="Pushed", last_updated="2026-03-01T13:00:00Z"))
    hub.flush()
    row = Location.objects.get()
    text = words(page_of(operator, row))
    told = re.findall(r"PUT /ocpi|pull \d+|a test", text[text.index("Changes:") :])
    assert told[:4] == ["PUT /ocpi", "a test", f"pull {last('locations').pk}", "a test"]
    past.forget(datetime.now(UTC) + timedelta(days=9), days=8, personal=[], personal_days=7)
    assert "a test" not in words(page_of(operator, row))


def test_lists_are_narrowed_by_what_an_operator_knows(
    hub: Hub, told: Location, operator: Client
) -> None:
    put("locations", location("L2"), NOW, owner="NL/CPO", audience="FR/MSP")
    put("locations", location(owner="BE/CPO"), NOW, owner="BE/CPO")
    keys = {f"{row.owner} {row.key} {row.audience}": row.pk for row in Location.objects.all()}
    public, own = keys["NL/CPO L1 "], keys["NL/CPO L1 DE/MSP"]
    other, foreign = keys["NL/CPO L2 FR/MSP"], keys["BE/CPO L1 "]
    for query, expected in {
        "": [foreign, other, own, public],
        "q=l1": [foreign, own, public],
        "q=L1&owner=nl/cpo": [own, public],
        "owner=NL/CPO": [public, own, other],
        "copies=public": [foreign, public],
        "copies=directed": [own, other],
        "party=FR/MSP": [other],
        "flagged=on": [foreign, public],
        "q=L": [],
    }.items():
        assert numbers(f"{LIST}?{query}", operator) == expected, query
    shown = operator.get(f"{LIST}?owner=nonsense")
    assert "Write a country code of two letters" in words(shown)
    assert "Nothing fits." in words(shown)


def test_a_token_is_found_by_its_uid_alone(hub: Hub, operator: Client) -> None:
    token = {"country_code": "DE", "party_id": "MSP", "uid": "04aB", "type": "APP_USER"}
    put("tokens", token, NOW, owner="DE/MSP")
    key = Token.objects.get().pk
    assert numbers("/admin/tokens/token/?q=04ab", operator) == [key]
    assert "04AB (APP_USER)" in words(operator.get("/admin/tokens/token/"))
    assert "04AB (APP_USER)" in words(page_of(operator, Token.objects.get()))


def test_objects_of_a_custom_module_are_shown_even_when_it_was_taken_away(
    hub: Hub, operator: Client
) -> None:
    row = CustomObject.objects.create(
        module="gone", owner="NL/CPO", key="R1", payload='{"stars":5.0}', version="2.2.1"
    )
    assert numbers("/admin/store/customobject/", operator) == [row.pk]
    assert numbers("/admin/store/customobject/?q=R1", operator) == []
    text = words(page_of(operator, row))
    assert "gone" in text
    assert "&quot;stars&quot;: 5.0" in text


def test_findings_are_narrowed_and_lead_to_their_objects(
    hub: Hub, cpo: Platform, msp: Platform, told: Location, operator: Client
) -> None:
    put("cdrs", cdr(currency="euro"), NOW, audience="DE/MSP")
    wrong = Finding.objects.get(code="not_in_enum")
    platform = hub.row(cpo).pk
    for query, expected in {
        f"platform={platform}": {"locations", "cdrs"},
        f"platform={hub.row(msp).pk}": set(),
        "module=cdrs": {"cdrs"},
        "owner=nl/cpo": {"locations", "cdrs"},
        "owner=XX/XXX": set(),
        "code=not_in_enum": {"locations"},
        "code=not_in_enum&severity=error": set(),
        "code=nonsense": set(),
    }.items():
        found = Finding.objects.filter(pk__in=numbers(f"{FINDINGS}?{query}", operator))
        assert set(found.values_list("module", flat=True)) == expected, query
    link = urlencode({"module": "locations", "owner": "NL/CPO", "key": "L1", "audience": ""})
    for url in (FINDINGS, f"{FINDINGS}{wrong.pk}/change/"):
        assert f"object/?{link}".replace("&", "&amp;") in operator.get(url).content.decode()
    response = operator.get(f"{FINDINGS}object/?{link}", follow=True)
    assert response.request["PATH_INFO"] == f"{LIST}{told.pk}/change/"
    assert Cdr.objects.exists()


def test_a_platform_leads_to_its_findings(hub: Hub, cpo: Platform, operator: Client) -> None:
    number = hub.row(cpo).pk
    html = operator.get(f"/admin/parties/platform/{number}/change/").content.decode()
    assert f"{FINDINGS}?platform={number}" in html


def test_a_message_leads_to_the_object_it_changed(
    hub: Hub, told: Location, operator: Client
) -> None:
    leg = Leg.objects.get(method="PATCH", direction="in")
    html = operator.get(f"/admin/traffic/leg/{leg.pk}/change/").content.decode()
    link = urlencode({"module": "locations", "owner": "NL/CPO", "key": "L1"})
    assert f"object/?{link}".replace("&", "&amp;") in html
    response = operator.get(f"{FINDINGS}object/?{link}", follow=True)
    assert response.request["PATH_INFO"] == f"{LIST}{told.pk}/change/"


def test_an_object_that_is_gone_is_told(hub: Hub, operator: Client) -> None:
    for module in ("locations", "nonsense"):
        link = urlencode({"module": module, "owner": "NL/CPO", "key": "L1", "audience": ""})
        response = operator.get(f"{FINDINGS}object/?{link}", follow=True)
        assert messages(response) == ["The hub does not keep that object any more."]


def test_who_may_only_look_sees_all_and_changes_nothing(told: Location, viewer: Client) -> None:
    wrong = Finding.objects.first()
    for row in (told, wrong):
        response = page_of(viewer, row)
        assert response.status_code == 200
        assert "Save" not in words(response)
        url = response.request["PATH_INFO"]
        assert viewer.post(url, {"key": "X", "code": "X"}).status_code == 403
        assert viewer.get(url.replace("change", "delete")).status_code == 403


def test_who_may_not_look_is_not_led_to_an_object(told: Location, hub: Hub) -> None:
    link = urlencode({"module": "locations", "owner": "NL/CPO", "key": "L1"})
    response = Client().get(f"{FINDINGS}object/?{link}")
    assert response.status_code == 302
    assert "/admin/login/" in response.headers["Location"]
