"""Findings: noted with the object, counted, cleared by the change that mends them, and refusing a
push as far as the platform's mode says."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from apps.database import Pool
from apps.locations.models import Location
from apps.modules import module_of
from apps.store.arrivals import AGAIN, settle
from apps.store.models import Arrival, Finding
from apps.store.take import BadObject, take
from hub.ocpi.ids import PartyId
from tests.gateway.objects import LATER, WHEN, cdr, connector, evse, location, session, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.store.store import in_store, put

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def push(cpo: Platform, tail: str, body: dict[str, Any], method: str = "PUT") -> Any:
    return cpo.request(method, "locations", RECEIVER, f"NL/CPO/{tail}", json=body, to=HUB)


def found(**where: Any) -> set[tuple[str, str]]:
    return set(Finding.objects.filter(**where).values_list("path", "code"))


@pytest.fixture
def known_tariff(hub: Hub, cpo: Platform) -> None:
    """T1, which the connectors of the sample objects name."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)


def test_findings_name_nested_objects_by_their_ids(
    hub: Hub, cpo: Platform, known_tariff: None
) -> None:
    bad = evse("E2", status="BUSY", connectors=[connector("1"), connector("2", format="PLUG")])
    assert push(cpo, "L1", location(evses=[evse("E1"), bad])).status == 201
    assert found() == {
        ("$.evses[E2].status", "not_in_enum"),
        ("$.evses[E2].connectors[2].format", "not_in_enum"),
    }
    row = Finding.objects.first()
    assert row is not None
    assert (row.owner, row.key, row.platform) == ("NL/CPO", "L1", hub.row(cpo).pk)
    assert Location.objects.get().flagged


def test_seen_again_it_is_counted_and_mended_it_is_gone(
    hub: Hub, cpo: Platform, known_tariff: None
) -> None:
    push(cpo, "L1", location(evses=[evse("E1", status="BUSY"), evse("E2", status="BUSY")]))
    first = Finding.objects.get(path="$.evses[E1].status")
    push(cpo, "L1", location(name="New", evses=[evse("E1", status="BUSY"), evse("E2")]))
    again = Finding.objects.get()
    assert (again.path, again.times) == ("$.evses[E1].status", 2)
    assert (again.first_seen, again.last_seen > first.last_seen) == (first.first_seen, True)
    push(cpo, "L1/E1", {"floor_level": "12345", "last_updated": LATER}, "PATCH")
    assert found() == {
        ("$.evses[E1].status", "not_in_enum"), ("$.evses[E1].floor_level", "too_long"),
    }  # fmt: skip
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LATER}, "PATCH")
    assert found() == {("$.evses[E1].floor_level", "too_long")}
    push(cpo, "L1/E1", evse("E1", last_updated=LATER))
    assert (found(), Location.objects.get().flagged) == (set(), False)


@pytest.mark.parametrize(
    ("mode", "body", "path"),
    [
        ("lenient", {"publish": "yes"}, "$.publish"),
        ("lenient", {"coordinates": None}, "$.coordinates"),
        ("lenient", {"evses": [{"uid": "E1"}]}, "$.evses[0].status"),
        ("strict", {"city": "x" * 46}, "$.city"),
        ("strict", {"parking_type": "SOMEWHERE"}, "$.parking_type"),
    ],
)
def test_a_broadcast_is_refused_as_the_mode_says_and_names_the_field(
    hub: Hub, cpo: Platform, msp: Platform, mode: str, body: dict[str, Any], path: str
) -> None:
    """D-15: nothing is kept, nothing goes out."""
    hub.change(cpo, validation=mode)
    reply = push(cpo, "L1", location(**body))
    assert (reply.status, reply.code) == (200, 2001)
    assert path in reply.message
    assert (Location.objects.count(), hub.deliver()) == (0, 0)
    hub.change(cpo, validation="observe")
    assert push(cpo, "L1", location(**body)).status == 201
    assert Finding.objects.filter(path=path.replace("[0]", "[E1]")).exists()


def test_a_refused_patch_changes_nothing(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "L1", location())
    reply = push(cpo, "L1/E1", {"status": 1, "last_updated": LATER}, "PATCH")
    assert (reply.code, "$.status" in reply.message) == (2001, True)
    assert msp.request("GET", "locations", SENDER, "L1/E1", to=HUB).data["status"] == "AVAILABLE"


def test_what_is_forwarded_is_only_observed(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.change(cpo, validation="strict")
    body = session(kwh="12")
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=body, to=MSP)
    assert reply.code == 1000
    assert found(module="sessions", audience="DE/MSP") == {("$.kwh", "wrong_type")}


def test_an_older_and_an_unchanged_object_are_findings(
    hub: Hub, cpo: Platform, known_tariff: None
) -> None:
    push(cpo, "L1", location(last_updated=LATER))
    push(cpo, "L1", location())
    assert found() == {("$.last_updated", "older")}
    push(cpo, "L1", location(last_updated=LATER))
    assert ("$", "resent") in found()
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LATER}, "PATCH")
    push(cpo, "L1/E1", {"status": "BLOCKED", "last_updated": WHEN}, "PATCH")
    assert ("$.evses[E1].last_updated", "older") in found()
    push(cpo, "L1", location(name="New", last_updated="2026-03-01T11:00:00Z"))
    assert ("$.last_updated", "older") not in found()
    assert ("$", "resent") not in found()


@pytest.mark.ocpi("TA-02")
def test_a_tariff_that_nobody_knows_until_it_arrives(hub: Hub, cpo: Platform) -> None:
    push(cpo, "L1", location())
    path = "$.evses[E1].connectors[1].tariff_ids[T1]"
    assert found() == {(path, "unknown_reference")}
    assert push(cpo, "L1/E2", evse("E2")).status == 201
    assert len(found()) == 2
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    assert (settle(NOW), found(), Location.objects.get().flagged) == (2, set(), False)


def test_a_tariff_that_comes_while_its_location_is_being_kept(hub: Hub, cpo: Platform) -> None:
    """The Location did not see the tariff, and who looked when the tariff came did not see the
    Location; the second look does."""
    kept = threading.Event()

    async def keep_slowly(pool: Pool) -> None:
        async with pool.connection() as connection, connection.transaction():
            await take(
                connection, module_of("locations"), PartyId("NL", "CPO"),
                msgspec.json.encode(location()), version="2.2.1", platform_id=1, cause="a test",
                now=NOW,
            )  # fmt: skip
            kept.set()
            await asyncio.to_thread(go_on.wait)

    go_on = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(in_store, keep_slowly)
        assert kept.wait(20)
        put("tariffs", tariff(), NOW)
        assert (settle(NOW), found()) == (0, set())
        go_on.set()
        slow.result(20)
    assert found(code="unknown_reference")
    assert settle(NOW + AGAIN) == 0  # not yet
    assert settle(NOW + 2 * AGAIN) == 1
    assert (found(code="unknown_reference"), Location.objects.get().flagged) == (set(), False)
    assert not Arrival.objects.filter(module="tariffs").exists()


def test_a_tariff_for_one_party_is_none_for_the_others(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location())
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=MSP)
    put("tariffs", tariff(), NOW, audience="DE/MSP")
    assert settle(NOW) == 1
    assert Finding.objects.get(code="unknown_reference").audience == ""


@pytest.mark.parametrize("identifier", ["T[1]", "[", "T\\", "%", "T_1"])
def test_ids_of_any_spelling_are_found_again(hub: Hub, identifier: str) -> None:
    put("locations", location(evses=[evse("E1", connectors=[
        connector("1", tariff_ids=[identifier, "other"])])]), NOW)  # fmt: skip
    put("tariffs", tariff(identifier), NOW)
    assert settle(NOW) == 1
    assert [each.path.endswith("[OTHER]") for each in Finding.objects.all()] == [True]


@pytest.mark.ocpi("CD-05")
def test_a_credit_cdr_names_a_cdr_of_the_same_parties(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """CD-05: a finding, not a refusal"""
    other = hub.platform("FR/MSP")
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    credit = cdr("C1-CREDIT", credit=True, credit_reference_id="C1")
    assert cpo.request("POST", "cdrs", RECEIVER, json=credit, to=MSP).code == 1000
    assert not found(code="unknown_reference")
    wrong = cdr("C2-CREDIT", "FR/MSP", credit=True, credit_reference_id="C1")
    assert cpo.request("POST", "cdrs", RECEIVER, json=wrong, to=("FR", "MSP")).code == 1000
    assert found(code="unknown_reference") == {("$.credit_reference_id[C1]", "unknown_reference")}
    assert other.request("GET", "cdrs", SENDER, to=HUB).data[0]["id"] == "C2-CREDIT"


def test_a_deleted_object_takes_its_findings_along(hub: Hub, cpo: Platform) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", to=HUB, json=tariff(currency="EURO"))
    assert found() == {("$.currency", "too_long")}
    cpo.request("DELETE", "tariffs", RECEIVER, "NL/CPO/T1", to=HUB)
    assert found() == set()


def test_a_pulled_cdr_with_another_content_is_a_finding_and_not_kept(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    now = datetime.now(UTC)
    for body in (cdr(), cdr(), cdr(total_energy=11)):
        put("cdrs", body, now, audience="DE/MSP")
    assert found(module="cdrs", code="changed") == {("$", "changed")}
    assert msp.request("GET", "cdrs", SENDER, to=HUB).data == [cdr()]


def test_an_object_that_cannot_be_kept_whole_is_not_kept_at_all(hub: Hub) -> None:
    with pytest.raises(BadObject):
        put("locations", location(evses=[1]), datetime.now(UTC))
    assert (Location.objects.count(), Finding.objects.count()) == (0, 0)
