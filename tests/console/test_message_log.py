"""The message log stays fast when it is long: no count, no scan, whatever is asked of it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.parties.models import Platform
from tests.console.plans import numbers, scans, wide
from tests.console.saying import command

LOG = "/admin/traffic/leg/"
ROWS = 200_000
# Over three days of partitions, a thousand rows of platform 901, two legs to a correlation id.
FILL = f"""
INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, platform_id, from_party,
    to_party, module, interface, method, path, http_status, code, milliseconds, error,
    request_bytes, answer_bytes, request_headers, answer_headers, request_body, answer_body)
SELECT
    date_trunc('day', now()) + n / {ROWS // 3} * interval '1 day' + n * interval '1 millisecond',
    CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END, 'c-' || n / 2, 'r-' || n, '',
    CASE n % 200 WHEN 0 THEN 901 ELSE 902 END, 'NL/CPO', 'DE/MSP', 'tariffs', 'RECEIVER', 'PUT',
    '/ocpi/2.2.1/receiver/tariffs/NL/CPO/' || n, 200, 1000, 1.5, '', 1, 1,
    'a: b', 'c: d', NULL, '{{}}'
FROM generate_series(1, {ROWS}) n
"""


@pytest.fixture(scope="module")
def long_log(serving_hub: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE traffic_leg RESTART IDENTITY")
        cursor.execute(FILL)
        cursor.execute("ANALYZE traffic_leg")
    yield
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE traffic_leg RESTART IDENTITY")


@pytest.fixture
def reader(long_log: None) -> Iterator[Client]:
    """A superuser's browser; not by way of the fixture `hub`, which would empty the log."""
    for number in (901, 902):
        Platform.objects.get_or_create(pk=number, defaults={"name": f"Platform {number}"})
    user = User.objects.create(username="reader", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"?before={ROWS // 2}",
        f"?after={ROWS // 2}",
        "?before=50",
        "?q=c-70000",
        "?q=r-70000",
        "?q=nothing",
        "?platform=901",
        f"?platform=901&before={ROWS // 2}",
        f"?platform=901&after={ROWS // 2}",
        "?platform=777",
        "?q=c-70000&platform=901",
        "?o=3.-5",
        "?before=nonsense&after=&platform=99999999999999999999999",
    ],
)
def test_no_page_of_the_log_counts_or_scans(query: str, reader: Client) -> None:
    assert scans(LOG + query, reader) == []


def test_no_page_of_a_message_counts_or_scans(reader: Client) -> None:
    assert scans(f"{LOG}{ROWS // 2}/change/", reader) == []


def test_other_columns_cannot_be_filtered_by(reader: Client) -> None:
    for query in ("http_status=404", "path__contains=x", "at__year=2026"):
        assert reader.get(f"{LOG}?{query}").status_code == 400


def test_a_search_needs_no_statistics(reader: Client) -> None:
    """A partition of today has none yet, and PostgreSQL then believes in many matches."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM pg_statistic WHERE starelid IN (SELECT inhrelid FROM pg_inherits)"
        )
        cursor.execute("DELETE FROM pg_statistic WHERE starelid = 'traffic_leg'::regclass")
    try:
        assert scans(f"{LOG}?q=c-70000", reader) == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE traffic_leg")


def test_a_trace_does_not_scan_either(reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(command("trace", "r-70000")["legs"]) == 2
    with connection.cursor() as cursor:
        for query in captured.captured_queries:
            if "traffic_leg" in query["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query['sql']}")
                ((plan,),) = cursor.fetchall()
                assert list(wide(plan[0]["Plan"], "traffic_leg")) == []


def test_older_and_newer_lead_through_all_and_back(reader: Client) -> None:
    first = reader.get(f"{LOG}?platform=901").context["cl"]
    assert not first.newer
    second = reader.get(LOG + first.older).context["cl"]
    keys = [leg.pk for leg in first.result_list]
    assert keys == sorted(keys, reverse=True)
    assert max(leg.pk for leg in second.result_list) < min(keys)
    assert numbers(LOG + second.newer, reader) == keys
    assert numbers(LOG + second.newest, reader) == keys
    found, url = 0, f"{LOG}?platform=901"
    while True:
        page = reader.get(url).context["cl"]
        found += len(page.result_list)
        if not page.older:
            break
        url = LOG + page.older
    assert found == ROWS // 200


def test_a_search_finds_all_legs_and_nothing_else(reader: Client) -> None:
    assert len(numbers(f"{LOG}?q=%20c-70000%20", reader)) == 2
    assert len(numbers(f"{LOG}?q=r-70000", reader)) == 1
    assert numbers(f"{LOG}?q=C-70000", reader) == []
