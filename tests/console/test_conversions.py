"""What is lost between versions: the page, its filters, the way to the messages; and what lists,
traces, deliveries and platforms say of versions."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from prometheus_client import REGISTRY

from apps.console.spoken_in import remark, version_of
from apps.outbox.models import Delivery
from apps.traffic.models import Leg
from tests.console.saying import text_of, words
from tests.gateway.objects import evse, location
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.store.test_versions import limited

PAGE = "/admin/conversions/"
HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


def counted() -> float:
    labels = {"module": "locations", "source": "2.3.0", "target": "2.1.1", "what": "lost"}
    return REGISTRY.get_sample_value("hub_losses_total", labels) or 0.0


def push(cpo: Platform, to: Any, correlation_id: str) -> None:
    body = location(evses=[evse(parking=[{"parking_id": "P1"}])], help_phone="+31 30 1234567")
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=to,
        headers={"X-Correlation-ID": correlation_id},
    )  # fmt: skip
    assert reply.code == 1000, reply


@pytest.fixture
def mixed(hub: Hub) -> dict[str, Platform]:
    """A CPO of 2.3.0 and two eMSPs, of 2.1.1 and 2.2.1; a push to one, and a broadcast to both."""
    cpo = hub.platform("NL/CPO", version="2.3.0")
    old = hub.platform("FR/MSP", version="2.1.1")
    msp = hub.platform("DE/MSP", version="2.2.1")
    push(cpo, MSP, "c-direct")
    push(cpo, HUB, "c-all")
    hub.deliver()
    hub.flush()
    return {"cpo": cpo, "old": old, "msp": msp}


def rows(browser: Client, **query: Any) -> list[dict[str, Any]]:
    return list(browser.get(PAGE, {**query, "format": "json"}).json()["rows"])


def test_it_says_what_is_lost_by_platform_and_field(
    hub: Hub, mixed: dict[str, Platform], operator: Client
) -> None:
    found = {(each["platform"]["platform"], each["field"]): each for each in rows(operator)}
    parking = found["DE/MSP", "$.evses.parking"]
    assert (parking["module"], parking["source"], parking["target"]) == (
        "locations", "2.3.0", "2.2.1",
    )  # fmt: skip
    assert (parking["what"], parking["times"]) == ("lost", 2)
    assert parking["why"]
    assert found["FR/MSP", "$.evses.parking"]["times"] == 1
    times = [each["times"] for each in rows(operator)]
    assert times == sorted(times, reverse=True)
    page = operator.get(PAGE)
    assert "OCPI 2.1.1 by 1 platform" in words(page)
    assert operator.get(PAGE, {"format": "json"}).json()["versions"] == {
        "2.1.1": 1, "2.2.1": 1, "2.3.0": 1,
    }  # fmt: skip


def test_it_is_narrowed_and_sorted(hub: Hub, mixed: dict[str, Platform], operator: Client) -> None:
    key = hub.row(mixed["msp"]).pk
    assert {each["platform"]["id"] for each in rows(operator, platform=key)} == {key}
    assert {each["target"] for each in rows(operator, target="2.1.1")} == {"2.1.1"}
    assert {each["field"] for each in rows(operator, field="PARKING")} == {"$.evses.parking"}
    assert rows(operator, module="tariffs") == []
    assert rows(operator, source="2.1.1") == []
    assert {each["what"] for each in rows(operator, what="lost")} == {"lost"}
    latest = [each["last"] for each in rows(operator, sort="last")]
    assert latest == sorted(latest, reverse=True)
    assert rows(operator, platform="nonsense") == []
    assert "Nothing fits" in words(operator.get(PAGE, {"module": "tariffs"}))


def test_a_number_leads_to_the_messages(
    hub: Hub, mixed: dict[str, Platform], operator: Client
) -> None:
    row = next(
        each
        for each in operator.get(PAGE, {"platform": hub.row(mixed["msp"]).pk}).context["rows"]
        if each["field"] == "$.evses.parking"
    )
    listed = operator.get(f"/admin/traffic/leg/?{row['log']}").context["cl"].result_list
    assert {leg.correlation_id for leg in listed} == {"c-direct", "c-all"}
    assert {leg.direction for leg in listed} == {"out"}
    every = operator.get("/admin/traffic/leg/?lost=*").context["cl"].result_list
    assert {leg.pk for leg in every} == set(
        Leg.objects.exclude(notes="").values_list("pk", flat=True)
    )
    for nothing in ("$.evses", "$.nothing", "%", "parking"):
        found = operator.get("/admin/traffic/leg/", {"lost": nothing}).context["cl"].result_list
        assert list(found) == [], nothing


def test_an_empty_page_says_why(hub: Hub, operator: Client) -> None:
    assert "no platform has registered yet" in words(operator.get(PAGE))
    hub.platform("NL/CPO")
    assert "all platforms speak the same version" in words(operator.get(PAGE))
    hub.platform("FR/MSP", version="2.1.1")
    assert "Nothing was lost so far" in words(operator.get(PAGE))


def test_only_who_may_see_messages_sees_it(hub: Hub) -> None:
    user = User.objects.create(username="other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_platform"))
    browser = Client()
    browser.force_login(user)
    for query in ({}, {"format": "json"}):
        assert browser.get(PAGE, query).status_code == 403
    user.delete()


def test_losses_are_a_metric(hub: Hub) -> None:
    before = counted()
    cpo = hub.platform("NL/CPO", version="2.3.0")
    hub.platform("DE/MSP", version="2.1.1")
    push(cpo, MSP, "c-metric")
    hub.flush()
    assert counted() > before


def test_a_message_says_its_versions_and_what_was_lost(
    mixed: dict[str, Platform], operator: Client
) -> None:
    leg = Leg.objects.get(correlation_id="c-direct", direction="in")
    page = words(operator.get(f"/admin/traffic/leg/{leg.pk}/change/"))
    assert "Left OCPI 2.3.0, right OCPI 2.2.1" in page
    assert "$.evses[0].parking" in page
    fact = operator.get(f"/admin/traffic/leg/{leg.pk}/change/?format=json").json()
    assert ("$.help_phone", "lost") in {(n["path"], n["what"]) for n in fact["notes"]}
    assert set(fact["versions"].values()) == {"2.3.0", "2.2.1"}
    listed = operator.get("/admin/traffic/leg/?format=json&q=c-direct").json()["items"]
    assert {(each["version"], each["noted"]) for each in listed} == {("2.3.0", 0), ("2.2.1", 2)}
    assert "2 noted" in words(operator.get("/admin/traffic/leg/?q=c-direct"))


def test_a_trace_says_the_version_of_each_leg(mixed: dict[str, Platform], operator: Client) -> None:
    legs = operator.get("/admin/trace/?id=c-all&format=json").json()["trace"]["legs"]
    assert sorted(leg["version"] for leg in legs) == ["2.1.1", "2.2.1", "2.3.0"]
    page = words(operator.get("/admin/trace/?id=c-direct"))
    assert "OCPI 2.2.1; lost " in page
    assert "$.evses.parking" in page
    assert "OCPI 2.2.1; lost " in text_of("trace", "c-direct")


def test_a_delivery_says_in_which_version_it_was_told(
    hub: Hub, mixed: dict[str, Platform], operator: Client
) -> None:
    row = Delivery.objects.get(party="FR/MSP")
    page = words(operator.get(f"/admin/outbox/delivery/{row.pk}/change/"))
    assert "came in OCPI 2.3.0, said in OCPI 2.1.1" in page
    assert "$.help_phone" in page
    fact = operator.get(f"/admin/outbox/delivery/{row.pk}/change/?format=json").json()
    assert (fact["version"], fact["told_in"]) == ("2.3.0", "2.1.1")
    assert "$.help_phone" in {note["path"] for note in fact["notes"]}


def test_a_delivery_that_is_withheld_says_why(hub: Hub, operator: Client) -> None:
    cpo = hub.platform("NL/CPO")
    hub.platform("FR/MSP", version="2.1.1")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=limited("T1"), to=HUB)
    hub.deliver()
    row = Delivery.objects.get()
    page = words(operator.get(f"/admin/outbox/delivery/{row.pk}/change/"))
    assert "came in OCPI 2.2.1; not sent" in page
    assert "withheld: cannot be said in OCPI 2.1.1 ($.min_price" in page


def test_a_platform_says_its_version_and_what_it_loses(
    hub: Hub, mixed: dict[str, Platform], operator: Client
) -> None:
    for name, party_as, begins in (
        ("cpo", "hub_party_id", "/ocpi/versions"),
        ("msp", "a party with the role HUB", "/ocpi/versions"),
        ("old", "its one party", "/ocpi/cpo/versions"),
    ):
        page = words(operator.get(f"/admin/parties/platform/{hub.row(mixed[name]).pk}/change/"))
        assert f"NL/HUB, as {party_as}" in page, name
        assert begins in page, name
        assert ("$.evses.parking" in page) is (name != "cpo"), name
    fact = operator.get(
        f"/admin/parties/platform/{hub.row(mixed['old']).pk}/change/?format=json"
    ).json()
    assert fact["speaks"]["version"] == "2.1.1"
    assert fact["losses"]["times"]["lost"] >= 2


def test_dashboard_network_and_pair_say_versions(
    mixed: dict[str, Platform], operator: Client
) -> None:
    page = operator.get("/admin/")
    assert "1 OCPI 2.1.1" in words(page)
    assert PAGE in page.content.decode()
    network = operator.get("/admin/network/?format=json&sort=version").json()["platforms"]
    assert [each["version"] for each in network] == ["2.1.1", "2.2.1", "2.3.0"]
    pair = "/admin/agreements/pair/?one=NL/CPO&other=FR/MSP"
    fact = operator.get(f"{pair}&format=json").json()
    assert fact["spoken"]["FR/MSP"][0]["version"] == "2.1.1"
    assert {each["platform"]["platform"] for each in fact["losses"]} == {"FR/MSP"}
    assert "$.evses.parking" in words(operator.get(pair))
    same = words(operator.get("/admin/agreements/pair/?one=FR/MSP&other=FR/XYZ"))
    assert "Nothing between them is converted." in same


@pytest.mark.parametrize(
    ("direction", "path", "module", "version"),
    [
        ("in", "/ocpi/2.3.0/receiver/tokens/DE/MSP/U1?type=RFID", "tokens", "2.3.0"),
        ("in", "/ocpi/cpo/2.1.1", "versions", "2.1.1"),
        ("in", "/ocpi/versions", "versions", ""),
        ("out", "https://msp.example/ocpi/2.1.1/locations/NL/CPO/L1", "locations", "2.1.1"),
        ("out", "https://msp.example/our/locations/NL/CPO/L1", "locations", "2.2.1"),
        ("out", "https://msp.example/versions", "versions", ""),
    ],
)
def test_the_version_of_a_leg(direction: str, path: str, module: str, version: str) -> None:
    assert version_of(Leg(direction=direction, path=path, module=module), "2.2.1") == version


def test_a_remark_names_each_field_once_and_a_few_only() -> None:
    notes = [{"what": "lost", "path": f"$.evses[{n}].parking"} for n in range(3)]
    assert remark("2.2.1", notes) == "OCPI 2.2.1; lost $.evses.parking"
    many = [{"what": "assumed", "path": f"$.f{n}"} for n in range(7)]
    assert remark("", many) == "assumed $.f0, $.f1, $.f2, $.f3, $.f4 and 2 more"
    assert remark("2.1.1", []) == "OCPI 2.1.1"
