"""Open Routing to a party of a version that lacks what is asked for: NOT_SUPPORTED, as if it had
been named."""

from urllib.parse import quote

import pytest

from tests.gateway import objects_2_1_1
from tests.gateway.test_across_answers import command
from tests.gateway.test_across_pushes import MIDDLE, OLD, both
from tests.hub import Hub
from tests.platforms import RECEIVER


@pytest.mark.parametrize("module", ["chargingprofiles", "commands"])
def test_what_a_party_lacks_that_was_found_by_content_is_not_supported(
    hub: Hub, module: str
) -> None:
    cpo, msp = both(hub, OLD, MIDDLE)
    location = objects_2_1_1.location()
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location)
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=objects_2_1_1.session())
    cpo.objects.put("locations", location)
    body = command(msp, reservation_id="R1", expiry_date="2030-01-01T00:00:00Z")
    reserved = msp.request("POST", "commands", RECEIVER, "RESERVE_NOW", json=body)
    assert reserved.code == 1000, reserved
    if module == "commands":
        tail, body = "CANCEL_RESERVATION", {
            "response_url": msp.callback_url(), "reservation_id": "R1",
        }  # fmt: skip
        reply = msp.request("POST", module, RECEIVER, tail, json=body)
    else:
        url = quote(msp.callback_url(module), safe="")
        reply = msp.request("DELETE", module, RECEIVER, "S1", query=f"response_url={url}")
    assert (reply.status, reply.code, reply.data["result"]) == (200, 1000, "NOT_SUPPORTED"), reply
    unknown = quote(msp.callback_url("chargingprofiles"), safe="")
    reply = msp.request(
        "DELETE", "chargingprofiles", RECEIVER, "S9", query=f"response_url={unknown}"
    )
    assert (reply.status, reply.code) == (200, 4001)
