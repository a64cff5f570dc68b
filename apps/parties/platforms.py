"""What an operator does to a platform; the one place where a connection status changes."""

from datetime import datetime

from django.db import transaction

from apps.parties import directory
from apps.parties.models import Platform
from hub.ocpi.headers import TokenForm
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


def set_status(platform_id: int, status: Status, cause: str, now: datetime) -> bool:
    """Changes a connection status, with its cause; returns False when it was that already."""
    with transaction.atomic():
        rows = Platform.objects.filter(pk=platform_id).exclude(status=status)
        changed = rows.update(status=status, status_cause=cause, status_since=now) == 1
        if changed:
            directory.changed()
    return changed


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
    return set_status(platform.pk, Status.SUSPENDED, cause or "suspended by an operator", now)


def resume(platform: Platform, now: datetime) -> bool:
    """Lets a suspended platform back in: connected when it is registered, else planned."""
    status = Status.CONNECTED if platform.version else Status.PLANNED
    return set_status(platform.pk, status, "resumed by an operator", now)


def forget(name: str) -> bool:
    """Removes a platform with everything that belongs to it; returns whether there was one."""
    with transaction.atomic():
        deleted, _ = Platform.objects.filter(name=name).delete()
        if deleted:
            directory.changed()
    return bool(deleted)
