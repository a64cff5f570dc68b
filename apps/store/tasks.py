"""Nudges for the store: expired stand-ins and links nobody has used for long go."""

from datetime import UTC, datetime, timedelta

from celery import shared_task

from apps.store.models import RoutingIndex, StandIn

# Longer than a session, its CDR and the corrections to it are talked about.
LINK_LIFE = timedelta(days=400)


@shared_task
def prune() -> None:
    now = datetime.now(UTC)
    StandIn.objects.filter(expires_at__lt=now).delete()
    RoutingIndex.objects.filter(learned_at__lt=now - LINK_LIFE).delete()
