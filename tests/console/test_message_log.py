"""The message log stays fast when it is long: no count, no scan, whatever is asked of it."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.console import log_list
from apps.parties.models import Platform
from apps.traffic.models import Leg
from tests.console.plans import numbers, scans, wide
from tests.console.saying import command
from tests.hub import flush

LOG = "/admin/traffic/leg/"
ROWS = 200_000
# Over three days of partitions, a thousand rows of platform 901, two legs to a correlation id; the
# oldest hundred are between parties that have no others; some of a module, method and outcome.
FILL = f"""
INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, platform_id, from_party,
    to_party, module, interface, method, path, http_status, code, milliseconds, error,
    request_bytes, answer_bytes, request_headers, answer_headers, request_body, answer_body,
    outcome)
SELECT
    date_trunc('day', now()) + n / {ROWS // 3} * interval '1 day' + n * interval '1 millisecond',
    CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END, 'c-' || n / 2, 'r-' || n, '',
    CASE n % 200 WHEN 0 THEN 901 ELSE 902 END,
    CASE WHEN n <= 100 THEN 'BE/FEW' ELSE 'NL/CPO' END,
    CASE WHEN n <= 50 THEN 'BE/FEW' WHEN n % 2000 = 12 THEN 'FR/MSP' ELSE 'DE/MSP' END,
    CASE n % 500 WHEN 3 THEN 'cdrs' ELSE 'tariffs' END, 'RECEIVER',
    CASE n % 2000 WHEN 3 THEN 'POST' WHEN 12 THEN 'DELETE' WHEN 13 THEN 'PATCH' ELSE 'PUT' END,
    '/ocpi/2.2.1/receiver/tariffs/NL/CPO/' || n, 200, 1000, 1.5, '', 1, 1,
    'a: b', 'c: d', NULL, '{{}}',
    CASE n % 1000 WHEN 7 THEN 'refused' WHEN 12 THEN 'failed' ELSE 'ok' END
FROM generate_series(1, {ROWS}) n
"""


@pytest.fixture(scope="module")
def long_log(serving_hub: None) -> Iterator[None]:
    flush()  # what is still to be written of the tests before must not be among these rows
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
        "?q=c-70000&platform=902",
        "?o=3.-5",
        "?before=nonsense&after=",
        "?platform=902",
        "?party=NL/CPO",
        "?party=be/few",
        "?party=FR/MSP",
        "?module=cdrs",
        "?module=tariffs",
        "?method=POST",
        "?method=DELETE",
        "?outcome=refused",
        "?outcome=failed",
    ],
)
def test_no_page_of_the_log_counts_or_scans(query: str, reader: Client) -> None:
    assert scans(LOG + query, reader) == []


@pytest.mark.parametrize(
    "query",
    [
        "?platform=901&outcome=failed",
        "?platform=902&module=cdrs&method=POST",
        "?party=DE/MSP&method=PATCH",
        "?party=BE/FEW&outcome=refused",
        "?module=tariffs&outcome=ok&method=PATCH",
        "?method=GET",
        "?method=PUT",
        "?outcome=ok",
        "?method=PATCH&party=FR/MSP&platform=901",
        f"?platform=902&method=PATCH&before={ROWS // 2}",
        f"?platform=902&method=PATCH&after={ROWS // 2}",
    ],
)
@pytest.mark.parametrize("span", ["", "&since=2020-01-01T00:00", "&until=2099-01-01T00:00"])
def test_whatever_is_asked_no_more_is_read_than_it_says(
    query: str, span: str, reader: Client
) -> None:
    assert scans(LOG + query + span, reader, most=int(log_list.MOST_READ * 1.05)) == []


def test_a_span_of_time_is_found_in_the_middle(reader: Client) -> None:
    first, last = (Leg.objects.get(pk=number).at for number in (ROWS // 2, ROWS // 2 + 90))
    query = urlencode({"since": first.isoformat(), "until": last.isoformat()})
    assert scans(f"{LOG}?{query}", reader) == []
    found = numbers(f"{LOG}?{query}", reader)
    wanted = Leg.objects.filter(at__gte=first, at__lt=last).order_by("-at", "-pk")
    assert len(found) == 90
    assert found == list(wanted.values_list("pk", flat=True))


WANTED = {
    "method=PATCH": Q(method="PATCH"),
    "party=FR/MSP&outcome=failed": Q(to_party="FR/MSP", outcome="failed"),
    "party=BE/FEW": Q(from_party="BE/FEW") | Q(to_party="BE/FEW"),
    "party=be/few&method=PUT": (Q(from_party="BE/FEW") | Q(to_party="BE/FEW")) & Q(method="PUT"),
    "module=cdrs&platform=902&outcome=ok": Q(module="cdrs", platform_id=902, outcome="ok"),
    "method=DELETE&module=tariffs": Q(method="DELETE", module="tariffs"),
    "platform=901&method=PATCH": Q(platform_id=901, method="PATCH"),
}


@pytest.mark.parametrize("query", WANTED)
def test_looking_further_finds_all_that_fit_and_nothing_twice(
    query: str, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_list, "MOST_READ", 15_000)
    found, url, steps = [], f"{LOG}?{query}", 0
    while url:
        page = reader.get(url).context["cl"]
        found += [leg.pk for leg in page.result_list]
        onward = page.look_on or page.older
        url, steps = LOG + onward if onward else "", steps + 1
    wanted = Leg.objects.filter(WANTED[query]).order_by("-at", "-pk")
    assert found == list(wanted.values_list("pk", flat=True))
    assert steps < 40


def test_the_way_back_finds_the_same(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_list, "MOST_READ", 30_000)
    oldest = Leg.objects.earliest("at", "pk")
    found, url = [], f"{LOG}?method=PATCH&after={oldest.pk}"
    while url:
        page = reader.get(url).context["cl"]
        found += [leg.pk for leg in reversed(page.result_list)]
        onward = page.look_on or page.newer
        url = LOG + onward if onward else ""
    wanted = Leg.objects.filter(method="PATCH").order_by("at", "pk")
    assert found == list(wanted.values_list("pk", flat=True))


@pytest.mark.parametrize(
    "query", ["party=nonsense", "platform=777", "since=yesterday", "outcome=odd", "method=BREW"]
)
def test_what_cannot_be_read_finds_nothing_and_is_said_so(query: str, reader: Client) -> None:
    page = reader.get(f"{LOG}?{query}")
    assert page.context["cl"].result_list == []
    assert 'class="bad"' in page.content.decode()


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


@pytest.mark.parametrize(
    "asked", ["c-70000", "r-70000", "NL/CPO", "BE/FEW", "XX/XXX", "tariffs NL/CPO T1", "T1"]
)
def test_the_trace_page_does_not_scan_either(asked: str, reader: Client) -> None:
    assert scans(f"/admin/trace/?id={asked}", reader) == []


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
