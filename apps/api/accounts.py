"""Operations on accounts: users are made, changed, removed; API tokens made and revoked.

The acts of the page of users come with their resource. The rules are those of
apps.operators.accounts; beyond them nothing here makes a superuser or changes one, and nothing
changes the account of the caller.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db import transaction

from apps.api import account_shapes as shapes
from apps.api import asked
from apps.api.acting import password, tell, told
from apps.api.lists import small_page
from apps.api.operation import Call, NotThere, Operation, Page, Refused
from apps.api.resources import Resource, exactly, text
from apps.console.pages.api_tokens import SEES_ALL
from apps.operators import accounts, api_tokens, one_time
from apps.operators.models import ApiToken, Scope

USERS = Resource(
    "users", User, "user", "Who may log in, and with what rights.",
    shapes.UserInShort, shapes.User,
    {"name": text(), "group": text("Its name.")}, exactly(username="name", groups__name="group"),
    ("username",),
)  # fmt: skip
GROUPS = Resource(
    "groups", Group, "group", "The roles of users, and what each may.", shapes.Group,
    order=("name",),
)  # fmt: skip
RESOURCES = (USERS, GROUPS)


def _groups(call: Call) -> list[Group]:
    """The groups that are asked for. Raises Refused, and PermissionDenied where one may what the
    caller may not."""
    names = set(call.asked["groups"])
    found = list(Group.objects.filter(name__in=names))
    if missing := sorted(names - {group.name for group in found}):
        raise Refused(f"there is no group {', '.join(missing)}", "groups")
    if lacking := accounts.beyond(call.http.user, found):
        raise PermissionDenied(f"{', '.join(lacking)} may do something that you may not.")
    return found


def _changeable(call: Call) -> Any:
    """The user in the path. Raises PermissionDenied."""
    page, row = USERS.page, USERS.get(call)
    if why := page.forbids(call.http.user, row, by_script=True):  # type: ignore[union-attr]
        raise PermissionDenied(f"{row} {why}.")
    return row


def _values(row: User) -> dict[str, Any]:
    return USERS.page.values(row)  # type: ignore[union-attr]


@transaction.atomic
def _add(call: Call) -> dict[str, Any]:
    wanted, groups = call.asked, _groups(call)
    if User.objects.filter(username=wanted["name"]).exists():
        raise Refused(f"another user is named {wanted['name']!r}", "name")
    row = User(username=wanted["name"], email=wanted["email"], is_staff=True)
    row.set_unusable_password()
    row.save()
    row.groups.set(groups)
    given = one_time.give(row, call.now) if wanted["password"] == asked.ONE_TIME else None
    tell(call, "Add", row, {}, _values(row), wanted["reason"])
    fact = accounts.fact(row, call.now)
    return {"user": fact, "password": password(given) if given is not None else None}


@transaction.atomic
def _change(call: Call) -> dict[str, Any]:
    row, wanted = _changeable(call), call.asked
    if "reason" not in wanted:  # a PATCH needs none of its members
        raise Refused("say why", "reason")
    before = _values(row)
    if "groups" in wanted:
        row.groups.set(_groups(call))
    if "email" in wanted:
        row.email = wanted["email"]
        row.save(update_fields=["email"])
    fresh = User.objects.get(pk=row.pk)
    tell(call, "Change", fresh, before, _values(fresh), wanted["reason"])
    return accounts.fact(fresh, call.now)


@transaction.atomic
def _remove(call: Call) -> None:
    row = _changeable(call)
    tell(call, "Delete", row, _values(row), {}, call.asked["reason"])
    row.delete()


def _tokens(call: Call) -> Any:
    """One's own; who may see users sees, where that is asked for, those of all."""
    rows = api_tokens.with_owner(ApiToken.objects.all())
    return rows if _oversees(call) else rows.filter(user=call.http.user.pk)


def _oversees(call: Call) -> bool:
    """Whether the tokens of others are the caller's to revoke."""
    scope = Scope(call.token.scope) if call.token is not None else Scope.ADMINISTER
    user: Any = call.http.user
    return bool(user.has_perm(SEES_ALL)) and api_tokens.allows(scope, SEES_ALL)


def _listed(call: Call) -> Page:
    rows = _tokens(call)
    if call.asked["user"]:
        rows = rows.filter(user__username=call.asked["user"])
    found = small_page(rows, ("-pk",), call)
    return Page([api_tokens.fact(row, call.now) for row in found.items], found.next)


def _make(call: Call) -> dict[str, Any]:
    wanted, parent = call.asked, call.token
    scope = Scope(wanted["scope"])
    if parent is None or parent.parent_id is not None:
        raise PermissionDenied("A token that was made with another one makes none.")
    if not api_tokens.within(scope, Scope(parent.scope)):
        raise PermissionDenied(f"The token's scope is {parent.scope}, which {scope} goes beyond.")
    expires = call.now + timedelta(days=wanted["days"]) if wanted["days"] else None
    made, token = api_tokens.make(call.http.user, wanted["name"], scope, expires, parent)
    row = api_tokens.with_owner(ApiToken.objects.filter(pk=made.pk)).get()
    fact = api_tokens.fact(row, call.now)
    after = {"scope": row.scope, "made_with": parent.pk}
    told(call, "API token made", "API token", str(row), wanted["reason"], after=after)
    return {**fact, "token": token}


def _revoke(call: Call) -> dict[str, Any]:
    rows = _tokens(call).filter(pk=call.path["id"])
    row = rows.first()
    if row is None:
        raise NotThere(f"There is no API token {call.path['id']}.")
    if not api_tokens.revoke(row, call.now):
        raise Refused(f"{row} was revoked before.")
    told(call, "API token revoked", "API token", str(row), call.asked["reason"])
    return api_tokens.fact(rows.get(), call.now)


def _narrowing() -> Mapping[str, forms.Field]:
    return {"user": text("Whose; of others only where you may change users.")}


OPERATIONS = (
    Operation(
        "POST", "users", "users_add", "users",
        "Adds a user. A one-time password is in this answer, and nowhere else; without a password"
        " the user logs in by the trusted proxy only.",
        ("auth.add_user", "auth.change_user"), _add, shapes.NewUser, asked.NewUser, status=201,
    ),
    Operation(
        "PATCH", "users/<int:id>", "users_change", "users",
        "Changes the groups of a user, or the e-mail address. Groups that may more than you are"
        " not yours to give.",
        ("auth.change_user",), _change, shapes.User, asked.ChangedUser,
    ),
    Operation(
        "DELETE", "users/<int:id>", "users_delete", "users",
        "Removes a user with sessions and API tokens. What was done with the account stays in the"
        " audit.",
        ("auth.delete_user",), _remove, None, status=204,
        query=lambda: {"reason": forms.CharField(max_length=asked.REASON, help_text="Say why.")},
    ),
    Operation(
        "GET", "api-tokens", "api_tokens_list", "api-tokens",
        "Your own API tokens, without what makes them work; those of all, if you may change"
        " users.",
        (), _listed, shapes.ApiToken, paged=True, query=_narrowing,
    ),
    Operation(
        "POST", "api-tokens", "api_tokens_make", "api-tokens",
        "Makes a token for yourself: its scope within that of the one which asks, ending with that"
        " one at the latest. It is in this answer, and nowhere else.",
        (), _make, shapes.NewApiToken, asked.NewApiToken, status=201, at_least=Scope.ACT,
    ),
    Operation(
        "POST", "api-tokens/<int:id>/revoke", "api_tokens_revoke", "api-tokens",
        "Ends a token at once, and those that were made with it.",
        (), _revoke, shapes.ApiToken, asked.Reason, at_least=Scope.ACT,
    ),
)  # fmt: skip
