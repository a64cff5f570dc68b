"""A platform that goes over to another version: what it sent before stays what it was."""

from typing import Any

import pytest

from apps.cdrs.models import Cdr
from apps.store.models import Finding
from tests.gateway.objects import WHEN
from tests.gateway.test_across_pushes import LATER, MIDDLE, MSP, NEW, OLD, both, right, said, to
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")
UPGRADES = [(OLD, MIDDLE), (MIDDLE, NEW), (NEW, MIDDLE), (OLD, NEW)]


def post(cpo: Platform, **more: Any) -> Any:
    content = said(cpo.version, "cdr", **more)
    if cpo.version != OLD:  # as it says of the same place
        content["cdr_location"] |= {"name": "Weerplein", "postal_code": "3511"}
    return cpo.request("POST", "cdrs", RECEIVER, json=content, to=to(cpo, MSP))


@pytest.mark.parametrize(("before", "after"), UPGRADES)
def test_a_cdr_that_is_posted_again_in_another_version_is_the_same(
    hub: Hub, before: str, after: str
) -> None:
    cpo, msp = both(hub, before, MIDDLE)
    first = post(cpo)
    assert first.code == 1000, first
    assert cpo.switch(after).code == 1000
    msp.clear()
    again = post(cpo)
    assert (again.status, again.code) == (200, 1000), again
    assert not [each for each in msp.received if each.module == "cdrs"]
    other = post(cpo, total_energy=11.5)
    assert (other.status, other.code) == (200, 2001)
    assert "another content" in other.message
    assert Cdr.objects.get().version == before
    assert not Finding.objects.filter(code="changed").exists()


@pytest.mark.ocpi("V-06", versions=("2.1.1",))
@pytest.mark.parametrize(("before", "after"), [(MIDDLE, NEW), (NEW, MIDDLE)])
def test_a_patch_after_an_upgrade_is_merged_with_what_was_sent_before(
    hub: Hub, before: str, after: str
) -> None:
    """To 2.1.1 it is the whole list of periods, those of the version before among them."""
    cpo, msp = both(hub, before, OLD)
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=said(before, "location"), to=HUB)
    first = {"start_date_time": WHEN, "dimensions": [{"type": "ENERGY", "volume": 1.5}]}
    content = said(before, "session", charging_periods=[first])
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=content, to=MSP)
    assert reply.code == 1000, reply
    assert cpo.switch(after).code == 1000
    msp.clear()
    second = {"start_date_time": LATER, "dimensions": [{"type": "ENERGY", "volume": 2.5}]}
    for _ in range(2):
        patch = {"charging_periods": [second], "last_updated": LATER}
        reply = cpo.request("PATCH", "sessions", RECEIVER, "NL/CPO/S1", json=patch, to=MSP)
        assert reply.code == 1000, reply
        heard = msp.heard(module="sessions")
        assert heard.method == "PUT"
        assert right(OLD, "Session", heard.json)
        volumes = [each["dimensions"][0]["volume"] for each in heard.json["charging_periods"]]
        assert volumes[:2] == [1.5, 2.5]
        msp.clear()


OBJECTS = {
    "location": ("locations", "PUT", "NL/CPO/L1"),
    "tariff": ("tariffs", "PUT", "NL/CPO/T1"),
    "session": ("sessions", "PUT", "NL/CPO/S1"),
    "cdr": ("cdrs", "POST", ""),
}
PRICES = {"min_price": {"excl_vat": 0.5, "incl_vat": 0.61}, "max_price": {"excl_vat": 20}}
MORE: dict[str, dict[str, Any]] = {
    "tariff": PRICES,
    "session": {"total_cost": {"excl_vat": 1.50, "incl_vat": 1.82}},
    "cdr": {"total_cost": {"excl_vat": 2.625, "incl_vat": 3.17}},
}


@pytest.mark.ocpi("V-01", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("name", OBJECTS)
def test_what_went_to_2_3_0_comes_back_the_same(hub: Hub, name: str) -> None:
    """A CPO sends it in 2.2.1, and once it has gone over to 2.3.0 sends what was made of it."""
    module, method, tail = OBJECTS[name]
    cpo = hub.platform("NL/CPO", version=MIDDLE)
    new, old = hub.platform("DE/MSP", version=NEW), hub.platform("FR/MSP", version=MIDDLE)
    sent = said(MIDDLE, name, **MORE.get(name, {}))
    reply = cpo.request(method, module, RECEIVER, tail, json=sent, to=MSP)
    assert reply.code == 1000, reply
    made = new.heard(module=module).json
    assert right(NEW, sent_class(name), made)
    assert cpo.switch(NEW).code == 1000
    reply = cpo.request(method, module, RECEIVER, tail, json=made, to=("FR", "MSP"))
    assert reply.code == 1000, reply
    assert old.heard(module=module).json == sent


def sent_class(name: str) -> str:
    return "CDR" if name == "cdr" else name.capitalize()


@pytest.mark.ocpi("V-09", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(("before", "after"), UPGRADES)
def test_what_came_before_an_upgrade_is_there_in_the_words_of_the_new_version(
    hub: Hub, before: str, after: str
) -> None:
    """Under the URL of the version before it is in the words of that one, or not there at all."""
    cpo, msp = both(hub, MIDDLE, before)
    content = said(MIDDLE, "tariff")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=content, to=HUB)
    url = msp.hub_endpoints["tariffs", SENDER]
    for version in (before, after):
        if msp.version != version:
            assert msp.switch(version).code == 1000
        listed = msp.request("GET", "tariffs", SENDER, to=to(msp, HUB))
        assert [each["id"] for each in listed.data] == ["T1"]
        assert right(version, "Tariff", listed.data[0])
    for each in msp.request("GET", "tariffs", SENDER, url=url, to=HUB).data or ():
        assert right(before, "Tariff", each)
