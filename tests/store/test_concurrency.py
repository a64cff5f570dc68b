"""Many pushes at once to one object: none is lost, and lists show everything in one order."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.gateway.objects import connector, evse, location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")


def at(second: int) -> str:
    return f"2026-03-01T10:{second // 60:02d}:{second % 60:02d}Z"


def test_patches_to_many_evses_of_one_location_by_many_workers(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    uids = [f"E{n}" for n in range(8)]
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", to=HUB,
                json=location(evses=[evse(uid) for uid in uids]))  # fmt: skip
    pushes = [
        cpo.asking(
            "PATCH",
            "locations",
            RECEIVER,
            f"NL/CPO/L1/{uid}",
            to=HUB,
            json={"status": "CHARGING", "last_updated": at(n)},
        )
        for n, uid in enumerate(uids, 1)
    ]
    assert {push().code for push in pushes} == {1000}
    found = msp.request("GET", "locations", SENDER, "L1", to=HUB).data
    assert [e["uid"] for e in found["evses"]] == uids
    assert {e["status"] for e in found["evses"]} == {"CHARGING"}
    assert found["last_updated"] == at(8)


def test_patches_of_different_fields_of_one_evse(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """All carry the same last_updated, so none is older than another."""
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", to=HUB, json=location())
    fields = {
        "status": "CHARGING", "floor_level": "-1", "physical_reference": "7",
        "capabilities": ["RFID_READER"], "parking_restrictions": ["PLUGGED"],
        "evse_id": "NL*CPO*E99",
    }  # fmt: skip
    pushes = [
        cpo.asking(
            "PATCH",
            "locations",
            RECEIVER,
            "NL/CPO/L1/E1",
            to=HUB,
            json={name: value, "last_updated": at(9)},
        )
        for name, value in fields.items()
    ]
    pushes += [
        cpo.asking(
            "PUT",
            "locations",
            RECEIVER,
            f"NL/CPO/L1/E1/{n}",
            to=HUB,
            json=connector(str(n), last_updated=at(9)),
        )
        for n in range(2, 7)
    ]
    assert {push().code for push in pushes} == {1000}
    found = msp.request("GET", "locations", SENDER, "L1/E1", to=HUB).data
    assert {name: found[name] for name in fields} == fields
    assert sorted(c["id"] for c in found["connectors"]) == ["1", "2", "3", "4", "5", "6"]


def test_one_of_many_puts_of_a_new_object_is_the_first(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    pushes = [
        cpo.asking("PUT", "tariffs", RECEIVER, "NL/CPO/T1", to=HUB, json=tariff())
        for _ in range(10)
    ]
    assert sorted(push().status for push in pushes) == [200] * 9 + [201]
    reply = msp.request("GET", "tariffs", SENDER, to=HUB)
    assert (len(reply.data), reply.headers["x-total-count"]) == (1, "1")


def crawl(msp: Platform, limit: int) -> list[dict[str, Any]]:
    url, seen = None, []
    while True:
        reply = msp.request("GET", "tariffs", SENDER, url=url, to=HUB,
                            query="" if url else f"limit={limit}")  # fmt: skip
        assert reply.code == 1000, reply
        seen += reply.data
        link = reply.headers.get("link")
        if link is None:
            return seen
        url = link[1 : link.index(">")]


@pytest.mark.ocpi("P-09", "P-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_crawl_under_writes_finds_each_object_exactly_once(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    """P-07, P-08: objects are added, changed and deleted while the pages are followed."""
    for n in range(60):
        cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/T{n}", to=HUB, json=tariff(f"T{n}"))
    doomed = {f"T{n}" for n in range(0, 60, 6)}

    def write(worker: int) -> None:
        for n in range(worker, 60, 3):
            method = "DELETE" if f"T{n}" in doomed else "PUT"
            body = None if method == "DELETE" else tariff(f"T{n}", last_updated=at(n))
            cpo.request(method, "tariffs", RECEIVER, f"NL/CPO/T{n}", to=HUB, json=body)
            cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/N{n}", to=HUB, json=tariff(f"N{n}"))

    with ThreadPoolExecutor(3) as workers:
        writing = [workers.submit(write, n) for n in range(3)]
        crawls = []
        while not all(each.done() for each in writing):
            crawls.append([t["id"] for t in crawl(msp, 7)])
        for each in writing:
            each.result()
    crawls.append([t["id"] for t in crawl(msp, 7)])
    lasting = {f"T{n}" for n in range(60)} - doomed
    for seen in crawls:
        assert len(seen) == len(set(seen))
        assert lasting <= set(seen)
    added = {f"N{n}" for n in range(60)}
    assert set(crawls[-1]) == lasting | added
