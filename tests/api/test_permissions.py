"""Who may call what: every operation, for every kind of caller."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from apps.api.operation import Operation
from apps.api.table import operations
from apps.audit.models import Entry
from apps.operators import api_tokens
from apps.operators.models import ApiToken, Scope
from tests.api.scripts import Script, of_group, token, user
from tests.hub import Hub

MINUTE = timedelta(minutes=1)
# Nothing has this number, so that no caller can do any harm.
NOBODY = "987654321"
PATHS = (
    ("<int:id>", NOBODY),
    ("<str:country>", "NL"),
    ("<str:party>", "CPO"),
    ("<path:identifier>", "X"),
)


def url(operation: Operation) -> str:
    path = operation.path
    for parameter, value in PATHS:
        path = path.replace(parameter, value)
    return path


def statuses(script: Script) -> dict[str, int]:
    """What each operation answers to a caller who says nothing sensible."""
    return {
        each.name: script.ask(
            each.method, url(each), None if each.method == "GET" else {}
        ).status_code
        for each in operations()
    }


@pytest.fixture
def superuser(hub: Hub) -> Iterator[Any]:
    """Somebody whose user may do everything, so that only the token limits it."""
    with of_group() as made:
        made.is_superuser = True
        made.save()
        yield made


def test_strangers_are_asked_for_a_token(hub: Hub) -> None:
    for caller in (Script(), Script("hub-api-nonsense"), Script("x" * 5000)):
        assert set(statuses(caller).values()) == {401}
    response = Script().ask("GET", "platforms")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_tokens_that_have_ended_are_none(superuser: Any) -> None:
    expired = token(superuser, Scope.ACT, timezone.now() - MINUTE)
    revoked = token(superuser, Scope.ACT)
    assert Script(revoked).ask("GET", "hub").status_code == 200
    assert api_tokens.revoke(ApiToken.objects.latest("pk"), timezone.now())
    for ended in (expired, revoked):
        assert set(statuses(Script(ended)).values()) == {401}


@pytest.mark.parametrize("switched_off", ["is_active", "is_staff"])
def test_who_may_not_log_in_has_no_api(superuser: Any, switched_off: str) -> None:
    script = Script(token(superuser, Scope.ACT))
    assert script.ask("GET", "hub").status_code == 200
    setattr(superuser, switched_off, False)
    superuser.save()
    assert set(statuses(script).values()) == {401}


OVERSIGHT = ("audit", "users", "groups")
GRAVE = ("erasures", "objects/lines")


def expected(scope: Scope, operation: Operation) -> bool:
    """Read from what docs/api.md says of scopes."""
    own = not operation.needs and operation.method == "GET"
    looks = own or (bool(operation.needs) and all(".view_" in need for need in operation.needs))
    if scope is Scope.ADMINISTER:
        return True
    if scope is Scope.AUDIT:
        return looks
    if operation.path.startswith(OVERSIGHT) or operation.path in GRAVE:
        return False
    return looks or scope is Scope.ACT


@pytest.mark.parametrize("scope", list(Scope))
def test_a_scope_lets_through_what_it_says(superuser: Any, scope: Scope) -> None:
    found = statuses(Script(token(superuser, scope)))
    assert {name for name, status in found.items() if status != 403} == {
        each.name for each in operations() if expected(scope, each)
    }
    assert set(found.values()) <= {200, 400, 403, 404, 415}


def test_the_user_lacks_what_the_token_would_allow(hub: Hub) -> None:
    with of_group() as nobody:
        for scope in Scope:
            found = statuses(Script(token(nobody, scope)))
            assert {found[each.name] for each in operations() if each.needs} == {403}
            assert found["api_tokens_list"] == 200  # one's own need no permission


@pytest.mark.parametrize("group", ["viewer", "auditor", "operator"])
def test_a_member_of_a_group_may_no_more_than_on_the_pages(hub: Hub, group: str) -> None:
    with of_group(group) as member:
        for scope in Scope:
            for name, status in statuses(Script(token(member, scope))).items():
                operation = next(each for each in operations() if each.name == name)
                may = expected(scope, operation) and member.has_perms(operation.needs)
                assert (status != 403) == may, (group, scope, name, status)
        looks = Script(token(member, Scope.ACT)).ask("POST", f"platforms/{NOBODY}/suspend", {})
        assert looks.status_code == (404 if group == "operator" else 403)


def test_a_session_reads_and_does_nothing(hub: Hub) -> None:
    with of_group("operator") as member:
        browser = Client()
        browser.force_login(member)
        found = statuses(Script(client=browser))
        sees = {each.name: member.has_perms(each.needs) for each in operations()}
    for each in operations():
        if each.method != "GET":
            assert found[each.name] == 401, each.name
        else:
            assert found[each.name] in (200, 400, 403, 404), each.name
            assert (found[each.name] != 403) == sees[each.name]
    assert not Entry.objects.filter(via=Entry.Via.API).exists()


def test_what_is_missing_is_named(hub: Hub) -> None:
    with of_group("auditor") as auditor:
        reading = Script(token(auditor, Scope.READ))
        acting = Script(token(auditor, Scope.ACT))
        told = acting.refused(403, "POST", f"platforms/{NOBODY}/suspend", {})
        assert told["detail"] == "Your user lacks the permission parties.change_platform."
        told = reading.refused(403, "GET", "audit")
        assert told["detail"] == "The token's scope is read, which leaves out audit.view_entry."


def test_a_token_is_kept_as_a_fingerprint_and_its_use_noted(superuser: Any) -> None:
    secret = token(superuser, Scope.READ)
    row = ApiToken.objects.get()
    assert secret.startswith("hub-api-")
    assert secret not in str(vars(row))
    assert row.last_used_at is None
    Script(secret).get("hub")
    first = ApiToken.objects.get().last_used_at
    assert first is not None
    Script(secret).get("hub")
    assert ApiToken.objects.get().last_used_at == first  # written once a minute


def test_tokens_of_others_are_theirs(superuser: Any) -> None:
    other = user("viewer", name="other")
    try:
        mine, theirs = token(superuser, Scope.READ), token(other, Scope.READ)
        assert Script(mine).ask("GET", "hub").status_code == 200
        get_user_model().objects.filter(pk=other.pk).update(is_active=False)
        assert Script(theirs).ask("GET", "hub").status_code == 401
        assert Script(mine).ask("GET", "hub").status_code == 200
    finally:
        other.delete()
