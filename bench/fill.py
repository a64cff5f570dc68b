"""Fills a hub's store with Locations by COPY: a million of them, with three EVSEs each, in minutes.

The objects are of some twenty owners, their last_updated spread over a year, as in a country that
has been connected for long.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg

OWNERS = tuple(f"NL/{first}{second}P" for first in "ABCDE" for second in "WXYZ")
CHUNK = 20_000
EVSES = 3
YEAR = timedelta(days=365)

_LOCATION = (
    '{"country_code":"NL","party_id":"%s","id":"LOC%07d","publish":true,"name":"Stationsplein %d",'
    '"address":"Stationsplein %d","city":"Utrecht","postal_code":"3511 ED","country":"NLD",'
    '"coordinates":{"latitude":"52.%06d","longitude":"5.%06d"},"time_zone":"Europe/Amsterdam",'
    '"operator":{"name":"Heron and Ohm","website":"https://heron-ohm.example"},'
    '"opening_times":{"twentyfourseven":true},"facilities":["PARKING_LOT","CAFE"],'
    '"parking_type":"ON_STREET","last_updated":"%s"}'
)
_EVSE = (
    '{"uid":"%07d*%d","evse_id":"NL*%s*E%07d*%d","status":"AVAILABLE",'
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


def fill(database_url: str, number: int, say: Callable[[str], None]) -> float:
    """Adds so many Locations; returns the seconds it took."""
    began = time.monotonic()
    with psycopg.connect(database_url, autocommit=True) as connection:
        for start in range(0, number, CHUNK):
            chunk = min(CHUNK, number - start)
            _fill_chunk(connection, start, chunk)
            done = start + chunk
            rate = done / (time.monotonic() - began)
            say(f"{done:,} of {number:,} locations, {rate:,.0f} a second")
        say("the database tidies up")
        connection.execute("VACUUM ANALYZE locations_location")
        connection.execute("VACUUM ANALYZE locations_evse")
    return time.monotonic() - began


def _fill_chunk(connection: psycopg.Connection, start: int, number: int) -> None:
    name = "pg_get_serial_sequence('locations_location', 'sequence')"
    with connection.transaction():
        row = connection.execute(
            f"SELECT setval({name}, nextval({name}) + %s) - %s", (number, number)
        ).fetchone()
        assert row is not None
        first = int(row[0])
        with connection.cursor() as cursor:
            with cursor.copy(_LOCATIONS) as copy:
                for location in _locations(first, start, number):
                    copy.write_row(location)
            with cursor.copy(_EVSES) as copy:
                for evse in _evses(first, start, number):
                    copy.write_row(evse)


def _moment(n: int) -> datetime:
    """A moment of the last year for the n-th object, the same in every run of a day."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - YEAR * ((n * 7919) % 1_000_003) / 1_000_003


def _locations(first: int, start: int, number: int) -> Iterator[tuple[object, ...]]:
    for n in range(start, start + number):
        owner, when = OWNERS[n % len(OWNERS)], _moment(n)
        stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        text = _LOCATION % (owner[3:], n, n, n, n % 1_000_000, n % 999_983, stamp)
        yield (
            first + n - start, owner, f"LOC{n:07}", "", text, "2.2.1", when, when, when, when,
            "import", "benchmark", False,
        )  # fmt: skip


def _evses(first: int, start: int, number: int) -> Iterator[tuple[object, ...]]:
    for n in range(start, start + number):
        owner, when = OWNERS[n % len(OWNERS)], _moment(n)
        stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}"
        for k in range(1, EVSES + 1):
            text = _EVSE % (n, k, owner[3:], n, k, stamp, k, stamp)
            yield first + n - start, f"{n:07}*{k}", text, when, when
