"""Every page has a JSON twin: a walk through all URLs of the operator's pages."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from apps.console import kept_rows
from apps.console.urls import urlpatterns
from apps.parties.models import Platform as Row
from apps.traffic.models import Leg
from tests.api.filled import fill
from tests.hub import Hub
from tests.platforms import Platform

# Pages that have none, and why.
DJANGO = "Django's own: no data of the hub"
FORM = "a form, or what asks before something is done"
WITHOUT = {
    "login": FORM, "logout": FORM, "password_change": FORM, "password_change_done": FORM,
    "jsi18n": DJANGO, "autocomplete": DJANGO, "view_on_site": DJANGO, "app_list": DJANGO,
    "index": "the dashboard, which is a page of the console",
    "alerts_alert_test": FORM,
    "auth_user_password_change": FORM,
    "register": FORM,
    "second_factor": "a form; it shows secrets, and nothing else",
    "store_finding_object": "leads to another page",
}  # fmt: skip
SUFFIXES = {"add": FORM, "delete": FORM, "act": FORM, "history": DJANGO}
# Queries without which a page shows its box only.
WITH = {
    "trace": {"id": "NL/CPO"},
    "agreement_pair": {"one": "NL/CPO", "other": "DE/MSP"},
    "dry_run": {
        "method": "GET",
        "path": "/ocpi/2.2.1/sender/tariffs",
        "headers": "OCPI-from-country-code: DE\nOCPI-from-party-id: MSP",
    },
}


@pytest.fixture
def filled(hub: Hub, cpo: Platform, msp: Platform) -> None:
    fill(hub, cpo, msp)


def names(patterns: Any) -> Iterator[str]:
    """The names of all URLs below; those without a name lead elsewhere."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from names(each.url_patterns)
        elif isinstance(each, URLPattern) and each.name:
            yield each.name


def rows() -> dict[str, Any]:
    """The name that the URLs of a table begin with, and its model."""
    return {f"{m._meta.app_label}_{m._meta.model_name}": m for m in admin.site._registry}


def test_every_page_of_the_console_has_one(filled: None, operator: Client) -> None:
    for pattern in urlpatterns:
        name = str(pattern.name)
        if name in WITHOUT:
            continue
        key = Row.objects.get(name="NL/CPO").pk
        copy = apps.get_model("tariffs", "Tariff")._default_manager.latest("pk").pk
        kept = {"module": "tariffs", "sequence": copy, "version": "2.1.1"}
        values = {"platform_id": key, "country": "NL", "party": "CPO", **kept}
        wanted = {each: values[each] for each in re.findall(r"<\w+:(\w+)>", str(pattern.pattern))}
        url = reverse(f"console:{name}", kwargs=wanted)
        answer = operator.get(url, {"format": "json", **WITH.get(name, {})})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json"), name
        assert answer.json(), name


def test_every_list_and_every_row_has_one(filled: None, operator: Client) -> None:
    pages = rows()
    for name in names(admin.site.get_urls()[:-1]):
        table, _, kind = name.rpartition("_")
        if name in WITHOUT or kind in SUFFIXES:
            continue
        assert kind in ("changelist", "change"), f"a page without a twin: {name}"
        if kind == "change":
            continue
        url = reverse(f"admin:{name}")
        answer = operator.get(url, {"format": "json"})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json"), name
        listed = answer.json()
        assert set(listed) >= {"now", "items", "next", "previous"}, name
        row = pages[table]._default_manager.first()
        if row is None:
            assert listed["items"] == [], name
            continue
        assert listed["items"], name
        one = operator.get(reverse(f"admin:{table}_change", args=[row.pk]), {"format": "json"})
        assert (one.status_code, one["Content-Type"]) == (200, "application/json"), name
        assert one.json(), name
    empty = {model for model in pages.values() if not model._default_manager.exists()}
    # Of some modules nobody has sent anything; their lists are looked at all the same.
    assert empty <= set(kept_rows.models())


def test_a_list_is_narrowed_and_gone_on_with_as_its_page(
    filled: None, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = reverse("admin:traffic_leg_changelist")
    monkeypatch.setattr(type(admin.site._registry[Leg]), "list_per_page", 5)
    found, query = [], "?format=json&module=tariffs"
    while query:
        page = operator.get(log + query).json()
        found += [row["id"] for row in page["items"]]
        query = page["next"] or ""
    wanted = Leg.objects.filter(module="tariffs").order_by("-at", "-pk")
    assert found == list(wanted.values_list("pk", flat=True))
    assert len(found) > 5
    assert operator.get(log, {"format": "json", "party": "nonsense"}).json()["items"] == []
    agreements = reverse("admin:parties_agreement_changelist")
    assert operator.get(agreements, {"format": "json", "unknown": "x"}).status_code == 404
    assert operator.get(log, {"format": "json", "unknown": "x"}).status_code == 400


def test_who_may_not_see_a_page_has_no_twin_of_it(filled: None, hub: Hub) -> None:
    user = User.objects.create(username="nothing", is_staff=True)
    browser = Client()
    browser.force_login(user)
    leg = Leg.objects.latest("pk").pk
    for path in ("traffic/leg/", f"traffic/leg/{leg}/change/", "parties/agreement/"):
        assert browser.get(f"/admin/{path}?format=json").status_code == 403, path
    user.delete()
