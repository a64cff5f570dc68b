"""Lists of the modules that OCPI 2.3.0 has alone: where they are, whose and for whom they are."""

from datetime import UTC, datetime

from hub.ocpi import datetimes
from tests.gateway.objects_2_3_0 import booking, booking_location, terminal
from tests.hub import Hub
from tests.platforms import SENDER
from tests.sync.pulling import kept, keys, last, pull


def test_lists_below_one_endpoint_are_pulled_each_from_its_own_url(hub: Hub) -> None:
    cpo, msp = hub.platform("NL/CPO", version="2.3.0"), hub.platform("DE/MSP", version="2.3.0")
    cpo.objects.put("booking_locations", booking_location())
    cpo.objects.put("bookings", booking(last_updated=datetimes.render(datetime.now(UTC))))
    pull()
    assert keys("booking_locations") == {"BL1"}
    assert keys("bookings", audience="DE/MSP") == {"B1"}
    tails = {r.tail for r in cpo.received if r.module == "Booking" and r.interface is SENDER}
    assert tails == {"", "booking_locations"}
    seen = msp.request("GET", "Booking", SENDER, to=("NL", "HUB"))
    assert [each["id"] for each in seen.data] == ["B1"]


def test_a_pulled_terminal_is_its_ptps_and_for_the_cpo_that_it_names(hub: Hub) -> None:
    hub.platform("NL/CPO", version="2.3.0")
    ptp = hub.platform("PTP:SE/PTP", version="2.3.0")
    named = terminal("T1", country_code="NL", party_id="CPO")
    ptp.objects.put_all("terminals", [named, terminal("T2")])
    pull()
    assert set(kept("terminals")) == {("SE/PTP", "T1", "NL/CPO")}
    done = last("terminals", "SE/PTP")
    assert (done.objects_kept, done.skipped) == (1, 1)
    assert "names no party it could be kept for" in done.remarks
