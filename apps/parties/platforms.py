"""What an operator does to a platform; the one place where a connection status changes.

A change leaves a row that is not announced yet: apps.hubclientinfo finds it and tells others.
"""

from datetime import datetime

from django.db import transaction

from apps.parties import directory
from apps.parties.models import Liveness, Platform, StatusChange
from hub.ocpi.headers import TokenForm
from hub.policy.liveness import RENEWING, TRANSITIONS, Event
from hub.routing.network import Status


class NoSuchPlatform(LookupError):
    """No platform has that name; the text lists the names there are."""

    def __init__(self, name: str) -> None:
        known = ", ".join(Platform.objects.values_list("name", flat=True)[:20]) or "none yet"
        super().__init__(f"no platform is named {name!r}; there are: {known}")


def named(name: str) -> Platform:
    """The platform of that name. Raises NoSuchPlatform."""
    platform = Platform.objects.filter(name=name).first()
    if platform is None:
        raise NoSuchPlatform(name)
    return platform


def set_status(platform_id: int, event: Event, cause: str, now: datetime) -> bool:
    """Changes a connection status as hub.policy.liveness has it for an event, with its cause and a
    row in its history; returns False when the event changes nothing."""
    with transaction.atomic():
        row = Platform.objects.select_for_update(no_key=True).filter(pk=platform_id).first()
        after = TRANSITIONS[event].get(Status(row.status)) if row is not None else None
        if row is None or after is None or (row.status == after and event not in RENEWING):
            return False
        cause = cause[:200]
        Platform.objects.filter(pk=platform_id).update(
            status=after, status_cause=cause, status_since=now
        )
        StatusChange.objects.create(
            platform_id=platform_id,
            at=now,
            before=row.status,
            after=after,
            cause=cause,
            missed_from=_missed_from(platform_id, row.status, now),
        )
        _begin_anew(platform_id)
        directory.changed()
    return True


def _missed_from(platform_id: int, before: str, now: datetime) -> datetime | None:
    """Since when requests to a platform that was connected have failed; now when they have not."""
    if before != Status.CONNECTED:
        return None
    known = Liveness.objects.filter(pk=platform_id).values_list("failing_since", flat=True)
    return min(now, known.first() or now)


def _begin_anew(platform_id: int) -> None:
    """Failures and checks are counted from the change of status on."""
    Liveness.objects.filter(pk=platform_id).update(
        failures=0, failing_since=None, failed_at=None, checks_failed=0, check_due_at=None
    )


def remember_form(platform_id: int, form: TokenForm) -> bool:
    """Keeps the token form that a platform understood; returns False when it is known already."""
    rows = Platform.objects.filter(pk=platform_id).exclude(token_form=form)
    with transaction.atomic():
        changed = rows.update(token_form=form) == 1
        if changed:
            directory.changed()
    return changed


def suspend(platform: Platform, cause: str, now: datetime) -> bool:
    """Stops all traffic of a platform, in both directions, until it is resumed."""
    return set_status(platform.pk, Event.SUSPENDED, cause or "suspended by an operator", now)


def resume(platform: Platform, now: datetime) -> bool:
    """Lets a suspended platform back in: connected when it is registered, else as it was."""
    event = Event.RESUMED_AWAY if platform.roles.exists() else Event.RESUMED_NEW
    if platform.version:
        event = Event.RESUMED
    return set_status(platform.pk, event, "resumed by an operator", now)


def forget(name: str) -> bool:
    """Removes a platform with everything that belongs to it; returns whether there was one."""
    with transaction.atomic():
        # Locked, so that nobody adds a row that refers to it while those are removed.
        locked = Platform.objects.select_for_update().filter(name=name).values_list("pk", flat=True)
        deleted, _ = Platform.objects.filter(pk__in=list(locked)).delete()
        if deleted:
            directory.changed()
    return bool(deleted)
