"""Partners in a browser: invited and watched while they register, agreements made and paused, a
lane paused, commands looked at. Each page fits the screen, in light and dark."""

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from apps.hubclientinfo import agreements
from apps.parties.models import Agreement
from apps.parties.models import Platform as Row
from apps.traffic.models import Leg
from tests.browser.watched import Watched, token_shown
from tests.console.saying import soon
from tests.gateway.objects import location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.sync.pulling import pull

HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}
MATRIX = "/admin/agreements/matrix/"


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Commands that went well, that are owed a result, and that failed; a refusal; a newcomer that
    is stuck; a pull; agreements of every kind."""
    cpo.objects.put("locations", location())
    hub.platform("BE/CPO")
    hub.platform("FR/MSP", "EMSP:AT/MOB", name="FR/MSP and AT/MOB")
    body = {"response_url": msp.callback_url(), "location_id": "L1", "token": token()}
    for number, fault in enumerate(("", "no_result", "http")):
        if fault:
            cpo.faults.set(fault, *([500] if fault == "http" else []))
        msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO,
                    headers={"X-Correlation-ID": f"c-{number}"})  # fmt: skip
        if not fault:
            msp.heard(module="results")
    cpo.faults.clear()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T2", json=tariff() | {"id": "T2"}, to=HUB)
    pull()
    invitation = hub.invite("Just invited")
    newcomer = hub.here.platform("Just invited")
    for path in ("versions", "2.2.1"):
        newcomer.request("GET", "", url=f"{hub.url}/ocpi/{path}", token=invitation.token_a)
    newcomer.request(
        "POST", "", url=f"{hub.url}/ocpi/2.2.1/credentials", token=invitation.token_a,
        json={"token": "t" * 20, "url": "https://no-such-host.invalid/versions",
              "roles": [{"country_code": "NL", "party_id": "NEW", "role": "CPO"}]},
    )  # fmt: skip
    newcomer.request("GET", "", url=hub.versions_url, token="mistyped")

    def logged() -> bool:
        hub.flush()
        return Leg.objects.filter(module="commands").count() == 8

    assert soon(logged)


def agree(**wanted: Any) -> None:
    agreements.record(Agreement(**wanted), "a test", "for the picture", timezone.now())


@pytest.fixture
def agreed(full: None) -> None:
    agree(one="NL/CPO", other="DE/MSP", state="active")
    agree(one="BE/CPO", other="DE/MSP", state="offered")
    agree(one="NL/CPO", other="FR/MSP", state="active", modules=["tariffs"])
    agree(one="BE/CPO", other="FR/MSP", state="ended")
    agree(one="BE/CPO", other="AT/MOB", state="paused")


def page_of(name: str, what: str) -> str:
    return what.format(Row.objects.get(name=name).pk)


def pages() -> dict[str, str]:
    return {
        "onboarding-stuck": page_of("Just invited", "/admin/onboarding/{}/"),
        "onboarding-done": page_of("NL/CPO", "/admin/onboarding/{}/"),
        "platform": page_of("NL/CPO", "/admin/parties/platform/{}/change/"),
        "matrix": MATRIX,
        "pair": "/admin/agreements/pair/?one=NL/CPO&other=DE/MSP&module=tariffs",
        "commands": "/admin/commands/",
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_they_fit_the_screen(
    size: str, scheme: str, agreed: None, watched: Watched, pictures: Path
) -> None:
    width, height = SIZES[size]
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    for name, url in pages().items():
        watched.open(url)
        watched.page.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
        watched.check()
        assert watched.overflow() <= 0, url


def look(watched: Watched) -> None:
    """What the browser says when the page is looked at again; so nobody has to wait."""
    watched.page.evaluate("document.activeElement.blur()")
    watched.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_partner_is_invited_and_watched_while_it_registers(
    hub: Hub, msp: Platform, watched: Watched, pictures: Path
) -> None:
    page = watched.open("/admin/parties/platform/add/")
    page.get_by_label("Name").fill("NL/CPO")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("The token is shown here and nowhere else")).to_be_visible()
    page.get_by_text("An e-mail with the token").click()
    page.screenshot(path=pictures / "invitation-wide-light.png", full_page=True)
    watched.check()
    token_a = token_shown(page)
    page.get_by_role("link", name="Watch it register").click()
    expect(page.get_by_role("heading", name="Turn: the partner")).to_be_visible()
    watched.check()
    newcomer = hub.here.platform("NL/CPO")
    newcomer.register(hub.versions_url, token_a)
    hub.flush()
    look(watched)
    expect(page.locator(".step.is-done")).to_have_count(6)
    newcomer.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    pull()
    hub.flush()
    look(watched)
    expect(page.get_by_role("heading", name="Live")).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Trace of: Live: the first message passed").click()
    expect(page.get_by_role("heading", name="The same as a table")).to_be_visible()
    watched.check()


def test_an_agreement_is_paused_and_its_refusal_seen(
    hub: Hub, cpo: Platform, msp: Platform, watched: Watched
) -> None:
    page = watched.open(MATRIX)
    page.get_by_role("link", name="NL/CPO and DE/MSP: open").click()
    page.get_by_text("Record a new agreement").click()
    page.get_by_label("Begin as").select_option("active")
    page.get_by_label("Reason").fill("signed")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("NL/CPO and DE/MSP is active.")).to_be_visible()
    page.get_by_role("link", name="Pause this agreement").click()
    page.get_by_label("Reason").fill("unpaid")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("NL/CPO and DE/MSP is paused.")).to_be_visible()
    watched.check()

    def refused() -> bool:
        body = tariff()
        return cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=MSP).code == 4003

    assert soon(refused)
    hub.flush()
    page.get_by_role("link", name="The two parties").click()
    page.get_by_label("Module", exact=True).select_option("tariffs")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Now they may not exchange tariffs")).to_be_visible()
    expect(page.locator("td", has_text="is planned: the agreement").first).to_be_visible()
    watched.check()


def test_a_lane_is_paused_on_the_page_of_a_platform(
    hub: Hub, msp: Platform, watched: Watched
) -> None:
    page = watched.open(page_of("DE/MSP", "/admin/parties/platform/{}/change/"))
    page.get_by_role("link", name="Pause lane").click()
    page.get_by_label("Reason").fill("they update")
    page.get_by_role("button", name="Pause lane").click()
    expect(page.get_by_text("they update").first).to_be_visible()
    expect(page.get_by_role("link", name="Resume lane")).to_be_visible()
    watched.check()
