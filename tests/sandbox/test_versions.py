"""Two platforms of one version talk to each other without a hub, in each version."""

from collections.abc import Iterator

import pytest

from apps.sandbox.calls import Reply
from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.status import OcpiError
from tests.platforms import CPO, MSP, RECEIVER, SENDER, Platform, Playground
from tests.sandbox.objects import location

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


def test_the_former_version_is_refused_without_complaint(here: Playground) -> None:
    """Whoever asked in it could not know."""
    cpo = here.platform("Heron & Ohm", CPO, version="2.1.1")
    msp = here.platform("Otter Card", MSP, version="2.1.1")
    msp.register(*cpo.invite())
    # The eMSP would go over; the CPO, which stands for the hub, offers 2.1.1 only.
    with pytest.raises(HandshakeFailed):
        msp.switch("2.2.1")
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location()).code == 1000
    cpo.real.state.version = "2.2.1"
    msp.switch("2.2.1")
    url = msp.endpoint("locations", RECEIVER).replace("2.2.1", "2.1.1")
    reply = cpo.request("PUT", "locations", url=f"{url}/NL/CPO/L1", json=location())
    assert (reply.status, reply.code) == (503, 3000)
    assert not msp.complaints
    cpo.close()
    msp.close()


ORDER = {"location_id": "L1", "token": {"uid": "U1"}}


def start(pair: Pair) -> Reply:
    cpo, msp = pair
    cpo.objects.put("locations", location())
    order = {"response_url": msp.callback_url(), **ORDER}
    return msp.request("POST", "commands", RECEIVER, "START_SESSION", json=order, to=cpo.party)


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
    reply = start(pair)
    assert reply.data["result"] == "ACCEPTED"
    assert msp.heard(module="results").json == {"result": "ACCEPTED"}
    assert not cpo.complaints
    assert not msp.complaints


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("refuse", 200, 2000),
        ("http", 500, 3000),
        ("throttle", 429, 2000),
        ("unauthorized", 401, 2000),
        ("unauthorized_200", 200, 3000),
        ("html", 502, None),
        ("empty", 404, None),
        ("broken_json", 201, None),
        ("wrong_ids", 201, 1000),
        ("no_routing", 201, 1000),
        ("mirrored_routing", 201, 1000),
    ],
)
def test_faults_of_answers(pair: Pair, fault: str, status: int, code: int | None) -> None:
    cpo, msp = pair
    msp.faults.set(fault)
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=msp.party)
    assert (reply.status, reply.code) == (status, code)
    about_headers = fault in ("wrong_ids", "no_routing", "mirrored_routing")
    # What 2.1.1 has no headers for cannot be wrong there.
    assert bool(cpo.complaints) is (about_headers and cpo.version != "2.1.1")


@pytest.mark.parametrize("fault", ["never", "hangup"])
def test_faults_without_an_answer(pair: Pair, fault: str) -> None:
    cpo, msp = pair
    msp.faults.set(fault)
    with pytest.raises(OcpiError):
        cpo.request(
            "PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=msp.party, time_limit=0.2
        )
    assert msp.heard(method="PUT").json == location()


@pytest.mark.parametrize(("fault", "pages"), [("small_pages", 2), ("no_link", 1)])
def test_faults_of_pages(pair: Pair, fault: str, pages: int) -> None:
    cpo, msp = pair
    for identifier in ("L1", "L2"):
        cpo.objects.put("locations", location(identifier))
    cpo.faults.set(fault)
    query = "limit=1" if fault == "no_link" else ""
    reply = msp.request("GET", "locations", SENDER, query=query, to=cpo.party)
    assert (len(reply.data), reply.headers["x-total-count"]) == (1, "2")
    assert ("link" in reply.headers) is (pages == 2)


@pytest.mark.parametrize(
    ("fault", "said", "result"),
    [
        ("rejects", "REJECTED", None),
        ("early_result", "ACCEPTED", {"result": "ACCEPTED"}),
        ("bare_result", "ACCEPTED", {"result": "ACCEPTED"}),
        ("wrapped_result", "ACCEPTED", {"data": {"result": "ACCEPTED"}, "status_code": 1000}),
    ],
)
def test_faults_of_commands(pair: Pair, fault: str, said: str, result: object) -> None:
    cpo, msp = pair
    cpo.faults.set(fault)
    assert start(pair).data["result"] == said
    if result is None:
        assert not [each for each in msp.received if each.module == "results"]
        return
    heard = msp.heard(module="results").json
    heard.pop("timestamp", None)
    assert heard == result


@pytest.mark.parametrize("fault", ["plain_only", "base64_only"])
def test_one_spelling_of_tokens(pair: Pair, fault: str) -> None:
    cpo, msp = pair
    msp.faults.set(fault)
    reply = cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=msp.party)
    plain = cpo.version == "2.1.1"
    assert reply.status == (201 if plain is (fault == "plain_only") else 401)
