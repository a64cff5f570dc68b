"""Acts on pages and by commands are written down: who, what, why, before and after, no secret."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import get_commands
from django.test import Client

from apps.audit.models import Entry
from apps.console.audited_commands import COMMANDS, LOOKING
from apps.outbox.models import Delivery
from tests.console.saying import act, command, words
from tests.gateway.objects import token
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")


def last() -> Entry:
    return Entry.objects.latest("id")


def test_an_act_on_a_page_is_told_with_its_reason(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    act(operator, "suspend", hub.row(cpo), reason="asked to by phone")
    entry = last()
    assert (entry.actor, entry.via, entry.act, entry.kind, entry.subject, entry.reason) == (
        "superuser", "page", "Suspend", "platform", cpo.name, "asked to by phone",
    )  # fmt: skip
    assert (entry.before["status"], entry.after["status"]) == ("CONNECTED", "SUSPENDED")
    assert "name" not in entry.before  # it did not change


def test_a_form_that_is_saved_is_told(hub: Hub, operator: Client) -> None:
    form = {"one": "NL/CPO", "other": "DE/MSP", "state": "active"}
    operator.post("/admin/parties/agreement/add/", form)
    entry = last()
    assert (entry.act, entry.kind, entry.subject) == ("Add", "agreement", "NL/CPO and DE/MSP")
    assert (entry.before, entry.after["one"]) == ({}, "NL/CPO")


def test_a_switch_of_a_platform_is_told(hub: Hub, cpo: Platform, operator: Client) -> None:
    page = f"/admin/parties/platform/{hub.row(cpo).pk}/change/"
    form = operator.get(page).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    operator.post(page, {**data, "max_per_second": 7, **_no_endpoints(operator, page)})
    entry = last()
    assert (entry.act, entry.subject) == ("Change", cpo.name)
    assert (entry.before, entry.after) == ({"max_per_second": None}, {"max_per_second": 7})


def _no_endpoints(operator: Client, page: str) -> dict[str, Any]:
    """The management forms of the page's tables, filled in as they are."""
    data: dict[str, Any] = {}
    for each in operator.get(page).context["inline_admin_formsets"]:
        for form in [each.formset.management_form, *each.formset.initial_forms]:
            for field in form:
                value = field.value()
                data[field.html_name] = "" if value is None else value
    return data


def test_commands_that_change_something_are_told(hub: Hub, cpo: Platform) -> None:
    name = cpo.name
    command("suspend", name, "--reason", "maintenance")
    entry = last()
    assert (entry.via, entry.act, entry.subject, entry.reason) == (
        "command", "Suspend", name, "maintenance",
    )  # fmt: skip
    assert entry.actor.endswith("(command line)")
    assert (entry.before["status"], entry.after["status"]) == ("CONNECTED", "SUSPENDED")
    count = Entry.objects.count()
    command("platform", name)
    command("deliveries")
    command("erase", "U1")
    assert Entry.objects.count() == count  # these only looked


def test_an_invitation_is_told_without_its_token(hub: Hub) -> None:
    invitation = command("invite", "Newcomer")
    entry = last()
    assert (entry.act, entry.subject, entry.before) == ("Invite", "Newcomer", {})
    assert entry.after["name"] == "Newcomer"
    told = json.dumps(entry.after)
    assert invitation["token_a"] not in told
    assert invitation["token_a_base64"] not in told


def test_who_is_erased_is_not_told(hub: Hub, msp: Platform) -> None:
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/SECRETUID", json=token("SECRETUID"), to=HUB)
    command("erase", "SECRETUID", "--remove")
    entry = last()
    assert (entry.act, entry.kind, entry.after["traces"]["tokens"]) == ("Remove", "token", 1)
    assert "SECRETUID" not in json.dumps([entry.subject, entry.before, entry.after])


def test_a_delivery_is_told_without_the_driver(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    """Entries stay for ever, and the database refuses to change them."""
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/SECRETUID", json=token("SECRETUID"), to=HUB)
    row = Delivery.objects.get(object__contains="SECRETUID")
    operator.post(f"/admin/outbox/delivery/act/give-up/?id={row.pk}")
    entry = last()
    assert (entry.act, entry.subject) == ("Give up", f"number {row.pk}")
    assert entry.after["state"] == "dropped"
    told = json.dumps([entry.subject, entry.before, entry.after])
    assert "SECRETUID" not in told
    assert not LogEntry.objects.filter(object_repr__contains="SECRETUID").exists()


def test_who_signs_in_is_told(hub: Hub) -> None:
    user = get_user_model().objects.create_superuser("night", password="long enough, 3 a.m.")
    browser = Client()
    browser.post("/admin/login/", {"username": "night", "password": "wrong"})
    assert (last().act, last().actor) == ("Sign in refused", "night")
    browser.post("/admin/login/", {"username": "night", "password": "long enough, 3 a.m."})
    browser.post("/admin/logout/")
    acts = list(Entry.objects.order_by("-id").values_list("act", flat=True)[:2])
    user.delete()
    assert acts == ["Sign out", "Sign in"]


def test_every_command_is_told_or_only_looks() -> None:
    own = {name for name, app in get_commands().items() if str(app).startswith("apps.")}
    assert own == set(COMMANDS) | LOOKING
    assert not set(COMMANDS) & LOOKING


def test_the_record_is_listed_verified_and_written(
    hub: Hub, cpo: Platform, operator: Client, tmp_path: Path
) -> None:
    command("suspend", cpo.name, "--reason", "<b>why</b>")
    command("resume", cpo.name)
    assert [each["act"] for each in command("audit")["entries"]][:2] == ["Resume", "Suspend"]
    found = command("audit", "--verify", "--expect", last().seal)
    assert (found["broken_at"], found["expected"], found["last_seal"]) == (None, True, last().seal)
    file = tmp_path / "audit.jsonl"
    command("audit", "--output", str(file))
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert (len(lines), lines[-1]["seal"]) == (found["entries"], last().seal)
    listed = operator.get("/admin/audit/entry/", {"act": "Suspend", "subject": cpo.name})
    assert "<b>why</b>" not in listed.text
    assert "&lt;b&gt;why" in listed.text
    page = words(operator.get(f"/admin/audit/entry/{last().pk}/change/"))
    assert "SUSPENDED" in page
    assert last().seal in page


def test_a_broken_seal_and_a_missing_one_are_bad_news(hub: Hub, manage: Any) -> None:
    assert manage("audit", "--verify", "--expect", "f" * 64, "--json").status == 1
    said = manage("audit", "--expect", "f" * 64)
    assert (said.status, "--verify" in said.err) == (1, True)


@pytest.mark.parametrize("page", ["add/", "1/delete/", "1/change/"])
def test_nobody_changes_it_on_a_page(hub: Hub, operator: Client, page: str) -> None:
    command("invite", "Newcomer")
    url = f"/admin/audit/entry/{page}".replace("1/", f"{last().pk}/")
    assert operator.post(url, {"reason": "never"}).status_code == 403
