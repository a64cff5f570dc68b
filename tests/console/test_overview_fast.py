"""Dashboard and network stay fast with 500 platforms and a day of counters: nothing scans a big
table, and of the counters only the stretch is read that is shown."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.counts.models import Pair
from apps.parties.models import Platform
from tests.console import traffic_made
from tests.console.plans import scans
from tests.hub import empty

CPOS, MSPS, EACH = 250, 247, 1
HOURS = 6
BIG = ("traffic_leg", "outbox_", "store_", "locations_", "sessions_", "cdrs_", "tokens_")
URLS = ("/admin/", "/admin/network/", "/admin/network/?sort=-messages&role=CPO")


@pytest.fixture(scope="module")
def much(serving_hub: None) -> Iterator[None]:
    empty()
    traffic_made.platforms(CPOS, MSPS)
    traffic_made.day(timezone.now(), CPOS, MSPS, each=EACH, minutes=HOURS * 60)
    traffic_made.past(timezone.now(), 90)
    yield
    empty()


@pytest.fixture
def reader(much: None) -> Iterator[Client]:
    """A superuser's browser; not by way of the fixture `hub`, which would empty the tables."""
    user = User.objects.create(username="reader", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize("url", URLS)
def test_no_big_table_is_asked(url: str, reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(url).status_code == 200
    assert [q["sql"] for q in captured.captured_queries if any(t in q["sql"] for t in BIG)] == []
    assert len(captured) < 20


def test_the_network_reads_an_hour_of_pairs(reader: Client) -> None:
    hour = Pair.objects.count() // HOURS
    assert hour * HOURS > 200_000
    most = hour + hour // 5  # the hour, and the minute that it begins in
    assert scans("/admin/network/", reader, "counts_pair", most) == []
    assert scans("/admin/network/", reader, "counts_queue", 4 * Platform.objects.count()) == []


def test_the_dashboard_reads_totals_only(reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        reader.get("/admin/")
    assert [q["sql"] for q in captured.captured_queries if "counts_pair" in q["sql"]] == []
    assert scans("/admin/", reader, "counts_total", 24 * 60 * 3 + 60) == []
    assert scans("/admin/", reader, "counts_queue", 17 * (Platform.objects.count() + 1)) == []


def test_there_are_as_many_platforms_as_the_test_says(reader: Client) -> None:
    found = reader.get("/admin/network/", {"format": "json"}).json()["platforms"]
    assert len(found) == CPOS + MSPS + 3 == 500
    assert sum(each["messages"] for each in found) > 100_000
