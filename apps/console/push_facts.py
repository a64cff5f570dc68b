"""Broadcast pushes with what became of each per recipient, and the lanes of platforms: plain data.

A page of pushes costs two look-ups by their keys, however many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count

from apps.counts import read
from apps.outbox.models import Delivery, Lane, Payload
from apps.parties.models import Platform

Fact = dict[str, Any]

PAGE = 50
# Recipients of one push that have a cell, those that need somebody first.
MOST_CELLS = 60
MOST_LANES = 20
# The next try of a lane is looked for among so many of its oldest deliveries.
HEAD = 100
State = Delivery.State


@dataclass(frozen=True, slots=True)
class Look:
    """How a state looks: its letter, and how people read it."""

    letter: str
    words: str


# In the order in which they need somebody.
LOOKS = {
    State.DROPPED.value: Look("G", "given up"),
    State.WAITING.value: Look("W", "waiting"),
    State.DONE.value: Look("D", "done"),
    State.SUPERSEDED.value: Look("S", "superseded by a later push"),
}
_CELLS = """
SELECT cell.* FROM unnest(%(pushes)s::bigint[]) AS push (id) CROSS JOIN LATERAL (
    SELECT d.payload_id, d.id, d.platform_id, d.party, d.state, d.attempts, d.reason,
        d.http_status, d.code, d.due_at, d.ended_at
    FROM outbox_delivery d WHERE d.payload_id = push.id
    ORDER BY array_position(%(states)s::text[], d.state::text), d.id LIMIT %(most)s
) cell
"""
_NEXT = """
SELECT lane.platform, (
    SELECT min(head.due_at) FROM (
        SELECT d.due_at FROM outbox_delivery d
        WHERE d.state = 'waiting' AND d.platform_id = lane.platform ORDER BY d.id LIMIT %s
    ) head
) FROM unnest(%s::bigint[]) AS lane (platform)
"""


def pushes(
    before: int | None, correlation_id: str = "", most: int = PAGE
) -> tuple[list[Fact], int | None]:
    """So many pushes behind one, the newest first, or those of one correlation id; and the id to go
    on behind, None at the end."""
    rows = Payload.objects.defer("body").order_by("-pk")
    if correlation_id:
        # Found by an index of their own: few, and sorted when they are there.
        rows = rows.filter(pk__in=list(_of(correlation_id)))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: most + 1])
    page = found[:most]
    keys = [row.pk for row in page]
    cells, numbers = _cells(keys), _numbers(keys)
    facts = [_push(row, cells.get(row.pk, []), numbers.get(row.pk, {})) for row in page]
    return facts, keys[-1] if len(found) > most else None


def _of(correlation_id: str) -> Any:
    rows = Payload.objects.filter(correlation_id=correlation_id).order_by()
    return rows.values_list("pk", flat=True)[:1000]


def _push(row: Payload, cells: Sequence[Fact], numbers: Mapping[str, int]) -> Fact:
    return {
        "id": row.pk,
        "at": row.created_at,
        "method": row.method,
        "module": row.module,
        "path": row.tail,
        "object": row.object,
        "owner": row.owner,
        "correlation_id": row.correlation_id,
        "numbers": {state: numbers.get(state, 0) for state in LOOKS},
        "recipients": sum(numbers.values()),
        "cells": list(cells),
    }


def _numbers(keys: Sequence[int]) -> dict[int, dict[str, int]]:
    rows = Delivery.objects.filter(payload_id__in=keys).order_by()
    found: dict[int, dict[str, int]] = {}
    for push, state, number in rows.values_list("payload_id", "state").annotate(Count("pk")):
        found.setdefault(push, {})[state] = number
    return found


def _cells(keys: Sequence[int]) -> dict[int, list[Fact]]:
    with connection.cursor() as cursor:
        cursor.execute(_CELLS, {"pushes": list(keys), "states": list(LOOKS), "most": MOST_CELLS})
        rows = cursor.fetchall()
    names = _names({row[2] for row in rows})
    found: dict[int, list[Fact]] = {}
    for push, *values in rows:
        found.setdefault(push, []).append(_cell(values, names))
    return found


def _cell(values: Sequence[Any], names: Mapping[int, str]) -> Fact:
    key, platform, party, state, attempts, reason, http, code, due, ended = values
    return {
        "id": key,
        "platform": names.get(platform, "a platform that is gone"),
        "party": party,
        "state": state,
        "attempts": attempts,
        "reason": reason,
        "http": http,
        "code": code,
        "due": due if state == State.WAITING else None,
        "ended": ended,
    }


def _names(keys: set[int]) -> dict[int, str]:
    return dict(Platform.objects.filter(pk__in=keys).values_list("pk", "name"))


def lanes(now: datetime) -> tuple[datetime | None, list[Fact]]:
    """The lanes in which most waits, as a worker saw them at a moment (None: none has lately), and
    when each is tried next."""
    depth = read.depth(now)
    if depth is None:
        return None, []
    longest = depth.platforms[:MOST_LANES]
    keys = [lane.platform for lane in longest]
    names, resting = _names(set(keys)), {row.pk: row for row in Lane.objects.filter(pk__in=keys)}
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, (HEAD, keys))
        due = dict(cursor.fetchall())
    return depth.at, [
        {
            "id": lane.platform,
            "platform": names.get(lane.platform, "a platform that is gone"),
            "waiting": lane.waiting,
            "oldest_seconds": lane.oldest_seconds,
            **_next(due.get(lane.platform), resting.get(lane.platform), now),
        }
        for lane in longest
    ]


def _next(due: datetime | None, lane: Lane | None, now: datetime) -> Fact:
    """When a lane is tried next (None: when it is resumed), and why not before. What is overdue
    goes out as soon as a worker comes by."""
    if lane is not None and lane.held_since is not None:
        return {"next_try": None, "rests": f"paused: {lane.held_reason or 'no reason given'}"}
    paused = lane.paused_until if lane is not None else None
    if lane is not None and paused and paused > now:
        return {"next_try": max(paused, due or paused), "rests": lane.paused_reason}
    return {"next_try": due, "rests": ""}
