"""Data quality, the map, objects and deliveries as cells in a browser: nothing wrong, readable, and
the map is drawn, moved, walked through by keyboard, and renewed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import expect

from apps.outbox import depth
from apps.store.tasks import fold
from apps.summaries import scores
from apps.summaries.walk import walk
from tests.browser.watched import Watched
from tests.gateway.objects import evse, location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
HUB = ("NL", "HUB")
CITIES = (
    ("Amsterdam", 52.37, 4.9, "AVAILABLE"), ("Bonn", 50.73, 7.1, "CHARGING"),
    ("Lyon", 45.76, 4.84, "OUTOFORDER"), ("Oslo", 59.91, 10.75, "PLANNED"),
    ("Praha", 50.08, 14.43, "UNKNOWN"),
)  # fmt: skip
PAGES = {
    "quality": "/admin/quality/",
    "quality-owner": "/admin/quality/NL/CPO/",
    "map-places": "/admin/map/",
    "map-clusters": "/admin/map/?lat=48&lon=12&zoom=4",
    "map-narrowed": "/admin/map/?owner=NL/CPO&state=in_use",
    "objects": "/admin/objects/",
    "objects-found": "/admin/objects/?owner=NL/CPO",
    "pushes": "/admin/pushes/",
}


def place(number: int) -> dict[str, Any]:
    city, lat, lon, status = CITIES[number]
    spot = {"latitude": f"{lat:.4f}", "longitude": f"{lon:.4f}"}
    return location(
        f"L{number}", coordinates=spot, city=city, name=f"{city} main station",
        evses=[evse(status=status)],
    )  # fmt: skip


def push(cpo: Platform, number: int, body: dict[str, Any]) -> None:
    reply = cpo.request("PUT", "locations", RECEIVER, f"NL/CPO/L{number}", json=body, to=HUB)
    assert reply.code == 1000


@pytest.fixture
def busy(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Locations in five cities, with what is wrong with them, and broadcasts in every state."""
    hub.platform("FR/MSP")
    for number in range(len(CITIES)):
        push(cpo, number, place(number))
    long_name = tariff("T9", currency="EUROS")
    hub.change(cpo, validation="observe")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T9", json=long_name, to=HUB)
    hub.deliver()
    msp.faults.set("refuse", 2000, module="tariffs")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    hub.deliver()
    msp.faults.clear()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T2", json=tariff("T2"), to=HUB)
    depth.sample(timezone.now())
    fold()
    walk(datetime.now(UTC))
    scores.count(datetime.now(UTC))


def crowd() -> None:
    """Two thousand Locations over Europe."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO locations_location (owner, key, audience, payload, version, origin, cause,"
            " flagged, changed_at) SELECT 'NL/CPO', 'M' || n, '', json_build_object('city', 'Stad',"
            " 'evses', json_build_array(json_build_object('uid', 'E', 'status',"
            " CASE WHEN mod(n, 3) = 0 THEN 'CHARGING' ELSE 'AVAILABLE' END)), 'coordinates',"
            " json_build_object('latitude', (40 + mod(n * 7, 200) * 0.08)::text, 'longitude',"
            " (-3 + mod(n * 13, 1000) * 0.025)::text)), '2.2.1', 'push', '', false, %s"
            " FROM generate_series(1, 2000) n",
            (timezone.now(),),
        )
    walk(datetime.now(UTC))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_fit_the_screen(
    size: str, scheme: str, busy: None, watched: Watched, pictures: Path
) -> None:
    width, height = SIZES[size]
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    for name, url in PAGES.items():
        if name == "map-clusters":
            crowd()
        page = watched.open(url)
        if name.startswith("map"):
            expect(page.locator(".earth .land").first).to_be_attached()
            expect(page.locator(".earth .spot").first).to_be_visible()
        page.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
        watched.check()
        assert watched.overflow() <= 0, url


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_hub_says_what_to_do_first(
    size: str, hub: Hub, watched: Watched, pictures: Path
) -> None:
    watched.page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))  # type: ignore[arg-type]
    for name, url, said in (
        ("quality", "/admin/quality/", "Nothing counted yet"),
        ("map", "/admin/map/", "No Locations here"),
        ("objects", "/admin/objects/", "What the hub keeps"),
        ("pushes", "/admin/pushes/", "No pushes."),
    ):
        page = watched.open(url)
        expect(page.get_by_text(said).first).to_be_visible()
        page.screenshot(path=pictures / f"{name}-empty-{size}.png", full_page=True)
        watched.check()
        assert watched.overflow() <= 0, url


def test_from_a_score_to_a_finding_to_its_object(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/")
    page.get_by_role("link", name="Data quality", exact=True).first.click()
    page.get_by_role("link", name=re.compile("too_long of NL.CPO: 1")).click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    watched.check()
    page.locator("#result_list .field-about a").click()
    expect(page.locator(".field-remarks")).to_contain_text("$.currency")
    watched.check()


def test_the_text_is_copied_by_keyboard(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/quality/NL/CPO/")
    page.get_by_role("textbox", name="A text to send to NL/CPO").focus()
    page.keyboard.press("Control+a")
    chosen = page.evaluate(
        "(() => { const t = document.activeElement;"
        " return t.value.slice(t.selectionStart, t.selectionEnd); })()"
    )
    assert "What to do:" in chosen
    watched.check()


def test_a_place_on_the_map_leads_to_its_object_by_keyboard(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/map/")
    spot = page.get_by_role("button", name=re.compile("Bonn main station, NL.CPO: in use"))
    expect(spot).to_have_text("C")
    spot.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".field-identity .readonly").first).to_have_text("L1")
    watched.check()


def test_a_cluster_is_looked_into_and_the_address_follows(busy: None, watched: Watched) -> None:
    crowd()
    page = watched.open("/admin/map/?lat=48&lon=12&zoom=3")
    expect(page.locator(".earth .spot").first).to_be_visible()
    page.get_by_role("button", name=re.compile(r"\d+ Locations")).first.click()
    page.wait_for_url("**zoom=5**")
    expect(page.locator("#map-told")).to_contain_text("in sight")
    expect(page.locator("#map-moved")).to_be_visible()
    watched.check()


def test_the_map_is_narrowed_and_stays_so_when_it_is_moved(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/map/")
    expect(page.locator(".earth .spot")).to_have_count(len(CITIES))
    page.get_by_label("Owner").fill("NL/CPO")
    page.get_by_label("Status").select_option("out_of_order")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".earth .spot")).to_have_count(1)
    expect(page.get_by_role("button", name=re.compile("Lyon main station"))).to_have_text("O")
    page.get_by_role("button", name="Zoom out").click()
    page.wait_for_url("**owner=NL%2FCPO&state=out_of_order")
    expect(page.locator("#map-told")).to_have_text("1 Location in sight.")
    watched.check()
    page.get_by_role("link", name="Show all", exact=True).click()
    expect(page.locator(".earth .spot")).to_have_count(len(CITIES))
    watched.check()


def test_a_new_status_is_on_the_map_without_loading_it_again(
    busy: None, watched: Watched, cpo: Platform
) -> None:
    page = watched.open("/admin/map/")
    expect(page.get_by_role("button", name=re.compile("Amsterdam.*: available"))).to_be_visible()
    body = place(0)
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body["evses"][0] |= {"status": "CHARGING", "last_updated": stamp}
    push(cpo, 0, {**body, "last_updated": stamp})
    walk(datetime.now(UTC))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("button", name=re.compile("Amsterdam.*: in use"))).to_be_visible()
    watched.check()


def test_it_says_when_it_cannot_be_renewed(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/map/")
    expect(page.locator(".earth .spot").first).to_be_visible()
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#map-told")).to_contain_text("you are not logged in any more")
    expect(page.locator(".earth .spot").first).to_be_visible()


def test_without_javascript_there_is_the_table(busy: None, watched: Watched, hub: Hub) -> None:
    crowd()
    context = watched.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    context.add_cookies(watched.page.context.cookies())  # type: ignore[arg-type]  # its own cookies
    page = context.new_page()
    page.goto(f"{hub.url}/admin/map/")
    expect(page.locator("#map")).to_be_hidden()
    page.locator("#map-table tbody a").first.click()
    expect(page.locator("#map-table tbody tr").first).to_be_visible()
    context.close()


def test_a_delivery_is_sent_again_from_its_cell(
    busy: None, watched: Watched, hub: Hub, msp: Platform
) -> None:
    msp.clear()
    page = watched.open("/admin/pushes/")
    expect(page.get_by_role("link", name=re.compile("DE.MSP: given up; 1 attempt"))).to_be_visible()
    page.get_by_role("link", name="Send again 1").click()
    page.get_by_label("Reason").fill("they say it is mended")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("waits to be sent again")).to_be_visible()
    watched.check()
    hub.deliver()
    assert msp.heard(module="tariffs").method == "PUT"


def test_an_object_is_found_by_its_id(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/objects/")
    page.get_by_label("Id", exact=True).fill("l3")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="L3", exact=True).click()
    expect(page.locator(".field-identity .readonly").first).to_have_text("L3")
    watched.check()
