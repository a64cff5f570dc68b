"""Bookings of OCPI 2.3.0: booking locations for all, bookings for the eMSP that asked."""

from typing import Any

import pytest

from hub.ocpi.paging import next_link
from hub.ocpi.status import Code
from tests.gateway.objects import LATER, cdr, location
from tests.gateway.objects_2_3_0 import (
    TIMES,
    booking,
    booking_location,
    booking_request,
    calendar,
)
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP, OTHER = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP"), ("FR", "MSP")
PLACE = "NL/CPO/booking_locations/BL1"


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    return hub.platform("NL/CPO", version="2.3.0")


@pytest.fixture
def msp(hub: Hub) -> Platform:
    return hub.platform("DE/MSP", version="2.3.0")


def pushed(cpo: Platform, method: str, tail: str, body: Any, **more: Any) -> Any:
    reply = cpo.request(method, "Booking", RECEIVER, tail, json=body, **more)
    assert reply.code == 1000, reply
    return reply


def requested(msp: Platform, **more: Any) -> Any:
    return msp.request("POST", "Booking", SENDER, json=booking_request(**more))


@pytest.mark.ocpi("BK-02", "BK-08", versions=("2.3.0",))
def test_a_booking_location_is_broadcast_and_kept_for_all(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("FR/MSP", version="2.3.0")
    cpo.clear()
    pushed(cpo, "PUT", PLACE, booking_location(), to=HUB)
    hub.deliver()
    for each in (msp, other):
        heard = each.heard(module="Booking", tail=PLACE)
        assert (heard.from_, heard.json) == (HUB, booking_location())
        assert each.objects.get("booking_locations", CPO, "BL1") == booking_location()
    listed = msp.request("GET", "Booking", SENDER, "booking_locations", to=HUB)
    assert (listed.data, listed.headers["x-total-count"]) == ([booking_location()], "1")
    assert not cpo.complaints + msp.complaints


@pytest.mark.ocpi("BK-04", versions=("2.3.0",))
def test_a_calendar_that_changes_moves_its_booking_location(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    pushed(cpo, "PUT", PLACE, booking_location(), to=HUB)
    change = {"timeslot_increment": 15, "last_updated": LATER}
    pushed(cpo, "PATCH", PLACE + "/C1", change, to=HUB)
    pushed(cpo, "PUT", PLACE + "/C2", calendar("C2"), to=HUB)
    hub.deliver()
    kept = msp.request("GET", "Booking", SENDER, "booking_locations/BL1", to=HUB).data
    assert kept["last_updated"] == LATER
    assert kept["calendars"] == [
        calendar(timeslot_increment=15, last_updated=LATER),
        calendar("C2"),
    ]
    assert msp.objects.get("booking_locations", CPO, "BL1")["calendars"] == kept["calendars"]
    one = msp.request("GET", "Booking", SENDER, "booking_locations/BL1/C2", to=HUB)
    assert one.data == calendar("C2")
    own = cpo.request("GET", "Booking", RECEIVER, PLACE + "/C1", to=HUB)
    assert own.data == calendar(timeslot_increment=15, last_updated=LATER)


@pytest.mark.ocpi("BK-01", "BK-02", versions=("2.3.0",))
@pytest.mark.parametrize("spelled", ["Booking", "booking", "Bookings", "bookings"])
def test_every_spelling_of_the_module_id_is_understood(
    hub: Hub, cpo: Platform, msp: Platform, spelled: str
) -> None:
    """D-28"""
    cpo.objects.put("booking_locations", booking_location())
    url = f"{hub.url}/ocpi/2.3.0/sender/{spelled}/booking_locations"
    assert msp.request("GET", "Booking", url=url, to=CPO).data == [booking_location()]


def test_a_peer_may_spell_the_module_id_in_its_own_way(hub: Hub, msp: Platform) -> None:
    """D-28: its version details say `bookings`."""
    cpo = hub.platform(
        "NL/CPO", version="2.3.0", modules=[("bookings", SENDER), ("locations", SENDER)]
    )
    cpo.script.add("bookings", SENDER, json={"status_code": 1000, "timestamp": LATER, "data": []})
    assert msp.request("GET", "Booking", SENDER, to=CPO).code == 1000
    assert cpo.heard(module="bookings").path.endswith("/bookings/sender")


@pytest.mark.ocpi("BK-02", versions=("2.3.0",))
def test_the_order_of_the_examples_is_understood_and_passed_on_as_the_text_has_it(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    pushed(cpo, "PUT", "bookinglocations/NL/CPO/BL1", booking_location(), to=MSP)
    assert msp.heard(module="Booking").tail == PLACE
    change = {"timeslot_increment": 30, "last_updated": LATER}
    pushed(cpo, "PATCH", "bookinglocations/NL/CPO/BL1/C1", change, to=MSP)
    assert msp.heard(method="PATCH").tail == PLACE + "/C1"
    kept = msp.request("GET", "Booking", SENDER, "booking_locations/BL1/C1", to=HUB)
    assert kept.data == calendar(timeslot_increment=30, last_updated=LATER)


@pytest.mark.ocpi("BK-01", versions=("2.3.0",))
def test_the_sender_lists_reads_and_books(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.objects.put("booking_locations", booking_location())
    listed = msp.request(
        "GET", "Booking", SENDER, "booking_locations",
        query="timeslot_from=2026-03-02T08:00:00Z", to=CPO,
    )  # fmt: skip
    assert listed.data == [booking_location()]
    assert cpo.heard(tail="booking_locations").query == "timeslot_from=2026-03-02T08:00:00Z"
    one = msp.request("GET", "Booking", SENDER, "booking_locations/BL1/C1", to=CPO)
    assert one.data == calendar()
    made = msp.request("POST", "Booking", SENDER, json=booking_request(), to=CPO)
    assert (made.code, made.data["reservation_status"]) == (1000, "PENDING")
    assert made.data["request_id"] == "R1"
    assert msp.request("GET", "Booking", SENDER, to=CPO).data == [made.data]
    assert not cpo.complaints


def slots(identifier: str, *hours: str, number: str = "C1") -> dict[str, Any]:
    """A booking location whose calendar has timeslots that begin at these hours."""
    begun = [{**TIMES, "start_date_time": f"2026-03-02T{hour}Z"} for hour in hours]
    return booking_location(
        id=identifier, calendars=[{**calendar(number), "available_timeslots": begun}]
    )


@pytest.mark.ocpi("BK-01", versions=("2.3.0",))
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("timeslot_from=2026-03-02T08:00:00Z", ["A", "B", "C"]),
        ("timeslot_from=2026-03-02T08:00:00.001Z", ["B", "C"]),
        ("timeslot_to=2026-03-02T08:00:00Z", ["C"]),
        ("timeslot_to=2026-03-02T08:00:00.500Z", ["A", "C"]),
        ("timeslot_from=2026-03-02T09:00:00Z&timeslot_to=2026-03-02T11:00:00Z", ["B"]),
        # Not one before and another after.
        ("timeslot_from=2026-03-02T07:30:00Z&timeslot_to=2026-03-02T07:45:00Z", []),
        ("timeslot_from=2026-03-02T08:00:00Z&date_to=2020-01-01T00:00:00Z", []),
        ("timeslot_from=&timeslot_to=", ["A", "B", "C", "D"]),
    ],
)
def test_get_all_of_booking_locations_by_timeslots(
    cpo: Platform, msp: Platform, query: str, expected: list[str]
) -> None:
    for sent in (
        slots("A", "08:00:00"), slots("B", "10:00:00.250"), slots("C", "07:00:00", "12:00:00"),
        booking_location(id="D", calendars=[]),
    ):  # fmt: skip
        at = f"NL/CPO/booking_locations/{sent['id']}"
        pushed(cpo, "PUT", at, sent, to=HUB)
    listed = msp.request("GET", "Booking", SENDER, "booking_locations", query=query, to=HUB)
    assert [each["id"] for each in listed.data] == expected
    assert listed.headers["x-total-count"] == str(len(expected))


@pytest.mark.ocpi("BK-01", versions=("2.3.0",))
def test_pages_of_booking_locations_keep_the_filter(cpo: Platform, msp: Platform) -> None:
    for number in range(6):
        sent = slots(f"B{number}", "08:00:00" if number % 2 else "12:00:00")
        pushed(cpo, "PUT", f"NL/CPO/booking_locations/B{number}", sent, to=HUB)
    asked: dict[str, Any] = {"query": "timeslot_from=2026-03-02T09:00:00Z&limit=2", "to": HUB}
    first = msp.request("GET", "Booking", SENDER, "booking_locations", **asked)
    assert [each["id"] for each in first.data] == ["B0", "B2"]
    following = next_link(first.headers["link"])
    second = msp.request("GET", "Booking", url=following, to=HUB)
    assert [each["id"] for each in second.data] == ["B4"]
    assert "link" not in second.headers
    assert {each.headers["x-total-count"] for each in (first, second)} == {"3"}


def test_a_calendar_that_changes_is_found_by_its_new_timeslots(
    cpo: Platform, msp: Platform
) -> None:
    pushed(cpo, "PUT", "NL/CPO/booking_locations/A", slots("A", "08:00:00"), to=HUB)
    change = {
        "available_timeslots": [{**TIMES, "start_date_time": "2026-04-02T08:00:00Z"}],
        "last_updated": LATER,
    }
    pushed(cpo, "PATCH", "NL/CPO/booking_locations/A/C1", change, to=HUB)
    for query, expected in (("timeslot_from=2026-04-01T00:00:00Z", 1),
                            ("timeslot_to=2026-04-01T00:00:00Z", 0)):  # fmt: skip
        listed = msp.request("GET", "Booking", SENDER, "booking_locations", query=query, to=HUB)
        assert len(listed.data) == expected, query


def test_a_timeslot_filter_that_is_no_moment_is_2001(cpo: Platform, msp: Platform) -> None:
    reply = msp.request(
        "GET", "Booking", SENDER, "booking_locations", query="timeslot_to=today", to=HUB
    )
    assert (reply.code, "timeslot_to" in reply.message) == (Code.INVALID_PARAMETERS, True)


@pytest.mark.ocpi("BK-01", versions=("2.3.0",))
def test_a_request_finds_the_owner_of_what_it_books(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.platform("BE/CPO", version="2.3.0")
    assert requested(msp).code == Code.UNKNOWN_RECEIVER
    pushed(cpo, "PUT", PLACE, booking_location(), to=HUB)
    assert requested(msp).code == 1000
    assert cpo.heard(method="POST", module="Booking").json == booking_request()

    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L7", json=location("L7"), to=HUB)
    by_location = requested(msp, identifier="R2", booking_location_id="BL7", location_id="L7")
    assert by_location.code == 1000
    again = requested(msp, identifier="R2", booking_location_id="?", location_id="?")
    assert again.code == 1000  # an edit, known by its request_id


def test_a_request_is_of_the_party_that_sends_it(hub: Hub, cpo: Platform, msp: Platform) -> None:
    foreign = booking_request(asking="FR/MSP")
    reply = msp.request("POST", "Booking", SENDER, json=foreign, to=CPO)
    assert reply.code == Code.INVALID_PARAMETERS
    assert "FR/MSP" in reply.message
    assert not [r for r in cpo.received if r.module == "Booking"]


@pytest.mark.ocpi("BK-08", versions=("2.3.0",))
def test_a_booking_goes_to_who_asked_for_it_and_nobody_else(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """By the requests it names; then by what was learned, by its id and by its request_id."""
    other = hub.platform("FR/MSP", version="2.3.0")
    pushed(cpo, "PUT", "NL/CPO/B1", booking())
    assert msp.heard(module="Booking", method="PUT").json == booking()
    for identifier, status in (("B1", "CANCELED"), ("R1", "NO_SHOW")):
        change = {"reservation_status": status, "last_updated": LATER}
        tail = f"NL/CPO/{identifier}"
        msp.script.add("Booking", json={"status_code": 1000, "timestamp": LATER})
        pushed(cpo, "PATCH", tail, change)
        assert msp.heard(method="PATCH", tail=tail).json == change
        kept = msp.request("GET", "Booking", SENDER, to=HUB)
        assert [each["reservation_status"] for each in kept.data] == [status]
    assert other.request("GET", "Booking", SENDER, to=HUB).data == []
    assert not [r for r in other.received if r.module == "Booking"]
    everyone = cpo.request("PUT", "Booking", RECEIVER, "NL/CPO/B1", json=booking(), to=HUB)
    assert everyone.code == 2000


@pytest.mark.ocpi("BK-02", versions=("2.3.0",))
def test_a_booking_is_pushed_and_read_by_its_request_id(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The text names Booking.request_id as the parameter of PUT."""
    msp.script.add("Booking", json={"status_code": 1000, "timestamp": LATER})
    pushed(cpo, "PUT", "NL/CPO/R1", booking(), to=MSP)
    for identifier in ("B1", "R1"):
        kept = cpo.request("GET", "Booking", RECEIVER, f"NL/CPO/{identifier}", to=HUB)
        assert kept.data == booking()
    wrong = cpo.request("PUT", "Booking", RECEIVER, "NL/CPO/R9", json=booking(), to=MSP)
    assert wrong.code == Code.INVALID_PARAMETERS


@pytest.mark.ocpi("BK-03", "BK-07", versions=("2.3.0",))
@pytest.mark.parametrize("tail", ["NL/CPO/B1", PLACE, PLACE + "/C1"])
def test_a_patch_needs_last_updated_and_the_owner_of_the_url(
    hub: Hub, cpo: Platform, msp: Platform, tail: str
) -> None:
    reply = cpo.request("PATCH", "Booking", RECEIVER, tail, json={"location_id": "L2"}, to=MSP)
    assert (reply.code, "last_updated" in reply.message) == (Code.INVALID_PARAMETERS, True)
    foreign = cpo.request(
        "PATCH", "Booking", RECEIVER, tail.replace("NL", "BE"), json={"last_updated": LATER}, to=MSP
    )
    assert foreign.status == 404
    assert not [r for r in msp.received if r.module == "Booking"]


def test_a_cdr_finds_the_emsp_by_its_booking(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.platform("FR/MSP", version="2.3.0")
    pushed(cpo, "PUT", "NL/CPO/B1", booking(), to=MSP)
    bare = cdr(booking_id="B1", session_id="unknown")
    bare["cdr_token"] = {"uid": "U9", "type": "RFID", "contract_id": "C"}
    assert cpo.request("POST", "cdrs", RECEIVER, json=bare).code == 1000
    assert msp.heard(module="cdrs").json == bare
    strange = {**bare, "id": "C2", "session_id": "S2", "booking_id": "B2"}
    assert cpo.request("POST", "cdrs", RECEIVER, json=strange).code == Code.UNKNOWN_RECEIVER
