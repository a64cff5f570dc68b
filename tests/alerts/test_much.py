"""A look reads the newest rows and no others, however many there are."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.alerts.conditions import CONDITIONS
from apps.alerts.models import Kind
from apps.alerts.share import LATEST, LATEST_OF_ALL
from apps.outbox.models import Payload
from apps.parties.models import Platform
from tests.hub import Hub
from tests.hubclientinfo.goings import at

ROWS = 50_000
PLATFORMS = 5
# What a look may read: the latest of each platform, with the legs of their chains, and of all.
MOST = 2 * PLATFORMS * LATEST + LATEST_OF_ALL
LEGS = f"""
INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, platform_id, from_party,
    to_party, module, interface, method, path, http_status, code, milliseconds, error,
    request_bytes, answer_bytes, request_headers, answer_headers, object)
SELECT now() - ({ROWS} - n) * INTERVAL '1 millisecond', CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END,
    'c' || n, 'r' || n, '', 1 + n % {PLATFORMS}, 'NL/CPO', 'DE/MSP', 'tokens', 'SENDER', 'GET', '/',
    500, 3000, 1, '', 10, 10, '', '', ''
FROM generate_series(1, {ROWS}) n
"""
DELIVERIES = f"""
INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts, reason,
    created_at, due_at)
SELECT %s, 1 + n %% {PLATFORMS}, 'DE/MSP', 'o' || n, 'waiting', 0, '',
    now() - INTERVAL '1 hour', now() - INTERVAL '1 hour'
FROM generate_series(1, {ROWS}) n
"""
LANES = f"""
INSERT INTO outbox_lane (platform_id, leased_until, paused_until, paused_reason)
SELECT n, now(), CASE n WHEN 1 THEN now() - INTERVAL '1 hour' END, 'HTTP 401'
FROM generate_series(1, {PLATFORMS}) n
"""
READ = ("traffic_leg", "outbox_delivery")


@pytest.fixture
def much(hub: Hub) -> None:
    for number in range(PLATFORMS):
        Platform.objects.create(name=f"P{number}", status="CONNECTED")
    payload = Payload.objects.create(
        module="tariffs", method="PUT", tail="", body=b"", owner="NL/CPO", object="o",
        correlation_id="c", request_id="r",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(LEGS)
        cursor.execute(DELIVERIES, [payload.pk])
        cursor.execute(LANES)
        cursor.execute("ANALYZE traffic_leg, outbox_delivery, outbox_lane, parties_platform")


@pytest.mark.parametrize("kind", [Kind.FAILURES, Kind.WAITING, Kind.PAUSED])
def test_a_look_reads_few_of_many_rows(much: None, kind: Kind) -> None:
    with CaptureQueriesContext(connection) as captured:
        found = list(CONDITIONS[kind].look(at(0)))
    counts = {Kind.FAILURES: PLATFORMS + 1, Kind.WAITING: PLATFORMS, Kind.PAUSED: 0}
    assert len(found) == counts[kind]
    asked = [q["sql"] for q in captured.captured_queries if any(name in q["sql"] for name in READ)]
    assert asked
    read = 0.0
    with connection.cursor() as cursor:
        for sql in asked:
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            ((plan,),) = cursor.fetchall()
            read += sum(rows_read(plan[0]["Plan"]))
    assert 0 < read <= MOST


def rows_read(node: dict[str, Any]) -> Iterator[float]:
    """The rows that each part of a plan takes out of the two tables."""
    if node.get("Relation Name", "").startswith(READ):
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield rows * node["Actual Loops"]
    for below in node.get("Plans", ()):
        yield from rows_read(below)
