"""The whole story of an operator's day in a browser: from the invitation of a partner to a delivery
that is sent again. Every page on the way is checked: no error, nothing foreign, nothing blocked, a
name for every control.
"""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Browser, Page, expect

from apps.outbox.models import Delivery
from apps.traffic.models import Leg
from tests.browser.conftest import PASSWORD
from tests.browser.watched import Watched, token_shown
from tests.console.saying import soon
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.sync.pulling import pull

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")
NEWCOMER = "NL/CPO"


@pytest.fixture
def stranger(chromium: Browser, hub: Hub) -> Iterator[Watched]:
    """A browser in which nobody has logged in, and a user who may."""
    user = get_user_model().objects.create_superuser("day", password=PASSWORD)
    yield Watched(chromium.new_context(viewport={"width": 1280, "height": 900}), hub.url)
    user.delete()


def push(cpo: Platform, name: str, to: tuple[str, str] = MSP) -> int:
    """The OCPI code that a CPO gets for a push of a tariff."""
    reply = cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{name}", json=tariff(name), to=to)
    return int(reply.code or 0)


def look(page: Page) -> None:
    """What the browser says when the page is looked at again; so nobody has to wait."""
    page.evaluate("document.activeElement.blur()")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_from_the_log_in_to_a_delivery_that_is_sent_again(
    hub: Hub, msp: Platform, stranger: Watched
) -> None:
    log_in(stranger)
    token_a = invite(stranger)
    newcomer = watch_it_register(hub, stranger, token_a)
    read_a_trace(hub, stranger, newcomer)
    try_a_message(stranger)
    pause_the_agreement(stranger)
    see_the_refusal(hub, stranger, newcomer)
    send_again(hub, stranger, newcomer, msp)
    stranger.page.context.close()


def log_in(watched: Watched) -> None:
    page = watched.open("/admin/")
    expect(page).to_have_url(re.compile(r"/admin/login/\?next=/admin/"))
    watched.check()
    page.get_by_label("Username").fill("day")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()
    watched.check()


def invite(watched: Watched) -> str:
    """The token that the page shows once."""
    page = watched.open("/admin/parties/platform/")
    watched.check()
    page.get_by_role("link", name="Invite a platform").first.click()
    watched.check()
    page.get_by_label("Name").fill(NEWCOMER)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("The token is shown here and nowhere else")).to_be_visible()
    watched.check()
    return token_shown(page)


def watch_it_register(hub: Hub, watched: Watched, token_a: str) -> Platform:
    page = watched.page
    page.get_by_role("link", name="Watch it register").click()
    expect(page.get_by_role("heading", name="Turn: the partner")).to_be_visible()
    expect(page.locator(".step.is-done")).to_have_count(1)
    watched.check()
    newcomer = hub.here.platform(NEWCOMER)
    assert newcomer.register(hub.versions_url, token_a).code == 1000
    hub.flush()
    look(page)
    expect(page.locator(".step.is-done")).to_have_count(6)
    pull()
    assert push(newcomer, "T1") == 1000
    hub.flush()
    look(page)
    expect(page.get_by_role("heading", name="Live")).to_be_visible()
    watched.check()
    return newcomer


def read_a_trace(hub: Hub, watched: Watched, newcomer: Platform) -> None:
    page = watched.page
    page.get_by_role("link", name="Trace of: Live: the first message passed").click()
    diagram = page.get_by_role("region", name="Sequence diagram")
    expect(diagram).to_be_visible()
    arrows = diagram.locator("a[aria-label*=': PUT ']")
    expect(arrows).to_have_count(2)
    for leg, ends in enumerate((f"{NEWCOMER} to hub", "hub to DE/MSP")):
        assert ends in str(arrows.nth(leg).get_attribute("aria-label"))
    watched.check()
    arrows.first.click()
    expect(page.get_by_role("heading", name="What the hub changed")).to_be_visible()
    watched.check()


def try_a_message(watched: Watched) -> None:
    page = watched.page
    page.get_by_role("link", name="Dry run", exact=True).last.click()
    expect(page.get_by_role("heading", name="It would forward to the party")).to_be_visible()
    watched.check()


def pause_the_agreement(watched: Watched) -> None:
    page = watched.open("/admin/agreements/matrix/")
    watched.check()
    page.get_by_role("link", name="NL/CPO and DE/MSP: open").click()
    watched.check()
    page.get_by_text("Record a new agreement").click()
    page.get_by_label("Begin as").select_option("active")
    page.get_by_label("Reason").fill("signed")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_text("NL/CPO and DE/MSP is active.")).to_be_visible()
    page.get_by_role("link", name="Pause this agreement").click()
    watched.check()
    page.get_by_label("Reason").fill("unpaid")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("NL/CPO and DE/MSP is paused.")).to_be_visible()
    watched.check()


def see_the_refusal(hub: Hub, watched: Watched, newcomer: Platform) -> None:
    """In the answer that the platform gets, and on the page of the two parties."""
    assert soon(lambda: push(newcomer, "T2") == 4003)
    hub.flush()
    page = watched.open("/admin/agreements/pair/?one=NL/CPO&other=DE/MSP&module=tariffs")
    expect(page.get_by_text("Now they may not exchange tariffs")).to_be_visible()
    expect(page.locator("td", has_text="is planned: the agreement").first).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Activate").first.click()
    page.get_by_label("Reason").fill("paid")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("NL/CPO and DE/MSP is active.")).to_be_visible()
    watched.check()
    assert soon(lambda: push(newcomer, "T2") == 1000)


def send_again(hub: Hub, watched: Watched, newcomer: Platform, msp: Platform) -> None:
    """A broadcast that its receiver refuses, until it is mended."""
    msp.faults.set("refuse", 2000, module="tariffs")
    Delivery.objects.all().delete()
    assert push(newcomer, "T3", HUB) == 1000
    hub.deliver()
    msp.faults.clear()
    msp.clear()
    row = Delivery.objects.get()
    assert row.state == Delivery.State.DROPPED
    page = watched.open("/admin/pushes/")
    expect(page.get_by_role("link", name="DE/MSP: given up")).to_be_visible()
    watched.check()
    page.get_by_role("link", name="Send again 1").click()
    watched.check()
    page.get_by_label("Reason").fill("they mended it")
    page.get_by_role("button", name="Send again").click()
    watched.check()
    hub.deliver()
    assert msp.heard(module="tariffs", method="PUT").tail == "NL/CPO/T3"
    page = watched.open("/admin/pushes/")
    expect(page.get_by_role("link", name="DE/MSP: done")).to_be_visible()
    watched.check()
    hub.flush()
    assert Leg.objects.filter(module="tariffs", path__contains="T3").exists()
