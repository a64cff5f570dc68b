"""Counts findings and scores, for pages that could not: one pass through the findings, one through
what was noted of each object. All numbers are of one moment and replace those of before.

    correctness   the share of objects without an error or a warning
    completeness  of the recommended fields: the share of objects that have each, on average
    score         half of each; correctness alone where nothing is recommended
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.modules import registry
from apps.summaries.models import FindingCount, Score
from hub.ocpi.quality.recommended import fields

Owned = tuple[str, str]  # owner and module

_LOCK = "SELECT pg_advisory_xact_lock(hashtext('summaries_score'))"
_FINDINGS = """
INSERT INTO summaries_findingcount (owner, module, code, severity, findings, objects_found)
SELECT owner, module, code, severity, sum(number), count(*) FROM (
    SELECT owner, module, code, severity, key, audience, count(*) AS number FROM store_finding
    GROUP BY 1, 2, 3, 4, 5, 6
) found GROUP BY 1, 2, 3, 4
"""
# Grouping by object goes by hash then, a million objects in a second.
_ROOM = "SET LOCAL work_mem = '128MB'"
_WRONG = """
SELECT owner, module, count(*) FILTER (WHERE grave), count(*) FILTER (WHERE NOT grave) FROM (
    SELECT owner, module, key, audience, bool_or(severity = 'error') AS grave FROM store_finding
    WHERE severity IN ('error', 'warning') GROUP BY 1, 2, 3, 4
) found GROUP BY 1, 2
"""
_KEPT = """
SELECT owner, module, sum(number)::bigint FROM (
    SELECT owner, module, number FROM store_tally WHERE span = 'all'
    UNION ALL SELECT owner, module, number FROM store_tallychange WHERE hour IS NULL
) t GROUP BY 1, 2 HAVING sum(number) > 0
"""
_GIVEN = "SELECT owner, count(*), {sums} FROM summaries_looked WHERE module = %s GROUP BY 1"


@dataclass(frozen=True, slots=True)
class Fields:
    """Of how many objects of one owner the fields were looked at, and how many have each."""

    looked: int
    given: Mapping[str, int]

    @property
    def completeness(self) -> float | None:
        """Between 0 and 1; None of nothing."""
        if not (self.looked and self.given):
            return None
        return sum(self.given.values()) / (self.looked * len(self.given))


NOT_LOOKED = Fields(0, {})


@transaction.atomic
def count(now: datetime) -> None:
    """Counts everything anew."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_ROOM)
        FindingCount.objects.all().delete()
        cursor.execute(_FINDINGS)
    wrong = {(owner, module): numbers for owner, module, *numbers in _rows(_WRONG)}
    kept = {(owner, module): number for owner, module, number in _rows(_KEPT)}
    seen = _fields()
    Score.objects.all().delete()
    Score.objects.bulk_create(
        score(owned, number, wrong.get(owned, (0, 0)), seen.get(owned, NOT_LOOKED), now)
        for owned, number in kept.items()
    )


def score(owned: Owned, kept: int, wrong: Sequence[int], seen: Fields, now: datetime) -> Score:
    """The score of so many objects, of which some have errors and some have warnings only."""
    correctness = max(0.0, 1 - sum(wrong) / kept)
    completeness = seen.completeness
    halves = [correctness] if completeness is None else [correctness, completeness]
    return Score(
        owner=owned[0],
        module=owned[1],
        objects_kept=kept,
        with_errors=wrong[0],
        with_warnings=wrong[1],
        looked=seen.looked,
        given=dict(seen.given),
        correctness=correctness,
        completeness=completeness,
        score=sum(halves) / len(halves),
        counted_at=now,
    )


def _fields() -> dict[Owned, Fields]:
    found: dict[Owned, Fields] = {}
    for module in registry().values():
        names = fields(module.object) if module.keeps else ()
        if not names:
            continue
        sums = ", ".join(f"sum((given >> {place}) & 1)::bigint" for place in range(len(names)))
        for owner, looked, *numbers in _rows(_GIVEN.format(sums=sums), (module.id,)):
            found[owner, module.id] = Fields(looked, dict(zip(names, numbers, strict=True)))
    return found


def _rows(statement: str, values: Sequence[str] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
