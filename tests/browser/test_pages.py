"""Every page in a browser: nothing blocked, nothing foreign, every control with a name."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from apps.console.urls import urlpatterns as console_urls
from apps.parties.models import Agreement
from apps.parties.models import Platform as Row
from apps.traffic.models import Leg
from tests.api.filled import fill
from tests.browser.watched import Watched
from tests.console.saying import soon
from tests.console.test_twins import names
from tests.gateway.objects import location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A command with its result, a push, a broadcast that fails, a refusal, a pull."""
    cpo.objects.put("locations", location())
    body = {"response_url": msp.callback_url(), "location_id": "L1", "token": token()}
    msp.request(
        "POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO,
        headers={"X-Correlation-ID": "c-command"},
    )  # fmt: skip
    msp.heard(module="results")
    cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=MSP,
        headers={"X-Correlation-ID": "c-direct"},
    )  # fmt: skip
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    cpo.request("GET", "tokens", SENDER, to=MSP, query="limit=10")
    hub.platform("FR/MSP")
    msp.faults.set("http", 500)
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB,
        headers={"X-Correlation-ID": "c-broadcast"},
    )  # fmt: skip
    hub.deliver()
    pull()
    Agreement.objects.create(one="NL/CPO", other="DE/MSP")

    def logged() -> bool:
        hub.flush()
        return Leg.objects.filter(module="commands").count() == 4

    assert soon(logged)


def leg(**wanted: str) -> str:
    row = Leg.objects.filter(**wanted).earliest("pk")
    return reverse("admin:traffic_leg_change", args=[row.pk])


def interesting() -> dict[str, str]:
    """The pages that this suite looks at most closely, by what their pictures are called."""
    refused = Leg.objects.get(code=4001)
    passed = Leg.objects.get(correlation_id="c-direct", direction="in")
    return {
        "overview": "/admin/",
        "trace-empty": "/admin/trace/",
        "trace-command": "/admin/trace/?id=c-command",
        "trace-broadcast": "/admin/trace/?id=c-broadcast",
        "trace-party": "/admin/trace/?id=NL/CPO",
        "trace-object": "/admin/trace/?id=L1",
        "trace-unknown": "/admin/trace/?id=nothing",
        "log": "/admin/traffic/leg/",
        "deliveries": "/admin/outbox/delivery/",
        "log-narrowed": "/admin/traffic/leg/?outcome=refused&party=NL/CPO&method=PUT",
        "message": leg(correlation_id="c-direct", direction="in"),
        "message-command": leg(correlation_id="c-command", direction="out"),
        "message-list": leg(module="tokens", direction="out"),
        "dry-run-empty": "/admin/dry-run/",
        "dry-run-refused": f"/admin/dry-run/?message={refused.pk}",
        "dry-run-passed": f"/admin/dry-run/?message={passed.pk}",
    }


# URLs of the admin that no page is at, or another than theirs.
NO_PAGE = {
    "logout": "it takes a POST",
    "jsi18n": "a script",
    "autocomplete": "data for fields that no page here has",
    "view_on_site": "the hub has no other site",
    "app_list": "needs the name of a Python package; nothing leads there",
    "login": "leads to the dashboard when one is logged in",
    "store_finding_object": "leads to another page",
}
WITH = {
    "agreement_pair": "?one=NL/CPO&other=DE/MSP",
    "trace": "?id=NL/CPO",
    "map": "?west=-180&south=-90&east=180&north=90",
}


def rows() -> dict[str, Any]:
    """By the name that the URLs of a table begin with: its page."""
    return {
        f"{model._meta.app_label}_{model._meta.model_name}": page
        for model, page in admin.site._registry.items()
    }


def of_console(pattern: Any) -> str:
    """The address of a page of the console's own."""
    copy = apps.get_model("tariffs", "Tariff")._default_manager.latest("pk").pk
    key = Row.objects.get(name="NL/CPO").pk
    values = {
        "platform_id": key, "country": "NL", "party": "CPO", "module": "tariffs",
        "sequence": copy, "version": "2.1.1",
    }  # fmt: skip
    wanted = {each: values[each] for each in re.findall(r"<\w+:(\w+)>", str(pattern.pattern))}
    return reverse(f"console:{pattern.name}", kwargs=wanted) + WITH.get(str(pattern.name), "")


def of_table(name: str, kind: str, page: Any) -> Iterator[str]:
    """The addresses of that kind of page of a table: of all acts where it is what asks before."""
    row = page.model._default_manager.first()
    if kind == "act":
        yield from (page.act_url(act, [row.pk if row is not None else 1]) for act in page.acts)
    elif kind in ("changelist", "add", "test"):
        yield reverse(f"admin:{name}")
    elif row is not None:
        yield reverse(f"admin:{name}", args=[row.pk])


def every() -> Iterator[str]:
    """Every URL of the operator's pages, with something at it, and the public ones."""
    yield from ("/api/", "/schema/", "/admin/nothing/")
    for pattern in console_urls:
        yield of_console(pattern)
    pages = rows()
    for name in names(admin.site.get_urls()[:-1]):
        table, _, kind = name.rpartition("_")
        if name in NO_PAGE:
            continue
        if name == "auth_user_password_change":
            table, kind = "auth_user", "password"
        if table in pages:
            yield from of_table(name, kind, pages[table])
        else:
            yield reverse(f"admin:{name}")


def test_nothing_is_wrong_with_what_is_looked_at_most(full: None, watched: Watched) -> None:
    for url in interesting().values():
        watched.open(url)
        watched.check()


def test_nothing_is_wrong_with_any_page(
    hub: Hub, cpo: Platform, msp: Platform, watched: Watched
) -> None:
    """Those that nobody may open, such as a form to add a message to the log, are said to be."""
    fill(hub, cpo, msp)
    opened = 0
    for url in every():
        response = watched.open(url)
        if watched.status in (403, 404):  # Chromium counts that of the page as an error
            assert len(watched.wrong) == 1, url
            watched.wrong.clear()
            assert watched.status == 403 or url == "/admin/nothing/", url
        else:
            assert watched.status == 200, url
            opened += 1
        assert response.title(), url
        watched.check()
    assert opened > 120


# Whether what has the focus looks other than without: Chromium's ring, or a line of our own.
_SEEN = """() => {
    const has = document.activeElement, hit = has.querySelector('.hit');
    const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    if (has === document.body || ring(getComputedStyle(has))) return '';
    if (hit && getComputedStyle(hit).stroke !== 'none') return '';
    return has.outerHTML.slice(0, 100);
}"""


@pytest.mark.parametrize("url", ["/admin/", "/admin/trace/?id=c-command", "/admin/pushes/"])
def test_where_the_keyboard_is_can_be_seen(url: str, full: None, watched: Watched) -> None:
    page, unseen = watched.open(url), []
    for _ in range(70):
        page.keyboard.press("Tab")
        unseen.append(page.evaluate(_SEEN))
    assert not [each for each in unseen if each]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_the_screen_in_light_and_dark(
    size: str, scheme: str, full: None, watched: Watched, pictures: Path
) -> None:
    width, height = SIZES[size]
    watched.page.set_viewport_size({"width": width, "height": height})
    watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    for name, url in interesting().items():
        watched.open(url)
        watched.page.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
        watched.check()
        if not name.startswith(
            ("log", "deliveries")
        ):  # Django's own lists scroll in their box from 1024 pixels on
            assert watched.overflow() <= 0, url


def test_the_policy_is_enforced_here(watched: Watched) -> None:
    """What the other tests look for would be seen."""
    watched.open("/admin/")
    watched.page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'),"
        " {src: 'http://127.0.0.9/x.png', alt: ''}),"
        " Object.assign(document.createElement('button'), {}))"
    )
    watched.page.wait_for_function("window.violations.length > 0")
    assert watched.nameless() == ["button"]
    assert watched.wrong
