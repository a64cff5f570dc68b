"""Pulls as plain data, and in a few words: the same on the command line and on the pages."""

from datetime import datetime
from typing import Any

from apps.sync.models import Pull, Source
from hub.ocpi.datetimes import render

Fact = dict[str, Any]
COUNTS = ("pages", "objects", "created", "changed", "skipped", "missing")


def pull(row: Pull) -> Fact:
    """One pull, running or ended."""
    return {
        "id": row.pk,
        "module": row.source.module,
        "party": row.source.party,
        "kind": row.kind,
        "cause": row.cause,
        "state": row.state,
        "reason": row.reason,
        "date_from": row.date_from,
        "booked": row.created_at,
        "started": row.started_at,
        "ended": row.ended_at,
        "pages": row.pages,
        "objects": row.objects_kept,
        "total": row.total,
        "created": row.created,
        "changed": row.changed,
        "skipped": row.skipped,
        "missing": row.missing,
        "bytes": row.bytes,
        "seconds": round(row.seconds, 3),
        "objects_per_second": rate(row),
        "correlation_id": row.correlation_id,
        "remarks": row.remarks.splitlines(),
    }


def source(row: Source, now: datetime) -> Fact:
    """One list that is pulled: when next, and what became of the last pull."""
    latest = row.latest
    return {
        "platform": row.platform.name,
        "module": row.module,
        "party": row.party,
        "active": row.active,
        "next_delta": row.delta_due_at,
        "next_full": row.full_due_at,
        "synced_from": row.synced_from,
        "latest": None if latest is None else pull(latest),
        "now": "not pulled yet" if latest is None else told(latest, now),
    }


def rate(row: Pull) -> int | None:
    """Objects per second of the time spent on a pull; None before there is anything to tell."""
    if not row.pages or row.seconds <= 0:
        return None
    return round((row.objects_kept + row.skipped) / row.seconds)


def told(row: Pull, now: datetime) -> str:
    """Where a pull is, or how it ended, in a few words."""
    if row.state != Pull.State.OPEN:
        return f"{row.state}: {row.reason}" if row.reason else f"{row.state}: {counted(row)}"
    if row.reason and row.due_at > now:
        return f"tries again at {render(row.due_at)}: {row.reason}"
    if row.started_at is None:
        return "waiting for its turn"
    return f"page {row.pages + 1}: {counted(row)}"


def counted(row: Pull) -> str:
    """How much has come, and how fast."""
    objects = row.objects_kept + row.skipped
    of = f" of {row.total}" if row.total is not None and row.total >= objects else ""
    speed = rate(row)
    return f"{objects}{of} objects" + (f", {speed}/s" if speed is not None else "")
