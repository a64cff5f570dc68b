"""Payments between CPOs and PTPs of OCPI 2.3.0: terminals, and what was captured at them."""

from typing import Any

import pytest

from hub.ocpi.status import Code
from tests.gateway.objects import LATER, location, token
from tests.gateway.objects_2_3_0 import confirmation, terminal
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, OTHER_CPO, PTP = ("NL", "HUB"), ("NL", "CPO"), ("BE", "CPO"), ("SE", "PTP")
CONFIRMATIONS = "financial-advice-confirmations"


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    return hub.platform("NL/CPO", version="2.3.0")


@pytest.fixture
def ptp(hub: Hub) -> Platform:
    return hub.platform("PTP:SE/PTP", version="2.3.0")


def sent_terminal(ptp: Platform, **more: Any) -> None:
    """The PTP has a terminal, and has sent it to the CPO."""
    body = terminal(**more)
    ptp.objects.put("terminals", body)
    assert ptp.request("POST", "payments", RECEIVER, "terminals", json=body, to=CPO).code == 1000


@pytest.mark.ocpi("PA-01", "PA-02", versions=("2.3.0",))
def test_both_kinds_of_objects_are_behind_one_endpoint(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    """D-29"""
    details = cpo.request("GET", "versions", url=f"{hub.url}/ocpi/2.3.0").data
    listed = [e for e in details["endpoints"] if e["identifier"] == "payments"]
    url = f"{hub.url}/ocpi/2.3.0/sender/payments"
    assert listed == [{"identifier": "payments", "role": "SENDER", "url": url}]
    reply = cpo.request("PUT", "payments", SENDER, CONFIRMATIONS + "/F1", json={}, to=PTP)
    assert (reply.status, reply.code) == (405, 2000)
    assert cpo.request("GET", "payments", SENDER, "invoices", to=PTP).status == 404


@pytest.mark.ocpi("PA-01", versions=("2.3.0",))
def test_a_terminal_is_sent_assigned_and_read(hub: Hub, cpo: Platform, ptp: Platform) -> None:
    sent_terminal(ptp)
    heard = cpo.heard(module="payments", tail="terminals")
    assert (heard.from_, heard.json) == (PTP, terminal())
    read = ptp.request("GET", "payments", RECEIVER, "terminals/T1", to=CPO)
    assert read.data == terminal()

    whole = terminal(city="Utrecht", last_updated=LATER)
    assert cpo.request("PUT", "payments", SENDER, "terminals/T1", json=whole, to=PTP).code == 1000
    assert ptp.objects.get("terminals", PTP, "T1") == whole
    assert cpo.request("GET", "payments", SENDER, "terminals/T1", to=PTP).data == whole
    assert cpo.request("GET", "payments", SENDER, "terminals", to=PTP).data == [whole]
    assert not ptp.complaints + cpo.complaints


@pytest.mark.ocpi("PA-05", versions=("2.3.0",))
def test_an_assignment_passes_without_last_updated(hub: Hub, cpo: Platform, ptp: Platform) -> None:
    sent_terminal(ptp)
    assigned = {"location_ids": ["L1"], "evse_uids": ["E7"]}
    reply = cpo.request("PATCH", "payments", SENDER, "terminals/T1", json=assigned, to=PTP)
    assert reply.code == 1000, reply
    assert ptp.heard(method="PATCH").json == assigned
    # The hub's copy has it as well: it is the PTP's, for this CPO.
    kept = cpo.request("GET", "payments", SENDER, "terminals/T1", to=HUB)
    assert kept.data == terminal() | assigned


@pytest.mark.ocpi("PA-06", versions=("2.3.0",))
def test_a_terminal_with_nothing_but_its_id_passes_and_is_kept(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    bare = {"terminal_id": "T9"}
    assert ptp.request("POST", "payments", RECEIVER, "terminals", json=bare, to=CPO).code == 1000
    assert cpo.heard(module="payments").json == bare
    assert cpo.request("GET", "payments", SENDER, "terminals", to=HUB).data == [bare]


@pytest.mark.ocpi("PA-04", versions=("2.3.0",))
def test_an_activation_without_terminal_id_finds_the_only_ptp(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    wanted = {"reference": "serial 4711", "location_ids": ["L1"]}
    reply = cpo.request("POST", "payments", SENDER, "terminals/activate", json=wanted)
    assert reply.code == 1000, reply
    assert ptp.heard(tail="terminals/activate").json == wanted

    second = hub.platform("PTP:FI/PTP", version="2.3.0")
    reply = cpo.request("POST", "payments", SENDER, "terminals/activate", json=wanted)
    assert reply.code == Code.NOT_ENOUGH_INFORMATION
    assert not second.received or all(r.module != "payments" for r in second.received)


def test_a_terminal_finds_its_way_by_who_sent_it(hub: Hub, cpo: Platform, ptp: Platform) -> None:
    """Requests of the CPO without TO, once the PTP has sent the terminal."""
    hub.platform("PTP:FI/PTP", version="2.3.0")
    sent_terminal(ptp)
    assert cpo.request("GET", "payments", SENDER, "terminals/T1").data == terminal()
    whole = terminal(city="Utrecht")
    assert cpo.request("PUT", "payments", SENDER, "terminals/T1", json=whole).code == 1000
    change = {"location_ids": ["L1"]}
    assert cpo.request("PATCH", "payments", SENDER, "terminals/T1", json=change).code == 1000
    assert cpo.request("POST", "payments", SENDER, "terminals/T1/deactivate").code == 1000
    assert ptp.heard(tail="terminals/T1/deactivate").from_ == CPO
    unknown = cpo.request("GET", "payments", SENDER, "terminals/T2")
    assert unknown.code == Code.UNKNOWN_RECEIVER


def test_a_terminal_is_for_the_cpo_that_it_names_or_whose_locations_it_has(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    other = hub.platform("BE/CPO", version="2.3.0")
    named = terminal("T2", country_code="BE", party_id="CPO")
    assert ptp.request("POST", "payments", RECEIVER, "terminals", json=named).code == 1000
    assert other.heard(module="payments").json == named

    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=location(), to=HUB)
    placed = terminal("T3", location_ids=["L1"])
    assert ptp.request("POST", "payments", RECEIVER, "terminals", json=placed).code == 1000
    assert cpo.heard(module="payments").json == placed

    strange = terminal("T4", customer_reference="site 99")
    reply = ptp.request("POST", "payments", RECEIVER, "terminals", json=strange)
    assert reply.code == Code.UNKNOWN_RECEIVER


def test_a_terminal_is_for_the_cpo_that_used_its_customer_reference(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    """In an activation, or in a terminal that was sent to it; of several CPOs none is guessed."""
    other = hub.platform("BE/CPO", version="2.3.0")
    wanted = {"customer_reference": "SITE 12", "location_ids": ["L9"]}
    reply = cpo.request("POST", "payments", SENDER, "terminals/activate", json=wanted)
    assert reply.code == 1000, reply
    first = terminal("T5")
    assert ptp.request("POST", "payments", RECEIVER, "terminals", json=first).code == 1000
    assert cpo.heard(module="payments").json == first
    also = terminal("T6")
    sent = ptp.request("POST", "payments", RECEIVER, "terminals", json=also, to=OTHER_CPO)
    assert sent.code == 1000
    assert other.heard(module="payments").json == also
    reply = ptp.request("POST", "payments", RECEIVER, "terminals", json=terminal("T7"))
    assert reply.code == Code.NOT_ENOUGH_INFORMATION


def test_terminals_are_seen_by_the_cpo_they_are_for_and_nobody_else(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    other = hub.platform("BE/CPO", version="2.3.0")
    sent_terminal(ptp)
    assert cpo.request("GET", "payments", SENDER, "terminals", to=HUB).data == [terminal()]
    reply = other.request("GET", "payments", SENDER, "terminals", to=HUB)
    assert (reply.data, reply.headers["x-total-count"]) == ([], "0")
    assert other.request("GET", "payments", SENDER, "terminals/T1", to=HUB).status == 404
    everyone = ptp.request("POST", "payments", RECEIVER, "terminals", json=terminal(), to=HUB)
    assert everyone.code == 2000


@pytest.mark.ocpi("PA-02", versions=("2.3.0",))
def test_a_confirmation_finds_the_cpo_by_the_reference_of_the_start(
    hub: Hub, cpo: Platform, ptp: Platform
) -> None:
    """StartSession by the PTP, then the FinancialAdviceConfirmation with its reference."""
    hub.platform("BE/CPO", version="2.3.0")
    start = {
        "response_url": ptp.callback_url(), "location_id": "L1", "authorization_reference": "AR-1",
        "token": token(owner="SE/PTP"),
    }  # fmt: skip
    cpo.objects.put("locations", location())
    reply = ptp.request("POST", "commands", RECEIVER, "START_SESSION", json=start, to=CPO)
    assert reply.code == 1000, reply

    ptp.objects.put(CONFIRMATIONS, confirmation())
    reply = ptp.request("POST", "payments", RECEIVER, CONFIRMATIONS, json=confirmation())
    assert reply.code == 1000, reply
    assert cpo.heard(module="payments").json == confirmation()
    read = ptp.request("GET", "payments", RECEIVER, CONFIRMATIONS + "/F1")
    assert read.data == confirmation()
    read = cpo.request("GET", "payments", SENDER, CONFIRMATIONS + "/F1")
    assert read.data == confirmation()
    assert cpo.request("GET", "payments", SENDER, CONFIRMATIONS, to=HUB).data == [confirmation()]
    unknown = confirmation("F2", authorization_reference="AR-2")
    reply = ptp.request("POST", "payments", RECEIVER, CONFIRMATIONS, json=unknown)
    assert reply.code == Code.UNKNOWN_RECEIVER


def test_pages_of_terminals_lead_through_the_hub(hub: Hub, cpo: Platform, ptp: Platform) -> None:
    """Of the PTP, and of the hub's own copies."""
    for number in range(3):
        sent_terminal(ptp, identifier=f"T{number}")
    for to in (PTP, HUB):
        first = cpo.request("GET", "payments", SENDER, "terminals", query="limit=2", to=to)
        link = first.headers["link"].partition(">")[0].strip("<")
        assert link.startswith(f"{hub.url}/ocpi/2.3.0/sender/payments/")
        rest = cpo.request("GET", "payments", SENDER, url=link, to=to)
        assert [each["terminal_id"] for each in first.data + rest.data] == ["T0", "T1", "T2"]
