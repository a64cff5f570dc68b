"""A headless Chromium on the hub that serves, and a page in it that notices whatever is wrong.

Chromium itself comes from the system: TEST_CHROMIUM, or one that is on the path. Where there is
none, the tests here are skipped and say so.
"""

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.watched import Watched

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PASSWORD = "a password for this test only"


def executable() -> str:
    """Where Chromium is; empty when there is none."""
    named = os.environ.get("TEST_CHROMIUM", "")
    return named or next((path for name in NAMES if (path := shutil.which(name))), "")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Its loop runs in this thread, which Django takes for a mistake of the caller's."""
    if not executable():
        pytest.skip(f"no Chromium here: none of {', '.join(NAMES)} is on the path")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as running:
        yield running
        connections.close_all()  # Django opens others where a loop runs
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    # Without its sandbox, which needs rights that a container rarely has; it opens our pages only.
    browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
    yield browser
    browser.close()


@pytest.fixture(autouse=True)
def static_files() -> None:
    """They are sent in a way that Django warns of. As config.asgi has it; pytest sets the filters
    anew for each test."""
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")


@pytest.fixture
def watched(chromium: Browser, hub: Any) -> Iterator[Watched]:
    """A page in which an operator has logged in, by the form."""
    user: Any = get_user_model().objects.create_superuser("browsing", password=PASSWORD)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="UTC")
    page = Watched(context, hub.url)
    page.open("/admin/login/?next=/admin/")
    page.page.fill("#id_username", "browsing")
    page.page.fill("#id_password", PASSWORD)
    page.page.click("input[type=submit]")
    page.page.wait_for_url("**/admin/")
    yield page
    context.close()
    user.delete()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: TEST_PICTURES, or a directory that is gone some runs later."""
    named = os.environ.get("TEST_PICTURES", "")
    place = Path(named) if named else tmp_path_factory.mktemp("pictures")
    place.mkdir(parents=True, exist_ok=True)
    return place
