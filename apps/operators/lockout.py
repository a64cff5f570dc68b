"""Counts log-ins that fail, and makes the next ones wait (hub.policy.lockout).

An attempt is counted before the password is looked at, so that many at once are not looked at
together; one that succeeds is taken back.
"""

import unicodedata
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from apps.operators.models import Attempts
from hub.policy.lockout import FORGOTTEN, Counted, wait_after

SECOND_FACTOR = " (second factor)"


def begin(user: str, address: str, now: datetime) -> float:
    """Counts an attempt. The seconds that it comes too early; it is not counted then."""
    names = _names(user, address)
    Attempts.objects.filter(last_at__lt=now - FORGOTTEN).delete()
    with transaction.atomic():
        Attempts.objects.bulk_create(
            [Attempts(who=who, failures=0, last_at=now) for who in names.values()],
            ignore_conflicts=True,
        )
        # In one order, so that two attempts never wait for each other in a circle.
        rows = {
            row.who: row
            for row in Attempts.objects.select_for_update()
            .filter(who__in=names.values())
            .order_by("who")
        }
        early = _early(names, rows, now)
        if early:
            return early
        Attempts.objects.filter(who__in=rows).update(failures=F("failures") + 1, last_at=now)
    return 0.0


def wait(user: str, address: str, now: datetime) -> float:
    """The seconds until the next attempt; 0 when it may be made now. Nothing is counted."""
    names = _names(user, address)
    return _early(names, Attempts.objects.in_bulk(list(names.values())), now)


def succeeded(user: str, address: str) -> None:
    """Forgets the mistakes of a user; at the address only this attempt is taken back."""
    names = _names(user, address)
    Attempts.objects.filter(who__in=(names[Counted.PAIR], names[Counted.USER])).delete()
    shared = Attempts.objects.filter(who=names[Counted.ADDRESS], failures__gt=0)
    shared.update(failures=F("failures") - 1)


def mistakes(user: str) -> int:
    """How many attempts of a user have failed lately, with either factor."""
    rows = Attempts.objects.filter(who__in=[f"user {name}" for name in _both(user)])
    return sum(rows.values_list("failures", flat=True))


def unlock(user: str) -> None:
    """Forgets all mistakes of a user, with either factor, at whatever address."""
    for name in _both(user):
        ours = Q(who=f"user {name}") | Q(who__startswith=f"user {name} at ")
        Attempts.objects.filter(ours).delete()


def _both(user: str) -> tuple[str, str]:
    name = _folded(user)
    return name, _folded(f"{name}{SECOND_FACTOR}")


def _early(names: Mapping[Counted, str], rows: Mapping[str, Attempts], now: datetime) -> float:
    """By how many seconds an attempt now comes too early."""
    early = 0.0
    for counted, who in names.items():
        # Not a moment to wait for is no lock, though another attempt may have been counted since.
        if who in rows and (pause := wait_after(counted, rows[who].failures)):
            early = max(early, (rows[who].last_at + pause - now).total_seconds())
    return early


def _names(user: str, address: str) -> dict[Counted, str]:
    name = _folded(user)
    return {
        Counted.PAIR: f"user {name} at {address}",
        Counted.USER: f"user {name}",
        Counted.ADDRESS: f"address {address}",
    }


def _folded(user: str) -> str:
    """However somebody spells it, it is one user to be guessed at."""
    return unicodedata.normalize("NFKC", user).casefold().replace("\x00", "")[:150]
