"""The map, data quality, objects and deliveries as cells stay fast when much is kept: of a big
table only what is shown is read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.outbox import depth
from apps.summaries import scores
from apps.summaries.grid import LEVELS
from apps.summaries.states import STATES
from tests.console.plans import wide

ROWS = 200_000
PUSHES = 50_000
FILL = (
    f"""
    INSERT INTO summaries_place (location, owner, key, name, city, lat, lon, state, evses,
        available)
    SELECT n, 'NL/CPO', 'L' || n, 'Place', 'Town', 45000000 + mod(n * 7919, 10000) * 1000,
        mod(n * 104729, 15000) * 1000, CASE WHEN mod(n, 3) = 0 THEN 'in_use' ELSE 'available' END,
        1, 1
    FROM generate_series(1::bigint, {ROWS}) AS t (n)
    """,
    *(
        f"""
        INSERT INTO summaries_cell (level, x, y, lat, lon, city, {", ".join(STATES)})
        SELECT {level}, ((lon + 180000000::bigint) << {level}) / 90000000,
            ((lat + 90000000::bigint) << {level}) / 90000000, sum(lat), sum(lon), max(city),
            {", ".join(f"count(*) FILTER (WHERE state = '{name}')" for name in STATES)}
        FROM summaries_place GROUP BY 2, 3
        """
        for level in LEVELS
    ),
    f"""
    INSERT INTO summaries_ownercell (owner, level, x, y, lat, lon, city, {", ".join(STATES)})
    SELECT 'NL/CPO', level, x, y, lat, lon, city, {", ".join(STATES)} FROM summaries_cell
    """,
    f"""
    INSERT INTO tariffs_tariff (owner, key, audience, payload, version, origin, cause, flagged)
    SELECT CASE WHEN mod(n, 2) = 0 THEN 'NL/CPO' ELSE 'BE/CPO' END, 'T' || n, '', '{{}}', '2.2.1',
        'push', '', false FROM generate_series(1, {ROWS}) n
    """,
    f"""
    INSERT INTO store_finding (platform, module, owner, key, audience, path, code, severity,
        message, first_seen, last_seen, times)
    SELECT 1, 'tariffs', CASE WHEN mod(n, 1000) = 0 THEN 'BE/CPO' ELSE 'NL/CPO' END, 'T' || n, '',
        '$.name', CASE WHEN mod(n, 4000) = 0 THEN 'missing' ELSE 'too_long' END,
        CASE WHEN mod(n, 4000) = 0 THEN 'error' ELSE 'warning' END, 'x', now(), now(), 1
    FROM generate_series(1, {ROWS}) n
    """,
    f"""
    INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, request_id,
        owner, object)
    SELECT 'tariffs', 'PUT', 'T' || n, '', '', 'c-' || n, 'r', 'NL/CPO', 'tariffs NL/CPO T' || n
    FROM generate_series(1, {PUSHES}) n
    """,
    """
    INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts, reason)
    SELECT p.id, n, 'DE/M' || n, p.object,
        CASE WHEN mod(p.id, 2) = 0 THEN 'waiting' ELSE 'done' END, 1, ''
    FROM outbox_payload p, generate_series(1, 4) n
    """,
)
BIG = ("summaries_", "tariffs_tariff", "store_", "outbox_payload", "outbox_delivery")
TABLES = (
    "summaries_place", "summaries_cell", "summaries_ownercell", "summaries_score",
    "summaries_findingcount", "tariffs_tariff", "store_finding", "store_tally",
    "store_tallychange", "outbox_payload", "outbox_delivery", "counts_queue",
)  # fmt: skip
# Cells of a screen, places of a screen at the zoom where cells end, the heads of the lanes.
MOST = 20_000


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")


@pytest.fixture(scope="module")
def much(serving_hub: None) -> Iterator[None]:
    empty()
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement)
        cursor.execute("ANALYZE")
    depth.sample(datetime.now(UTC))
    scores.count(datetime.now(UTC))
    yield
    empty()


@pytest.fixture
def reader(much: None) -> Iterator[Client]:
    user = User.objects.create(username="reader", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/admin/map/", MOST),
        ("/admin/map/?lat=50&lon=7&zoom=3", MOST),
        ("/admin/map/?lat=50&lon=7&zoom=6", MOST),
        ("/admin/map/?lat=50&lon=7&zoom=10", MOST),
        ("/admin/map/?lat=50&lon=7&zoom=11", MOST),
        ("/admin/map/?lat=50&lon=7&zoom=15", 500),
        ("/admin/map/?owner=NL/CPO", MOST),
        ("/admin/map/?owner=NL/CPO&lat=50&lon=7&zoom=10", MOST),
        ("/admin/map/?owner=BE/CPO", MOST),
        ("/admin/map/?state=planned", MOST),
        ("/admin/map/?owner=NL/CPO&state=planned&lat=50&lon=7&zoom=10", MOST),
        ("/admin/map/?west=-180&south=-90&east=180&north=90&zoom=18&format=json", MOST),
        ("/admin/quality/", 500),
        ("/admin/quality/BE/CPO/", 500),
        ("/admin/quality/NL/CPO/", 500),
        ("/admin/store/finding/?owner=BE/CPO&module=tariffs&code=missing", 500),
        ("/admin/objects/", 500),
        ("/admin/objects/?q=t77777", 500),
        ("/admin/objects/?owner=BE/CPO", 500),
        ("/admin/objects/?owner=XX/XXX", 500),
        ("/admin/pushes/", 500),
        (f"/admin/pushes/?before={PUSHES // 2}", 500),
        ("/admin/pushes/?q=c-777", 500),
    ],
)
def test_only_what_is_shown_is_read(url: str, most: int, reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(url).status_code == 200
    asked = [query["sql"] for query in captured.captured_queries]
    asked = [sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))]
    assert any(name in sql for sql in asked for name in BIG)
    bad = []
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchall()
            for name in BIG:
                bad += [f"{node}: {sql}" for node in wide(plan[0]["Plan"], name, most)]
    assert bad == []
