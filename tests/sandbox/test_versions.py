"""Two platforms of one version talk to each other without a hub, in each version."""

from collections.abc import Iterator

import pytest

from tests.platforms import CPO, MSP, RECEIVER, SENDER, Platform, Playground

Pair = tuple[Platform, Platform]


@pytest.fixture(params=["2.1.1", "2.2.1", "2.3.0"])
def pair(here: Playground, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """A CPO, and an eMSP that has registered with it."""
    cpo = here.platform("Heron & Ohm", CPO, version=request.param)
    msp = here.platform("Otter Card", MSP, version=request.param)
    msp.register(*cpo.invite())
    yield cpo, msp
    cpo.close()
    msp.close()


def test_each_knows_the_endpoints_that_it_calls(pair: Pair):
    cpo, msp = pair
    assert msp.hub_endpoints["locations", SENDER] == cpo.endpoint("locations", SENDER)
    assert cpo.hub_endpoints["locations", RECEIVER] == msp.endpoint("locations", RECEIVER)
    assert f"/{cpo.version}/" in cpo.endpoint("locations", SENDER)


def test_each_is_understood(pair: Pair):
    cpo, msp = pair
    tariff = {"id": "T1", "currency": "EUR", "elements": [], "last_updated": "2026-11-01T00:00:00Z"}
    if cpo.version != "2.1.1":
        tariff |= {"country_code": "NL", "party_id": "CPO"}
    put = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff, to=msp.party)
    assert (put.status, put.code) == (201, 1000)
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1") == tariff
    cpo.objects.put("tariffs", tariff)
    assert msp.request("GET", "tariffs", SENDER, to=cpo.party).data == [tariff]
    assert not cpo.complaints
    assert not msp.complaints


def test_2_1_1_has_no_headers_for_routing_and_ids(pair: Pair):
    cpo, msp = pair
    msp.request("GET", "locations", SENDER, to=cpo.party)
    headers = cpo.heard(module="locations").headers
    sent = [name for name in headers if name.startswith(("ocpi-", "x-"))]
    assert bool(sent) is (cpo.version != "2.1.1")
    form = msp.hub_token in headers["authorization"]
    assert form is (cpo.version == "2.1.1")


def test_a_command_is_obeyed_and_its_result_posted(pair: Pair):
    cpo, msp = pair
    order = {
        "response_url": msp.callback_url(), "location_id": "L1",
        "token": {"uid": "U1"},
    }  # fmt: skip
    location = {"id": "L1", "country_code": "NL", "party_id": "CPO"}
    cpo.objects.put("locations", location)
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=order, to=cpo.party)
    assert reply.data["result"] == "ACCEPTED"
    assert msp.heard(module="results").json == {"result": "ACCEPTED"}
    assert not cpo.complaints
    assert not msp.complaints
