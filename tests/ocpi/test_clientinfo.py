"""ClientInfo on the wire, and where whole objects are PUT."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.modules import registry
from hub.ocpi import jsontext
from hub.ocpi.clientinfo import ClientInfo, status_in
from hub.ocpi.ids import PartyId
from hub.ocpi.schema import SCHEMAS, check
from hub.ocpi.whole import put_route, put_url
from tests.gateway import objects

WHEN = datetime(2026, 3, 1, 10, 0, 0, 250_000, tzinfo=UTC)


def test_it_is_written_by_the_letter() -> None:
    written = ClientInfo("nl", "All", "CPO", "PLANNED", WHEN)
    assert written.tail == "nl/All"
    assert jsontext.decode(written.render()) == {
        "party_id": "All", "country_code": "nl", "role": "CPO", "status": "PLANNED",
        "last_updated": "2026-03-01T10:00:00.250Z",
    }  # fmt: skip
    assert check(SCHEMAS["2.2.1"]["ClientInfo"], written.content()) == []


# what a platform answers, the role asked about, the status it says
COPIES: tuple[tuple[Any, str, str], ...] = (
    ({"role": "CPO", "status": "OFFLINE"}, "CPO", "OFFLINE"),
    ({"role": "cpo", "status": "OFFLINE"}, "CPO", "OFFLINE"),
    ([{"role": "EMSP"}, {"role": "CPO", "status": "OFFLINE"}], "CPO", "OFFLINE"),
    ({"role": "EMSP", "status": "PLANNED"}, "CPO", "PLANNED"),
    ({"status": "CONNECTED"}, "CPO", "CONNECTED"),
    ({}, "CPO", ""),
    (None, "CPO", ""),
    ("CONNECTED", "CPO", ""),
    ([], "CPO", ""),
    ({"status": None}, "CPO", ""),
)  # fmt: skip


@pytest.mark.parametrize(("data", "role", "status"), COPIES)
def test_a_platforms_copy_is_read_with_tolerance(data: Any, role: str, status: str) -> None:
    assert status_in(data, role) == status


def test_where_whole_objects_are_put() -> None:
    owner = PartyId("nl", "Cpo")
    for module, content, url in (
        ("locations", objects.location("L/1 é"), ("nl/Cpo/L%2F1%20%C3%A9", "")),
        ("tariffs", objects.tariff(), ("nl/Cpo/T1", "")),
        ("sessions", objects.session(), ("nl/Cpo/S1", "")),
        ("tokens", objects.token("U 1", type="APP_USER"), ("nl/Cpo/U%201", "type=APP_USER")),
    ):
        assert put_url(registry()[module], owner, content) == url
    without_type = {k: v for k, v in objects.token().items() if k != "type"}
    assert put_url(registry()["tokens"], owner, without_type)[1] == "type=RFID"


def test_cdrs_are_posted_and_commands_are_no_objects() -> None:
    assert {m for m in registry() if put_route(registry()[m])} == {
        "locations", "sessions", "tariffs", "tokens",
        "booking_locations", "bookings", "invoicereconciliation",
    }  # fmt: skip
    with pytest.raises(KeyError):
        put_url(registry()["cdrs"], PartyId("NL", "CPO"), objects.cdr())
