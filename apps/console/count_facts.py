"""How many messages passed between platforms, from the counters: by pair, module and outcome.

Never from the message log, so that a question about a month costs no more than one about a day. The
counters are apart by minute for a day, and by hour before; a span is told as it was counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum

from apps.console.endless import Order, beyond
from apps.counts.collect import HUB
from apps.counts.models import OWN, PARTNER, Pair
from apps.counts.read import SPANS
from apps.counts.times import OWN_UP_TO, PARTNER_UP_TO, quantile
from apps.parties.models import Platform

KEY = ("from_platform", "to_platform", "module", "outcome")
KINDS = (int, int, str, str)
ORDER: Order = KEY
GONE = "a platform that is gone"

Fact = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, the end not included; and what it is narrowed by, empty is any. A
    platform is at either end."""

    since: datetime
    until: datetime
    platform: int | None = None
    module: str = ""
    outcome: str = ""


def messages(span: Span, after: Sequence[Any] = (), most: int = 1_000) -> tuple[list[Fact], bool]:
    """So many pairs of platforms by module and outcome, behind the pair with the key `after`; and
    whether more follow. Times are in milliseconds: the hub's own, and those it waited for."""
    rows = Pair.objects.filter(minutes__in=SPANS, at__gte=span.since, at__lt=span.until)
    if span.platform is not None:
        rows = rows.filter(from_platform=span.platform) | rows.filter(to_platform=span.platform)
    if span.module:
        rows = rows.filter(module=span.module)
    if span.outcome:
        rows = rows.filter(outcome=span.outcome)
    if after:
        rows = rows.filter(beyond(ORDER, dict(zip(KEY, after, strict=True)), forward=True))
    sums = {name: Sum(name) for name in ("messages", *OWN, *PARTNER)}
    # The sums have the names of columns, which a queryset takes for its own.
    named = {f"sum_{name}": each for name, each in sums.items()}
    found = list(rows.order_by(*ORDER).values(*KEY).annotate(**named)[: most + 1])
    names = _names(found[:most])
    return [_fact(row, names) for row in found[:most]], len(found) > most


def key_of(fact: Fact) -> list[Any]:
    """Where a fact stands among the others."""
    return [fact["from"]["id"], fact["to"]["id"], fact["module"], fact["outcome"]]


def _names(rows: Sequence[Fact]) -> dict[int, str]:
    ids = {row[name] for row in rows for name in ("from_platform", "to_platform")} - {HUB}
    return dict(Platform.objects.filter(pk__in=ids).values_list("pk", "name"))


def _fact(row: Fact, names: dict[int, str]) -> Fact:
    return {
        "from": _end(row["from_platform"], names),
        "to": _end(row["to_platform"], names),
        "module": row["module"],
        "outcome": row["outcome"],
        "messages": row["sum_messages"],
        "hub_ms": _times(OWN_UP_TO, [row[f"sum_{name}"] for name in OWN]),
        "partner_ms": _times(PARTNER_UP_TO, [row[f"sum_{name}"] for name in PARTNER]),
    }


def _end(platform: int, names: dict[int, str]) -> Fact:
    """One end of a pair; 0 is the hub itself."""
    return {"id": platform, "platform": "" if platform == HUB else names.get(platform, GONE)}


def _times(up_to: Sequence[float], counts: Sequence[int]) -> Fact:
    return {"p50": quantile(up_to, counts, 0.5), "p95": quantile(up_to, counts, 0.95)}
