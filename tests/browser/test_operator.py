"""What an operator does, step by step, with mouse and keyboard."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from apps.traffic.models import Leg
from tests.browser.watched import Watched
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

MSP = ("DE", "MSP")


@pytest.fixture
def passed(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A push that was forwarded, and a list that was asked for."""
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP,
        headers={"X-Correlation-ID": "c-1"},
    )  # fmt: skip
    cpo.request("GET", "tokens", SENDER, to=MSP)
    hub.flush()


def test_from_a_party_to_a_trace_to_a_message_to_a_dry_run(passed: None, watched: Watched) -> None:
    page = watched.open("/admin/")
    page.get_by_role("link", name="Trace", exact=True).first.click()
    page.get_by_label("Correlation id").fill("NL/CPO")
    page.keyboard.press("Enter")
    page.locator("tr", has_text="PUT tariffs").get_by_role("link").click()
    expect(page.get_by_role("heading", name="The same as a table")).to_be_visible()
    watched.check()
    page.locator("svg.diagram a").nth(1).click()
    expect(page.get_by_role("heading", name="What the hub changed")).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Dry run", exact=True).last.click()
    expect(page.get_by_role("heading", name="It would forward to the party")).to_be_visible()
    watched.check()
    page.get_by_label("Headers").fill("OCPI-to-country-code: XX\nOCPI-to-party-id: YYY")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name=re.compile("Refused: .*4001"))).to_be_visible()
    watched.check()


def test_the_diagram_is_walked_through_by_keyboard(passed: None, watched: Watched) -> None:
    page = watched.open("/admin/trace/?id=c-1")
    page.get_by_role("region", name="Sequence diagram").focus()
    names = []
    for _ in range(4):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert [": PUT " in name for name in names] == [True, True, False, False]
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the hub changed")).to_be_visible()


def test_the_log_is_narrowed_by_its_form(passed: None, watched: Watched) -> None:
    page = watched.open("/admin/traffic/leg/")
    page.get_by_label("Method").select_option("GET")
    page.get_by_label("Party").fill("DE/MSP")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(
        Leg.objects.filter(method="GET", to_party="DE/MSP").count()
    )
    page.get_by_label("Outcome").select_option("failed")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing fits.")).to_be_visible()
    watched.check()


def test_a_list_is_asked_for_again_with_a_reason(
    passed: None, watched: Watched, msp: Platform
) -> None:
    msp.clear()
    leg: Any = Leg.objects.get(module="tokens", direction="out")
    page = watched.open(f"/admin/traffic/leg/{leg.pk}/change/")
    page.get_by_role("link", name="Send again").click()
    page.get_by_label("Reason").fill("they say it is mended")
    page.get_by_role("button", name="Send again").click()
    expect(page.get_by_text("was sent again: HTTP 200, OCPI 1000")).to_be_visible()
    watched.check()
    assert msp.heard(module="tokens").method == "GET"
