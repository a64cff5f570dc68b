"""One message in full, and the record of deliveries."""

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.traffic.models import Leg
from tests.console.plans import numbers, scans
from tests.console.saying import words
from tests.hub import Hub

LOG = "/admin/traffic/leg/"


def test_a_message_shows_what_was_said_escaped(hub: Hub, operator: Client) -> None:
    leg = Leg.objects.create(
        at=timezone.now(), direction="in", correlation_id="c&d=e", request_id="r", method="PUT",
        path="/ocpi/<script>", milliseconds=1.25, request_bytes=1, answer_bytes=1,
        request_headers="Authorization: ***\nX-Odd: <b>", request_body='{"a": "<img src=x>"}',
    )  # fmt: skip
    response = operator.get(f"{LOG}{leg.pk}/change/")
    text = response.content.decode()
    for raw in ("<script>", "<b>", "<img src=x>"):
        assert raw not in text.replace('<script src="', "").replace("<script id=", "")
    assert "&lt;img src=x&gt;" in text
    assert "/admin/trace/?id=c%26d%3De" in text
    assert "Save" not in words(response)
    for action in ("add/", f"{leg.pk}/delete/"):
        assert operator.get(LOG + action).status_code == 403
    assert operator.post(f"{LOG}{leg.pk}/change/", {"method": "GET"}).status_code == 403


@pytest.fixture
def long_record(hub: Hub) -> None:
    """Deliveries of many pushes, a few of them waiting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id,"
            " request_id, owner, object) SELECT 'tariffs', 'PUT', 'NL/CPO/' || n, '', '{}',"
            " 'c-' || n, 'r-' || n, 'NL/CPO', 'o' || n FROM generate_series(1, 30000) n"
        )
        cursor.execute(
            "INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts,"
            " reason) SELECT id, id % 2, 'DE/MSP', object,"
            " CASE id % 1000 WHEN 0 THEN 'waiting' ELSE 'done' END, 1, '' FROM outbox_payload"
        )
        cursor.execute("ANALYZE outbox_payload, outbox_delivery")


@pytest.mark.parametrize(
    ("query", "rows"), [("", 100), ("?q=c-20000", 1), ("?waiting_for=0", 30), ("?before=50", 49)]
)
def test_the_record_of_deliveries_is_as_fast(
    query: str, rows: int, long_record: None, operator: Client
) -> None:
    assert len(numbers(f"/admin/outbox/delivery/{query}", operator)) == rows
    assert scans(f"/admin/outbox/delivery/{query}", operator, "outbox_") == []
