"""When the other party fails: each failure has its code; the hub's own token is never blamed."""

from typing import Any

import pytest
from django.db import connection

from apps.sandbox.memory import Pattern
from hub.ocpi.headers import TokenForm
from hub.ocpi.status import Code
from hub.routing.network import Status
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

CPO, MSP, HUB = ("NL", "CPO"), ("DE", "MSP"), ("NL", "HUB")


def ask(msp: Platform) -> Any:
    return msp.request("GET", "locations", SENDER, "L1", to=CPO)


# fault, its value; HTTP status and OCPI code that the requester gets
FAILURES = (
    ("hangup", None, 200, 4003),
    ("unauthorized", None, 200, 4003),
    ("http", 403, 200, 4003),
    ("redirect", 302, 200, 4000),
    ("redirect", 307, 200, 4000),
    ("html", 502, 200, 4000),
    ("html", 200, 200, 4000),
    ("html", 404, 404, 2000),
    ("no_envelope", 400, 200, 4000),
    ("no_envelope", 200, 200, 4000),
    ("empty", 404, 404, 2000),
    ("empty", 405, 405, 2000),
    ("empty", 200, 200, 4000),
    ("broken_json", None, 404, 2000),
    # The other party's own OCPI answer passes, whatever its HTTP status says.
    ("http", 500, 200, 3000),
    ("http", 400, 200, 3000),
    ("http", 404, 404, 3000),
    ("http", 405, 405, 3000),
    ("throttle", None, 200, 2000),
    ("refuse", 2003, 200, 2003),
    ("refuse", 3000, 200, 3000),
    ("refuse", 1999, 200, 1999),
    ("unauthorized_200", None, 200, 3000),
    ("huge", None, 200, 4000),
)


@pytest.mark.ocpi("R-24", "R-25")
@pytest.mark.parametrize(
    ("fault", "value", "status", "code"), FAILURES, ids=[f"{f[0]} {f[1]}" for f in FAILURES]
)
def test_every_failure_has_its_answer(
    hub: Hub, cpo: Platform, msp: Platform, fault: str, value: float | None, status: int, code: int
) -> None:
    """Section 2.8, R-24, R-25; the requester's own token is fine, so it never sees 401."""
    cpo.faults.set(fault, value, module="locations")
    reply = ask(msp)
    assert (reply.status, reply.code) == (status, code), reply
    assert reply.headers["ocpi-to-party-id"] == "MSP"
    assert reply.headers["x-request-id"]
    if code >= 4000 or not (reply.message or "").startswith("refused"):
        assert reply.message


@pytest.mark.ocpi("R-24")
@pytest.mark.versions("2.2.1", "2.3.0")
@pytest.mark.parametrize("code", [2003, 3000, 1999])
def test_what_the_other_side_says_reaches_the_asker(
    hub: Hub, cpo: Platform, msp: Platform, code: int
) -> None:
    cpo.faults.set("refuse", code, module="locations")
    assert (ask(msp).status, ask(msp).code) == (200, code)


@pytest.mark.ocpi("T-25", "T-26", "T-29", "R-04")
@pytest.mark.parametrize("fault", ["wrong_ids", "no_ids", "no_routing", "mirrored_routing"])
def test_ids_and_routing_headers_come_from_the_hubs_own_knowledge(
    hub: Hub, cpo: Platform, msp: Platform, fault: str
) -> None:
    """T-29, R-04: many platforms omit or mirror them."""
    cpo.faults.set(fault)
    reply = msp.request(
        "GET", "locations", SENDER, to=CPO,
        headers={"X-Request-ID": "mine", "X-Correlation-ID": "ours"},
    )  # fmt: skip
    assert reply.headers["x-request-id"] == "mine"
    assert reply.headers["x-correlation-id"] == "ours"
    assert (reply.headers["ocpi-to-party-id"], reply.headers["ocpi-from-party-id"]) == (
        "MSP",
        "CPO",
    )


@pytest.mark.ocpi("R-25", "R-28")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_who_is_gone_is_4003_and_is_back_without_ado(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """R-28"""
    cpo.offline()
    assert (ask(msp).status, ask(msp).code) == (200, Code.CONNECTION_PROBLEM)
    cpo.start()
    assert ask(msp).status == 404  # the CPO's own answer: it has no L1


@pytest.mark.ocpi("R-25", "R-27", "TK-07")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_who_never_answers_is_4002_within_the_modules_time_limit(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """R-27; authorize has the shortest limit of all modules."""
    msp.faults.set("never", module="tokens")
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize", to=MSP)
    assert (reply.status, reply.code) == (200, Code.TIMEOUT)
    assert 4500 < reply.milliseconds < 7000


@pytest.mark.ocpi("R-28", "H-06")
@pytest.mark.parametrize("status", [Status.OFFLINE, Status.PLANNED, Status.SUSPENDED])
def test_who_is_not_connected_is_not_called(
    hub: Hub, cpo: Platform, msp: Platform, status: Status
) -> None:
    """Row 23, H-06; peers' v1 calls an offline receiver all the same."""
    hub.set_status(cpo, status)
    cpo.clear()
    assert ask(msp).code == Code.CONNECTION_PROBLEM
    assert not cpo.received


@pytest.mark.parametrize("understood", ["plain_only", "base64_only"])
def test_a_partner_that_switches_its_token_form_is_understood(
    hub: Hub, msp: Platform, understood: str
) -> None:
    """On 401 the other form is tried once, and remembered."""
    form = TokenForm.BASE64 if understood == "plain_only" else TokenForm.PLAIN
    cpo = hub.platform("NL/CPO", token_form=form)
    cpo.faults.set(understood)
    assert ask(msp).status == 404
    hub.flush()
    assert hub.row(cpo).token_form != form
    cpo.clear()
    assert ask(msp).status == 404
    assert len(cpo.received) == 1


def test_a_307_to_the_same_place_is_followed_once_with_the_body(hub: Hub, cpo: Platform) -> None:
    """Some serve module roots with a trailing slash only."""
    msp = hub.platform("DE/MSP")
    msp.faults.set("slash_only")
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    assert reply.code == 1000
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")


def test_a_module_that_is_not_offered_is_4000(hub: Hub, cpo: Platform) -> None:
    """Row 26"""
    hub.platform("DE/MSP", modules=[("tokens", SENDER)])
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    assert (reply.status, reply.code) == (200, Code.HUB_ERROR)
    assert "tariffs" in reply.message


@pytest.mark.ocpi("R-25", "R-26", "R-36")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_party_without_the_role_is_4000(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.platform("BE/CPO")
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("BE", "CPO"))
    assert reply.code == Code.HUB_ERROR
    reply = cpo.request("GET", "locations", SENDER, "L1", to=("BE", "CPO"))
    assert reply.code == Code.INVALID_PARAMETERS
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    assert (reply.status, reply.code) == (200, Code.UNKNOWN_RECEIVER)


def test_too_many_waiting_requests_are_refused_at_once(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """The bulkhead: a slow partner costs others nothing."""
    hub.change(cpo, max_in_flight=2)
    cpo.faults.set("slow", 2, module="locations")
    waiting = [msp.asking("GET", "locations", SENDER, "L1", to=CPO) for _ in range(2)]
    cpo.heard_all(2, Pattern(module="locations"))
    reply = ask(msp)
    assert reply.code == Code.CONNECTION_PROBLEM
    assert reply.milliseconds < 1500
    assert [wait().status for wait in waiting] == [404, 404]


@pytest.mark.ocpi("CM-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_forward_is_never_repeated(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """CM-10: a command that may have been carried out is not sent twice."""
    for fault in ("hangup", "http", "html"):
        cpo.clear()
        cpo.faults.clear()
        cpo.faults.set(fault, module="commands")
        body = {"response_url": msp.callback_url(), "location_id": "L1"}
        msp.request("POST", "commands", RECEIVER, "UNLOCK_CONNECTOR", json=body, to=CPO)
        assert len([r for r in cpo.received if r.module == "commands"]) == 1


def test_connections_that_the_database_closed_are_replaced(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """As after a restart of PostgreSQL: the next message does not pay for it."""
    asked = [
        cpo.asking("PUT", "tariffs", RECEIVER, f"NL/CPO/M{n}", json=tariff(f"M{n}"), to=HUB)
        for n in range(40)
    ]
    assert {reply().status for reply in asked} == {201}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    for n in range(10):
        reply = cpo.request(
            "PUT", "tariffs", RECEIVER, f"NL/CPO/N{n}", json=tariff(f"N{n}"), to=HUB
        )
        assert (reply.status, reply.code) == (201, 1000), n
    hub.flush()
    assert hub.deliver() == 50
