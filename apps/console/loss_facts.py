"""What is lost or assumed again and again when platforms are told something in their own version of
OCPI, as plain data. From the counters; the rows are as many as fields that something happened to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from apps.console.count_facts import GONE
from apps.console.endless import Order, beyond
from apps.counts.models import Loss
from apps.parties.models import Platform

KEY = ("platform", "module", "source", "target", "field", "what")
KINDS = (int, str, str, str, str, str)
ORDER: Order = KEY
MOST = 500
# How the page may be sorted; the key tells rows apart that are alike.
SORTS: dict[str, Order] = {"times": ("-times", *KEY), "last": ("-last_at", *KEY)}

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is looked for; empty is everything. A field is looked for as part of the path."""

    platform: int | None = None
    module: str = ""
    source: str = ""
    target: str = ""
    what: str = ""
    field: str = ""

    def rows(self) -> QuerySet[Loss]:
        rows = Loss.objects.all()
        for name in ("platform", "module", "source", "target", "what"):
            if value := getattr(self, name):
                rows = rows.filter(**{name: value})
        return rows.filter(field__icontains=self.field) if self.field else rows


def losses(narrowing: Narrowing | None, sort: str = "times", most: int = MOST) -> Fact:
    """The rows in an order of SORTS, and what they come to; of None nothing. `more` rows follow."""
    rows = narrowing.rows() if narrowing is not None else Loss.objects.none()
    sums = list(rows.order_by("what").values_list("what").annotate(Sum("times")))
    number = rows.count()
    found = rows.order_by(*SORTS.get(sort, SORTS["times"]))[:most]
    return {
        "times": dict(sums),
        "latest": rows.aggregate(latest=Max("last_at"))["latest"],
        "rows": told(found),
        "more": max(0, number - most),
    }


def after(narrowing: Narrowing, key: Sequence[Any], most: int) -> tuple[list[Fact], bool]:
    """So many rows behind the one with that key, in the order of keys; and whether more follow."""
    rows = narrowing.rows()
    if key:
        rows = rows.filter(beyond(ORDER, dict(zip(KEY, key, strict=True)), forward=True))
    found = list(rows.order_by(*ORDER)[: most + 1])
    return told(found[:most]), len(found) > most


def key_of(fact: Fact) -> list[Any]:
    """Where a fact stands among the others."""
    return [fact["platform"]["id"], *(fact[name] for name in KEY[1:])]


def versions() -> dict[str, int]:
    """How many platforms speak each version; those that have not registered speak none."""
    spoken = Platform.objects.exclude(version="").order_by("version").values_list("version")
    return dict(spoken.annotate(Count("pk")))


def told(rows: Iterable[Loss]) -> list[Fact]:
    """Rows with the names of their platforms."""
    found = list(rows)
    named = Platform.objects.filter(pk__in={row.platform for row in found})
    names = dict(named.values_list("pk", "name"))
    return [
        {
            "platform": {"id": row.platform, "platform": names.get(row.platform, GONE)},
            "module": row.module,
            "source": row.source,
            "target": row.target,
            "field": row.field,
            "what": row.what,
            "why": row.why,
            "times": row.times,
            "first": row.first_at,
            "last": row.last_at,
        }
        for row in found
    ]
