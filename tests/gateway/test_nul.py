"""A NUL in an id: the database has none, so nothing that is kept is named by it."""

from typing import Any

import pytest

from apps.store.models import Finding
from tests.gateway import objects, objects_2_3_0
from tests.gateway.test_across_pushes import MIDDLE, MSP, NEW, OLD, both
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")
NUL = "L\x00"


def test_an_id_that_is_named_and_holds_a_nul_is_a_finding(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version=NEW)
    body = objects_2_3_0.booking_location(location_id=NUL)
    url = "NL/CPO/booking_locations/BL1"
    for _ in range(2):
        reply = cpo.request("PUT", "Booking", RECEIVER, url, json=body, to=HUB)
        assert reply.code == 1000, reply
    found = Finding.objects.get(code="unknown_reference")
    assert found.path == "$.location_id[L\ufffd]"
    again = {**body, "location_id": "L2", "last_updated": objects.LATER}
    assert cpo.request("PUT", "Booking", RECEIVER, url, json=again, to=HUB).code == 1000
    assert Finding.objects.get(code="unknown_reference").path == "$.location_id[L2]"


def test_nobody_is_found_by_a_nul(hub: Hub, cpo: Platform, msp: Platform) -> None:
    body = {"response_url": msp.callback_url(), "location_id": NUL, "token": objects.token()}
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body)
    assert (reply.status, reply.code) == (200, 4001)


def test_a_place_with_a_nul_is_not_known_to_another_version(hub: Hub) -> None:
    cpo, _ = both(hub, MIDDLE, OLD)
    session = objects.session(location_id=NUL)
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session, to=MSP)
    assert (reply.status, reply.code) == (200, 4000)
    assert "location" in reply.message


@pytest.mark.parametrize("to", [HUB, MSP])
def test_an_id_of_an_object_itself_has_none(
    hub: Hub, cpo: Platform, msp: Platform, to: tuple[str, str]
) -> None:
    body: dict[str, Any] = objects.location(NUL)
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L%00", json=body, to=to)
    assert (reply.status, reply.code) == (200, 2001), reply
    cdr = cpo.request("POST", "cdrs", RECEIVER, json=objects.cdr("C\x00"), to=MSP)
    assert (cdr.status, cdr.code) == (200, 2001), cdr
