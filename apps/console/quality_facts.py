"""Data quality as plain data, from what a task has counted: the same on pages, as JSON and on the
command line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from apps.console import kept_rows
from apps.modules import registry
from apps.parties.models import CredentialsRole
from apps.store.models import Finding
from apps.summaries.models import FindingCount, Score
from hub.ocpi.quality.advice import advice
from hub.ocpi.quality.recommended import RECOMMENDED
from hub.ocpi.schema import Severity

Fact = dict[str, Any]

MOST_SCORES = 200
MOST_RULES = 200
EXAMPLES = 3
GRAVEST_FIRST = tuple(severity.value for severity in Severity)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is asked for; empty is all."""

    owner: str = ""
    module: str = ""
    severity: str = ""

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that fit, of a table that may have no severities."""
        columns = {field.name for field in _model(rows)._meta.get_fields()}
        asked = {"owner": self.owner, "module": self.module, "severity": self.severity}
        return rows.filter(
            **{name: value for name, value in asked.items() if value and name in columns}
        )


def _model(rows: QuerySet[Any]) -> type[Model]:
    return rows.model


def quality(asked: Narrowing | None) -> Fact:
    """Scores and what is found, as counted last; nothing of either where nothing can fit."""
    return {
        "counted_at": counted_at(),
        "scores": scores(asked) if asked else [],
        "rules": rules(asked) if asked else [],
    }


def counted_at() -> datetime | None:
    """When it was counted; None when it never was, or nothing is kept."""
    return Score.objects.values_list("counted_at", flat=True).first()


def platforms_of(owners: Iterable[str]) -> Mapping[str, Fact]:
    """The platform of each owner that has one now: its id and name."""
    roles = CredentialsRole.objects.filter(party__in=set(owners)).select_related("platform")
    return {role.party: {"id": role.platform.pk, "platform": role.platform.name} for role in roles}


def scores(asked: Narrowing) -> list[Fact]:
    """Scores by owner and module, the worst first."""
    rows = asked.of(Score.objects.order_by("score", "owner", "module"))[:MOST_SCORES]
    found = list(rows)
    platforms = platforms_of(row.owner for row in found)
    return [{**_score(row), "platform": platforms.get(row.owner)} for row in found]


def _score(row: Score) -> Fact:
    return {
        "owner": row.owner,
        "module": row.module,
        "objects": row.objects_kept,
        "with_errors": row.with_errors,
        "with_warnings": row.with_warnings,
        "correctness": row.correctness,
        "completeness": row.completeness,
        "score": row.score,
        "fields": _fields(row),
    }


def _fields(row: Score) -> list[Fact]:
    """The recommended fields, the one that is missing most often first."""
    module = registry().get(row.module)
    purposes = RECOMMENDED.get(module.object, {}) if module is not None else {}
    found = [
        {"field": name, "for": purposes.get(name, ""), "given": number, "of": row.looked}
        for name, number in row.given.items()
    ]
    return sorted(found, key=lambda fact: (fact["given"], fact["field"]))


def rules(asked: Narrowing) -> list[Fact]:
    """What is found, rule by rule, the gravest and the most frequent first; each with its numbers
    by owner."""
    found: dict[tuple[str, str, str], Fact] = {}
    for row in asked.of(FindingCount.objects.all()):
        key = (row.module, row.code, row.severity)
        fact = found.setdefault(
            key,
            {
                "module": row.module, "code": row.code, "severity": row.severity,
                "advice": advice(row.code), "findings": 0, "objects": 0, "owners": {},
            },
        )  # fmt: skip
        fact["findings"] += row.findings
        fact["objects"] += row.objects_found
        fact["owners"][row.owner] = {"findings": row.findings, "objects": row.objects_found}
    return sorted(
        found.values(),
        key=lambda f: (_grade(f["severity"]), -f["findings"], f["module"], f["code"]),
    )[:MOST_RULES]


def _grade(severity: str) -> int:
    known = severity in GRAVEST_FIRST
    return GRAVEST_FIRST.index(severity) if known else len(GRAVEST_FIRST)


def owner(name: str) -> Fact:
    """Everything about one owner, with three examples for each rule."""
    asked = Narrowing(owner=name)
    found = rules(asked)
    for fact in found:
        del fact["owners"]
        fact["examples"] = _examples(name, fact["module"], fact["code"], fact["severity"])
    return {
        "owner": name,
        "platform": platforms_of([name]).get(name),
        "counted_at": counted_at(),
        "scores": scores(asked),
        "rules": found,
    }


def _examples(name: str, module: str, code: str, severity: str) -> list[Fact]:
    rows = Finding.objects.filter(owner=name, module=module, code=code, severity=severity)
    return [
        {
            "id": row.pk,
            "object": kept_rows.shown_key(row.key),
            "for_party": row.audience,
            "path": row.path,
            "message": row.message,
        }
        for row in rows.order_by("-pk")[:EXAMPLES]
    ]
