"""API tokens by page and by command: made, shown once, seen, revoked; told to the audit."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError
from django.test import Client

from apps.audit.models import Entry
from apps.operators.models import ApiToken
from tests.api.scripts import Script, of_group
from tests.console.saying import command, text_of, words
from tests.console.test_policy import INLINE
from tests.hub import Hub

PAGE = "/admin/api-tokens/"


@pytest.fixture
def viewing(hub: Hub) -> Iterator[Any]:
    with of_group("viewer", name="viewing") as made:
        yield made


@pytest.fixture
def browser(viewing: Any) -> Client:
    made = Client()
    made.force_login(viewing)
    return made


def told() -> tuple[str, str, str]:
    entry = Entry.objects.latest("id")
    return entry.actor, entry.act, entry.subject


def test_a_user_makes_a_token_and_sees_it_once(browser: Client) -> None:
    shown = browser.post(PAGE, {"name": "nightly", "scope": "read", "days": "30"})
    text = shown.content.decode()
    found = re.search(r"hub-api-[\w-]{43}", text)
    assert found is not None
    assert not [pattern for pattern in INLINE if pattern.search(text)]
    assert "no-store" in shown.headers["Cache-Control"]
    token = found[0]
    assert Script(token).get("hub")
    assert token not in browser.get(PAGE).content.decode()
    assert "nightly" in words(browser.get(PAGE))
    row = ApiToken.objects.get()
    assert row.expires_at is not None
    assert (row.expires_at - row.created_at).days in (29, 30)
    assert told() == ("viewing", "API token made", "nightly of viewing")
    assert token not in str(list(Entry.objects.values()))
    browser.post(PAGE, {"revoke": str(row.pk)})
    assert Script(token).ask("GET", "hub").status_code == 401
    assert told() == ("viewing", "API token revoked", "nightly of viewing")
    assert "is revoked" in words(browser.get(PAGE))


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"scope": "everything"}, {"days": "0"}, {"days": "4000"}]
)
def test_what_makes_no_token(browser: Client, wrong: dict[str, str]) -> None:
    browser.post(PAGE, {"name": "nightly", "scope": "read", "days": "30", **wrong})
    assert not ApiToken.objects.exists()


def test_tokens_of_others_are_seen_and_revoked_by_who_may_change_users(
    viewing: Any, browser: Client, operator: Client
) -> None:
    operator.post(PAGE, {"name": "of the superuser", "scope": "act"})
    browser.post(PAGE, {"name": "of the viewer", "scope": "read"})
    mine, theirs = ApiToken.objects.order_by("-pk")
    assert "of the superuser" not in words(browser.get(PAGE))
    browser.post(PAGE, {"revoke": str(theirs.pk)})
    assert ApiToken.objects.get(pk=theirs.pk).revoked_at is None
    assert "of the viewer" in words(operator.get(PAGE))
    operator.post(PAGE, {"revoke": str(mine.pk)})
    assert ApiToken.objects.get(pk=mine.pk).revoked_at is not None


def test_a_token_is_made_listed_and_revoked_by_command(viewing: Any) -> None:
    made = command("api_token", "viewing", "--name", "cron", "--scope", "act", "--expires", "7")
    assert Script(made["token"]).get("hub")
    entry = Entry.objects.latest("id")
    assert (entry.via, entry.act, entry.subject) == ("command", "Make", "cron of viewing")
    assert entry.after["scope"] == "act"
    assert made["token"] not in str(vars(entry))
    listed = command("api_token", "viewing")
    assert "token" not in listed
    assert [(each["name"], each["state"]) for each in listed["tokens"]] == [("cron", "is in use")]
    key = str(listed["tokens"][0]["id"])
    assert command("api_token", "viewing", "--revoke", key)["tokens"][0]["state"] == "is revoked"
    assert Entry.objects.latest("id").act == "Revoke"
    assert Script(made["token"]).ask("GET", "hub").status_code == 401
    assert "hub-api-" in text_of("api_token", "viewing", "--name", "shown")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (["nobody"], "no user is named 'nobody'"),
        (["viewing", "--revoke", "999"], "viewing has no token 999"),
        (["viewing", "--name", "x", "--expires", "0"], "good for 1 to 3650 days"),
    ],
)
def test_a_mistake_is_one_line(viewing: Any, said: list[str], why: str) -> None:
    with pytest.raises(CommandError, match=why):
        command("api_token", *said)
    assert not ApiToken.objects.exists()
