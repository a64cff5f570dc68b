"""API tokens by script: made within the one that asks, and revoked with those made with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.audit.models import Entry
from apps.operators import api_tokens
from apps.operators.models import ApiToken, Scope
from tests.api.scripts import Script, of_group, token
from tests.hub import Hub


def make(script: Script, status: int = 201, **more: Any) -> Any:
    return script.do("api-tokens", {"name": "made", "scope": "read", **more}, status=status)


def test_a_token_is_made_shown_once_and_told(operator_user: Any, script: Script) -> None:
    made = make(script, reason="for the nightly report", days=7)
    row = ApiToken.objects.get(pk=made["id"])
    assert (made["user"], made["scope"], made["state"]) == ("script", "read", "is in use")
    assert made["made_with"] == ApiToken.objects.earliest("pk").pk
    entry = Entry.objects.latest("id")
    assert (entry.via, entry.act, entry.reason) == (
        "api", "API token made", "for the nightly report",
    )  # fmt: skip
    assert made["token"] not in str(vars(entry))
    assert made["token"] not in str(vars(row))
    assert made["token"] not in script.ask("GET", "api-tokens").content.decode()
    assert Script(made["token"]).get("hub")


# By the scope that asks: the scopes that it may give.
WITHIN = {
    Scope.READ: set(),
    Scope.ACT: {Scope.READ, Scope.ACT},
    Scope.AUDIT: set(),
    Scope.ADMINISTER: set(Scope),
}


@pytest.mark.parametrize("asking", list(Scope))
def test_no_token_makes_a_wider_one(operator_user: Any, asking: Scope) -> None:
    script = Script(token(operator_user, asking))
    for wanted in Scope:
        may = wanted in WITHIN[asking]
        make(script, 201 if may else 403, scope=wanted.value)
    assert ApiToken.objects.filter(name="made").count() == len(WITHIN[asking])


def test_read_is_what_one_gets_without_asking(script: Script) -> None:
    assert script.do("api-tokens", {"name": "made"}, status=201)["scope"] == "read"


def test_none_outlives_the_one_that_made_it(operator_user: Any) -> None:
    ends = timezone.now() + timedelta(hours=1)
    row, secret = api_tokens.make(operator_user, "short", Scope.ACT, ends)
    made = [make(Script(secret), days=days) for days in (None, 30)]
    assert set(ApiToken.objects.filter(name="made").values_list("expires_at", flat=True)) == {ends}
    children = [Script(each["token"]) for each in made]
    assert [each.ask("GET", "hub").status_code for each in children] == [200, 200]
    assert api_tokens.revoke(row, timezone.now())
    assert [each.ask("GET", "hub").status_code for each in children] == [401, 401]


def test_one_that_was_made_makes_none(script: Script) -> None:
    child = Script(make(script, scope="act")["token"])
    assert child.get("hub")
    make(child, 403)


def test_a_session_makes_none(operator_user: Any, script: Script) -> None:
    browser = Client()
    browser.force_login(operator_user)
    assert Script(client=browser).ask("POST", "api-tokens", {"name": "made"}).status_code == 401


def test_a_token_is_revoked(script: Script) -> None:
    made = make(script)
    script.do(f"api-tokens/{made['id']}/revoke", {"reason": "leaked"})
    assert Script(made["token"]).ask("GET", "hub").status_code == 401
    assert Entry.objects.latest("id").act == "API token revoked"
    script.refused(409, "POST", f"api-tokens/{made['id']}/revoke", {})


def test_those_of_others_are_theirs(hub: Hub, script: Script) -> None:
    with of_group(name="root") as root:
        User.objects.filter(pk=root.pk).update(is_superuser=True)
        theirs, _ = api_tokens.make(root, "of root", Scope.READ, None)
        script.refused(404, "POST", f"api-tokens/{theirs.pk}/revoke", {})
        assert {each["user"] for each in script.all("api-tokens")} == {"script"}
        narrow = Script(token(root, Scope.ACT))
        assert {each["user"] for each in narrow.all("api-tokens")} == {"root"}
        wide = Script(token(root, Scope.ADMINISTER))
        assert {each["user"] for each in wide.all("api-tokens")} == {"root", "script"}
        mine = wide.get("api-tokens", user="script")["items"][0]
        narrow.refused(404, "POST", f"api-tokens/{mine['id']}/revoke", {})
        wide.do(f"api-tokens/{mine['id']}/revoke", {})
        assert script.ask("GET", "hub").status_code == 401


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"scope": "everything"}, "scope"),
        ({"days": 0}, "days"),
        ({"user": "root"}, "user"),
    ],
)
def test_what_makes_no_token(script: Script, wrong: dict[str, Any], field: str) -> None:
    problem = script.refused(400, "POST", "api-tokens", {"name": "made", **wrong})
    assert [each["field"] for each in problem["errors"]] == [field]
    assert not ApiToken.objects.filter(name="made").exists()
