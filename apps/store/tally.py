"""How many objects a party may see: exact, and without counting them one by one.

Triggers (apps/store/triggers.py) add a row to TallyChange, in the same transaction, for every
object that comes, goes, or moves to another hour by its last_updated; apps/store/fold.py adds them
up every minute. A list with dates adds up whole days and hours, and counts rows only in the hours
that its dates cut.

What the viewer's version cannot say, ever or at this moment, is subtracted: rows say so themselves
(apps/store/unsaid.py), in indexes of their own. Counted, though lists leave them out, are objects
for which only a fact is lacking now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from apps.store.objects import EVERYONE
from apps.store.overlaid import hidden, pairs
from apps.store.tables import Table
from apps.store.unsaid import NOT_NOW, is_known, never
from apps.store.unsaid import values as values_of
from hub.ocpi.module import Audience, Module
from hub.ocpi.paging import Window
from hub.routing.translated import OLDEST
from hub.routing.visible import View

Connection = AsyncConnection[Any]
Range = tuple[datetime, datetime]

_VIEW = """
module = %(module)s AND audience = ANY(%(audiences)s) AND (owner = ANY(%(owners)s)) = %(only)s
"""
_ALL = f"""
SELECT owner, audience, sum(number)::bigint FROM (
    SELECT owner, audience, number FROM store_tally WHERE {_VIEW} AND span = 'all'
    UNION ALL
    SELECT owner, audience, number FROM store_tallychange WHERE {_VIEW} AND hour IS NULL
) t GROUP BY owner, audience HAVING sum(number) > 0
"""
_WHOLE_HOURS = f"""
SELECT coalesce(sum(number), 0)::bigint FROM (
    SELECT number FROM store_tallychange
    WHERE {_VIEW} AND hour >= %(first)s AND hour < %(last)s
    UNION ALL SELECT number FROM store_tally
    WHERE {_VIEW} AND span = 'day' AND start >= %(first_day)s AND start < %(last_day)s
    UNION ALL SELECT number FROM store_tally
    WHERE {_VIEW} AND span = 'hour' AND start >= %(first)s AND start < %(first_day)s
    UNION ALL SELECT number FROM store_tally
    WHERE {_VIEW} AND span = 'hour' AND start >= %(last_day)s AND start < %(last)s
) t
"""
_PARTS_OF_HOURS = """
SELECT coalesce(sum(cut.number), 0)::bigint
FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS part (start, until),
LATERAL (
    SELECT count(*) AS number FROM {table} t WHERE {where} AND t.audience = ANY(%(audiences)s)
    AND (t.owner = ANY(%(owners)s)) = %(only)s
    AND t.last_updated >= part.start AND t.last_updated < part.until
) cut
"""
# Those in whose place another is shown are subtracted already.
_UNSAID = """
SELECT count(*) FROM {table} t WHERE {where} AND {unsaid}
    AND t.audience = ANY(%(audiences)s) AND (t.owner = ANY(%(owners)s)) = %(only)s
    AND (%(date_from)s::timestamptz IS NULL OR t.last_updated >= %(date_from)s)
    AND (%(date_to)s::timestamptz IS NULL OR t.last_updated < %(date_to)s)
    AND NOT (t.owner = ANY(%(both)s) AND {hidden})
"""


@dataclass(frozen=True, slots=True)
class Count:
    """What a view has in a window.

    Attributes:
        total: the number of objects.
        directed: whether the viewer has copies of its own.
        overlaid: owners of which it has both, so that one may be shown in place of the other.
        unsaid: how many more there are that the viewer's version cannot say.
    """

    total: int
    directed: bool = False
    overlaid: tuple[str, ...] = ()
    unsaid: int = 0


def audiences(module: Module, view: View) -> list[str]:
    """Whose copies a viewer is shown: its own, and of public modules those for everyone."""
    own = str(view.viewer)
    return [own] if module.audience is Audience.ADDRESSEE else [EVERYONE, own]


async def count(
    connection: Connection,
    found: Table,
    module: Module,
    view: View,
    window: Window,
    version: str,
    now: datetime,
) -> Count:
    """The number of all objects of a module that a view shows within the dates of a window, and
    that a version can say now; with an empty version all of them."""
    values: dict[str, object] = {
        "module": module.id,
        "audiences": audiences(module, view),
        "owners": [str(owner) for owner in view.owners],
        "only": view.only,
        "viewer": str(view.viewer),
        "date_from": window.date_from,
        "date_to": window.date_to,
    }
    rows = await (await connection.execute(_ALL, values)).fetchall()
    total = sum(number for _, _, number in rows)
    public = {owner for owner, audience, _ in rows if audience == EVERYONE}
    copied = {owner for owner, audience, _ in rows if audience != EVERYONE}
    both = tuple(sorted(public & copied))
    if total and (window.date_from or window.date_to):
        total = await _dated(connection, found, values, window)
    if total and both:
        total -= await _number(connection, pairs(found), {**values, "both": list(both)})
    unsaid = 0
    if total and version and is_known(module.object):
        needed = {**values, **values_of(version, now), "both": list(both)}
        for condition in _conditions(found, version):
            sql = _UNSAID.format(
                table=found.name,
                where=found.where,
                unsaid=condition,
                hidden=hidden(found),
            )
            unsaid += await _number(connection, sql, needed)
    return Count(total - unsaid, bool(copied), both, unsaid)


def _conditions(found: Table, version: str) -> list[str]:
    """Which rows a version cannot say, each in the words of an index, and none of them twice."""
    ever = never(version)
    found_once = [f"t.unsaid > '' AND {ever}"]
    if found.validity and version == OLDEST:
        bound = "(t.valid_from IS NOT NULL OR t.valid_until IS NOT NULL)"
        found_once.append(f"{bound} AND {NOT_NOW} AND NOT {ever}")
    return found_once


async def _dated(
    connection: Connection, found: Table, values: dict[str, object], window: Window
) -> int:
    (first, last), cut = hours(window.date_from, window.date_to)
    first_day, last_day = days(first, last)
    spans = {"first": first, "last": last, "first_day": first_day, "last_day": last_day}
    whole = await _number(connection, _WHOLE_HOURS, {**values, **spans})
    ends = {"starts": [start for start, _ in cut], "ends": [end for _, end in cut]}
    sql = _PARTS_OF_HOURS.format(table=found.name, where=found.where)
    return whole + await _number(connection, sql, {**values, **ends})


async def _number(connection: Connection, sql: str, values: dict[str, object]) -> int:
    row = await (await connection.execute(sql, values)).fetchone()
    return int(row[0]) if row else 0


_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_ALWAYS = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


def hours(date_from: datetime | None, date_to: datetime | None) -> tuple[Range, Sequence[Range]]:
    """The whole hours between two moments, and the parts of hours that are left at both ends."""
    first, last = _ALWAYS
    if date_from is not None:
        first = date_from.replace(minute=0, second=0, microsecond=0)
        first = _after(first, _HOUR) if first < date_from else first
    if date_to is not None:
        last = date_to.replace(minute=0, second=0, microsecond=0)
    if date_from is not None and date_to is not None and first > last:
        return (first, first), [(date_from, date_to)]
    cut = []
    if date_from is not None and date_from < first:
        cut.append((date_from, first))
    if date_to is not None and last < date_to:
        cut.append((last, date_to))
    return (first, last), cut


def days(first: datetime, last: datetime) -> Range:
    """The whole days between two moments; where there are none, an empty range at the end."""
    first_day, last_day = (_midnight(each) for each in (first, last))
    first_day = _after(first_day, _DAY) if first_day < first else first_day
    return (first_day, last_day) if first_day <= last_day else (last, last)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _after(moment: datetime, step: timedelta) -> datetime:
    """So much later; the end of all time, where that is nearer: some ask for the year 9999."""
    return moment + step if moment <= _ALWAYS[1] - step else _ALWAYS[1]
