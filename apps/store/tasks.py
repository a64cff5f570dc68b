"""Nudges for the store: numbers are added up; what has expired or grown old goes."""

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.db import connection

from apps.modules import registry
from apps.parties import directory
from apps.store import arrivals, look, past, retention
from apps.store.drivers import ADMISSION_LIFE
from apps.store.fold import FOLD, TIDY
from apps.store.models import Admission, ReservationNumber, RoutingIndex, StandIn
from apps.store.unsaid import is_known, several_versions

# Longer than a session, its CDR and the corrections to it are talked about.
LINK_LIFE = timedelta(days=400)


@shared_task
def fold() -> None:
    """Adds up what has been counted since the last time."""
    with connection.cursor() as cursor:
        cursor.execute(FOLD)
        cursor.execute(TIDY)


@shared_task
def settle() -> None:
    """Clears what was found wrong for want of an object that has come now."""
    arrivals.settle(datetime.now(UTC))


@shared_task
def look_at_versions() -> None:
    """Notes which versions cannot say objects that were kept before that was noted, where it
    matters: once platforms of several versions are here."""
    directory.refresh_if_changed()
    if not several_versions():
        return
    for module in registry().values():
        if module.keeps and is_known(module.object):
            look.through(module)


@shared_task
def prune() -> None:
    now = datetime.now(UTC)
    StandIn.objects.filter(expires_at__lt=now).delete()
    Admission.objects.filter(at__lt=now - ADMISSION_LIFE).delete()
    RoutingIndex.objects.filter(learned_at__lt=now - LINK_LIFE).delete()
    ReservationNumber.objects.filter(given_at__lt=now - LINK_LIFE).delete()
    retention.expire(settings.HUB.keep_days, now)
    personal = [module.id for module in registry().values() if module.personal]
    past.forget(
        now,
        days=settings.HUB.log_days,
        personal=personal,
        personal_days=settings.HUB.personal_days,
    )
