"""Somebody sets up a second factor, logs in with it, and makes an API token, in a real browser."""

import re

import pytest

from tests.browser.conftest import PASSWORD
from tests.browser.watched import Watched
from tests.console.logging_in import code_of


def test_a_second_factor_is_set_up_and_asked_for(watched: Watched) -> None:
    page = watched.open("/admin/second-factor/")
    watched.check()
    page.click("button[value=begin]")
    watched.check()
    assert page.locator(".qr svg").bounding_box() is not None
    secret = page.locator("code").first.inner_text()
    page.fill("#id_code", code_of(secret))
    page.click("button[value=confirm]")
    watched.check()
    codes = page.locator("pre").inner_text().split()
    assert len(codes) == 10
    page.click("#logout-form button")
    page = watched.open("/admin/login/?next=/admin/parties/platform/")
    page.fill("#id_username", "browsing")
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.fill("#id_code", codes[0])
    page.click("button[value=give]")
    page.wait_for_url("**/admin/parties/platform/")
    watched.check()


def test_a_token_is_made_and_the_documentation_read(watched: Watched) -> None:
    page = watched.open("/admin/api-tokens/")
    watched.check()
    page.fill("#id_name", "nightly report")
    page.click("input[value='Make a token']")
    assert re.fullmatch(r"hub-api-[\w-]{43}", page.locator("pre").inner_text().strip())
    watched.check()
    watched.open("/api/")
    watched.check()


@pytest.mark.parametrize("path", ["/admin/second-factor/", "/admin/api-tokens/", "/api/"])
def test_they_fit_a_phone(watched: Watched, path: str) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.open(path)
    assert watched.overflow() == 0
