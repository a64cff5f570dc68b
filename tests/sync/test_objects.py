"""Whose a pulled object is and for whom it is kept; what is wrong with one spoils no other."""

import json

import pytest

from apps.sync.models import Source
from tests.gateway.objects import LATER, cdr, cdr_token, evse, location, session, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import DAY, asked, at, kept, keys, last, pull

HUB, MSP, OTHER = ("NL", "HUB"), ("DE", "MSP"), ("FR", "MSP")


def raw(platform: Platform, module: str, key: str, text: bytes, owner: str = "NL/CPO") -> None:
    """Puts an object into a platform's list, whatever it says of itself."""
    party = next(p.id for p in platform.real.state.parties if str(p.id) == owner)
    platform.objects.put_text(module, (party, key), text)


def test_digits_and_unknown_members_stay_as_they_came(hub: Hub, cpo: Platform) -> None:
    text = b'{"country_code":"NL","party_id":"CPO","id":"T1","price":0.2500000,"z":{"x":null}}'
    raw(cpo, "tariffs", "T1", text)
    pull()
    assert kept("tariffs")["NL/CPO", "T1", ""] == text.decode()


def test_broken_objects_are_skipped_and_reported_the_rest_kept(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff("T1"))
    broken = (b'{"currency": "EUR"}', b'{"id": 7}', b'{"id": ""}', b'"text"', b"17", b"null", b"[]")
    body = b"[" + b",".join([json.dumps(tariff("T1")).encode(), *broken,
                             json.dumps(tariff("T2")).encode()]) + b"]"  # fmt: skip
    cpo.script.add("tariffs", SENDER, body=b'{"status_code": 1000, "data": ' + body + b"}")
    pull()
    done = last("tariffs")
    assert keys("tariffs") == {"T1", "T2"}
    assert (done.state, done.objects_kept, done.skipped) == ("done", 2, len(broken))
    lines = done.remarks.splitlines()
    assert len(lines) == len(broken)
    assert lines[0] == "page 1, object 2: field id is missing or not a text"


def test_what_the_database_refuses_spoils_no_other(hub: Hub, cpo: Platform) -> None:
    """PostgreSQL's text holds no NUL: neither in an id nor in the uid of an EVSE."""
    odd = location("L2", evses=[evse("E\x00")])
    cpo.objects.put_all("locations", [location("L1"), odd, location("L\x00"), location("L4")])
    pull()
    done = last("locations")
    assert keys("locations") == {"L1", "L4"}
    assert (done.state, done.objects_kept, done.skipped) == ("done", 2, 2)
    assert done.remarks.splitlines() == [
        "page 1, object 2: the body cannot be kept: the uid of an object holds a NUL character.",
        "page 1, object 3: its id holds a NUL character",
    ]


def test_nothing_of_a_refused_object_stays(hub: Hub, cpo: Platform) -> None:
    """An EVSE that is no object is met only after its Location was written."""
    cpo.objects.put_all("locations", [location("L1"), location("L2", evses=[5]), location("L3")])
    pull()
    assert keys("locations") == {"L1", "L3"}
    assert (last("locations").created, last("locations").skipped) == (2, 1)
    assert last("locations").remarks.startswith("page 1, object 2: ")


@pytest.mark.ocpi("O-05")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_object_of_another_platform_is_refused(hub: Hub, cpo: Platform) -> None:
    hub.platform("BE/CPO")
    raw(cpo, "locations", "L1", json.dumps(location("L1", owner="BE/CPO")).encode())
    raw(cpo, "locations", "L2", json.dumps(location("L2", owner="FR/XXX")).encode())
    cpo.objects.put("locations", location("L3"))
    pull()
    assert set(kept("locations")) == {("NL/CPO", "L3", "")}
    done = last("locations")
    assert (done.objects_kept, done.skipped) == (1, 2)
    assert "BE/CPO is no party of this platform" in done.remarks


def test_a_neighbour_on_the_same_platform_may_be_in_the_list(hub: Hub) -> None:
    two = hub.platform("NL/CPO", "CPO:NL/TWO", name="two parties")
    raw(two, "locations", "L1", json.dumps(location("L1", owner="NL/TWO")).encode())
    pull()
    assert set(kept("locations")) == {("NL/TWO", "L1", "")}


def test_a_neighbour_must_be_in_a_role_that_owns(hub: Hub) -> None:
    two = hub.platform("NL/CPO", "EMSP:NL/TWO", name="two parties")
    raw(two, "locations", "L1", json.dumps(location("L1", owner="NL/TWO")).encode())
    pull()
    assert not kept("locations")


def test_each_party_is_asked_once_and_named(hub: Hub) -> None:
    """One series of GETs per party, FROM the hub, TO the party, one correlation id per pull."""
    two = hub.platform("NL/CPO", "CPO:nl/two", name="two parties", page_limit=2)
    two.objects.put_all("tariffs", [*(tariff(f"T{n}") for n in range(3)), tariff("T1", "NL/TWO")])
    two.clear()
    pull()
    heard = [each for each in two.received if each.module == "tariffs"]
    assert [str(each.to) for each in heard] == ["NL/CPO", "NL/CPO", "NL/TWO"]
    assert {each.from_ for each in heard} == {HUB}
    assert heard[-1].headers["ocpi-to-party-id"] == "two"
    ids = [each.headers["x-correlation-id"] for each in heard]
    assert ids[0] == ids[1] != ids[2]
    assert len({each.headers["x-request-id"] for each in heard}) == 3
    assert not two.complaints


def test_an_object_without_an_owner_is_the_asked_partys(hub: Hub, cpo: Platform) -> None:
    bare = {name: value for name, value in tariff("T1").items() if name[-2:] not in ("de", "id")}
    raw(cpo, "tariffs", "T1", json.dumps(bare | {"id": "T1"}).encode())
    raw(cpo, "tariffs", "T2", json.dumps(tariff("T2") | {"party_id": None}).encode())
    pull()
    assert keys("tariffs") == {"T1", "T2"}
    found = json.loads(kept("tariffs")["NL/CPO", "T1", ""])
    assert (found["country_code"], found["party_id"]) == ("NL", "CPO")


def test_private_objects_are_kept_for_the_party_they_concern(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("FR/MSP")
    for module, make in (("sessions", session), ("cdrs", cdr)):
        cpo.objects.put(module, make("A", last_updated=recent()))
        cpo.objects.put(module, make("B", payer="FR/MSP", last_updated=recent()))
    pull()
    for module in ("sessions", "cdrs"):
        assert set(kept(module)) == {("NL/CPO", "A", "DE/MSP"), ("NL/CPO", "B", "FR/MSP")}
        seen = [
            [each["id"] for each in platform.request("GET", module, SENDER, to=HUB).data]
            for platform in (msp, other)
        ]
        assert seen == [["A"], ["B"]]


def test_private_objects_for_nobody_known_are_not_kept(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    nameless = {"uid": "U1", "type": "RFID", "contract_id": "C"}
    cpo.objects.put("sessions", session("A", payer="DE/XXX", last_updated=recent()))
    cpo.objects.put("sessions", session("B", cdr_token=nameless, last_updated=recent()))
    cpo.objects.put("sessions", session("C", cdr_token=None, last_updated=recent()))
    cpo.objects.put("sessions", session("D", cdr_token=cdr_token(), last_updated=recent()))
    pull()
    assert set(kept("sessions")) == {("NL/CPO", "D", "DE/MSP")}
    remarks = last("sessions").remarks.splitlines()
    assert remarks[0].endswith("cdr_token names DE/XXX, a party that the hub does not know")
    assert remarks[1].endswith("cdr_token names no party it could be kept for")
    assert len(remarks) == last("sessions").skipped == 3


@pytest.mark.ocpi("SE-10")
def test_private_lists_are_always_asked_with_a_date(hub: Hub, cpo: Platform) -> None:
    """D-14: sessions require it; HUB_PULL_PRIVATE_DAYS is how far it reaches."""
    old = "2020-01-01T00:00:00Z"
    hub.platform("DE/MSP")
    cpo.objects.put("sessions", session("OLD", last_updated=old))
    cpo.objects.put("sessions", session("NEW", last_updated=recent()))
    cpo.objects.put("tariffs", tariff("OLD", last_updated=old))
    pull()
    assert "date_from=" in asked(cpo, "sessions")[0]
    assert "date_from=" in asked(cpo, "cdrs")[0]
    assert "date_from=" not in asked(cpo, "tariffs")[0]
    assert keys("sessions", audience="DE/MSP") == {"NEW"}
    assert keys("tariffs") == {"OLD"}
    date_from = last("sessions").date_from
    assert date_from is not None
    assert 29.9 < (at(0)() - date_from).total_seconds() / DAY < 30.1


def test_a_token_of_two_types_is_two_objects(hub: Hub, msp: Platform) -> None:
    msp.objects.put("tokens", token("U1"))
    msp.objects.put("tokens", token("U1", type="APP_USER"))
    pull()
    assert keys("tokens", "DE/MSP") == {"U1\tRFID", "U1\tAPP_USER"}


def test_an_older_object_changes_nothing(hub: Hub, cpo: Platform) -> None:
    """What was pushed meanwhile is newer than what a list still has."""
    cpo.objects.put("tariffs", tariff("T1", currency="OLD"))
    newer = tariff("T1", currency="NEW", last_updated=LATER)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=newer, to=HUB)
    pull()
    assert json.loads(kept("tariffs")["NL/CPO", "T1", ""])["currency"] == "NEW"
    assert (last("tariffs").created, last("tariffs").changed) == (0, 0)


def test_what_is_pulled_is_not_broadcast(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.objects.put("tariffs", tariff("T1"))
    pull()
    assert keys("tariffs") == {"T1"}
    assert hub.deliver() == 0


def test_lists_follow_from_the_descriptions(hub: Hub, cpo: Platform, msp: Platform) -> None:
    pull()
    assert set(Source.objects.values_list("module", "party")) == {
        ("locations", "NL/CPO"), ("tariffs", "NL/CPO"), ("sessions", "NL/CPO"), ("cdrs", "NL/CPO"),
        ("tokens", "DE/MSP"),
    }  # fmt: skip


def recent() -> str:
    return at(-60)().strftime("%Y-%m-%dT%H:%M:%SZ")
