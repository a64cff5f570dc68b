"""What is kept of a push that is older, the same, a part of an object, or an object that never
changes."""

from typing import Any

import msgspec
import pytest

from tests.gateway.objects import LATER, WHEN, cdr, connector, evse, location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")
LAST = "2026-03-01T10:10:00Z"


def push(cpo: Platform, tail: str, body: dict[str, Any], method: str = "PUT") -> Any:
    return cpo.request(method, "locations", RECEIVER, f"NL/CPO/{tail}", json=body, to=HUB)


def kept(msp: Platform, tail: str = "L1") -> Any:
    return msp.request("GET", "locations", SENDER, tail, to=HUB).data


def test_an_older_part_does_not_replace_a_newer_one(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Each nested object is compared with itself: its sibling may be newer, its parent too."""
    push(cpo, "L1", location(evses=[evse("E1"), evse("E2")]))
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LAST}, "PATCH")
    push(cpo, "L1/E1", {"status": "BLOCKED", "last_updated": LATER}, "PATCH")
    push(cpo, "L1/E2", {"status": "RESERVED", "last_updated": LATER}, "PATCH")
    push(cpo, "L1", {"name": "Renamed", "last_updated": LATER}, "PATCH")
    found = kept(msp)
    assert [e["status"] for e in found["evses"]] == ["CHARGING", "RESERVED"]
    assert (found["name"], found["last_updated"]) == ("Renamed", LAST)


def test_a_late_connector_does_not_hold_back_a_status(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location())
    push(cpo, "L1/E1/2", connector("2", last_updated=LAST))
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LATER}, "PATCH")
    push(cpo, "L1/E1/1", {"max_amperage": 16, "last_updated": LATER}, "PATCH")
    push(cpo, "L1/E1/2", {"max_amperage": 8, "last_updated": LATER}, "PATCH")
    found = kept(msp, "L1/E1")
    assert (found["status"], found["last_updated"]) == ("CHARGING", LAST)
    assert [c["max_amperage"] for c in found["connectors"]] == [16, 32]


def test_a_put_keeps_the_evses_that_are_newer_than_itself(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location(evses=[evse("E1"), evse("E2")]))
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LAST}, "PATCH")
    push(cpo, "L1", location(name="New", evses=[evse("E1")], last_updated=LATER))
    found = kept(msp)
    assert [(e["uid"], e["status"]) for e in found["evses"]] == [("E1", "CHARGING")]
    assert (found["name"], found["last_updated"]) == ("New", LAST)


def test_an_operator_may_have_older_objects_kept(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "L1", location(name="New", last_updated=LATER))
    hub.change(cpo, overwrites=True)
    push(cpo, "L1", location(name="Old"))
    assert kept(msp)["name"] == "Old"


def test_digits_spelling_and_unknown_members_survive_a_patch(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    body = location(evses=[])
    del body["evses"]
    push(cpo, "L1", body)
    cpo.request(
        "PATCH", "locations", RECEIVER, "nl/cpo/l1", to=HUB,
        body=b'{"x_rate": 0.10000000000000000001, "last_updated":"%s"}' % LATER.encode(),
    )  # fmt: skip
    reply = msp.request("GET", "locations", SENDER, "l1", to=HUB)
    assert b'"x_rate":0.10000000000000000001' in reply.body
    assert reply.data["id"] == "L1"


NONE: list[tuple[str, object]] = [("[]", []), ("null", None), ("[ ]", [])]


@pytest.mark.parametrize(("spelled", "value"), NONE)
def test_a_list_of_no_evses_is_kept_until_there_is_one(
    hub: Hub, cpo: Platform, msp: Platform, spelled: str, value: object
) -> None:
    body = bare("L1")[:-1] + b', "evses": ' + spelled.encode() + b"}"
    assert [put(cpo, body).status for _ in range(2)] == [201, 200]
    reply = msp.request("GET", "locations", SENDER, "L1", to=HUB)
    assert b'"evses": ' + spelled.encode() in reply.body
    push(cpo, "L1", {"name": "None yet", "last_updated": LATER}, "PATCH")
    assert kept(msp)["evses"] == value
    push(cpo, "L1/E1", evse("E1"))
    reply = msp.request("GET", "locations", SENDER, "L1", to=HUB)
    assert reply.body.count(b'"evses"') == 1
    assert [each["uid"] for each in reply.data["evses"]] == ["E1"]
    assert put(cpo, body.replace(b"10:00:00Z", b"10:20:00Z")).status == 200
    assert kept(msp)["evses"] == value


def test_an_evse_that_is_newer_than_a_list_of_none_stays(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location())
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LAST}, "PATCH")
    push(cpo, "L1", location(name="New", evses=[], last_updated=LATER))
    reply = msp.request("GET", "locations", SENDER, "L1", to=HUB)
    assert reply.body.count(b'"evses"') == 1
    assert [each["status"] for each in reply.data["evses"]] == ["CHARGING"]


@pytest.mark.parametrize("patched", [[], [evse("E2")]])
def test_a_patch_with_a_list_of_evses_leaves_one_list(
    hub: Hub, cpo: Platform, msp: Platform, patched: list[Any]
) -> None:
    for body in (location(evses=[]), location("L2")):
        push(cpo, body["id"], body)
        push(cpo, body["id"], {"evses": patched, "last_updated": LATER}, "PATCH")
        reply = msp.request("GET", "locations", SENDER, body["id"], to=HUB)
        assert reply.body.count(b'"evses"') == 1
        assert [e["uid"] for e in reply.data["evses"]] == [
            each["uid"] for each in body["evses"] + patched
        ]


def bare(identifier: str) -> bytes:
    """A Location without a word of EVSEs."""
    body = location(identifier)
    del body["evses"]
    return msgspec.json.encode(body)


def put(cpo: Platform, body: bytes) -> Any:
    return cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", body=body, to=HUB)


@pytest.mark.ocpi("L-01", "L-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_removed_evse_stays_and_says_so(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """L-08"""
    push(cpo, "L1", location())
    push(cpo, "L1/E1", {"status": "REMOVED", "last_updated": LATER}, "PATCH")
    assert kept(msp)["evses"][0]["status"] == "REMOVED"


@pytest.mark.parametrize(
    ("method", "tail", "status"),
    [("PATCH", "L9", 404), ("PATCH", "L1/E9", 404), ("PUT", "L9/E1", 404),
     ("PATCH", "L1/E1/9", 404), ("PUT", "L1/E9/1", 404)],
)  # fmt: skip
def test_a_patch_or_part_of_what_is_not_kept_is_404(
    hub: Hub, cpo: Platform, method: str, tail: str, status: int
) -> None:
    """D-12"""
    push(cpo, "L1", location())
    wholes = (location("L9"), evse("E1"), connector("1"))
    whole = wholes[tail.count("/")]
    body = {"last_updated": LATER} if method == "PATCH" else whole
    assert push(cpo, tail, body, method).status == status


def test_a_deleted_tariff_is_new_when_it_comes_again(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    statuses = [
        cpo.request(method, "tariffs", RECEIVER, "NL/CPO/T1", json=body, to=HUB).status
        for method, body in (("PUT", tariff()), ("DELETE", None), ("PUT", tariff()),
                             ("PUT", tariff(currency="CHF")))
    ]  # fmt: skip
    assert statuses == [201, 200, 201, 200]


@pytest.mark.ocpi("CD-01")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_the_same_cdr_again_is_the_same_answer(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """CD-02: with the same Location, whether spaces and order are the same or not."""
    first = cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    turned = dict(reversed(cdr().items()))
    again = cpo.request("POST", "cdrs", RECEIVER, json=turned, to=MSP)
    assert (first.code, again.code) == (1000, 1000)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["ocpi-from-party-id"] == "HUB"
    assert len([r for r in msp.received if r.module == "cdrs"]) == 1
    read = cpo.request("GET", "cdrs", RECEIVER, url=again.headers["location"])
    assert read.data["id"] == "C1"


@pytest.mark.ocpi("CD-01", "CD-06")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_another_content_under_a_known_cdr_id_is_2001(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("FR/MSP")
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    for to, payer in ((MSP, "DE/MSP"), (("FR", "MSP"), "FR/MSP")):
        changed = cdr(payer=payer, total_energy=11)
        reply = cpo.request("POST", "cdrs", RECEIVER, json=changed, to=to)
        assert (reply.status, reply.code) == (200, 2001)
        assert "'C1'" in reply.message
    assert not [r for r in other.received if r.module == "cdrs"]
    assert msp.request("GET", "cdrs", SENDER, to=HUB).data == [cdr()]


def test_a_long_page_comes_in_pieces(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More objects than are read at once: the same list, the same headers, one row in the log."""
    monkeypatch.setattr("apps.store.page.BATCH", 3)
    for n in range(8):
        push(cpo, f"L{n}", location(f"L{n}"))
    reply = msp.request("GET", "locations", SENDER, to=HUB)
    assert [each["id"] for each in reply.data] == [f"L{n}" for n in range(8)]
    assert (reply.code, reply.headers["x-total-count"]) == (1000, "8")
    assert "content-length" not in reply.headers
    assert WHEN in str(reply.data)
