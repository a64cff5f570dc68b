"""Who may see and do what: each page and act, for each of the hub's groups and for nobody's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from apps.console.acts import ActsAdmin
from apps.operators.api_tokens import OVERSIGHT
from apps.parties.models import Platform as Row
from apps.traffic.models import Leg
from tests.console.saying import act, words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

OWN_PAGES = (
    "/admin/network/",
    "/admin/trace/",
    "/admin/trace/?id=NL/CPO&format=json",
    "/admin/dry-run/",
    "/admin/agreements/matrix/",
    "/admin/agreements/pair/?one=NL/CPO&other=DE/MSP",
    "/admin/commands/",
    "/admin/onboarding/1/",
)
OPERATORS_ONLY = ("add", "change", "delete")


@pytest.fixture
def as_group(hub: Hub) -> Iterator[Any]:
    """Makes a browser in which a member of a group is logged in; of none with an empty name."""

    def browser(name: str) -> Client:
        user = User.objects.create(username=name or "nobody", is_staff=True)
        if name:
            user.groups.add(Group.objects.get(name=name))
        client = Client()
        client.force_login(user)
        return client

    yield browser
    User.objects.filter(username__in=("operator", "viewer", "auditor", "nobody")).delete()


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Something in the tables that acts are done to."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("NL", "HUB"))
    cpo.request("GET", "tokens", SENDER, to=("DE", "MSP"))
    hub.deliver()
    hub.flush()


def hub_models() -> list[Any]:
    """The models of the hub's own that have pages; those of the audit are for auditors."""
    return [
        model
        for model in admin.site._registry
        if model.__module__.startswith("apps.") and model._meta.app_label not in OVERSIGHT
    ]


def codenames(name: str) -> set[str]:
    rows = Group.objects.get(name=name).permissions.all()
    return {f"{row.content_type.app_label}.{row.codename}" for row in rows}


def test_the_groups_have_what_their_names_say(hub: Hub) -> None:
    viewer, auditor, operator = map(codenames, ("viewer", "auditor", "operator"))
    assert viewer < operator
    assert {name.split(".")[1].split("_")[0] for name in viewer | auditor} == {"view"}
    more = {"admin.view_logentry", "auth.view_group", "auth.view_permission", "auth.view_user"}
    assert more <= auditor - viewer
    assert {name.split(".")[0] for name in auditor - viewer} <= set(OVERSIGHT)
    assert not {name.split(".")[0] for name in operator | viewer} & set(OVERSIGHT)
    for model in hub_models():
        label, name = model._meta.app_label, model._meta.model_name
        assert f"{label}.view_{name}" in viewer
        assert {f"{label}.{verb}_{name}" for verb in OPERATORS_ONLY} <= operator


def test_a_migration_makes_the_groups_what_they_are(hub: Hub) -> None:
    before = codenames("viewer")
    group = Group.objects.get(name="viewer")
    group.permissions.set(Permission.objects.filter(codename="delete_platform"))
    Group.objects.get(name="auditor").delete()
    call_command("migrate", verbosity=0, interactive=False)
    assert codenames("viewer") == before
    assert Group.objects.filter(name="auditor").exists()


@pytest.mark.parametrize("name", ["operator", "viewer", "auditor"])
def test_members_see_every_page(name: str, full: None, as_group: Any) -> None:
    browser = as_group(name)
    for url in (*OWN_PAGES, "/admin/"):
        assert browser.get(url).status_code == 200, url
    leg = Leg.objects.latest("pk")
    assert browser.get("/admin/dry-run/", {"message": leg.pk}).status_code == 200
    for model in hub_models():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert browser.get(reverse(f"{base}_changelist")).status_code == 200, base
        row = model._default_manager.first()
        if row is not None:
            assert browser.get(reverse(f"{base}_change", args=[row.pk])).status_code == 200, base
    assert "Trace" in words(browser.get("/admin/"))
    assert "Dry run" in words(browser.get("/admin/"))


def test_who_belongs_to_no_group_sees_nothing(full: None, as_group: Any) -> None:
    browser = as_group("")
    leg = Leg.objects.latest("pk")
    for url in (*OWN_PAGES, f"/admin/dry-run/?message={leg.pk}"):
        assert browser.get(url).status_code == 403, url
    assert browser.post("/admin/dry-run/", {"path": "/ocpi/versions"}).status_code == 403
    for model in hub_models():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert browser.get(reverse(f"{base}_changelist")).status_code == 403, base
        row = model._default_manager.first()
        if row is not None:
            assert browser.get(reverse(f"{base}_change", args=[row.pk])).status_code == 403, base
    assert "Trace" not in words(browser.get("/admin/"))
    assert Client().get("/admin/trace/").status_code == 302


@pytest.mark.parametrize("name", ["viewer", "auditor", ""])
def test_only_operators_act(name: str, full: None, as_group: Any, hub: Hub, msp: Platform) -> None:
    browser = as_group(name)
    msp.clear()
    acts = 0
    for model, page in admin.site._registry.items():
        row = model._default_manager.first()
        key = row.pk if row is not None else 1
        urls = [page.act_url(a, [key]) for a in page.acts] if isinstance(page, ActsAdmin) else []
        for url in urls:
            assert browser.get(url).status_code == 403, url
            assert browser.post(url, {"reason": "x"}).status_code == 403, url
            acts += 1
        if row is None or not model.__module__.startswith("apps."):
            continue
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for view in ("change", "delete"):
            url = reverse(f"{base}_{view}", args=[row.pk])
            assert browser.post(url, {"post": "yes"}).status_code == 403, url
        assert browser.get(reverse(f"{base}_add")).status_code == 403, base
    assert acts > 10
    assert not msp.received
    assert set(Row.objects.values_list("status", flat=True)) == {"CONNECTED"}


def test_operators_act(full: None, as_group: Any, hub: Hub, cpo: Platform) -> None:
    browser = as_group("operator")
    assert act(browser, "suspend", hub.row(cpo), reason="unpaid").status_code == 200
    assert hub.row(cpo).status == "SUSPENDED"
    leg = Leg.objects.get(module="tokens", direction="out")
    url = f"/admin/traffic/leg/act/again/?id={leg.pk}"
    assert browser.post(url, {"reason": "x"}, follow=True).status_code == 200
    assert Leg.objects.filter(module="tokens", direction="out").count() == 2
    assert browser.get(reverse("admin:auth_user_changelist")).status_code == 403


def test_a_dry_run_of_a_logged_message_needs_the_log(full: None, as_group: Any) -> None:
    browser = as_group("")
    user = User.objects.get(username="nobody")
    needed = ("view_platform", "view_agreement")
    user.user_permissions.set(Permission.objects.filter(codename__in=needed))
    leg = Leg.objects.latest("pk")
    assert browser.get("/admin/dry-run/").status_code == 200
    assert browser.get("/admin/dry-run/", {"message": leg.pk}).status_code == 403
