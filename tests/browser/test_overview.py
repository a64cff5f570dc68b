"""The dashboard and the network in a browser: nothing wrong, readable, renewed while looked at."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.alerts.models import Alert, Kind
from apps.parties.models import Platform as Row
from tests.browser.watched import Watched
from tests.console import traffic_made
from tests.hub import Hub

SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture
def busy(hub: Hub) -> None:
    """A day of a dozen platforms, and two things that need somebody."""
    now = timezone.now()
    traffic_made.platforms(7, 6)
    traffic_made.day(now, 7, 6)
    for number, kind, text in (
        (3, Kind.OFFLINE, "OFFLINE since 2026-11-20T09:12:44.120Z (8 failures in a row: timeout)."),
        (9, Kind.WAITING, "A delivery has been waiting since 2026-11-20T09:14:00.000Z."),
    ):
        row = Row.objects.get(pk=number)
        Alert.objects.create(
            kind=kind, subject=f"platform {number}", about=row.name, text=text,
            path=f"/admin/parties/platform/{number}/change/", since=now - timedelta(minutes=40),
            seen_at=now, raised_at=now,
        )  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_fit_the_screen(
    size: str, scheme: str, busy: None, watched: Watched, pictures: Path
) -> None:
    width, height = SIZES[size]
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    for name, url in (("dashboard", "/admin/"), ("network", "/admin/network/")):
        watched.open(url)
        watched.page.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
        watched.check()
        assert watched.overflow() <= 0, url


@pytest.mark.parametrize("size", SIZES)
def test_an_empty_hub_says_what_to_do_first(
    size: str, watched: Watched, pictures: Path, hub: Hub
) -> None:
    watched.page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))  # type: ignore[arg-type]
    for name, url in (("dashboard-empty", "/admin/"), ("network-empty", "/admin/network/")):
        page = watched.open(url)
        page.screenshot(path=pictures / f"{name}-{size}.png", full_page=True)
        watched.check()
        page.get_by_role("link", name="Invite the first platform").click()
        expect(page.locator("#id_name")).to_be_visible()
        watched.check()


def look(watched: Watched) -> None:
    """What the browser says when the page is looked at again; so nobody has to wait."""
    watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_the_dashboard_is_renewed_where_it_stands(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/")
    page.get_by_text("The same as a table").click()
    page.get_by_text("All pages").click()  # away from what is renewed
    Row.objects.filter(pk=1).delete()
    before = page.locator(".tile dd").first.text_content()
    page.evaluate("document.activeElement.blur()")
    look(watched)
    expect(page.locator(".tile dd").first).not_to_have_text(str(before))
    expect(page.locator("#quarters")).to_have_attribute("open", "")
    watched.check()


def test_it_waits_for_whoever_is_in_the_middle_of_something(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/")
    page.get_by_text("What to do").first.focus()
    Row.objects.filter(pk=1).delete()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    look(watched)
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.evaluate("document.activeElement.blur()")
    assert not asked
    with page.expect_request("**/admin/"):
        look(watched)


def test_it_says_when_it_cannot_be_renewed(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/")
    page.context.clear_cookies()
    look(watched)
    expect(page.locator("#refreshed")).to_contain_text("you are not logged in any more")
    expect(page.get_by_text("Share ok").first).to_be_visible()
    watched.check()


def test_the_picture_is_walked_through_by_keyboard(busy: None, watched: Watched) -> None:
    page = watched.open("/admin/network/")
    page.get_by_role("region", name="Picture of the network").focus()
    names = []
    for _ in range(3):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert [": CONNECTED, " in name for name in names] == [True] * 3
    page.keyboard.press("Enter")
    expect(page.locator("#id_name")).to_have_value(names[-1].split(" (")[0])
    watched.check()


def test_the_network_is_narrowed_by_its_form_and_sorted_by_its_headings(
    busy: None, watched: Watched
) -> None:
    page = watched.open("/admin/network/")
    page.get_by_label("Role").select_option("CPO")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.sortable tbody tr")).to_have_count(8)
    page.get_by_role("link", name="Messages, last hour").click()
    expect(page.locator("th[aria-sort=descending]")).to_have_text("Messages, last hour ↓")
    expect(page.locator("table.sortable tbody tr")).to_have_count(8)
    watched.check()
