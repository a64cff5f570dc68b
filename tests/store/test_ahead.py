"""A last_updated ahead of the hub's clock is kept as it was written, and shuts nothing out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.locations.models import Location
from apps.store.models import Finding
from hub.ocpi import datetimes
from tests.gateway.objects import LATER, WHEN, connector, evse, location, session, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")
FAR = "9999-12-31T23:59:59Z"


def in_minutes(minutes: int) -> str:
    return datetimes.render(datetime.now(UTC) + timedelta(minutes=minutes))


def push(
    cpo: Platform, tail: str, body: dict[str, Any], method: str = "PUT", module: str = "locations",
    to: tuple[str, str] = HUB,
) -> Any:  # fmt: skip
    reply = cpo.request(method, module, RECEIVER, f"NL/CPO/{tail}", json=body, to=to)
    assert reply.code == 1000
    return reply


def kept(msp: Platform, tail: str = "L1", module: str = "locations") -> Any:
    return msp.request("GET", module, SENDER, tail, to=HUB).data


def found() -> set[tuple[str, str]]:
    codes = ("older", "from_the_future")
    return set(Finding.objects.filter(code__in=codes).values_list("path", "code"))


@pytest.mark.parametrize("ahead", [FAR, in_minutes(120)], ids=["9999", "two hours"])
def test_what_follows_one_from_the_future_is_kept(
    hub: Hub, cpo: Platform, msp: Platform, ahead: str
) -> None:
    push(cpo, "L1", location(name="Early", last_updated=ahead))
    assert kept(msp)["last_updated"] == ahead
    assert found() == {("$.last_updated", "from_the_future")}
    push(cpo, "L1", location(name="Mended"))
    assert (kept(msp)["name"], kept(msp)["last_updated"]) == ("Mended", WHEN)
    assert found() == set()
    push(cpo, "L1", location(name="Older", last_updated="2026-01-01T00:00:00Z"))
    assert kept(msp)["name"] == "Mended"
    assert found() == {("$.last_updated", "older")}


def test_clocks_may_differ(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo, "L1", location(name="New", last_updated=in_minutes(4)))
    push(cpo, "L1", location(name="Older", last_updated=in_minutes(-1)))
    assert kept(msp)["name"] == "New"
    assert found() == {("$.last_updated", "older")}


def test_an_object_that_is_patched_has_the_moment_of_the_patch(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location(last_updated=FAR))
    push(cpo, "L1", {"name": "Mended", "last_updated": LATER}, "PATCH")
    assert (kept(msp)["name"], kept(msp)["last_updated"]) == ("Mended", LATER)


def test_nested_objects_from_the_future_shut_out_nothing_either(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    wrong = connector("1", last_updated=FAR)
    push(cpo, "L1", location(evses=[evse("E1", last_updated=FAR, connectors=[wrong])]))
    assert {("$.evses[E1].last_updated", "from_the_future"),
            ("$.evses[E1].connectors[1].last_updated", "from_the_future")} <= found()  # fmt: skip
    push(cpo, "L1/E1", {"status": "CHARGING", "last_updated": LATER}, "PATCH")
    push(cpo, "L1/E1/1", connector("1", max_amperage=16, last_updated=LATER))
    one = kept(msp)["evses"][0]
    assert (one["status"], one["last_updated"]) == ("CHARGING", LATER)
    assert one["connectors"][0]["max_amperage"] == 16
    assert kept(msp)["last_updated"] == LATER
    push(cpo, "L1", location(evses=[evse("E1", last_updated=FAR)]))
    push(cpo, "L1", location(evses=[evse("E1", status="BLOCKED")]))
    assert kept(msp)["evses"][0]["status"] == "BLOCKED"


def test_a_parent_that_a_part_raised_too_far_comes_back(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location())
    push(cpo, "L1/E1", evse("E1", last_updated=FAR))
    assert kept(msp)["last_updated"] == FAR
    push(cpo, "L1/E1", evse("E1", last_updated=LATER))
    assert kept(msp)["last_updated"] == LATER
    assert Location.objects.get().last_updated == datetimes.parse(LATER)


@pytest.mark.parametrize(
    ("module", "made", "to"), [("tariffs", tariff, HUB), ("sessions", session, MSP)]
)
def test_objects_of_other_modules(
    hub: Hub, cpo: Platform, msp: Platform, module: str, made: Any, to: tuple[str, str]
) -> None:
    one = made(last_updated=FAR)
    push(cpo, one["id"], one, module=module, to=to)
    push(cpo, one["id"], one | {"currency": "SEK", "last_updated": LATER}, module=module, to=to)
    listed = msp.request("GET", module, SENDER, query="date_from=2026-01-01T00:00:00Z", to=HUB).data
    assert [(each["currency"], each["last_updated"]) for each in listed] == [("SEK", LATER)]


def test_what_is_deleted_and_was_not_there_is_not_to_be_put(hub: Hub, cpo: Platform) -> None:
    reply = cpo.request("DELETE", "tariffs", RECEIVER, "NL/CPO/NONE", to=HUB)
    assert (reply.status, "nothing was changed" in reply.message) == (404, True)
    assert "PUT" not in reply.message
    patch = {"name": "New", "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/NONE", json=patch, to=HUB)
    assert (reply.status, "PUT it whole first" in reply.message) == (404, True)


def test_a_copy_of_ones_own_is_shown_and_not_an_object_from_the_future(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "L1", location(name="For all", last_updated=FAR))
    push(cpo, "L1", location(name="For this one"), to=MSP)
    assert kept(msp)["name"] == "For this one"
    listed = msp.request("GET", "locations", SENDER, to=HUB)
    assert [each["name"] for each in listed.data] == ["For this one"]
    assert listed.headers["x-total-count"] == "1"
    dated = msp.request("GET", "locations", SENDER, "?date_from=9999-01-01T00:00:00Z", to=HUB)
    assert (dated.data, dated.headers["x-total-count"]) == ([], "0")
    push(cpo, "L1", location(name="For all again", last_updated=LATER))
    assert kept(msp)["name"] == "For all again"
