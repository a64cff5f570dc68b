"""What is wrong with kept objects: noted on first sight, counted after, gone when it is mended.

A finding belongs to one copy of one object and says where it is by the ids of nested objects
(`$.evses[E1].status`), so that it stays the same finding when a list changes its order.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store.change import Change, Origin
from apps.store.objects import EVERYONE
from apps.store.tables import table
from hub.ocpi import jsontext
from hub.ocpi.ids import fold
from hub.ocpi.module import Effect
from hub.ocpi.schema import Finding, Severity

Connection = AsyncConnection[Any]

OLDER = Finding(
    "$.last_updated", "older", Severity.WARNING,
    "last_updated is older than what the hub keeps; the object was not kept.",
)  # fmt: skip
RESENT = Finding(
    "$", "resent", Severity.NOTE, "sent again without any change; a push is for changes."
)
CHANGED = Finding(
    "$", "changed", Severity.WARNING, "objects of this module never change; the first one is kept."
)
MISSING = "missing_from_pull"
# These say something of how an object came, not of what is in it.
_ABOUT_COMING = {OLDER.code, RESENT.code}


@dataclass(frozen=True, slots=True)
class Subject:
    """The copy of an object that a finding is about; all four are folded as in the tables."""

    module: str
    owner: str
    key: str
    audience: str = EVERYONE


_OPEN = """
SELECT path, code FROM store_finding
WHERE module = %s AND owner = %s AND key = %s AND audience = %s
"""
_ADD = """
INSERT INTO store_finding AS f (module, owner, key, audience, platform, path, code, severity,
    message, first_seen, last_seen, times)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 1)
ON CONFLICT (module, owner, key, audience, path, code) DO UPDATE SET platform = excluded.platform,
    severity = excluded.severity, message = excluded.message, last_seen = excluded.last_seen,
    times = f.times + 1
"""
_CLEAR = """
DELETE FROM store_finding WHERE module = %s AND owner = %s AND key = %s AND audience = %s
    AND (path, code) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
"""
LOCK = """
SELECT 1 FROM {table} t WHERE {where} AND t.owner = %(owner)s AND t.key = %(key)s
    AND t.audience = %(audience)s FOR UPDATE
"""
FLAG = """
UPDATE {table} t SET flagged = EXISTS (
    SELECT 1 FROM store_finding f WHERE f.module = %(module)s AND f.owner = t.owner
    AND f.key = t.key AND f.audience = t.audience
) WHERE {where} AND t.owner = %(owner)s AND t.key = %(key)s AND t.audience = %(audience)s
"""


async def note(
    connection: Connection, change: Change, *, stale: bool, same: bool, flagged: bool
) -> None:
    """Notes what was found with a change, and clears what it has mended. `flagged` says whether
    findings were open before; the object's row is locked by the caller."""
    subject = Subject(change.module.id, str(change.owner), change.key, change.audience)
    new = {(f.path, f.code): f for f in _found(change, stale=stale, same=same)}
    if not (new or flagged):
        return
    mended: list[tuple[str, str]] = []
    if flagged and not (stale or same):
        rows = await (await connection.execute(_OPEN, _identity(subject))).fetchall()
        mended = [
            (path, code)
            for path, code in rows
            if (path, code) not in new and _settled(change, path, code)
        ]
    await _clear(connection, subject, mended)
    await _add(connection, subject, change.platform_id, list(new.values()), change.now)
    if mended or not flagged:
        await _on_object(connection, FLAG, subject)


async def add(
    connection: Connection,
    subject: Subject,
    platform_id: int | None,
    findings: Sequence[Finding],
    now: datetime,
) -> None:
    """Notes findings that did not come with a change of the object."""
    await _on_object(connection, LOCK, subject)
    await _add(connection, subject, platform_id, findings, now)
    await _on_object(connection, FLAG, subject)


async def clear(connection: Connection, subject: Subject, codes: Collection[str]) -> None:
    """Takes back the findings with these codes."""
    await _on_object(connection, LOCK, subject)
    rows = await (await connection.execute(_OPEN, _identity(subject))).fetchall()
    gone = [(path, code) for path, code in rows if code in codes]
    if gone:
        await _clear(connection, subject, gone)
        await _on_object(connection, FLAG, subject)


def _found(change: Change, *, stale: bool, same: bool) -> list[Finding]:
    """What is to be noted: what was found in the body, and how it came."""
    base = base_of(change)
    if stale:
        return [_at(base, OLDER)]
    found = [_at(base, each) for each in _named(change)]
    if same and change.origin is Origin.PUSH and change.effect is Effect.REPLACE:
        found.append(_at(base, RESENT))
    return found


def base_of(change: Change) -> str:
    """Where in the whole object the body of a change belongs."""
    steps = zip(change.module.parts, change.part_ids, strict=False)
    return "$" + "".join(f".{part.member}[{fold(identifier)}]" for part, identifier in steps)


def _settled(change: Change, path: str, code: str) -> bool:
    """Whether a change says anew what an open finding is about."""
    base = base_of(change)
    if change.effect is Effect.REMOVE:
        return True
    if not path.startswith(base) or code == MISSING:
        return False
    if change.effect is Effect.REPLACE or code in _ABOUT_COMING:
        return True
    member = re.match(r"\.(\w+)", path[len(base) :])
    return member is not None and member[1] in jsontext.members(change.body)


def _named(change: Change) -> list[Finding]:
    """The findings of a body, with the ids of nested objects in place of their numbers."""
    if not change.findings or not change.module.parts:
        return list(change.findings)
    content = jsontext.decode(change.body)
    parts = change.module.parts[len(change.part_ids) :]
    return [
        Finding(by_ids(each.path, content, parts), each.code, each.severity, each.message)
        for each in change.findings
    ]


def by_ids(path: str, content: object, parts: Sequence[Any]) -> str:
    """`$.evses[0].status` as `$.evses[E1].status`, as far as nested objects have ids."""
    named, rest = "$", path[1:]
    for part in parts:
        step = re.match(rf"\.{part.member}\[(\d+)\]", rest)
        items = content.get(part.member) if isinstance(content, dict) else None
        if step is None or not isinstance(items, list):
            break
        content = items[int(step[1])]
        identifier = content.get(part.id_field) if isinstance(content, dict) else None
        if not isinstance(identifier, str):
            break
        named += f".{part.member}[{fold(identifier)}]"
        rest = rest[step.end() :]
    return named + rest


def _at(base: str, finding: Finding) -> Finding:
    if base == "$":
        return finding
    return Finding(base + finding.path[1:], finding.code, finding.severity, finding.message)


def _identity(subject: Subject) -> tuple[str, str, str, str]:
    return subject.module, subject.owner, subject.key, subject.audience


async def _add(
    connection: Connection,
    subject: Subject,
    platform_id: int | None,
    findings: Sequence[Finding],
    now: datetime,
) -> None:
    if not findings:
        return
    rows = [
        (*_identity(subject), platform_id, f.path, f.code, f.severity.value, f.message, now, now)
        for f in findings
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(_ADD, rows)


async def _clear(connection: Connection, subject: Subject, gone: Sequence[tuple[str, str]]) -> None:
    if gone:
        paths, codes = [path for path, _ in gone], [code for _, code in gone]
        await connection.execute(_CLEAR, (*_identity(subject), paths, codes))


async def _on_object(connection: Connection, statement: str, subject: Subject) -> None:
    """Locks the kept object, or says on it whether findings are open."""
    found = table(module_of(subject.module))
    await connection.execute(
        statement.format(table=found.name, where=found.where),
        {
            "module": subject.module,
            "owner": subject.owner,
            "key": subject.key,
            "audience": subject.audience,
        },
    )
