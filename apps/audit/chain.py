"""Writes acts down, each sealed with the one before it, and looks whether all seals still fit.

A seal is the SHA-256 of the seal before and of the entry as canonical JSON: to change, remove or
insert an entry breaks all seals from there on. Who can rewrite the whole table can make new ones:
write the last seal down elsewhere now and then, and have it looked for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from apps.audit.models import Entry
from hub.ocpi.datetimes import render

BEGINNING = "0" * 64
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Act:
    """What was done.

    Attributes:
        actor: the user, or who ran the command.
        via: the way it came.
        act: what was done, in a word or two.
        kind, subject: what it was done to.
        before, after: only what it changed; values that JSON has a word for, never a secret.
    """

    actor: str
    via: Entry.Via
    act: str
    kind: str
    subject: str
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verified:
    """How far the seals fit: how many entries, the last seal that does, and the number of the first
    entry that does not."""

    entries: int
    last: str
    broken_at: int | None = None


def write(act: Act, now: datetime) -> Entry:
    """Adds an entry. One at a time: each needs the seal of the one before."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit'))")
        last = Entry.objects.order_by("-id").values_list("seal", flat=True).first()
        entry = Entry(
            at=now.replace(microsecond=now.microsecond // 1000 * 1000),
            previous=last or BEGINNING,
            **{**asdict(act), "act": act.act[:100], "subject": act.subject[:200]},
        )
        entry.seal = seal(entry)
        entry.save(force_insert=True)
    return entry


def seal(entry: Entry) -> str:
    """The seal that an entry must have."""
    text = json.dumps(content(entry), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{entry.previous}\n{text}".encode()).hexdigest()


def content(entry: Entry) -> dict[str, Any]:
    """An entry as data, without its seals."""
    return {
        "at": render(entry.at.astimezone(UTC)),
        "actor": entry.actor,
        "via": str(entry.via),
        "act": entry.act,
        "kind": entry.kind,
        "subject": entry.subject,
        "reason": entry.reason,
        "before": entry.before,
        "after": entry.after,
    }


def fact(entry: Entry) -> dict[str, Any]:
    """An entry as data, with its number and seals."""
    seals = {"previous": entry.previous, "seal": entry.seal}
    return {"id": entry.pk, **content(entry), **seals}


def verify() -> Verified:
    """Looks at all seals, from the beginning."""
    entries, last = 0, BEGINNING
    for entry in _all():
        if entry.previous != last or entry.seal != seal(entry):
            return Verified(entries, last, entry.pk)
        entries, last = entries + 1, entry.seal
    return Verified(entries, last)


def export() -> Iterator[dict[str, Any]]:
    """Every entry as data, the oldest first, with its seals."""
    for entry in _all():
        yield fact(entry)


def holds(sealed: str) -> bool:
    """Whether an entry with that seal is there."""
    return Entry.objects.filter(seal=sealed).exists()


def _all() -> Iterator[Entry]:
    return Entry.objects.order_by("id").iterator(chunk_size=BATCH)
