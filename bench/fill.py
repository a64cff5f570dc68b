"""Fills a hub's store with Locations by COPY: a million of them, with three EVSEs each, in minutes.

The objects are of some twenty owners, their last_updated spread over a year, as in a country that
has been connected for long.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import psycopg
from psycopg import sql

from apps.store.fold import FOLD

OWNERS = tuple(f"NL/{first}{second}P" for first in "ABCDE" for second in "WXYZ")
CHUNK = 20_000
EVSES = 3
YEAR = timedelta(days=365)

_LOCATION = (
    '{"country_code":"NL","party_id":"%s","id":"%s","publish":true,"name":"Stationsplein %d",'
    '"address":"Stationsplein %d","city":"Utrecht","postal_code":"3511 ED","country":"NLD",'
    '"coordinates":{"latitude":"52.%06d","longitude":"5.%06d"},"time_zone":"Europe/Amsterdam",'
    '"operator":{"name":"Heron and Ohm","website":"https://heron-ohm.example"},'
    '"opening_times":{"twentyfourseven":true},"facilities":["PARKING_LOT","CAFE"],'
    '"parking_type":"ON_STREET","last_updated":"%s"}'
)
_EVSE = (
    '{"uid":"%s","evse_id":"NL*%s*E%s","status":"AVAILABLE",'
    '"capabilities":["RFID_READER","REMOTE_START_STOP_CAPABLE"],"connectors":[{"id":"1",'
    '"standard":"IEC_62196_T2","format":"SOCKET","power_type":"AC_3_PHASE","max_voltage":230,'
    '"max_amperage":32,"tariff_ids":["T1"],"last_updated":"%s"}],"physical_reference":"%d",'
    '"last_updated":"%s"}'
)
_LOCATIONS = """
COPY locations_location (sequence, owner, key, audience, payload, version, last_updated,
    own_updated, created_at, changed_at, origin, cause, flagged) FROM STDIN
"""
_EVSES = "COPY locations_evse (location_id, uid, payload, own_updated, changed_at) FROM STDIN"


def fill(
    database_url: str,
    number: int,
    say: Callable[[str], None],
    owners: Sequence[str] = OWNERS,
) -> float:
    """Adds so many Locations of these owners; returns the seconds it took."""
    began = time.monotonic()
    with psycopg.connect(database_url, autocommit=True) as connection:
        for start in range(0, number, CHUNK):
            chunk = min(CHUNK, number - start)
            _fill_chunk(connection, range(start, start + chunk), owners)
            done = start + chunk
            rate = done / (time.monotonic() - began)
            say(f"{done:,} of {number:,} locations, {rate:,.0f} a second")
        say("the database tidies up")
        connection.execute(FOLD)
        for table in ("locations_location", "locations_evse", "store_tally", "store_tallychange"):
            connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
        connection.execute("CHECKPOINT")
    return time.monotonic() - began


def identifier(n: int) -> str:
    """The id of the n-th Location."""
    return f"LOC{n:07}"


def uid(n: int, k: int) -> str:
    """The uid of the k-th EVSE, from 1, of the n-th Location."""
    return f"{n:07}*{k}"


def _fill_chunk(connection: psycopg.Connection, chunk: range, owners: Sequence[str]) -> None:
    name = "pg_get_serial_sequence('locations_location', 'sequence')"
    with connection.transaction():
        row = connection.execute(
            f"SELECT setval({name}, nextval({name}) + %s) - %s", (len(chunk), len(chunk))
        ).fetchone()
        assert row is not None
        shift = int(row[0]) - chunk.start
        with connection.cursor() as cursor:
            with cursor.copy(_LOCATIONS) as copy:
                for location in _locations(chunk, shift, owners):
                    copy.write_row(location)
            with cursor.copy(_EVSES) as copy:
                for evse in _evses(chunk, shift, owners):
                    copy.write_row(evse)


def _moment(n: int) -> datetime:
    """A moment of the last year for the n-th object, the same in every run of a day."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - YEAR * ((n * 7919) % 1_000_003) / 1_000_003


def _locations(chunk: range, shift: int, owners: Sequence[str]) -> Iterator[tuple[object, ...]]:
    for n in chunk:
        owner, when = owners[n % len(owners)], _moment(n)
        stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        text = _LOCATION % (
            owner[3:], identifier(n), n, n, n % 1_000_000, n % 999_983, stamp
        )  # fmt: skip
        yield (
            n + shift, owner, identifier(n), "", text, "2.2.1", when, when, when, when, "import",
            "benchmark", False,
        )  # fmt: skip


def _evses(chunk: range, shift: int, owners: Sequence[str]) -> Iterator[tuple[object, ...]]:
    for n in chunk:
        owner, when = owners[n % len(owners)], _moment(n)
        stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        for k in range(1, EVSES + 1):
            text = _EVSE % (uid(n, k), owner[3:], uid(n, k), stamp, k, stamp)
            yield n + shift, uid(n, k), text, when, when
