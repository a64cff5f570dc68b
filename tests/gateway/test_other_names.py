"""Two owners whose objects have the same ids, seen by a party of 2.1.1, which is not told whose
they are: what came later has another name there, on every way, whatever its owner speaks."""

from typing import Any

import pytest

from apps.store.models import Alias
from tests.gateway import objects, objects_2_1_1
from tests.gateway.objects import LATER
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

OLD = "2.1.1"
CPOS = ("NL/CPO", "BE/CPO")
OWNERS = pytest.mark.parametrize("owners", ["2.1.1", "2.2.1", "2.3.0"])
HUB = ("NL", "HUB")
CONTRACT = objects_2_1_1.CONTRACT


def made(version: str, name: str, owner: str) -> dict[str, Any]:
    """An object with the same id for each owner; a Location has its owner's name."""
    country, party = owner.split("/")
    if version == OLD:
        more = {"name": owner} if name == "location" else {}
        found: dict[str, Any] = getattr(objects_2_1_1, name)(**more)
        return found
    found = getattr(objects, name)()
    found |= {"country_code": country, "party_id": party}
    if name == "location":
        found["name"] = owner
        found["evses"][0]["connectors"][0]["tariff_ids"] = ["T1"]
    if name == "tariff" and version == "2.3.0":
        found["tax_included"] = "NO"
    if name == "session":
        found |= {"location_id": "L1", "evse_uid": "E1", "connector_id": "1"}
    if name in ("session", "cdr"):
        found["cdr_token"]["contract_id"] = CONTRACT
    if name == "cdr":
        found["tariffs"] = [made(version, "tariff", owner)]
        if version == "2.3.0":
            found["total_cost"] = {"before_taxes": 2.625}
    return found


def named(module: str, owner: str = "BE/CPO") -> str:
    return str(Alias.objects.get(module=module, owner=owner).alias)


@pytest.fixture
def msp(hub: Hub) -> Platform:
    msp = hub.platform("DE/MSP", version=OLD)
    token = objects_2_1_1.token()
    assert msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token).code == 1000
    return msp


def told(hub: Hub, owners: str) -> dict[str, Platform]:
    """Two CPOs that have told everybody of a tariff and a Location, and the eMSP of a session."""
    cpos = {name: hub.platform(name, version=owners) for name in CPOS}
    for name, cpo in cpos.items():
        for module, tail in (("tariff", "T1"), ("location", "L1"), ("session", "S1")):
            body = made(owners, module, name)
            to = ("DE", "MSP") if module == "session" else HUB
            at = ("PUT", f"{module}s", RECEIVER, f"{name}/{tail}")
            reply = cpo.request(*at, json=body, to=None if owners == OLD else to)
            assert reply.code == 1000, (name, module, reply)
            cpo.objects.put(f"{module}s", body)
    hub.deliver()
    return cpos


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
@OWNERS
def test_pushes_have_other_names_in_url_and_body(hub: Hub, msp: Platform, owners: str) -> None:
    told(hub, owners)
    ids = {module: named(module) for module in ("tariffs", "locations", "sessions")}
    heard = {
        (each.module, each.tail.rpartition("/")[0]): (each.tail.rpartition("/")[2], each.json)
        for each in msp.received
        if each.method == "PUT"
    }
    for module, plain in (("tariffs", "T1"), ("locations", "L1"), ("sessions", "S1")):
        for owner, expected in (("NL/CPO", plain), ("BE/CPO", ids[module])):
            tail, body = heard[module, owner]
            assert (tail, body["id"]) == (expected, expected), (module, owner)
    place = heard["sessions", "BE/CPO"][1]["location"]
    assert (place["id"], place["name"]) == (ids["locations"], "BE/CPO" if owners != OLD else
                                            "Weerplein")  # fmt: skip
    for each in (place, heard["locations", "BE/CPO"][1]):
        assert each["evses"][0]["connectors"][0]["tariff_id"] == ids["tariffs"]
    first = heard["locations", "NL/CPO"][1]
    assert first["evses"][0]["connectors"][0]["tariff_id"] == "T1"
    assert not msp.complaints


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
@OWNERS
def test_lists_and_changes_have_the_same_names(hub: Hub, msp: Platform, owners: str) -> None:
    cpos = told(hub, owners)
    for module, plain in (("tariffs", "T1"), ("locations", "L1"), ("sessions", "S1")):
        listed = msp.request("GET", module, SENDER)
        assert [each["id"] for each in listed.data] == [plain, named(module)], module
        assert listed.headers["x-total-count"] == "2"
    msp.clear()
    change = {"kwh": 7, "last_updated": LATER}
    to = None if owners == OLD else ("DE", "MSP")
    tail = "BE/CPO/S1"
    reply = cpos["BE/CPO"].request("PATCH", "sessions", RECEIVER, tail, json=change, to=to)
    assert reply.code == 1000, reply
    heard = msp.heard(module="sessions")
    assert (heard.tail, heard.json["kwh"]) == (f"BE/CPO/{named('sessions')}", 7)
    status = {"status": "CHARGING", "last_updated": LATER}
    at = ("PATCH", "locations", RECEIVER, "BE/CPO/L1/E1")
    assert cpos["BE/CPO"].request(*at, json=status, to=None if owners == OLD else HUB).code == 1000
    hub.deliver()
    assert msp.heard(module="locations").tail == f"BE/CPO/{named('locations')}/E1"
    assert not msp.complaints


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
@OWNERS
def test_commands_reach_the_one_that_is_meant(hub: Hub, msp: Platform, owners: str) -> None:
    cpos = told(hub, owners)
    for module, command, field, plain in (
        ("locations", "START_SESSION", "location_id", "L1"),
        ("sessions", "STOP_SESSION", "session_id", "S1"),
    ):
        for owner, identifier in (("NL/CPO", plain), ("BE/CPO", named(module))):
            for cpo in cpos.values():
                cpo.clear()
            body: dict[str, Any] = {"response_url": msp.callback_url(), field: identifier}
            if command == "START_SESSION":
                body["token"] = objects_2_1_1.token()
            reply = msp.request("POST", "commands", RECEIVER, command, json=body)
            assert (reply.code, reply.data["result"]) == (1000, "ACCEPTED"), (owner, reply)
            assert cpos[owner].heard(module="commands").json[field] == plain
            others = [cpos[other] for other in CPOS if other != owner]
            assert not [r for cpo in others for r in cpo.received if r.module == "commands"]


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
@OWNERS
def test_a_cdr_names_what_the_emsp_knows(hub: Hub, msp: Platform, owners: str) -> None:
    cpos = told(hub, owners)
    for name, cpo in cpos.items():
        body = made(owners, "cdr", name)
        if owners == OLD:
            body["tariffs"] = [objects_2_1_1.tariff()]
        to = None if owners == OLD else ("DE", "MSP")
        assert cpo.request("POST", "cdrs", RECEIVER, json=body, to=to).code == 1000
    first, second = [each.json for each in msp.received if each.module == "cdrs"]
    assert [first["id"], first["location"]["id"], first["tariffs"][0]["id"]] == ["C1", "L1", "T1"]
    assert [second["id"], second["location"]["id"], second["tariffs"][0]["id"]] == [
        named("cdrs"), named("locations"), named("tariffs"),
    ]  # fmt: skip
    listed = msp.request("GET", "cdrs", SENDER).data
    assert [each["id"] for each in listed] == ["C1", named("cdrs")]
    assert not msp.complaints


def test_an_owner_who_asks_for_what_it_told_gets_its_own_ids(hub: Hub, msp: Platform) -> None:
    cpos = told(hub, "2.2.1")
    cpo, alias = cpos["BE/CPO"], named("tariffs")
    msp.objects.put("tariffs", objects_2_1_1.tariff(alias))
    reply = cpo.request("GET", "tariffs", RECEIVER, "BE/CPO/T1", to=("DE", "MSP"))
    assert reply.code == 1000, reply
    assert msp.heard(module="tariffs", method="GET").tail == f"BE/CPO/{alias}"
    assert reply.data["id"] == "T1"


def test_the_place_of_an_authorize_is_the_one_that_the_emsp_knows(hub: Hub, msp: Platform) -> None:
    cpos = told(hub, "2.2.1")
    msp.objects.put("tokens", objects_2_1_1.token())
    body = {"location_id": "L1", "evse_uids": ["E1"]}
    at = ("POST", "tokens", SENDER, "U1/authorize")
    reply = cpos["BE/CPO"].request(*at, json=body, to=("DE", "MSP"))
    assert reply.code == 1000, reply
    assert msp.heard(module="tokens").json["location_id"] == named("locations")


def test_newer_versions_see_the_ids_as_they_are(hub: Hub, msp: Platform) -> None:
    told(hub, OLD)
    new = hub.platform("FR/MSP", version="2.2.1")
    listed = new.request("GET", "tariffs", SENDER, to=HUB).data
    assert [(each["country_code"], each["id"]) for each in listed] == [("NL", "T1"), ("BE", "T1")]


def test_a_directed_tariff_of_another_has_one_name_in_lists_and_deliveries(
    hub: Hub, msp: Platform
) -> None:
    """The one for the eMSP alone came first; the other, for everyone, is told later."""
    first, second = (hub.platform(name) for name in CPOS)
    at = ("PUT", "tariffs", RECEIVER)
    own = made("2.2.1", "tariff", "NL/CPO")
    assert first.request(*at, "NL/CPO/T1", json=own, to=("DE", "MSP")).code == 1000
    public = made("2.2.1", "tariff", "BE/CPO")
    assert second.request(*at, "BE/CPO/T1", json=public, to=HUB).code == 1000
    hub.deliver()
    alias = named("tariffs")
    heard = [each for each in msp.received if each.module == "tariffs"]
    assert [each.tail for each in heard] == ["NL/CPO/T1", f"BE/CPO/{alias}"]
    listed = msp.request("GET", "tariffs", SENDER).data
    assert [each["id"] for each in listed] == ["T1", alias]
