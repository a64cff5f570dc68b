"""Users and groups by script: made, changed, switched off; nobody gives rights that he lacks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from apps.audit.models import Entry
from apps.operators import second_factor
from apps.operators.models import Attempts, Authenticator, OneTimePassword, Scope
from tests.api.scripts import Script, of_group, token
from tests.console.logging_in import Person
from tests.hub import Hub

WHY = {"reason": "asked to by phone"}
MAY_ADMINISTER = ("add_user", "change_user", "delete_user", "view_user", "view_group")


@pytest.fixture
def chief(hub: Hub) -> Iterator[Any]:
    """An operator who may administer users, and is no superuser."""
    with of_group("operator", name="chief") as made:
        rows = Permission.objects.filter(
            content_type__app_label="auth", codename__in=MAY_ADMINISTER
        )
        made.user_permissions.set(rows)
        yield made
    User.objects.filter(username__in=("newcomer", "other")).delete()


@pytest.fixture
def administering(chief: Any) -> Script:
    return Script(token(chief, Scope.ADMINISTER))


@pytest.fixture
def other(chief: Any) -> Any:
    """Somebody whom the chief may change."""
    made = User.objects.create(username="other", is_staff=True)
    made.groups.set(Group.objects.filter(name="operator"))
    return made


def last() -> Entry:
    return Entry.objects.latest("id")


def add(script: Script, status: int = 201, **more: Any) -> Any:
    return script.do(
        "users", {"name": "newcomer", "groups": ["viewer"], **WHY, **more}, status=status
    )


def test_a_user_is_added_with_a_password_for_once(administering: Script) -> None:
    made = add(administering)
    secret = made["password"]["password"]
    assert made["user"]["groups"] == ["viewer"]
    assert made["user"]["one_time_password_until"] == made["password"]["ends"]
    entry = last()
    assert (entry.actor, entry.via, entry.act, entry.subject, entry.reason) == (
        "chief (API token administer)", "api", "Add", "newcomer", WHY["reason"],
    )  # fmt: skip
    assert entry.after["groups"] == ["viewer"]
    assert secret not in json.dumps([entry.before, entry.after])
    seen = administering.ask("GET", f"users/{made['user']['id']}").content.decode()
    assert secret not in seen
    assert "pbkdf2" not in seen
    somebody = Person()
    somebody.log_in("newcomer", secret)
    refused = somebody.get("/admin/parties/platform/")
    assert (refused.status_code, refused.url.partition("?")[0]) == (302, "/admin/password_change/")
    asked = somebody.browser.get("/api/platforms")
    assert (asked.status_code, asked.json()["title"]) == (
        403, "The one-time password is to be changed",
    )  # fmt: skip
    same = {"old_password": secret, "new_password1": secret, "new_password2": secret}
    assert "the password that you have now" in change_password(somebody, same)
    own = "a sentence of my own, 3 a.m."
    change_password(somebody, same | {"new_password1": own, "new_password2": own})
    assert somebody.is_in
    assert administering.get(f"users/{made['user']['id']}")["one_time_password_until"] is None


def change_password(somebody: Person, form: dict[str, str]) -> str:
    response = somebody.browser.post("/admin/password_change/", form, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_user_of_the_proxy_has_no_password(administering: Script) -> None:
    made = add(administering, password="none")
    assert made["password"] is None
    assert not User.objects.get(username="newcomer").has_usable_password()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "a b"}, "name"),
        ({"name": "chief"}, "name"),
        ({"groups": ["nobody's"]}, "groups"),
        ({"password": "secret"}, "password"),
        ({"is_superuser": True}, "is_superuser"),
        ({"permissions": ["auth.change_user"]}, "permissions"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_makes_no_user(administering: Script, wrong: dict[str, Any], field: str) -> None:
    before = User.objects.count()
    body = {"name": "newcomer", "groups": [], **WHY, **wrong}
    problem = administering.refused(400, "POST", "users", body)
    assert [each["field"].partition(".")[0] for each in problem["errors"]] == [field]
    assert User.objects.count() == before


def test_groups_are_changed_and_told(administering: Script, other: Any) -> None:
    changed = administering.do(f"users/{other.pk}", {"groups": ["viewer"], **WHY}, "PATCH")
    assert changed["groups"] == ["viewer"]
    entry = last()
    assert (entry.act, entry.before["groups"], entry.after["groups"]) == (
        "Change", ["operator"], ["viewer"],
    )  # fmt: skip
    problem = administering.refused(400, "PATCH", f"users/{other.pk}", {"groups": ["viewer"]})
    assert problem["errors"][0]["field"] == "reason"


def test_who_is_switched_off_is_out_at_once(administering: Script, other: Any) -> None:
    browser, script = Client(), Script(token(other, Scope.READ))
    browser.force_login(other)
    assert browser.get("/admin/").status_code == 200
    assert script.ask("GET", "hub").status_code == 200
    assert administering.get(f"users/{other.pk}")["sessions"] == 1
    administering.refused(400, "POST", f"users/{other.pk}/deactivate", {})
    administering.do(f"users/{other.pk}/deactivate", WHY)
    assert (last().act, last().reason, last().after["is_active"]) == (
        "Deactivate", WHY["reason"], False,
    )  # fmt: skip
    assert browser.get("/admin/").status_code == 302
    assert script.ask("GET", "hub").status_code == 401
    told = administering.get(f"users/{other.pk}")
    assert (told["may_log_in"], told["sessions"], told["api_tokens"]) == (False, 0, 0)
    administering.refused(409, "POST", f"users/{other.pk}/deactivate", WHY)
    administering.do(f"users/{other.pk}/activate", WHY)
    assert script.ask("GET", "hub").status_code == 200


def test_the_ways_back_in(administering: Script, other: Any) -> None:
    browser = Client()
    browser.force_login(other)
    administering.do(f"users/{other.pk}/end-sessions", WHY)
    assert browser.get("/admin/").status_code == 302
    Person().log_in("other", "wrong")
    assert administering.get(f"users/{other.pk}")["mistakes"] == 1
    administering.do(f"users/{other.pk}/unlock", WHY)
    assert not Attempts.objects.filter(who__startswith="user other").exists()
    second_factor.begin(other)
    Authenticator.objects.filter(user=other).update(confirmed=True)
    assert administering.get(f"users/{other.pk}")["second_factor_since"] is not None
    administering.do(f"users/{other.pk}/forget-second-factor", WHY)
    assert administering.get(f"users/{other.pk}")["second_factor_since"] is None
    given = administering.do(f"users/{other.pk}/one-time-password", WHY)["password"]["password"]
    entry = last()
    assert (entry.act, entry.subject) == ("One-time password", "other")
    assert given not in json.dumps([entry.before, entry.after, entry.reason])
    somebody = Person()
    somebody.log_in("other", given)
    assert somebody.get().url.startswith("/admin/password_change/")


def test_a_password_for_once_has_an_end(administering: Script, other: Any) -> None:
    given = administering.do(f"users/{other.pk}/one-time-password", WHY)["password"]["password"]
    OneTimePassword.objects.update(expires_at=other.date_joined)
    somebody = Person()
    assert "has ended" in somebody.log_in("other", given).content.decode()
    assert not somebody.is_in


def test_a_user_is_removed(administering: Script, other: Any) -> None:
    assert administering.ask("DELETE", f"users/{other.pk}").status_code == 400
    assert administering.ask("DELETE", f"users/{other.pk}", reason="left").status_code == 204
    assert not User.objects.filter(pk=other.pk).exists()
    assert (last().act, last().subject, last().reason) == ("Delete", "other", "left")


def test_groups_say_what_they_may(administering: Script) -> None:
    found = {group["name"]: group for group in administering.all("groups")}
    assert set(found) >= {"operator", "viewer", "auditor"}
    assert "parties.change_platform" in found["operator"]["permissions"]
    assert "parties.change_platform" not in found["viewer"]["permissions"]
    assert found["operator"]["members"] == User.objects.filter(groups__name="operator").count()


# What somebody would try who wants to do more than he may.


def attempts(user: Any) -> Iterator[tuple[str, str, Any]]:
    """Everything that can be done to an account."""
    path = f"users/{user.pk}"
    yield "PATCH", path, {"groups": ["operator"], **WHY}
    yield "DELETE", f"{path}?reason=x", None
    for act in (
        "deactivate", "activate", "unlock", "end-sessions", "forget-second-factor",
        "one-time-password",
    ):  # fmt: skip
        yield "POST", f"{path}/{act}", WHY


def nothing_came_of_it(script: Script, user: Any) -> None:
    before = User.objects.values().get(pk=user.pk), list(user.groups.values_list("name"))
    count = Entry.objects.count()
    for method, path, body in attempts(user):
        script.refused(403, method, path, body)
    user.refresh_from_db()
    assert before == (
        User.objects.values().get(pk=user.pk), list(user.groups.values_list("name")),
    )  # fmt: skip
    assert Entry.objects.count() == count


def test_nobody_changes_his_own_account(administering: Script, chief: Any) -> None:
    nothing_came_of_it(administering, chief)


def test_a_superuser_is_beyond_every_script(administering: Script) -> None:
    with of_group(name="root") as root, of_group(name="second") as second:
        User.objects.filter(pk__in=(root.pk, second.pk)).update(is_superuser=True)
        nothing_came_of_it(administering, root)
        nothing_came_of_it(Script(token(second, Scope.ADMINISTER)), root)
        field = administering.refused(
            400, "PATCH", f"users/{root.pk}", {"is_superuser": False, **WHY}
        )
        assert field["errors"][0]["field"] == "is_superuser"


@pytest.mark.parametrize("active", [True, False])
def test_who_may_more_is_beyond_reach(administering: Script, other: Any, active: bool) -> None:
    """Also one that is switched off: to switch it on again would give what the caller lacks."""
    other.groups.set(Group.objects.filter(name="auditor"))
    User.objects.filter(pk=other.pk).update(is_active=active)
    nothing_came_of_it(administering, other)


def test_nobody_gives_what_he_lacks(administering: Script, other: Any, chief: Any) -> None:
    administering.refused(
        403, "PATCH", f"users/{other.pk}", {"groups": ["operator", "auditor"], **WHY}
    )
    add(administering, status=403, groups=["auditor"])
    assert not User.objects.filter(username="newcomer").exists()
    assert list(other.groups.values_list("name", flat=True)) == ["operator"]
    chief.groups.add(Group.objects.get(name="auditor"))
    add(administering, groups=["auditor"])


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ACT, Scope.AUDIT])
def test_a_narrower_token_of_the_same_user_does_none_of_it(
    chief: Any, other: Any, scope: Scope
) -> None:
    nothing_came_of_it(Script(token(chief, scope)), other)
    assert Script(token(chief, scope)).ask("GET", "users").status_code == (
        200 if scope is Scope.AUDIT else 403
    )


@pytest.mark.parametrize("group", ["viewer", "auditor", "operator"])
def test_a_group_of_the_hub_alone_does_none_of_it(hub: Hub, other: Any, group: str) -> None:
    with of_group(group, name="asking") as made:
        nothing_came_of_it(Script(token(made, Scope.ADMINISTER)), other)


def test_a_session_does_none_of_it(chief: Any, other: Any) -> None:
    browser = Client()
    browser.force_login(chief)
    for method, path, body in attempts(other):
        assert Script(client=browser).ask(method, path, body).status_code == 401
    assert Script(client=browser).get("users")["items"]


def test_who_is_switched_off_does_none_of_it(chief: Any, other: Any) -> None:
    script = Script(token(chief, Scope.ADMINISTER))
    User.objects.filter(pk=chief.pk).update(is_active=False)
    for method, path, body in attempts(other):
        script.refused(401, method, path, body)
