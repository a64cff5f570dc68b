"""Every page in a browser: nothing blocked, nothing foreign, every control with a name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from apps.parties.models import Agreement
from apps.traffic.models import Leg
from tests.browser.watched import Watched
from tests.console.saying import soon
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


def every() -> Iterator[str]:
    """Every list of the admin, a row of each, and a form to add one where there is one."""
    yield from ("/admin/password_change/", "/admin/nothing/")
    for model, page in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        row = model._default_manager.first()
        if row is not None:
            yield reverse(f"{base}_change", args=[row.pk])
        for act in getattr(page, "acts", ())[:1]:
            yield page.act_url(act, [1])  # type: ignore[attr-defined]  # it has acts


def test_nothing_is_wrong_with_any_page(full: None, watched: Watched) -> None:
    for url in (*interesting().values(), *every()):
        watched.open(url)
        if url == "/admin/nothing/":  # Chromium counts a 404 of the page itself as an error
            assert len(watched.wrong) == 1
            watched.wrong.clear()
        watched.check()


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
