"""Acts on pages as the audit tells of them: what a row was before, what it is afterwards, by whom.

Pages whose rows can be changed inherit from AuditedAdmin; signing in and out is told as well.
"""

import getpass
import os
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Model, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from apps.audit import fields
from apps.audit.chain import Act, write
from apps.audit.models import Entry
from apps.console.told_pages import ToldAdmin

Values = dict[str, Any]
KEPT = "_as_it_was"


def tell(
    request: HttpRequest, act: str, row: Model, before: Values, after: Values, reason: str = ""
) -> None:
    """Writes down what a user did to a row; of its fields only those that differ."""
    old, new = fields.changed(before, after)
    name = str(row._meta.verbose_name)
    actor = request.user.get_username()
    write(
        Act(actor, Entry.Via.PAGE, act, name, fields.subject(row), reason, old, new), timezone.now()
    )  # fmt: skip


def tell_of(user: str, act: str) -> None:
    """Writes down that somebody signed in or out, or tried to."""
    write(Act(user[:150], Entry.Via.PAGE, act, "user", user), timezone.now())


def now_is(row: Model) -> Values:
    """The fields of a row as it is now; nothing when it is gone."""
    fresh = type(row)._default_manager.filter(pk=row.pk).first()
    return fields.values(fresh) if fresh is not None else {}


def command_line_user() -> str:
    """Who runs a command: the name that the system has for the user, or its number."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return f"user {os.getuid()} (command line)"


class AuditedAdmin(ToldAdmin):
    """A page whose forms are told of: what is saved, added and removed."""

    def values(self, row: Model) -> Values:
        """What is told of a row: its fields, unless a page has more."""
        return fields.values(row)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST":
            setattr(request, KEPT, self.values(row))
        return row

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        word = message if isinstance(message, str) else "Add"
        tell(request, word, obj, {}, self._now(obj))
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        tell(request, "Change", obj, getattr(request, KEPT, {}), self._now(obj))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        rows: Iterable[Model] = queryset
        for row in rows:
            tell(request, "Delete", row, self.values(row), {})
        return super().log_deletions(request, queryset)

    def _now(self, row: Model) -> Values:
        fresh = type(row)._default_manager.filter(pk=row.pk).first()
        return self.values(fresh) if fresh is not None else {}


@receiver(user_logged_in)
def _signed_in(user: AbstractBaseUser, **_: Any) -> None:
    tell_of(user.get_username(), "Sign in")


@receiver(user_logged_out)
def _signed_out(user: AbstractBaseUser | None, **_: Any) -> None:
    if user is not None:
        tell_of(user.get_username(), "Sign out")


@receiver(user_login_failed)
def _refused(credentials: dict[str, Any], **_: Any) -> None:
    tell_of(str(credentials.get("username", ""))[:150], "Sign in refused")
