"""Tells the audit of what concerns the accounts of operators."""

from typing import Any

from django.utils import timezone

from apps.audit.chain import Act, write
from apps.audit.models import Entry


def told(user: str, act: str, kind: str = "user", subject: str = "", **after: Any) -> None:
    """Writes down what somebody did to an account on a page; `after` is never a secret."""
    write(Act(user[:150], Entry.Via.PAGE, act, kind, subject or user, after=after), timezone.now())
