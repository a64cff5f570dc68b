"""How the connection to a platform is and was, as plain data: checks, changes of status, return,
what new agreements gave it."""

from typing import Any

from apps.hubclientinfo.models import CatchUp, PartiesChanged, PartiesNamed, Present
from apps.parties.models import Liveness, Platform

Fact = dict[str, Any]
LATEST = 20


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
    credentials: when it was told; since when that is not so any more, and how far the PUT is."""
    named = PartiesNamed.objects.filter(pk=row.pk).first()
    changed = PartiesChanged.objects.filter(pk=row.pk).first()
    return {
        "told": named.at if named else None,
        "differs_since": changed.since if changed else None,
        "attempts": changed.attempts if changed else 0,
        "not_before": changed.due_at if changed else None,
        "said": changed.said if changed else "",
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
