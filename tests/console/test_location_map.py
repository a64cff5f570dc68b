"""The map of Locations: its JSON, its table, and that a status that is pushed is on it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.console.map_facts import EUROPE, first_sight
from apps.locations.models import Location
from apps.summaries.models import Place
from apps.summaries.region import FEW
from apps.summaries.walk import walk
from tests.console.saying import words
from tests.gateway.objects import evse, location
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

PAGE = "/admin/map/"
HUB = ("NL", "HUB")


def place(lat: float, lon: float, identifier: str = "L1", **more: Any) -> dict[str, Any]:
    spot = {"latitude": f"{lat:.4f}", "longitude": f"{lon:.4f}"}
    return location(identifier, coordinates=spot, **more)


def look() -> None:
    walk(datetime.now(UTC))


def found(browser: Client, **query: Any) -> Any:
    return browser.get(PAGE, {**query, "format": "json"}).json()


@pytest.fixture
def placed(hub: Hub, cpo: Platform) -> None:
    """One Location, pushed to everyone."""
    body = place(52.37, 4.9, name="Dam <b>Square</b>")
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=HUB).code == 1000
    look()


@pytest.fixture
def many(hub: Hub) -> None:
    """So many that they are not shown one by one: two of three in Bonn, the others in Lyon."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO locations_location (owner, key, audience, payload, version, origin, cause,"
            " flagged, changed_at) SELECT 'NL/CPO', 'M' || n, '', json_build_object('city',"
            " CASE WHEN n %% 3 = 0 THEN 'Lyon' ELSE 'Bonn' END, 'coordinates', json_build_object("
            " 'latitude', CASE WHEN n %% 3 = 0 THEN '45.76' ELSE '50.73' END,"
            " 'longitude', CASE WHEN n %% 3 = 0 THEN '4.84' ELSE '7.1' END)), '2.2.1', 'push', '',"
            " false, %s FROM generate_series(1, %s) n",
            (timezone.now(), 3 * FEW),
        )
    look()


def test_a_place_is_shown_with_its_state_and_leads_to_its_object(
    placed: None, operator: Client
) -> None:
    data = found(operator)
    assert data["total"] == 1
    (spot,) = data["places"]
    assert (spot["id"], spot["owner"], spot["letter"], spot["words"]) == (
        "L1", "NL/CPO", "A", "available",
    )  # fmt: skip
    assert (spot["lat"], spot["lon"], spot["available"], spot["evses"]) == (52.37, 4.9, 1, 1)
    assert spot["url"] == f"/admin/locations/location/{Location.objects.get().pk}/change/"
    page = operator.get(PAGE)
    assert f'href="{spot["url"]}"' in page.content.decode()
    assert "Dam &lt;b&gt;Square&lt;/b&gt;" in page.content.decode()
    assert "1 Location here." in words(page)


def test_a_status_that_is_pushed_is_on_the_map(
    placed: None, cpo: Platform, operator: Client
) -> None:
    for status, letter in (("CHARGING", "C"), ("OUTOFORDER", "O"), ("AVAILABLE", "A")):
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"status": status, "last_updated": now}
        cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=body, to=HUB)
        look()
        assert [spot["letter"] for spot in found(operator)["places"]] == [letter]


def test_only_what_is_in_the_box_is_shown(placed: None, operator: Client) -> None:
    assert found(operator, lat=52.4, lon=5, zoom=9)["total"] == 1
    assert found(operator, lat=40, lon=5, zoom=9)["total"] == 0
    box = {"west": 4.8, "south": 52.3, "east": 5, "north": 52.4, "zoom": 14}
    assert found(operator, **box)["total"] == 1
    assert found(operator, **{**box, "west": 4.95})["total"] == 0
    assert "No Locations here." in words(operator.get(PAGE, {"lat": 40, "lon": 5, "zoom": 9}))


def test_it_is_narrowed_to_an_owner_and_a_status(
    placed: None, cpo: Platform, operator: Client
) -> None:
    charging = [evse(status="CHARGING")]
    body = place(45.76, 4.84, "L2", evses=charging)
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L2", json=body, to=HUB).code == 1000
    look()
    assert [each["id"] for each in found(operator, state="in_use")["places"]] == ["L2"]
    assert found(operator, owner="nl/cpo")["total"] == 2
    assert found(operator, owner="NL/CPO", state="available")["total"] == 1
    assert found(operator, owner="BE/CPO")["total"] == 0
    assert found(operator, owner="nonsense", state="nonsense")["total"] == 2
    page = operator.get(PAGE, {"state": "in_use", "owner": "NL/CPO"})
    assert 'data-kept="owner=NL%2FCPO&amp;state=in_use"' in page.content.decode()
    assert "1 Location here." in words(page)
    assert "Write a country code" in words(operator.get(PAGE, {"owner": "nonsense"}))
    assert "No such Locations here." in words(operator.get(PAGE, {"owner": "BE/CPO"}))


@pytest.mark.parametrize(
    "query",
    [
        {"lat": "nan", "lon": "inf", "zoom": "x"},
        {"lat": "1e400", "lon": "0"},
        {"lat": 999, "lon": -999, "zoom": 99},
        {"zoom": -5},
        {"west": 1, "south": "", "east": 2, "north": 3},
    ],
)
def test_nonsense_is_no_error(query: dict[str, Any], placed: None, operator: Client) -> None:
    assert operator.get(PAGE, query).status_code == 200
    assert found(operator, **query)["zoom"] >= 1


def test_many_are_clusters_that_lead_closer(many: None, operator: Client) -> None:
    data = found(operator)
    assert data["places"] == []
    clusters = {each["city"]: each for each in data["clusters"]}
    assert {city: each["number"] for city, each in clusters.items()} == {
        "Bonn": 2 * FEW, "Lyon": FEW,
    }  # fmt: skip
    bonn = clusters["Bonn"]
    assert (round(bonn["lat"], 2), round(bonn["lon"], 2)) == (50.73, 7.1)
    assert bonn["states"] == {"unknown": 2 * FEW}
    page = operator.get(PAGE)
    closer = {"lat": bonn["lat"], "lon": bonn["lon"], "zoom": bonn["closer"]}
    query = "&amp;".join(f"{name}={value}" for name, value in closer.items())
    assert f'href="?{query}"' in page.content.decode()
    assert found(operator, **closer)["total"] == 2 * FEW
    assert found(operator, **{**closer, "zoom": 16})["total"] == 2 * FEW
    lyon = clusters["Lyon"]
    assert len(found(operator, lat=lyon["lat"], lon=lyon["lon"], zoom=13)["places"]) == FEW


def test_the_first_sight_is_of_all_there_is(many: None) -> None:
    sight = first_sight()
    box = sight.box()
    assert box.west < 4_840_000 < 7_100_000 < box.east
    assert box.south < 45_760_000 < 50_730_000 < box.north


def test_an_empty_hub_looks_at_europe(hub: Hub, operator: Client) -> None:
    assert first_sight() == EUROPE
    page = operator.get(PAGE)
    assert 'data-zoom="3"' in page.content.decode()
    assert "They appear within seconds" in words(page)


def test_what_it_loads_is_the_hubs_own(placed: None, operator: Client) -> None:
    page = operator.get(PAGE).content.decode()
    assert "https://" not in page.partition("<main")[0]
    for name in ("map/leaflet/leaflet.js", "map/leaflet/leaflet.css", "map/countries.json"):
        assert f"/static/console/{name}" in page


def test_only_who_may_see_locations_sees_it(placed: None) -> None:
    user = User.objects.create(username="other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_finding"))
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}?format=json").status_code == 403
    user.delete()


def test_a_location_without_a_place_is_not_on_it(hub: Hub, cpo: Platform, operator: Client) -> None:
    body = place(52, 5)
    body["coordinates"] = {"latitude": "far", "longitude": "away"}
    hub.change(cpo, validation="observe")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=HUB)
    look()
    assert Location.objects.count() == 1
    assert not Place.objects.exists()
    assert found(operator)["total"] == 0
