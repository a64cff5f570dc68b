"""No page of the operator runs or loads anything that is not a file of the hub."""

import asyncio
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from apps.console.acts import ActsAdmin
from apps.console.csp import POLICY, middleware
from apps.parties.models import Agreement, PartyClaim
from hub.ocpi import datetimes
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.sync.pulling import pull

# What the policy would block, written into a page. Scripts with a src are files; JSON is data.
INLINE = (
    re.compile(r"<style", re.IGNORECASE),
    re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    re.compile(r"javascript:", re.IGNORECASE),
    re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", re.IGNORECASE),
    re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
)
# As config.asgi has it; pytest sets the filters anew for each test.
SERVED = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous")


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Something in every table that a page shows."""
    body: dict[str, Any] = {"country_code": "NL", "party_id": "CPO", "id": "T1", "currency": "EUR"}
    body |= {"elements": [], "last_updated": "2026-01-01T00:00:00Z"}
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=("NL", "HUB"))
    hub.deliver()
    pull()
    hub.flush()
    Agreement.objects.create(one="NL/CPO", other="DE/MSP")
    PartyClaim.objects.create(
        platform=hub.row(msp), held_by=hub.row(cpo), role="CPO", party="NL/CPO"
    )


def pages() -> Iterator[str]:
    """Every page of every model in the admin, and those beside them."""
    for name in ("network", "agreement_matrix", "commands"):
        yield reverse(f"console:{name}")
    yield reverse("console:agreement_pair") + "?one=NL/CPO&other=DE/MSP"
    yield reverse("console:onboarding", args=[1])
    for name in ("index", "login", "password_change", "password_change_done"):
        yield reverse(f"admin:{name}")
    for model, page in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse("admin:app_list", args=[model._meta.app_label])
        yield reverse(f"{base}_changelist")
        yield reverse(f"{base}_changelist") + "?q=NL/CPO"
        yield reverse(f"{base}_add")
        row = model._default_manager.first()
        if row is not None:
            for view in ("change", "delete", "history"):
                yield reverse(f"{base}_{view}", args=[row.pk])
        if isinstance(page, ActsAdmin):
            yield from (page.act_url(act, [1, 2]) for act in page.acts)
    yield "/admin/nothing/"
    yield "/nothing"


def test_every_page_has_the_policy_and_keeps_it(full: None, operator: Client) -> None:
    seen = set()
    for url in pages():
        response = operator.get(url)
        seen.add(response.status_code)
        assert response.status_code in (200, 302, 403, 404), url
        assert response.headers["Content-Security-Policy"] == POLICY, url
        assert response.headers["X-Content-Type-Options"] == "nosniff", url
        text = response.content.decode()
        for pattern in INLINE:
            found = pattern.search(text)
            assert found is None, f"{url}: {text[found.start() - 80 : found.end() + 80]}"
    assert seen == {200, 302, 403, 404}


def test_forms_keep_it_when_they_are_wrong_and_when_a_token_is_shown(operator: Client) -> None:
    for data in ({"name": ""}, {"name": "New"}):
        text = operator.post(reverse("admin:parties_platform_add"), data).content.decode()
        assert not any(pattern.search(text) for pattern in INLINE)


def test_a_forged_form_gets_a_page_that_keeps_it(operator: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("admin:login"), {"username": "x"})
    assert response.status_code == 403
    assert response.headers["Content-Security-Policy"] == POLICY
    assert "not sent from this site" in response.content.decode()


@SERVED
@pytest.mark.parametrize(
    "path", ["/admin/login/", "/nothing", "/static/console/hub.css", "/static/admin/css/base.css"]
)
def test_the_served_hub_sends_it_too(path: str, hub: Hub) -> None:
    try:
        with urllib.request.urlopen(hub.url + path) as response:
            headers = response.headers
            assert response.read()
    except urllib.error.HTTPError as error:
        headers = error.headers
        error.close()
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"


@SERVED
def test_the_logo_is_served_as_an_image(hub: Hub) -> None:
    with urllib.request.urlopen(f"{hub.url}/static/console/logo.svg") as response:
        assert response.headers["Content-Type"] == "image/svg+xml"
        assert b"<svg" in response.read()


def test_the_policy_works_with_and_without_a_loop() -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse("here")

    async def answer_async(request: HttpRequest) -> HttpResponse:
        return HttpResponse("here", headers={"Referrer-Policy": "no-referrer"})

    protected: Any = middleware(answer)
    assert protected(HttpRequest()).headers["Content-Security-Policy"] == POLICY
    protected_async: Any = middleware(answer_async)
    response = asyncio.run(protected_async(HttpRequest()))
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_page_of_what_broke_says_when_it_was() -> None:
    """It has nothing but itself to go by: no database, no user."""
    before = timezone.now().replace(microsecond=0)
    page = server_error(RequestFactory().get("/admin/"))
    said = re.search(r"It was at (\S+Z):", page.content.decode())
    assert page.status_code == 500
    assert said and before <= datetimes.parse(said[1]) <= timezone.now()
