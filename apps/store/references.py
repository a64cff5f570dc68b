"""Ids in kept objects that name other objects: an id that nobody knows is a finding, until the
object it names arrives (arrivals.py).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store.change import Change
from apps.store.tables import table
from hub.ocpi import jsontext
from hub.ocpi.ids import fold
from hub.ocpi.module import Effect, Module, Part
from hub.ocpi.schema import Finding, Severity

Connection = AsyncConnection[Any]

CODE = "unknown_reference"
# The one character that PostgreSQL has not: no kept object has it in its id.
NUL = "\x00"


async def unknown(connection: Connection, change: Change) -> tuple[Finding, ...]:
    """A finding for every id in the body that names no kept object."""
    if change.effect not in (Effect.REPLACE, Effect.APPEND):
        return ()
    found: list[Finding] = []
    for reference in change.module.references:
        named = list(_named(change, reference.field))
        if named:
            module = module_of(reference.module)
            known = await _known(connection, change, module, [fold(each) for _, each in named])
            found += [
                Finding(
                    f"{path}[{fold(identifier)}]",
                    CODE,
                    Severity.WARNING,
                    f"names {identifier[:36]!r}, which its owner has not sent to {module.id}.",
                )
                for path, identifier in named
                if fold(identifier) not in known
            ]
    return tuple(found)


async def _known(
    connection: Connection, change: Change, module: Module, keys: list[str]
) -> set[str]:
    found = table(module)
    cursor = await connection.execute(
        f"SELECT t.key FROM {found.name} t WHERE {found.where} AND t.owner = %(owner)s "
        "AND t.key = ANY(%(keys)s) AND t.audience IN ('', %(audience)s)",
        {
            "module": found.module,
            "owner": str(change.owner),
            "keys": keys,
            "audience": change.audience,
        },
    )
    return {row[0] for row in await cursor.fetchall()}


def _named(change: Change, field: str) -> Iterator[tuple[str, str]]:
    """The ids at a path of the body, with where they stand in the whole object."""
    if field.rpartition(".")[2].encode() not in change.body:
        return
    steps = field.split(".")[len(change.part_ids) :]
    for path, identifier in _walk(jsontext.decode(change.body), steps, change.module.parts, "$"):
        yield path, identifier.replace(NUL, "\ufffd")


def _walk(
    value: object, steps: list[str], parts: Sequence[Part], path: str
) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _walk(item, steps, parts, path if not steps else f"{path}[{number}]")
    elif not steps:
        if isinstance(value, str):
            yield path, value
    elif isinstance(value, dict) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:], parts, f"{path}.{steps[0]}")
