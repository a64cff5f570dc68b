"""One-time passwords: given to a user by somebody else, and to be changed after the first log-in.

Until it is changed no other page opens; after its end nobody can log in with it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from apps.operators.models import OneTimePassword
from apps.parties.secrets import fingerprint

GOOD_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Given:
    """A one-time password as it is shown, once: whose, and until when it is good."""

    user: str
    password: str
    ends: datetime


def give(user: Any, now: datetime) -> Given:
    """Puts a new password in the place of what the user has; nobody can show it again. Sessions
    that were begun with the former one end."""
    password = secrets.token_urlsafe(15)
    user.set_password(password)
    user.save(update_fields=["password"])
    row = {"fingerprint": fingerprint(user.password), "expires_at": now + GOOD_FOR}
    OneTimePassword.objects.update_or_create(user=user, defaults=row)
    return Given(user.get_username(), password, now + GOOD_FOR)


def ends(user: Any) -> datetime | None:
    """When the password of a user ends, if it is one for once."""
    row = OneTimePassword.objects.filter(user=user, fingerprint=mark(user)).first()
    return row.expires_at if row is not None else None


def mark(user: Any) -> str:
    """What tells this password of a user from the next."""
    return fingerprint(user.password)


class NotTheSame:
    """A validator of passwords, for Django's forms: a new one is not the one that one has."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError."""
        if user is not None and user.password and user.check_password(password):
            raise ValidationError("This is the password that you have now.", code="same")

    def get_help_text(self) -> str:
        return "Your password can't be the one that you have now."
