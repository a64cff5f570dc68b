"""The accounts of operators: what may be done to them, by whom, and what there is to know of them.

Nobody gives rights that he lacks, and nobody changes what he himself may do.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.operators import api_tokens, lockout, one_time, second_factor
from apps.operators.models import ApiToken

Users = QuerySet[Any]


def permissions(rows: QuerySet[Permission]) -> set[str]:
    """Permissions by name, such as `parties.change_platform`."""
    found = rows.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found.order_by()}


def may(user: Any) -> set[str]:
    """What a user may by groups and alone, also one that is switched off."""
    return permissions(Permission.objects.filter(Q(group__user=user) | Q(user=user)))


def held(user: Any) -> set[str]:
    """What a user who asks may now: of a superuser everything."""
    return set(user.get_all_permissions())


def beyond(caller: Any, groups: Iterable[Group]) -> list[str]:
    """Which of these groups may something that the caller may not."""
    mine = held(caller)
    return sorted(
        each.name
        for each in groups
        if not permissions(Permission.objects.filter(group=each)) <= mine
    )


def why_not(caller: Any, user: Any) -> str:
    """Why the caller may not change an account; empty when he may."""
    if caller.pk == user.pk:
        return "is your own account, which somebody else has to change"
    if user.is_superuser and not caller.is_superuser:
        return "is a superuser, whom only superusers may change"
    return "" if may(user) <= held(caller) else "may do something that you may not"


def sessions(user: Any) -> Iterator[Session]:
    """The sessions of a user that are not over."""
    for row in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if row.get_decoded().get(SESSION_KEY) == str(user.pk):
            yield row


def end_sessions(user: Any) -> int:
    """Logs a user out everywhere; how many sessions there were."""
    keys = [row.pk for row in sessions(user)]
    return int(Session.objects.filter(pk__in=keys).delete()[0])


def switch(user: Any, *, on: bool) -> None:
    """Lets a user log in again, or nowhere any more: sessions end, and API tokens are none."""
    get_user_model().objects.filter(pk=user.pk).update(is_active=on)
    if not on:
        end_sessions(user)


def ready(rows: Users) -> Users:
    """Users with what `in_short` tells."""
    return rows.prefetch_related("groups")


def in_short(user: Any) -> dict[str, Any]:
    """A user in a list."""
    return {
        "id": user.pk,
        "name": user.get_username(),
        "email": user.email,
        "groups": sorted(group.name for group in user.groups.all()),
        "superuser": user.is_superuser,
        "may_log_in": user.is_active and user.is_staff,
        "last_login": user.last_login,
    }


def fact(user: Any, now: datetime) -> dict[str, Any]:
    """One user: nothing of it is good for logging in."""
    app, name = second_factor.authenticator(user), user.get_username()
    tokens = api_tokens.with_owner(ApiToken.objects.filter(user=user))
    return {
        **in_short(user),
        "permissions": sorted(permissions(Permission.objects.filter(user=user))),
        "mistakes": lockout.mistakes(name),
        "second_factor_since": app.created_at if app is not None else None,
        "recovery_codes_left": second_factor.codes_left(user),
        "one_time_password_until": one_time.ends(user),
        "sessions": sum(1 for _ in sessions(user)),
        "api_tokens": sum(not row.why_not(now) for row in tokens),
    }


def group(row: Group) -> dict[str, Any]:
    """A group: what its members may."""
    return {
        "id": row.pk,
        "name": row.name,
        "permissions": sorted(permissions(Permission.objects.filter(group=row))),
        "members": row.user_set.count(),
    }
