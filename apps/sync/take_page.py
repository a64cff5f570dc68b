"""Takes in the objects of one page: each kept, or skipped with a reason; none spoils the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection, DataError, InternalError

from apps.store.change import OWNERLESS
from apps.store.facts import MIDDLE
from apps.store.objects import EVERYONE
from apps.store.said import Wanted, all_said
from apps.store.take import BadObject, Taken, identity, take
from apps.sync import lease
from apps.sync.progress import Count
from apps.sync.turn import Turn
from apps.traffic import metrics
from hub.ocpi.bridge import Bridged
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.routing.pulled import Refused, place_of

Connection = AsyncConnection[Any]

# Objects in one transaction: enough to be quick, few enough that a push of a new object, which
# waits for its turn in the sequence, does not wait for long.
TOGETHER = 25
# What one object can do wrong, in the store's eyes and in the database's.
REFUSALS = (BadObject, DataError, InternalError)


@dataclass(frozen=True, slots=True)
class Fit:
    """One object that may be kept, and where it stood on the page, from 1."""

    number: int
    key: str
    owner: PartyId
    audience: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """What became of a page: counts, the keys of the asked party's objects on it, and what was
    odd, a line each."""

    count: Count
    own_keys: tuple[str, ...]
    remarks: tuple[str, ...]


async def take_page(turn: Turn, items: Sequence[bytes]) -> Page:
    """Keeps what can be kept of a page. Raises lease.Lost when another worker has taken over."""
    fits: list[Fit] = []
    wrong: dict[int, str] = {}
    placed = await _placed(turn, items)
    for number, item in enumerate(items, start=1):
        try:
            fits.append(_fit(turn, number, item, placed[number - 1]))
        except (BadObject, Refused) as error:
            wrong[number] = str(error)
    # In one order everywhere, so that two writers never wait for each other: the sequence has one
    # lock per audience, each object one of its own.
    fits.sort(key=lambda fit: (fit.audience, str(fit.owner), fit.key))
    taken: list[Taken] = []
    for first in range(0, len(fits), TOGETHER):
        some, bad = await _keep(turn, fits[first : first + TOGETHER])
        taken += some
        wrong |= bad
    return Page(
        _counted(turn.module, taken, len(wrong)),
        tuple(fit.key for fit in fits if fit.owner == turn.party),
        tuple(
            f"page {turn.walk.pages + 1}, object {number}: {text}"
            for number, text in sorted(wrong.items())
        ),
    )


async def _placed(turn: Turn, items: Sequence[bytes]) -> list[Bridged]:
    """The items as they say whom they are for: those of 2.1.1 name a driver, and the private ones
    are kept for the party that the driver is known to be of."""
    version, module = turn.platform.version, turn.module
    if version not in OWNERLESS or module.audience is Audience.EVERYONE:
        return [Bridged(item) for item in items]
    wanted = Wanted(
        name=module.object,
        source=version,
        target=MIDDLE,
        owner=turn.network.spelled(turn.party),
        viewer=None,
        now=turn.means.clock(),
    )
    async with turn.means.pool.connection() as connection:
        return await all_said(connection, wanted, items)


def _fit(turn: Turn, number: int, item: bytes, placed: Bridged) -> Fit:
    content, _, key = identity(turn.module, item)
    if "\x00" in key:
        raise Refused("its id holds a NUL character")
    if placed.refusal is not None:
        raise Refused(f"for whom it is cannot be told: {placed.refusal.why.rstrip('.')}")
    if placed.text is not item:
        content, _, _ = identity(turn.module, placed.text or item)
    place = place_of(content, turn.module, turn.party, turn.platform.id, turn.network)
    audience = EVERYONE if place.audience is None else str(place.audience)
    return Fit(number, key, place.owner, audience, item)


async def _keep(turn: Turn, fits: Sequence[Fit]) -> tuple[list[Taken], dict[int, str]]:
    """Keeps objects in one transaction, or, where one of them is refused, each in its own: so
    nothing of a refused one stays. Returns what was taken, and why others were not."""
    names = (lease.of_platform(turn.walk.platform_id),)
    async with turn.means.pool.connection() as connection:
        await lease.extend(connection, names, turn.holder, turn.means.clock())
        try:
            return await _together(connection, turn, fits), {}
        except REFUSALS:
            pass
        taken: list[Taken] = []
        wrong: dict[int, str] = {}
        for fit in fits:
            try:
                taken += await _together(connection, turn, [fit])
            except BadObject as error:
                wrong[fit.number] = str(error)
            except REFUSALS as error:
                wrong[fit.number] = f"the database refuses it: {type(error).__name__}"
    return taken, wrong


async def _together(connection: Connection, turn: Turn, fits: Sequence[Fit]) -> list[Taken]:
    now = turn.means.clock()
    async with connection.transaction():
        return [
            await take(
                connection,
                turn.module,
                fit.owner,
                fit.text,
                audience=fit.audience,
                version=turn.platform.version,
                platform_id=turn.platform.id,
                cause=turn.walk.cause,
                now=now,
                overwrites=turn.platform.overwrites,
            )
            for fit in fits
        ]


def _counted(module: Module, taken: Sequence[Taken], skipped: int) -> Count:
    outcomes = [_outcome(each) for each in taken]
    for outcome in {*outcomes}:
        metrics.PULLED.labels(module.id, outcome).inc(outcomes.count(outcome))
    if skipped:
        metrics.PULLED.labels(module.id, "skipped").inc(skipped)
    return Count(
        kept=len(taken),
        created=outcomes.count("created"),
        changed=outcomes.count("changed"),
        skipped=skipped,
    )


def _outcome(taken: Taken) -> str:
    if taken.created:
        return "created"
    if taken.changed:
        return "changed"
    return "stale" if taken.stale else "same"
