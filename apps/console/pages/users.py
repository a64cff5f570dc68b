"""Operators and their groups: Django's pages, with what the hub knows of an account and does to it.

Nobody gives here what he lacks (apps.operators.accounts).
"""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.acts import Act, ActsAdmin
from apps.console.audited import AuditedAdmin, Values
from apps.console.columns import NOTHING, moment, shown
from apps.console.told_pages import Telling, each, each_at
from apps.operators import accounts, lockout, one_time, second_factor

BY_SCRIPT = "is a superuser, whom no script changes"


def _groups(row: Any) -> list[str]:
    return sorted(row.groups.values_list("name", flat=True))


def _switch(row: Any, reason: str, now: datetime) -> str:
    accounts.switch(row, on=not row.is_active)
    return f"{row} may {'not log in any more' if row.is_active else 'log in again'}."


def _unlock(row: Any, reason: str, now: datetime) -> str:
    lockout.unlock(row.get_username())
    return f"The mistakes of {row} are forgotten."


def _end_sessions(row: Any, reason: str, now: datetime) -> str:
    return f"{row} was logged out of {accounts.end_sessions(row)} sessions."


def _forget(row: Any, reason: str, now: datetime) -> str:
    had = second_factor.forget(row)
    return f"{row} has no second factor {'any more' if had else ''}".strip() + "."


def _always(row: Any) -> str:
    return ""


ACTS = (
    Act(
        "deactivate",
        "Deactivate",
        "Nobody can log in with this account any more, its sessions end at once, and its API tokens"
        " are refused. The account and what was done with it stay.",
        _switch,
        lambda row: "" if row.is_active else "is deactivated already",
        asks_reason=True,
        needs_reason=True,
    ),
    Act(
        "activate",
        "Activate",
        "The account can be logged in with again, and its API tokens work as before.",
        _switch,
        lambda row: "is active already" if row.is_active else "",
        asks_reason=True,
        needs_reason=True,
    ),
    Act(
        "unlock",
        "Unlock",
        "Mistakes at the log-in, with password or code, are forgotten: the next attempt need not"
        " wait.",
        _unlock,
        _always,
        asks_reason=True,
    ),
    Act(
        "end-sessions",
        "End sessions",
        "The account is logged out everywhere, at once. API tokens go on.",
        _end_sessions,
        _always,
        asks_reason=True,
    ),
    Act(
        "forget-second-factor",
        "Forget second factor",
        "App and recovery codes are removed, for a lost phone. They can be set up anew after the"
        " password.",
        _forget,
        _always,
        asks_reason=True,
        needs_reason=True,
    ),
    Act(
        "one-time-password",
        "One-time password",
        "The password ends, and so do sessions. You are shown a new one next, once; it is good for"
        " three days, and has to be changed after the first log-in.",
        lambda row, reason, now: one_time.give(row, now),
        _always,
        asks_reason=True,
        needs_reason=True,
    ),
)


class UserAdmin(ActsAdmin, DjangoUserAdmin):
    """The accounts of those who use these pages."""

    acts = ACTS
    telling = Telling(each(accounts.in_short), each_at(accounts.fact))
    list_display = ("username", "in_groups", "active", "superuser", "seen")
    list_filter = ("groups", "is_active")
    search_fields = ("username", "first_name", "last_name", "email")
    fieldsets = (
        (None, {"fields": ("username", "has_password", "one_time_until")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        (
            "What the account may do",
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        ("Log-ins", {"fields": ("seen", "joined", "mistakes", "factor", "sessions")}),
    )
    seen = staticmethod(moment("last_login", "last log-in"))
    joined = staticmethod(moment("date_joined", "made"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return accounts.ready(super().get_queryset(request))

    def forbids(self, user: Any, row: Any, *, by_script: bool = False) -> str:
        if by_script and row.is_superuser:
            return BY_SCRIPT
        return accounts.why_not(user, row)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = bool(super().has_change_permission(request, obj))
        return may and (obj is None or _is_free(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = bool(super().has_delete_permission(request, obj))
        return may and (obj is None or not accounts.why_not(request.user, obj))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        told = (
            "has_password", "one_time_until", "seen", "joined", "mistakes", "factor", "sessions",
        )  # fmt: skip
        user: Any = request.user
        return told if user.is_superuser else (*told, "is_superuser")

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **options: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **options)
        return _only_what_is_held(field, request.user)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.Form, change: bool) -> None:
        """Who is added here is to use these pages."""
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def values(self, row: Model) -> Values:
        user: Any = row
        return {**super().values(row), "groups": _groups(row), "may": sorted(accounts.may(user))}

    @admin.display(description="groups")
    def in_groups(self, row: Any) -> str:
        return ", ".join(accounts.in_short(row)["groups"]) or NOTHING

    @admin.display(description="may log in", boolean=True)
    def active(self, row: Any) -> bool:
        return bool(row.is_active and row.is_staff)

    @admin.display(description="superuser", ordering="is_superuser")
    def superuser(self, row: Any) -> str:
        return "yes" if row.is_superuser else NOTHING

    @admin.display(description="password")
    def has_password(self, row: Any) -> SafeString:
        """Nothing of it is shown, not even how it is kept."""
        state = "set" if row.has_usable_password() else "none: a trusted proxy signs in"
        url = reverse("admin:auth_user_password_change", args=[row.pk])
        return format_html('{} (<a href="{}">give another</a>)', state, url)

    @admin.display(description="one-time password until")
    def one_time_until(self, row: Any) -> str:
        return shown(one_time.ends(row)) if row.pk else NOTHING

    @admin.display(description="mistakes at the log-in")
    def mistakes(self, row: Any) -> int:
        return lockout.mistakes(row.get_username())

    @admin.display(description="second factor")
    def factor(self, row: Any) -> str:
        app = second_factor.authenticator(row)
        if app is None:
            return "none"
        codes = second_factor.codes_left(row)
        return f"set up at {shown(app.created_at)}; {codes} recovery codes left"

    @admin.display(description="sessions now")
    def sessions(self, row: Any) -> int:
        return sum(1 for _ in accounts.sessions(row))


class GroupAdmin(AuditedAdmin, DjangoGroupAdmin):
    """What the members of a group may."""

    telling = Telling(each(accounts.group))
    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = bool(super().has_change_permission(request, obj))
        return may and (obj is None or not accounts.beyond(request.user, [obj]))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = bool(super().has_delete_permission(request, obj))
        return may and (obj is None or not accounts.beyond(request.user, [obj]))

    def formfield_for_manytomany(self, db_field: Any, request: Any = None, **options: Any) -> Any:
        field: Any = super().formfield_for_manytomany(db_field, request, **options)
        return _only_what_is_held(field, request.user)

    def values(self, row: Model) -> Values:
        group: Any = row
        return {**super().values(row), "permissions": accounts.group(group)["permissions"]}


def _is_free(user: Any, row: Any) -> bool:
    """Whether a user may change an account in the form: a superuser his own, too."""
    return not accounts.why_not(user, row) or (user.is_superuser and user.pk == row.pk)


def _only_what_is_held(field: Any, user: Any) -> Any:
    """Groups and permissions to choose from: those that the user has himself."""
    if field is None or user.is_superuser:
        return field
    if field.queryset.model is Permission:
        held = accounts.held(user)
        rows = field.queryset.select_related("content_type")
        keys = [row.pk for row in rows if f"{row.content_type.app_label}.{row.codename}" in held]
    else:
        lacking = accounts.beyond(user, field.queryset)
        keys = [row.pk for row in field.queryset if row.name not in lacking]
    field.queryset = field.queryset.filter(pk__in=keys)
    return field


def register() -> None:
    """Puts these in the place of Django's own."""
    admin.site.unregister([User, Group])
    admin.site.register(User, UserAdmin)
    admin.site.register(Group, GroupAdmin)
