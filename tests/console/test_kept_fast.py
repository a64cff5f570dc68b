"""The pages of kept objects and findings stay fast when much is kept: no count, no scan."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q
from django.test import Client

from apps.locations.models import Location
from apps.parties.models import Platform
from tests.console.plans import numbers, scans

LIST = "/admin/locations/location/"
FINDINGS = "/admin/store/finding/"
ROWS = 200_000
# The oldest hundred are of an owner who has no others; every thousandth is for one party; every
# two-thousandth has findings.
FILL = f"""
INSERT INTO locations_location (owner, key, audience, payload, version, last_updated, origin, cause,
    flagged)
SELECT CASE WHEN n <= 100 THEN 'DE/FEW' WHEN n <= {ROWS // 2} THEN 'BE/OLD' ELSE 'NL/NEW' END,
    'L' || n, CASE n % 1000 WHEN 500 THEN 'DE/MSP' WHEN 501 THEN 'FR/MSP' ELSE '' END,
    '{{"id": "l"}}', '2.2.1', now(), 'push', 'c-' || n, n % 2000 = 7
FROM generate_series(1, {ROWS}) n
"""
FILL_FINDINGS = f"""
INSERT INTO store_finding (platform, module, owner, key, audience, path, code, severity, message,
    first_seen, last_seen, times)
SELECT CASE WHEN n <= 100 THEN 901 ELSE 902 END,
    CASE WHEN n % 5000 = 0 THEN 'tariffs' ELSE 'locations' END,
    CASE WHEN n <= 100 THEN 'DE/FEW' ELSE 'NL/NEW' END, 'L' || n, '', '$.name',
    CASE WHEN n % 4000 = 0 THEN 'missing' ELSE 'too_long' END,
    CASE WHEN n % 4000 = 0 THEN 'error' ELSE 'warning' END, 'name: is long', now(), now(), 1
FROM generate_series(1, {ROWS}) n
"""
TABLES = ("locations_location", "store_finding", "store_tally")


@pytest.fixture(scope="module")
def much(serving_hub: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
        cursor.execute(FILL)
        cursor.execute(FILL_FINDINGS)
        cursor.execute("ANALYZE locations_location, store_finding")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, store_tallychange RESTART IDENTITY CASCADE")


@pytest.fixture
def reader(much: None) -> Iterator[Client]:
    """A superuser's browser; not by way of the fixture `hub`, which would empty the tables."""
    for number in (901, 902):
        Platform.objects.get_or_create(pk=number, defaults={"name": f"Platform {number}"})
    user = User.objects.create(username="reader", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 100),
        (f"?before={ROWS // 2}", 100),
        ("?before=50", 49),
        ("?q=l70000", 1),
        ("?q=nothing", 0),
        ("?owner=NL/NEW", 100),
        ("?owner=be/old", 100),
        ("?owner=DE/FEW", 100),
        ("?owner=XX/XXX", 0),
        (f"?owner=BE/OLD&before={ROWS // 4}", 100),
        (f"?owner=BE/OLD&after={ROWS // 4}", 100),
        ("?copies=public", 100),
        ("?copies=directed", 100),
        (f"?copies=directed&before={ROWS // 2 + 500}", 100),
        ("?party=DE/MSP", 100),
        ("?party=DE/MSP&before=10000", 10),
        ("?flagged=on", 100),
        ("?flagged=on&before=50000", 25),
        ("?q=L70000&owner=BE/OLD&flagged=on", 0),
        ("?owner=nonsense", 0),
    ],
)
def test_no_list_of_kept_objects_counts_or_scans(query: str, rows: int, reader: Client) -> None:
    assert len(numbers(LIST + query, reader)) == rows
    if "nonsense" not in query:
        assert scans(LIST + query, reader, "locations_location") == []


def test_an_object_is_traced_without_a_scan(reader: Client) -> None:
    for table in ("locations_location", "store_customobject", "tariffs_tariff"):
        assert scans("/admin/trace/?id=l70000", reader, table) == []


def test_the_page_of_an_object_does_neither(reader: Client) -> None:
    url = f"{LIST}{ROWS // 2}/change/"
    for tables in ("locations_location", "store_finding", "traffic_leg", "outbox_"):
        # Putting a Location together counts the EVSEs of that one.
        assert [bad for bad in scans(url, reader, tables) if "HAVING count" not in bad] == []


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("", 100),
        (f"?before={ROWS // 2}", 100),
        ("?platform=901", 100),
        ("?platform=902", 100),
        ("?module=tariffs", 40),
        ("?module=locations", 100),
        ("?severity=error", 50),
        ("?code=missing", 50),
        (f"?code=missing&before={ROWS // 2}", 24),
        ("?owner=DE/FEW", 100),
        ("?owner=DE/FEW&severity=error", 0),
        ("?module=locations&severity=error", 40),
    ],
)
def test_no_list_of_findings_counts_or_scans(query: str, rows: int, reader: Client) -> None:
    assert len(numbers(FINDINGS + query, reader)) == rows
    assert scans(FINDINGS + query, reader, "store_finding") == []


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("owner=DE/FEW", Q(owner="DE/FEW")),
        ("copies=directed", Q(audience__gt="")),
        ("flagged=on", Q(flagged=True)),
        ("party=FR/MSP", Q(audience="FR/MSP")),
    ],
)
def test_pages_lead_through_all_that_fits_and_back(query: str, wanted: Q, reader: Client) -> None:
    pages = [reader.get(f"{LIST}?{query}").context["cl"]]
    while pages[-1].older:
        pages.append(reader.get(LIST + pages[-1].older).context["cl"])
    keys = [row.pk for page in pages for row in page.result_list]
    assert len(keys) == len(set(keys))
    assert set(keys) == set(Location.objects.filter(wanted).values_list("pk", flat=True))
    for page, after in pairwise(pages):
        assert numbers(LIST + after.newer, reader) == [row.pk for row in page.result_list]
