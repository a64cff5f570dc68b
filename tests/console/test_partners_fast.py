"""The pages about partners stay fast when much is in the log: nothing counts or scans a big table,
nothing reads more than so many rows of it. Platforms, onboarding, pairs of parties, commands."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.console.command_facts import MOST_READ as COMMANDS_READ
from apps.console.refusals import MOST_READ
from apps.parties import directory
from apps.parties.models import CredentialsRole, Platform
from tests.console.plans import scans

ROWS, SIDE, DAYS = 200_000, 60, 3
# Half of the first platform, the others in turn, over the days that have partitions; every 50th
# refused, every fifth a command.
FILL = f"""
INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, platform_id,
    from_party, to_party, module, interface, method, path, http_status, code, milliseconds, error,
    request_bytes, answer_bytes, request_headers, answer_headers, outcome, follows)
SELECT now() + n * interval '{DAYS} days' / {ROWS},
    CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END, 'c-' || n / 2, 'r-' || n, '',
    CASE WHEN n % 1000 = 1 THEN NULL ELSE 1 + n % 2 * (n % {2 * SIDE}) END,
    'NL/' || lpad((1 + n % {SIDE})::text, 3, '0'),
    'NL/' || lpad(({SIDE} + 1 + n * 7 % {SIDE})::text, 3, '0'),
    CASE WHEN n % 10 < 2 THEN 'commands' ELSE 'locations' END, 'RECEIVER',
    CASE WHEN n % 10 < 2 THEN 'POST' ELSE 'PUT' END, '/ocpi/2.2.1/receiver/x', 200,
    CASE n % 50 WHEN 3 THEN 2001 ELSE 1000 END, 5, '', 100, 100, repeat('h', 200), '',
    CASE n % 50 WHEN 3 THEN 'refused' ELSE 'ok' END, ''
FROM generate_series(1, {ROWS}) n
"""
WAITING = """
WITH p AS (
    INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, request_id,
        owner, object)
    VALUES ('locations', 'PUT', '', '', '', 'c', 'r', 'NL/001', 'locations NL/001 L1') RETURNING id
)
INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts, reason)
SELECT p.id, 1 + n % 2, 'NL/061', 'locations NL/001 L' || n, 'waiting', 0, ''
FROM p, generate_series(1, 50000) n
"""
FINDINGS = """
INSERT INTO store_finding (platform, module, owner, key, audience, path, code, severity, message,
    first_seen, last_seen, times)
SELECT 1, 'locations', 'NL/001', 'L' || n, '', '$.name', 'too_long', 'warning', 'x', now(), now(), 1
FROM generate_series(1, 50000) n
"""
TABLES = (
    "parties_platform", "traffic_leg", "outbox_delivery", "outbox_payload", "store_finding",
    "parties_agreement",
)  # fmt: skip
PLATFORM, ONBOARDING = "/admin/parties/platform/1/change/", "/admin/onboarding/1/"
PAIR, COMMANDS = "/admin/agreements/pair/?one=NL/001&other=NL/061", "/admin/commands/"
MATRIX = "/admin/agreements/matrix/"


@pytest.fixture(scope="module")
def much(serving_hub: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
        Platform.objects.bulk_create(
            Platform(
                pk=n, name=f"Platform {n}", status="CONNECTED", version="2.2.1",
                created_at=timezone.now() - timedelta(days=DAYS),
            )
            for n in range(1, 2 * SIDE + 1)
        )  # fmt: skip
        CredentialsRole.objects.bulk_create(
            CredentialsRole(
                platform_id=n, role="CPO" if n <= SIDE else "EMSP", party=f"NL/{n:03d}",
                country_code="NL", party_id=f"{n:03d}",
            )
            for n in range(1, 2 * SIDE + 1)
        )  # fmt: skip
        for statement in (FILL, WAITING, FINDINGS):
            cursor.execute(statement)
        cursor.execute("ANALYZE traffic_leg, outbox_delivery, store_finding")
    directory.changed()
    directory.refresh()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
    directory.changed()
    directory.refresh()


@pytest.fixture
def reader(much: None) -> Iterator[Client]:
    """A superuser's browser; not by way of the fixture `hub`, which would empty the tables."""
    user = User.objects.create(username="reader", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize(
    ("url", "table", "most"),
    [
        (PLATFORM, "traffic_leg", MOST_READ + 500),
        (PLATFORM, "outbox_delivery", 1_100),
        (PLATFORM, "store_finding", 1_100),
        (ONBOARDING, "traffic_leg", 1_000),
        (PAIR, "traffic_leg", MOST_READ + 500),
        (COMMANDS, "traffic_leg", COMMANDS_READ + 500),
        (f"{COMMANDS}?party=NL/007", "traffic_leg", COMMANDS_READ + 500),
        (f"{COMMANDS}?party=XX/YYY", "traffic_leg", COMMANDS_READ + 500),
        (f"{COMMANDS}?command=STOP_SESSION", "traffic_leg", COMMANDS_READ + 500),
        (f"{COMMANDS}?state=done&before=100000", "traffic_leg", COMMANDS_READ + 500),
    ],
)
def test_a_page_is_shown_without_a_scan(url: str, table: str, most: int, reader: Client) -> None:
    assert scans(url, reader, table, most) == []


@pytest.mark.parametrize("url", [PLATFORM, ONBOARDING, PAIR, COMMANDS, MATRIX])
def test_few_questions_are_asked(url: str, reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(url).status_code == 200
    assert len(captured) < 60


def test_the_matrix_asks_nothing_of_the_log(reader: Client) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert reader.get(MATRIX).content.count(b'<td class="cell') == 40 * 40
    asked = [query["sql"] for query in captured.captured_queries]
    assert [sql for sql in asked if "traffic_leg" in sql or "outbox_" in sql] == []
