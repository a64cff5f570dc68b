"""A list is pulled to its end, whatever way a platform pages, and never round in circles."""

from typing import Any

import pytest

from apps.sync.models import Asked, Seen
from hub.policy.pulling import Limits
from tests.gateway.objects import location
from tests.hub import Hub
from tests.platforms import SENDER, Platform
from tests.sync.pulling import DAY, asked, at, keys, last, offsets, pull

WANTED = {f"L{n:03}" for n in range(25)}


def filled(hub: Hub, page_limit: int = 10) -> Platform:
    """NL/CPO with 25 locations."""
    made = hub.platform("NL/CPO", page_limit=page_limit)
    made.objects.put_all("locations", [location(each) for each in sorted(WANTED)])
    made.clear()
    return made


def test_all_pages_are_kept_for_everyone(hub: Hub) -> None:
    cpo = filled(hub)
    pull()
    assert keys("locations") == WANTED
    done = last("locations")
    assert (done.state, done.kind, done.pages, done.objects_kept) == ("done", "full", 3, 25)
    assert (done.created, done.changed, done.skipped, done.total) == (25, 0, 0, 25)
    assert (done.remarks, done.reason) == ("", "")
    assert offsets(cpo) == ["0", "10", "20"]
    assert not cpo.complaints
    assert not Asked.objects.exists()
    assert not Seen.objects.exists()


@pytest.mark.parametrize(
    ("fault", "expected", "remark"),
    [
        ("no_link", ["0", "10", "20"], ""),
        ("page_total", ["0", "10", "20"], ""),
        ("odd_total", ["0", "10", "20"], ""),
        ("relative_link", ["0", "10", "20"], ""),
        ("foreign_link", ["0", "10", "20"], "a Link leads to http://elsewhere.invalid"),
        ("ignores_limit", ["0"], ""),
    ],
)
def test_odd_ways_of_paging_are_understood(
    fault: str, expected: list[str], remark: str, hub: Hub
) -> None:
    cpo = filled(hub)
    cpo.faults.set(fault)
    pull()
    assert keys("locations") == WANTED
    assert offsets(cpo) == expected
    assert last("locations").state == "done"
    assert remark in last("locations").remarks
    assert bool(remark) is bool(last("locations").remarks)


def test_the_last_page_may_be_full(hub: Hub) -> None:
    """Without a Link, a full page whose X-Total-Count is its size may be one of many."""
    cpo = filled(hub, page_limit=5)
    cpo.faults.set("page_total")
    pull()
    assert keys("locations") == WANTED
    assert offsets(cpo) == ["0", "5", "10", "15", "20", "25"]
    assert last("locations").state == "done"


def test_links_in_a_circle_end_the_pull(hub: Hub) -> None:
    cpo = filled(hub)
    cpo.faults.set("circling_link")
    pull()
    failed = last("locations")
    assert (failed.state, failed.pages) == ("failed", 3)
    assert "in a circle" in failed.reason
    assert keys("locations") >= {f"L{n:03}" for n in range(10)}
    assert not Asked.objects.exists()


def test_a_platform_that_knows_no_offset_ends_the_pull(hub: Hub) -> None:
    cpo = filled(hub)
    cpo.faults.set("ignores_offset")
    cpo.faults.set("no_link")
    pull()
    assert (last("locations").state, last("locations").pages) == ("failed", 2)
    assert "in a circle" in last("locations").reason


def test_one_that_says_a_page_is_all_is_believed_but_nothing_counts_as_missing(hub: Hub) -> None:
    cpo = filled(hub)
    pull()
    for fault in ("ignores_offset", "page_total"):
        cpo.faults.set(fault)
    for day in (1, 2):
        pull(at(day * 1.2 * DAY))
    assert (last("locations").state, last("locations").kind) == ("done", "full")
    assert "the same page came again" in last("locations").remarks
    assert last("locations").missing == 0


@pytest.mark.parametrize(
    ("limits", "setting", "pages"),
    [
        (Limits(2, 1000, 2**30), "HUB_PULL_MAX_PAGES", 2),
        (Limits(1000, 15, 2**30), "HUB_PULL_MAX_OBJECTS", 2),
        (Limits(1000, 1000, 100), "HUB_PULL_MAX_BYTES", 1),
    ],
)
def test_a_pull_has_limits(limits: Limits, setting: str, pages: int, hub: Hub) -> None:
    cpo = filled(hub)
    pull(limits=limits)
    stopped = last("locations")
    assert (stopped.state, stopped.pages) == ("failed", pages)
    assert setting in stopped.reason
    assert len(keys("locations")) == pages * 10
    assert len(asked(cpo, "locations")) == pages


def test_a_limit_that_is_just_enough_is_no_trouble(hub: Hub) -> None:
    filled(hub)
    pull(limits=Limits(3, 25, 2**30))
    assert last("locations").state == "done"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 404, "json": {"status_code": 2000, "status_message": "what?"}}, "HTTP 404"),
        ({"status": 200, "body": b"<html>"}, "no OCPI response"),
        ({"json": {"status_code": 2001, "status_message": "no party"}}, "no party"),
        ({"json": {"status_code": 1000, "data": {"id": "L1"}}}, "data is no list"),
        ({"status": 302, "headers": (("Location", "http://elsewhere.invalid/"),)}, "HTTP 302"),
    ],
)
def test_what_is_no_page_ends_the_pull(answer: dict[str, Any], reason: str, hub: Hub) -> None:
    cpo = filled(hub)
    cpo.script.add("locations", SENDER, **answer)
    pull()
    assert last("locations").state == "failed"
    assert reason in last("locations").reason
    assert last("tariffs").state == "done"


@pytest.mark.parametrize("data", [{}, {"data": None}, {"data": []}])
def test_an_empty_page_may_lack_its_data(data: dict[str, Any], hub: Hub) -> None:
    cpo = filled(hub)
    cpo.script.add("locations", SENDER, json={"status_code": 1000, **data})
    pull()
    assert (last("locations").state, last("locations").objects_kept) == ("done", 0)
