"""Takes lines into the hub: each object is kept, or reported with its line; none spoils the others.

A batch is one transaction. Its objects are kept side by side on one connection, so that their
statements travel together (pipeline mode): three times as fast as one after the other.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

from psycopg import AsyncConnection, DataError, Error, InternalError
from psycopg.errors import DeadlockDetected, PipelineAborted

from apps.database import Pool
from apps.modules import module_of
from apps.store.change import Origin
from apps.store.lines import LONGEST, BadLine, Line, read
from apps.store.tables import table
from apps.store.take import BadObject, Taken, identity, take
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module

Connection = AsyncConnection[Any]

# Lines in one transaction: enough to be quick, few enough not to lock others out for long.
TOGETHER = 200
# How often a batch is tried when its locks and those of another writer wait for each other.
ATTEMPTS = 4
# PostgreSQL plans by what it last counted in a table: of one that was empty it reads too much until
# it looks again by itself, which takes it a minute. After so many lines it is told to.
LOOKS = (200, 2_000, 20_000)
# What is the matter with one object, and not with the database.
REFUSALS = (BadObject, DataError, InternalError)


@dataclass(frozen=True, slots=True)
class Way:
    """How lines are taken in: the module of bare objects, what the kept copies name as their
    cause, and the clock."""

    module: Module | None
    cause: str
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Step:
    """What is behind: the number of the last line, where in the file it ends, what became of these
    lines (new, changed, same, older, bad), and what is wrong with the bad ones."""

    line: int
    end: int
    outcomes: Counter[str]
    wrong: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """One line of a file, and where it ends."""

    number: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True)
class _Fit:
    """One line that holds an object."""

    number: int
    line: Line
    module: Module
    key: str

    @property
    def order(self) -> tuple[str, str, str, str]:
        """In one order everywhere, so that two writers of the same objects seldom wait for each
        other."""
        return self.line.module, self.line.owner, self.key, self.line.audience


async def read_in(
    pool: Pool, file: BinaryIO, way: Way, line: int = 0, end: int = 0
) -> AsyncIterator[Step]:
    """Takes in a file from where it stands: behind `line` lines, at byte `end`. After each step
    all before it is in the database."""
    texts = _texts(file, line, end)
    seen: set[str] = set()
    looks = [line + count for count in LOOKS]
    while batch := list(islice(texts, TOGETHER)):
        outcomes, wrong = await _take_in(pool, batch, way, seen)
        outcomes["bad"] += len(wrong)
        if looks and batch[-1].number >= looks[0]:
            del looks[0]
            await _look(pool, seen)
        yield Step(batch[-1].number, batch[-1].end, outcomes, tuple(sorted(wrong.items())))


def _texts(file: BinaryIO, number: int, end: int) -> Iterator[_Text]:
    """The lines of a file. Of one that is too long only so much is read as shows it."""
    while text := file.readline(LONGEST + 1):
        number, end = number + 1, end + len(text)
        more = text
        while len(more) > LONGEST and not more.endswith(b"\n"):
            more = file.readline(LONGEST + 1)
            end += len(more)
        yield _Text(number, end, text)


async def _look(pool: Pool, modules: set[str]) -> None:
    """Lets PostgreSQL look at the tables of modules."""
    found = [table(module_of(module)) for module in sorted(modules)]
    names = [name for each in found for name in (each.name, each.parts) if name]
    if names:
        async with pool.connection() as connection:
            await connection.execute(f"ANALYZE {', '.join(names)}")


async def _take_in(
    pool: Pool, batch: Sequence[_Text], way: Way, seen: set[str]
) -> tuple[Counter[str], dict[int, str]]:
    """Keeps a batch, and adds the modules met to those seen."""
    fits: list[_Fit] = []
    wrong: dict[int, str] = {}
    for each in batch:
        if not each.text.strip():
            continue
        try:
            fits.append(_fit(each, way))
        except (BadLine, BadObject) as error:
            wrong[each.number] = str(error)
    seen |= {fit.line.module for fit in fits}
    outcomes: Counter[str] = Counter()
    async with pool.connection() as connection:
        for fresh in _without_repeats(fits):
            taken, bad = await _keep(connection, fresh, way)
            outcomes.update(_outcome(one) for one in taken)
            wrong |= bad
    return outcomes, wrong


def _fit(text: _Text, way: Way) -> _Fit:
    line = read(text.text, way.module)
    module = module_of(line.module)
    _, _, key = identity(module, bytes(line.object))
    return _Fit(text.number, line, module, key)


def _without_repeats(fits: Sequence[_Fit]) -> Iterator[list[_Fit]]:
    """Lines that may be kept side by side: no copy twice, else in their order."""
    together: dict[tuple[str, str, str, str], _Fit] = {}
    for fit in fits:
        if fit.order in together:
            yield [together[order] for order in sorted(together)]
            together = {}
        together[fit.order] = fit
    if together:
        yield [together[order] for order in sorted(together)]


async def _keep(
    connection: Connection, fits: Sequence[_Fit], way: Way
) -> tuple[list[Taken], dict[int, str]]:
    """Keeps lines together, or, where one of them is refused, one by one."""
    try:
        return await _together(connection, fits, way), {}
    except REFUSALS:
        pass
    taken: list[Taken] = []
    wrong: dict[int, str] = {}
    for fit in fits:
        try:
            taken += await _together(connection, [fit], way)
        except BadObject as error:
            wrong[fit.number] = str(error)
        except REFUSALS as error:
            wrong[fit.number] = f"the database refuses it: {type(error).__name__}"
    return taken, wrong


async def _together(connection: Connection, fits: Sequence[_Fit], way: Way) -> list[Taken]:
    for _ in range(ATTEMPTS - 1):
        try:
            return await _once(connection, fits, way)
        except DeadlockDetected:
            continue
    return await _once(connection, fits, way)


async def _once(connection: Connection, fits: Sequence[_Fit], way: Way) -> list[Taken]:
    """One transaction, all or nothing. Statements behind one that fails are not carried out:
    theirs are no failures of their own."""
    now = way.clock()
    async with connection.transaction(), connection.pipeline() as pipeline:
        found = await asyncio.gather(
            *(_one(connection, fit, way, now) for fit in fits), return_exceptions=True
        )
        failed = [one for one in found if isinstance(one, BaseException)]
        if failed:
            with suppress(Error):  # what is left in the pipeline
                await pipeline.sync()
            raise min(failed, key=lambda one: isinstance(one, PipelineAborted))
    return [one for one in found if isinstance(one, Taken)]


async def _one(connection: Connection, fit: _Fit, way: Way, now: datetime) -> Taken:
    line = fit.line
    return await take(
        connection,
        fit.module,
        PartyId.parse(line.owner),
        bytes(line.object),
        audience=line.audience,
        version=line.version,
        platform_id=None,
        cause=way.cause,
        now=now,
        origin=Origin.IMPORT,
    )


def _outcome(taken: Taken) -> str:
    if taken.created:
        return "new"
    if taken.changed:
        return "changed"
    return "older" if taken.stale else "same"
