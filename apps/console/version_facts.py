"""A kept object as each version of OCPI is told it: its text, what is lost or assumed on the way,
or why it is withheld.

It is converted as lists and deliveries convert it, in a transaction that is taken back: whoever
looks at an object gives out no alias.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync

from apps import database
from apps.console import kept_rows
from apps.credentials.pages import VERSIONS
from apps.modules import registry
from apps.parties import directory
from apps.store.objects import StoredObject
from apps.store.said import Wanted, said
from hub.ocpi.bridge import Bridged, Note, Refusal, Verdict
from hub.ocpi.ids import PartyId

Fact = dict[str, Any]

# What a refusal means for whoever speaks that version.
MEANS = {
    Verdict.WITHHELD: "withheld: this version cannot say it, so nobody who speaks it is told",
    Verdict.LACKING: "withheld for now: the hub lacks a fact that it may come to know",
    Verdict.WHOLE: "withheld: it would mean something else",
    Verdict.UNREADABLE: "withheld: it cannot be read",
}


def in_versions(row: StoredObject, now: datetime, targets: Sequence[str] = VERSIONS) -> list[Fact]:
    """The object in each of some versions: `text` or `refusal` is None. Nothing is written."""
    text, module = kept_rows.document(row), registry().get(kept_rows.module_id(row))
    directory.refresh_if_changed()
    wanted = [
        Wanted(
            name=module.object if module is not None else "",
            source=row.version,
            target=target,
            owner=directory.snapshot().spelled(PartyId.parse(row.owner)),
            viewer=PartyId.parse(row.audience) if row.audience else None,
            now=now,
        )
        for target in targets
    ]
    found = async_to_sync(_said)(wanted, text.encode())
    return [_fact(each.target, row.version, done) for each, done in zip(wanted, found, strict=True)]


async def _said(wanted: Sequence[Wanted], text: bytes) -> list[Bridged]:
    async with (
        database.pool(1) as pool,
        pool.connection() as connection,
        connection.transaction(force_rollback=True),
    ):
        return [
            Bridged(text) if each.source == each.target else await said(connection, each, text)
            for each in wanted
        ]


def in_short(fact: Fact) -> Fact:
    """The same without its text."""
    return {name: value for name, value in fact.items() if name != "text"}


def _fact(version: str, written_in: str, done: Bridged) -> Fact:
    return {
        "version": version,
        "written_in": written_in,
        "text": done.text.decode() if done.text is not None else None,
        "notes": [note(each) for each in done.notes],
        "refusal": _refusal(done.refusal) if done.refusal is not None else None,
    }


def note(each: Note) -> Fact:
    """A loss or an assumption, as the message log has it."""
    return {"path": each.path, "what": each.what.value, "why": each.why, "version": each.version}


def _refusal(refusal: Refusal) -> Fact:
    return {
        "verdict": refusal.verdict.value,
        "means": MEANS[refusal.verdict],
        "path": refusal.path,
        "why": refusal.why,
        "version": refusal.version,
    }


def in_words(fact: Fact) -> str:
    """What becomes of the object in that version, in a few words."""
    if fact["refusal"] is not None:
        return str(fact["refusal"]["means"])
    if fact["version"] == fact["written_in"]:
        return "as its owner wrote it, byte for byte"
    number = len(fact["notes"])
    if not number:
        return "said without a loss"
    return f"said, with {number} remark{'s' if number > 1 else ''}: {counted(fact['notes'])}"


def counted(notes: Sequence[Fact]) -> str:
    """How often something was lost, changed and assumed: `2 lost, 1 assumed`."""
    kinds = dict.fromkeys(each["what"] for each in notes)
    return ", ".join(f"{sum(n['what'] == kind for n in notes)} {kind}" for kind in kinds)
