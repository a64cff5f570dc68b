"""Pushes between platforms of different versions: what arrives, and what the sender is told."""

from decimal import Decimal
from typing import Any

import pytest

from apps.counts.models import Loss
from apps.traffic.models import Leg
from hub.ocpi.schema import SCHEMAS, Severity, check
from tests.gateway import objects, objects_2_1_1
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

CPO, MSP = ("NL", "CPO"), ("DE", "MSP")
OLD, MIDDLE, NEW = SCHEMAS
PAIRS = [(one, other) for one in SCHEMAS for other in SCHEMAS if one != other]
LATER = "2026-03-01T11:00:00Z"


def said(version: str, name: str, **more: Any) -> dict[str, Any]:
    """One of our objects in a version."""
    made: dict[str, Any] = getattr(objects_2_1_1 if version == OLD else objects, name)(**more)
    if version == NEW and name == "tariff":
        made = {"tax_included": "NO", **made}
    if version == NEW and "total_cost" in made:
        made["total_cost"] = {"before_taxes": made["total_cost"]["excl_vat"]}
    return made


def right(version: str, name: str, content: Any) -> bool:
    """Whether an object fits the tables of a version; that something is left empty is no fault."""
    found = check(SCHEMAS[version][name], content)
    assert not [each for each in found if each.severity is not Severity.NOTE]
    return True


def both(hub: Hub, cpo: str, msp: str) -> tuple[Platform, Platform]:
    """A CPO and an eMSP that speak these versions; the CPO has been told of the token U1."""
    one = hub.platform("NL/CPO", version=cpo)
    other = hub.platform("DE/MSP", version=msp)
    pushed = other.request(
        "PUT", "tokens", RECEIVER, "DE/MSP/U1", json=said(msp, "token"), to=("NL", "HUB")
    )
    assert pushed.code == 1000, pushed
    return one, other


def to(sender: Platform, party: tuple[str, str]) -> tuple[str, str] | None:
    """2.1.1 has no routing headers."""
    return None if sender.version == OLD else party


DIRECT = [(source, target) for source, target in PAIRS if source != OLD]


@pytest.mark.ocpi("V-03", "V-08", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(("source", "target"), DIRECT)
def test_a_location_arrives_in_the_receivers_version(hub: Hub, source: str, target: str) -> None:
    """V-03, V-08"""
    cpo, msp = both(hub, source, target)
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=said(source, "location"), to=MSP
    )
    assert reply.code == 1000, reply
    heard = msp.heard(module="locations", method="PUT")
    assert heard.tail == "NL/CPO/L1"
    assert right(target, "Location", heard.json)
    assert heard.json["last_updated"] == objects.WHEN
    changed = {"status": "CHARGING", "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1", json=changed, to=MSP)
    assert reply.code == 1000, reply
    assert msp.heard(module="locations", method="PATCH").json == changed
    assert not msp.complaints
    assert not cpo.complaints


@pytest.mark.ocpi("T-01", versions=("2.1.1",))
def test_an_older_platform_is_sent_no_routing_and_a_plain_token(hub: Hub) -> None:
    cpo, msp = both(hub, MIDDLE, OLD)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=objects.tariff(), to=MSP)
    heard = msp.heard(module="tariffs")
    assert not [name for name in heard.headers if name.startswith(("ocpi-", "x-"))]
    assert heard.headers["authorization"] == f"Token {msp.own_token}"
    assert "country_code" not in heard.json


def test_what_was_lost_is_told_logged_and_counted(hub: Hub) -> None:
    cpo, msp = both(hub, NEW, MIDDLE)
    content = objects.location(help_phone="+31 30 1234567")
    content["evses"][0]["parking"] = [{"parking_id": "P1"}]
    for _ in range(2):
        reply = cpo.request(
            "PUT", "locations", RECEIVER, "NL/CPO/L1", json=content, to=MSP,
            headers={"X-Correlation-ID": "c-lost"},
        )  # fmt: skip
    assert "said in OCPI 2.2.1 for DE/MSP: lost" in reply.message
    assert "$.help_phone" in reply.message
    assert "$.evses.parking" in reply.message
    assert "help_phone" not in msp.heard(module="locations").json
    hub.flush()
    notes = Leg.objects.filter(correlation_id="c-lost", direction="out").first()
    assert notes is not None
    assert '"path":"$.help_phone","what":"lost"' in notes.notes
    assert "+31" not in notes.notes
    row = Loss.objects.get(field="$.evses.parking")
    assert (row.platform, row.module, row.source, row.target) == (
        hub.row(msp).pk, "locations", NEW, MIDDLE,
    )  # fmt: skip
    assert (row.what, row.times) == ("lost", 2)


def test_the_receivers_own_message_is_kept(hub: Hub) -> None:
    cpo, msp = both(hub, NEW, MIDDLE)
    msp.script.add(
        "locations",
        json={"status_code": 1000, "status_message": "thanks", "timestamp": objects.WHEN},
    )
    reply = cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=objects.location(help_phone="1"), to=MSP
    )
    assert reply.message.startswith("thanks; said in OCPI 2.2.1 for DE/MSP: lost $.help_phone")


@pytest.mark.ocpi("Y-04", "Y-06", "R-33", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("version", [MIDDLE, NEW])
def test_equal_versions_get_the_very_bytes(hub: Hub, version: str) -> None:
    cpo, msp = both(hub, version, version)
    body = b'{ "id":"T1" ,"country_code":"NL","party_id":"CPO", "x":1.50, "help_phone" : null}'
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=body, to=MSP)
    assert msp.heard(module="tariffs").body == body


@pytest.mark.ocpi("V-05", versions=("2.1.1",))
def test_what_is_not_published_never_reaches_2_1_1(hub: Hub) -> None:
    """V-05: neither whole nor in part."""
    cpo, msp = both(hub, MIDDLE, OLD)
    hidden = objects.location(publish=False)
    url = "NL/CPO/L1"
    reply = cpo.request("PUT", "locations", RECEIVER, url, json=hidden, to=MSP)
    assert (reply.status, reply.code) == (200, 4000)
    assert "$.publish" in reply.message
    cpo.request("PUT", "locations", RECEIVER, url, json=hidden, to=("NL", "HUB"))
    patch = {"status": "CHARGING", "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, f"{url}/E1", json=patch, to=MSP)
    assert reply.code == 4000
    unknown = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L9/E1", json=patch, to=MSP)
    assert unknown.code == 4000
    assert "PUT the whole object" in unknown.message
    assert not [each for each in msp.received if each.module == "locations"]


@pytest.mark.ocpi("V-02", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    ("tax", "vat", "price"),
    [("NO", 21, 0.25), ("N/A", None, 0.25), ("YES", 25, 0.2), ("YES", None, None)],
)
@pytest.mark.parametrize("target", [OLD, MIDDLE])
def test_prices_are_net_or_withheld(
    hub: Hub, target: str, tax: str, vat: int | None, price: float | None
) -> None:
    """V-02"""
    cpo, msp = both(hub, NEW, target)
    component = {"type": "ENERGY", "price": 0.25, "step_size": 1} | ({"vat": vat} if vat else {})
    content = objects.tariff(tax_included=tax, elements=[{"price_components": [component]}])
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=content, to=MSP)
    if price is None:
        assert (reply.status, reply.code) == (200, 4000)
        assert not [each for each in msp.received if each.module == "tariffs"]
        return
    assert reply.code == 1000, reply
    heard = msp.heard(module="tariffs").json
    assert right(target, "Tariff", heard)
    assert heard["elements"][0]["price_components"][0]["price"] == pytest.approx(price)


@pytest.mark.ocpi("V-03", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.ocpi("V-04", "V-06", versions=("2.1.1",))
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_session_and_its_changes(hub: Hub, source: str, target: str) -> None:
    """V-03, V-04, V-06: a 2.1.1 CPO names the driver by auth_id only."""
    cpo, msp = both(hub, source, target)
    place = said(source, "location")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=place, to=to(cpo, ("NL", "HUB")))
    url = "NL/CPO/S1"
    first = {"start_date_time": objects.WHEN, "dimensions": [{"type": "ENERGY", "volume": 1.5}]}
    content = said(source, "session", charging_periods=[first])
    reply = cpo.request("PUT", "sessions", RECEIVER, url, json=content, to=to(cpo, MSP))
    assert reply.code == 1000, reply
    heard = msp.heard(module="sessions", method="PUT").json
    assert right(target, "Session", heard)
    assert heard["id"] == "S1"
    if target == OLD:
        assert heard["auth_id"] == objects_2_1_1.CONTRACT
        assert heard["location"]["evses"][0]["uid"] == "E1"
    else:
        assert heard["cdr_token"] == objects.cdr_token()
        assert heard["location_id"] == "L1"
    msp.clear()
    second = {"start_date_time": LATER, "dimensions": [{"type": "ENERGY", "volume": 2.5}]}
    patch = {"charging_periods": [second], "last_updated": LATER}
    if source == OLD:
        patch["charging_periods"] = [first, second]
    reply = cpo.request("PATCH", "sessions", RECEIVER, url, json=patch, to=to(cpo, MSP))
    assert reply.code == 1000, reply
    heard = msp.heard(module="sessions").json
    volumes = [each["dimensions"][0]["volume"] for each in heard["charging_periods"]]
    assert volumes[-1] == 2.5
    if OLD in (source, target):
        assert msp.heard(module="sessions").method == "PUT"
        assert volumes == [1.5, 2.5]
        assert right(target, "Session", heard)


@pytest.mark.ocpi("CD-03", "CD-04", "V-08", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_cdr_and_its_url(hub: Hub, source: str, target: str) -> None:
    """V-04, V-08"""
    cpo, msp = both(hub, source, target)
    content = said(source, "cdr")
    reply = cpo.request("POST", "cdrs", RECEIVER, json=content, to=to(cpo, MSP))
    assert reply.code == 1000, reply
    heard = msp.heard(module="cdrs", method="POST").json
    assert right(target, "CDR", heard)
    assert heard["last_updated"] == objects.LATER
    cost = {OLD: lambda c: c, MIDDLE: lambda c: c["excl_vat"], NEW: lambda c: c["before_taxes"]}
    assert Decimal(str(cost[target](heard["total_cost"]))) == Decimal("2.625")
    if target == OLD:
        assert heard["auth_id"] == objects_2_1_1.CONTRACT
    back = cpo.request("GET", "cdrs", RECEIVER, url=reply.headers["location"])
    assert (back.status, back.code) == (200, 1000), back
    assert right(source, "CDR", back.data)
    assert back.data["id"] == "C1"


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize("about", ["unknown", "ambiguous"])
@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_a_driver_who_is_not_known_without_doubt_is_not_guessed(
    hub: Hub, module: str, about: str
) -> None:
    """V-04: the CPO keeps what it has, and may send it again."""
    cpo, msp = both(hub, OLD, MIDDLE)
    other = hub.platform("FR/MSP")
    contract = "FR-MSP-NOBODY"
    if about == "ambiguous":
        contract = objects_2_1_1.CONTRACT
        other.request(
            "PUT", "tokens", RECEIVER, "FR/MSP/U7", to=("NL", "HUB"),
            json=objects.token("U7", owner="FR/MSP", contract_id=contract),
        )  # fmt: skip
    if module == "cdrs":
        content = objects_2_1_1.cdr(auth_id=contract)
        reply = cpo.request("POST", "cdrs", RECEIVER, json=content)
    else:
        content = objects_2_1_1.session(auth_id=contract)
        reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=content)
    assert (reply.status, reply.code) == (200, 3000)
    assert "auth_id" in reply.message
    for each in (msp, other):
        assert not [heard for heard in each.received if heard.module == module]


def test_a_patch_of_a_tariff_becomes_a_put_of_the_whole(hub: Hub) -> None:
    """A 2.1.1 CPO pushes to everybody; whoever asks later gets what became of it."""
    cpo, msp = both(hub, OLD, MIDDLE)
    whole = objects_2_1_1.tariff()
    assert cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=whole).code == 1000
    patched = cpo.request("PATCH", "tariffs", RECEIVER, "NL/CPO/T1", json={"currency": "GBP"})
    assert patched.code == 1000
    reply = msp.request("GET", "tariffs", SENDER, to=("NL", "HUB"))
    assert [(each["id"], each["currency"]) for each in reply.data] == [("T1", "GBP")]
    assert right(MIDDLE, "Tariff", reply.data[0])
