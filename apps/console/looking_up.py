"""What an id may mean: a trace, or the messages of a party or of an object, to choose from.

Every look-up goes through an index. An object that the hub does not keep is found by its whole name
only, such as `tariffs NL/CPO T1`: the log knows it by that.
"""

import re
from typing import Any

from django.db.models import F, QuerySet

from apps.console import kept_rows, tracing
from apps.console.sequence import short
from apps.store.models import CustomObject
from apps.traffic.models import Direction, Leg

MOST_CHAINS = 50
MOST_OBJECTS = 20
_PARTY = re.compile(r"[A-Za-z]{2}/[A-Za-z0-9]{3}")
LONG = ("request_headers", "answer_headers", "request_body", "answer_body")

Fact = dict[str, Any]


def look_up(text: str, *, deliveries: bool = True) -> Fact:
    """What is known of an id.

    Returns `trace` as tracing.trace has it, None where no message has the id; and `chains`, the
    messages it may mean, the newest first. Without `deliveries` they are left out.
    """
    found = tracing.trace(text)
    if not deliveries:
        found["deliveries"] = []
    if found["legs"] or found["deliveries"]:
        return {"asked": text, "means": "message", "trace": found, "chains": []}
    if _PARTY.fullmatch(text):
        return {"asked": text, "means": "party", "trace": None, "chains": _of_party(text.upper())}
    return {"asked": text, "means": "object", "trace": None, "chains": _of_object(text)}


def _of_party(party: str) -> list[Fact]:
    rows = Leg.objects.filter(direction=Direction.IN).defer(*LONG).order_by("-at", "-pk")
    legs = {
        leg.pk: leg
        for side in ("from_party", "to_party")
        for leg in rows.filter(**{side: party})[:MOST_CHAINS]
    }
    return _chains(sorted(legs.values(), key=lambda leg: (leg.at, leg.pk), reverse=True))


def _of_object(text: str) -> list[Fact]:
    names = {text, *(name for model in kept_rows.models() for name in _names(model, text))}
    # Adding 0 keeps PostgreSQL from walking through the log in the order of its key.
    legs = Leg.objects.filter(object__in=names).exclude(object="").defer(*LONG)
    return _chains(list(legs.order_by((F("pk") + 0).desc())[:MOST_CHAINS]))


def _names(model: Any, identifier: str) -> list[str]:
    rows: QuerySet[Any] = model._default_manager.filter(key__in=kept_rows.keys(model, identifier))
    wanted = ("module", "owner", "key") if model is CustomObject else ("owner", "key")
    return [kept_rows.name(row) for row in rows.only(*wanted)[:MOST_OBJECTS]]


def _chains(legs: list[Leg]) -> list[Fact]:
    return [
        {
            "id": leg.pk,
            "correlation_id": leg.correlation_id,
            "request_id": leg.request_id,
            "at": leg.at,
            "what": f"{leg.method} {short(leg.path, leg.module)}",
            "from": leg.from_party,
            "to": leg.to_party,
            "http_status": leg.http_status,
            "code": leg.code,
            "outcome": leg.outcome,
        }
        for leg in legs[:MOST_CHAINS]
    ]
