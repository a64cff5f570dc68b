"""What an operator may know of agreements, as plain data."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.parties.models import Agreement
from hub.routing.agreements import State, relation_at

Fact = dict[str, Any]


def agreements(rows: Iterable[Agreement], now: datetime) -> list[Fact]:
    """Agreements with their history, as they read at a moment."""
    return [_agreement(row, now) for row in rows]


def _agreement(row: Agreement, now: datetime) -> Fact:
    relation = relation_at(State(row.state), row.starts_at, row.ends_at, now)
    return {
        "id": row.pk,
        "one": row.one,
        "other": row.other,
        "modules": row.modules,
        "state": row.state,
        "starts": row.starts_at,
        "ends": row.ends_at,
        "now": "not begun" if relation is None else relation.value,
        "history": [
            {"at": c.at, "from": c.before, "to": c.after, "by": c.by, "cause": c.cause}
            for c in row.changes.all()
        ],
    }
