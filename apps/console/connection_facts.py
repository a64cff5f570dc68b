"""How the connection to a platform is and was, as plain data: its version, checks, changes of
status, return, what new agreements gave it."""

from typing import Any

from django.conf import settings

from apps.credentials import pages
from apps.hubclientinfo.models import CatchUp, PartiesChanged, PartiesNamed, Present
from apps.outbox.models import Unnamed
from apps.parties import directory
from apps.parties.models import Liveness, Platform

Fact = dict[str, Any]
LATEST = 20
# Where the hub says who it is, in its credentials of each version.
HUB_PARTY_AS = {
    "2.1.1": "its one party",
    "2.2.1": "a party with the role HUB",
    "2.3.0": "hub_party_id",
}


def speaks(row: Platform) -> Fact:
    """The version that was agreed on, the versions that it offers and when that was read, those of
    them that it could go over to; where it begins at the hub, and what the hub is called there."""
    directory.refresh_if_changed()
    face = pages.face_of(row.pk, directory.snapshot())
    return {
        "version": row.version,
        "offers": row.versions_offered,
        "offers_read": row.versions_read_at,
        "newer": [version for version in pages.newer(row.version) if version in _common(row)],
        "hub_versions_url": pages.own_versions_url(row.version, face) if row.version else "",
        "hub_party": row.presents_as or "/".join(settings.HUB.party),
        "hub_party_as": HUB_PARTY_AS.get(row.version, ""),
        "not_shown": row.hidden_versions,
    }


def _common(row: Platform) -> set[str]:
    """The versions that it offers and is shown."""
    return set(row.versions_offered) - set(row.hidden_versions)


def history(row: Platform) -> list[Fact]:
    """The latest changes of its status, newest first."""
    return [
        {
            "at": change.at,
            "before": change.before,
            "after": change.after,
            "cause": change.cause,
            "announced": change.announced_at,
        }
        for change in row.status_changes.order_by("-pk")[:LATEST]
    ]


def liveness(row: Platform) -> Fact:
    """What is known of whether it is there, apart from its status."""
    known = Liveness.objects.filter(pk=row.pk).first() or Liveness(platform=row)
    return {
        "last_check": known.checked_at,
        "check_said": known.check_said,
        "checks_failed": known.checks_failed,
        "failures_in_a_row": known.failures,
        "failing_since": known.failing_since,
    }


def naming(row: Platform) -> Fact:
    """Whether it knows which parties it reaches, as OCPI 2.3.0 tells it by PUT of the hub's
    credentials: when it was told; since when that is not so any more, and how far the PUT is; whose
    objects wait for it."""
    named = PartiesNamed.objects.filter(pk=row.pk).first()
    changed = PartiesChanged.objects.filter(pk=row.pk).first()
    unnamed = Unnamed.objects.filter(platform=row)
    return {
        "told": named.at if named else None,
        "differs_since": changed.since if changed else None,
        "attempts": changed.attempts if changed else 0,
        "not_before": changed.due_at if changed else None,
        "said": changed.said if changed else "",
        "waited_for": list(unnamed.values_list("owner", flat=True).order_by("owner")[:LATEST]),
    }


def caught_up(row: Platform) -> list[Fact]:
    """The latest catchings up, newest first."""
    return [
        {
            "missed_from": each.missed_from,
            "returned": each.returned_at,
            "booked": each.booked,
            "ended": each.ended_at,
        }
        for each in CatchUp.objects.filter(platform=row).order_by("-pk")[:LATEST]
    ]


def given(row: Platform) -> list[Fact]:
    """What its parties were given by new agreements, newest first."""
    return [
        {
            "party": each.party,
            "owner": each.owner,
            "module": each.module,
            "began": each.began_at,
            "booked": each.booked,
            "ended": each.ended_at,
            "reason": each.reason,
        }
        for each in Present.objects.filter(platform=row).order_by("-pk")[:LATEST]
    ]
