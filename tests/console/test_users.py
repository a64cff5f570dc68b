"""The pages of users and groups: told to the audit, and no way to more than one has."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from apps.audit.models import Entry
from tests.api.scripts import of_group
from tests.console.logging_in import Person
from tests.console.saying import words
from tests.console.test_policy import INLINE
from tests.hub import Hub

LIST = "/admin/auth/user/"


@pytest.fixture
def somebody(hub: Hub) -> Iterator[Any]:
    with of_group("viewer", name="somebody") as made:
        yield made


@pytest.fixture
def chief(hub: Hub) -> Iterator[Any]:
    """A browser of an operator who may change users and groups, and is no superuser."""
    with of_group("operator", name="chief") as made:
        made.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))
        browser = Client()
        browser.force_login(made)
        yield browser
    User.objects.filter(username="newcomer").delete()


def last() -> Entry:
    return Entry.objects.latest("id")


def save(browser: Client, row: Any, kind: str = "user", **changes: Any) -> Any:
    """Sends the form of a page, changed, as a browser does; fields that are not offered, too."""
    url = f"/admin/auth/{kind}/{row.pk}/change/"
    form = browser.get(url).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {
        name: [each.pk for each in value] if isinstance(value, list) else value
        for name, value in data.items()
        if value not in (None, False, "") and name != "password"
    }
    return browser.post(url, {**data, **changes})


def keys(*names: str) -> list[int]:
    return list(Group.objects.filter(name__in=names).values_list("pk", flat=True))


def test_what_is_changed_of_a_user_is_told(operator: Client, somebody: Any) -> None:
    assert save(operator, somebody, groups=keys("operator"), email="a@b.example").status_code == 302
    entry = last()
    assert (entry.actor, entry.act, entry.kind, entry.subject) == (
        "superuser", "Change", "user", "somebody",
    )  # fmt: skip
    assert (entry.before["groups"], entry.after["groups"]) == (["viewer"], ["operator"])
    assert entry.after["email"] == "a@b.example"


def test_who_is_added_may_use_the_pages_and_no_password_is_told(
    operator: Client, somebody: Any
) -> None:
    secret = "a sentence of my own"
    form = {"username": "newcomer", "usable_password": "true"}
    operator.post(f"{LIST}add/", {**form, "password1": secret, "password2": secret})
    made = User.objects.get(username="newcomer")
    assert made.is_staff
    assert (last().act, last().subject) == ("Add", "newcomer")
    assert made.password not in json.dumps(last().after)
    made.delete()


def test_a_password_for_once_is_on_a_page_once(operator: Client, somebody: Any) -> None:
    url = f"{LIST}act/one-time-password/?id={somebody.pk}"
    assert "Say why." in words(operator.post(url, {}))
    assert last().act != "One-time password"
    shown = operator.post(url, {"reason": "forgotten"})
    text = shown.content.decode()
    found = re.search(r'<pre class="wire chosen" tabindex="0">([\w-]{20})</pre>', text)
    assert found is not None
    assert not [pattern for pattern in INLINE if pattern.search(text)]
    assert "no-store" in shown.headers["Cache-Control"]
    assert (last().act, last().reason) == ("One-time password", "forgotten")
    assert found[1] not in str(list(Entry.objects.values()))
    assert found[1] not in operator.get(f"{LIST}{somebody.pk}/change/").content.decode()
    person = Person()
    person.log_in("somebody", found[1])
    assert person.get().url.startswith("/admin/password_change/")
    assert person.browser.post("/admin/traffic/leg/").status_code == 403


def test_a_form_makes_nobody_a_superuser(chief: Client, somebody: Any) -> None:
    save(chief, somebody, is_superuser="on", first_name="Some")
    somebody.refresh_from_db()
    assert (somebody.first_name, somebody.is_superuser) == ("Some", False)


@pytest.mark.parametrize(
    ("field", "model", "name"),
    [("groups", Group, "auditor"), ("user_permissions", Permission, "view_entry")],
)
def test_a_form_gives_nothing_that_one_lacks(
    chief: Client, somebody: Any, field: str, model: Any, name: str
) -> None:
    lacked = model.objects.get(**{"name" if model is Group else "codename": name})
    changes: dict[str, Any] = {field: [lacked.pk]}
    response = save(chief, somebody, "user", **changes)
    assert response.status_code == 200
    assert "is not one of the available choices" in response.text
    assert not getattr(somebody, field).filter(pk=lacked.pk).exists()


def test_accounts_that_may_more_and_ones_own_are_only_looked_at(
    chief: Client, somebody: Any, operator: Client
) -> None:
    somebody.groups.set(Group.objects.filter(name="auditor"))
    for name in ("somebody", "superuser", "chief"):
        row = User.objects.get(username=name)
        before = User.objects.values().get(pk=row.pk)
        url = f"{LIST}{row.pk}/"
        assert chief.get(f"{url}change/").status_code == 200
        assert chief.post(f"{url}change/", {"username": "x"}).status_code == 403
        assert chief.post(f"{url}delete/", {"post": "yes"}).status_code == 403
        assert chief.post(f"{url}password/", {"password1": "x"}).status_code == 403
        for act in ("deactivate", "one-time-password", "forget-second-factor", "end-sessions"):
            chief.post(f"{LIST}act/{act}/?id={row.pk}", {"reason": "x"})
        assert User.objects.values().get(pk=row.pk) == before


def test_no_superuser_switches_himself_off(operator: Client) -> None:
    me = User.objects.get(username="superuser")
    operator.post(f"{LIST}act/deactivate/?id={me.pk}", {"reason": "x"})
    assert User.objects.get(pk=me.pk).is_active
    assert operator.post(f"{LIST}{me.pk}/delete/", {"post": "yes"}).status_code == 403
    assert save(operator, me, email="me@hub.example").status_code == 302


def test_a_group_gets_nothing_that_one_lacks(chief: Client) -> None:
    own = Group.objects.create(name="own")
    seen, lacked = (
        Permission.objects.get(codename=codename) for codename in ("view_leg", "view_entry")
    )
    assert save(chief, own, "group", permissions=[seen.pk]).status_code == 302
    assert (last().act, last().after["permissions"]) == ("Change", ["traffic.view_leg"])
    assert save(chief, own, "group", permissions=[lacked.pk]).status_code == 200
    own.permissions.add(lacked)
    assert chief.post(f"/admin/auth/group/{own.pk}/change/", {"name": "x"}).status_code == 403
    assert chief.post(f"/admin/auth/group/{own.pk}/delete/", {"post": "yes"}).status_code == 403
    own.delete()
