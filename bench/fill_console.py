"""Fills a hub with what the operator's pages show: platforms, a log of messages, places, counters.

PostgreSQL makes the rows itself, out of rows that are there: three million messages in minutes.
What tasks read out of kept Locations is written as they would write it, so that they have nothing
left to do while pages are timed.
"""

import json
import time
from collections.abc import Callable, Mapping

import psycopg
from psycopg import sql

from apps.summaries.grid import LEVELS
from apps.summaries.states import STATES

CHUNK = 100_000
DAYS = 14
# A copy of a row: all its columns, some of them another expression of `n`.
_COPY = """
INSERT INTO {table} ({columns}) SELECT {values}
FROM (SELECT * FROM {table} WHERE {like} LIMIT 1) t, generate_series(%s::bigint, %s::bigint) n
"""
# Pairs of legs: a platform's request to the hub, and the hub's to the other platform. The n-th
# message of all is of the n-th moment, and most of them went well.
_LEGS = """
INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, platform_id,
    from_party, to_party, module, interface, method, path, http_status, code, milliseconds, error,
    request_bytes, answer_bytes, request_headers, answer_headers, object, outcome, follows)
SELECT now() - (%(all)s - n) * interval '14 days' / %(all)s + side * interval '1 millisecond',
    CASE side WHEN 0 THEN 'in' ELSE 'out' END, 'c-' || n, 'r-' || n || '-' || side,
    CASE side WHEN 0 THEN '' ELSE 'r-' || n || '-0' END,
    (%(ids)s::bigint[])[1 + (n + side) %% cardinality(%(ids)s::bigint[])],
    (%(parties)s::text[])[1 + n %% cardinality(%(parties)s::text[])],
    (%(parties)s::text[])[1 + (n + 1) %% cardinality(%(parties)s::text[])],
    module, CASE WHEN method = 'GET' THEN 'SENDER' ELSE 'RECEIVER' END, method,
    '/ocpi/2.2.1/x/' || module || '/' || n || CASE module WHEN 'commands' THEN '/START_SESSION'
    ELSE '' END, CASE outcome WHEN 'failed' THEN 500 ELSE 200 END,
    CASE outcome WHEN 'ok' THEN 1000 WHEN 'refused' THEN 2001 ELSE 3000 END, 12.5,
    CASE outcome WHEN 'ok' THEN '' ELSE 'said so' END, 900, 300,
    'ocpi-from-country-code: NL', 'content-type: application/json',
    CASE module WHEN 'locations' THEN 'locations NL/AWP LOC' || lpad(n::text, 7, '0') ELSE '' END,
    outcome, ''
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n, (VALUES (0), (1)) sides (side),
    LATERAL (SELECT
        (ARRAY['locations', 'sessions', 'tokens', 'tariffs', 'cdrs', 'commands'])[1 + n %% 6]
            AS module,
        CASE WHEN n %% 6 = 5 THEN 'POST' WHEN n %% 3 = 0 THEN 'GET' ELSE 'PUT' END AS method,
        CASE WHEN n %% 50 = 0 THEN 'refused' WHEN n %% 97 = 0 THEN 'failed' ELSE 'ok' END
            AS outcome) what
"""
_PLACES = """
INSERT INTO summaries_place (location, owner, key, name, city, lat, lon, state, evses, available)
SELECT sequence, owner, key, payload->>'name', payload->>'city',
    ((payload->'coordinates'->>'latitude')::numeric * 1000000)::int,
    ((payload->'coordinates'->>'longitude')::numeric * 1000000)::int,
    (%(states)s::text[])[1 + sequence %% cardinality(%(states)s::text[])], 3, 1
FROM locations_location WHERE audience = '' ON CONFLICT DO NOTHING
"""
_CELLS = """
TRUNCATE {cells};
INSERT INTO {cells} ({key}, lat, lon, city, {states})
SELECT {owner} level, ((lon + 180000000::bigint) << level) / 90000000,
    ((lat + 90000000::bigint) << level) / 90000000, sum(lat), sum(lon), max(city), {numbers}
FROM summaries_place CROSS JOIN unnest(ARRAY[{levels}]) level GROUP BY {groups}
"""
_PROGRESS = """
UPDATE summaries_progress SET changed_at = now(),
    sequence = (SELECT max(sequence) FROM locations_location) WHERE module = 'locations'
"""


def fill_platforms(connection: psycopg.Connection, number: int) -> None:
    """Adds platforms with a party each until there are so many: every other one a CPO."""
    have = connection.execute("SELECT count(*) FROM parties_platform").fetchone()
    assert have is not None
    first, last = int(have[0]) + 1, number
    named = {
        "id": "nextval(pg_get_serial_sequence('parties_platform', 'id'))",
        "name": "'Platform ' || n",
        "versions_url": "''",
    }
    _copied(connection, "parties_platform", "status = 'CONNECTED'", named, first, last)
    code = "upper(lpad(to_hex(n), 3, '0'))"
    role = {
        "id": "nextval(pg_get_serial_sequence('parties_credentialsrole', 'id'))",
        "platform_id": "(SELECT id FROM parties_platform WHERE name = 'Platform ' || n)",
        "role": "CASE n %% 2 WHEN 0 THEN 'CPO' ELSE 'EMSP' END",
        "party": f"'BE/' || {code}", "country_code": "'BE'", "party_id": code,
    }  # fmt: skip
    _copied(connection, "parties_credentialsrole", "true", role, first, last)
    connection.execute("UPDATE parties_directory SET version = version + 1")


def _copied(
    connection: psycopg.Connection, table: str, like: str, changed: Mapping[str, str],
    first: int, last: int,
) -> None:  # fmt: skip
    """Copies of one row, with other values in some columns."""
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position", (table,),
    ).fetchall()  # fmt: skip
    names = [str(row[0]) for row in rows]
    values = ", ".join(changed.get(name, f't."{name}"') for name in names)
    statement = _COPY.format(
        table=table, columns=", ".join(f'"{name}"' for name in names), values=values, like=like
    )
    connection.execute(statement.encode(), (first, last))


def fill_log(connection: psycopg.Connection, number: int, say: Callable[[str], None]) -> float:
    """So many legs of the last two weeks; returns the seconds it took."""
    began = time.monotonic()
    rows = connection.execute(
        "SELECT p.id, min(r.party) FROM parties_platform p JOIN parties_credentialsrole r"
        " ON r.platform_id = p.id GROUP BY p.id ORDER BY p.id"
    ).fetchall()
    _days(connection)
    messages = number // 2
    values = {"ids": [r[0] for r in rows], "parties": [r[1] for r in rows], "all": messages}
    for first in range(1, messages + 1, CHUNK):
        last = min(first + CHUNK - 1, messages)
        connection.execute(_LEGS, {**values, "first": first, "last": last})
        say(f"{2 * last:,} of {number:,} legs, {2 * last / (time.monotonic() - began):,.0f}/s")
    return time.monotonic() - began


def _days(connection: psycopg.Connection) -> None:
    """The partitions of the days that are filled, which the hub made when those days came."""
    for ago in range(1, DAYS + 2):
        row = connection.execute(
            "SELECT to_char(day, 'YYYYMMDD'), day::text, (day + 1)::text"
            " FROM (SELECT (now() AT TIME ZONE 'UTC')::date - %s::int) t (day)", (ago,),
        ).fetchone()  # fmt: skip
        assert row is not None
        name, begin, end = row
        connection.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} PARTITION OF traffic_leg"
                " FOR VALUES FROM ({}) TO ({})"
            ).format(sql.Identifier(f"traffic_leg_{name}"), sql.Literal(begin), sql.Literal(end))
        )


def fill_map(connection: psycopg.Connection) -> None:
    """A place for each public Location, the cells that count them, and word that it is done."""
    connection.execute(_PLACES, {"states": list(STATES)})
    for cells, owner in (("summaries_cell", ""), ("summaries_ownercell", "owner, ")):
        numbers = ", ".join(f"count(*) FILTER (WHERE state = '{name}')" for name in STATES)
        statement = _CELLS.format(
            cells=cells, key=f"{owner}level, x, y", owner=owner, states=", ".join(STATES),
            numbers=numbers, levels=", ".join(map(str, LEVELS)),
            groups="1, 2, 3, 4" if owner else "1, 2, 3",
        )  # fmt: skip
        for part in statement.split(";\n"):
            connection.execute(part.encode())
    connection.execute(_PROGRESS)


def looked_at(connection: psycopg.Connection) -> None:
    """Lets PostgreSQL look at what was filled."""
    for table in (
        "traffic_leg", "summaries_place", "summaries_cell", "summaries_ownercell",
        "parties_platform", "parties_credentialsrole",
    ):  # fmt: skip
        connection.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    connection.execute("CHECKPOINT")


def facts(connection: psycopg.Connection) -> dict[str, str]:
    """What pages are asked about: ids of a platform, a message, a Location, a correlation id."""
    row = connection.execute(
        "SELECT json_build_object('platform', (SELECT platform_id FROM parties_credentialsrole"
        " ORDER BY party LIMIT 1), 'message', (SELECT max(id) FROM traffic_leg), 'location',"
        " (SELECT max(sequence) FROM locations_location), 'trace', (SELECT correlation_id FROM"
        " traffic_leg ORDER BY id DESC LIMIT 1), 'cpo', (SELECT party FROM parties_credentialsrole"
        " WHERE role = 'CPO' ORDER BY party LIMIT 1), 'emsp', (SELECT party FROM"
        " parties_credentialsrole WHERE role = 'EMSP' ORDER BY party LIMIT 1))::text"
    ).fetchone()
    assert row is not None
    return {name: str(value) for name, value in json.loads(row[0]).items()}
