"""The sequence of a trace and its drawing: plain data in, plain data out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.console.drawing import LEFT, cut, draw, lasting
from apps.console.sequence import MOST_EVENTS, Course, sequence, short

BEGIN = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def at(milliseconds: float) -> datetime:
    return BEGIN + timedelta(milliseconds=milliseconds)


def leg(
    number: int, direction: str, platform: int, begin: float, took: float, /, **more: Any
) -> dict[str, Any]:
    """A leg as tracing has it: of platform 1 or 2, in and out of one request unless said else."""
    return {
        "id": number, "direction": direction, "at": at(begin), "milliseconds": took,
        "platform": f"Platform {platform}", "platform_id": platform,
        "request_id": "asked" if direction == "in" else f"r-{number}",
        "parent": "" if direction == "in" else "asked", "from": "NL/CPO", "to": "DE/MSP",
        "module": "tariffs", "method": "PUT", "path": "/ocpi/2.2.1/receiver/tariffs/NL/CPO/T1",
        "http_status": 200, "code": 1000, "outcome": "ok", "error": "", "version": "2.2.1",
        "notes": [],
    } | more  # fmt: skip


def delivery(number: int, platform: int, state: str, when: float) -> dict[str, Any]:
    return {
        "id": number, "platform": f"Platform {platform}", "platform_id": platform,
        "party": "DE/MSP", "method": "PUT", "state": state, "reason": "because",
        "due": at(when), "ended": None if state == "waiting" else at(when),
    }  # fmt: skip


def course(*legs: dict[str, Any], deliveries: tuple[dict[str, Any], ...] = ()) -> Course:
    return sequence({"legs": list(legs), "deliveries": list(deliveries)})


def told(found: Course) -> list[tuple[str, str, str]]:
    names = [line.name for line in found.lifelines]
    return [(e.kind, names[e.source], names[e.target]) for e in found.events]


def test_the_onward_leg_lies_inside() -> None:
    found = course(leg(1, "in", 1, 0, 50), leg(2, "out", 2, 5, 40))
    assert told(found) == [
        ("request", "Platform 1", "hub"),
        ("request", "hub", "Platform 2"),
        ("answer", "Platform 2", "hub"),
        ("answer", "hub", "Platform 1"),
    ]
    (share,) = found.shares
    assert (share.total, share.partners, share.hub) == (50, 40, 10)


def test_it_does_so_where_clocks_differ_by_a_little() -> None:
    found = course(leg(1, "in", 1, 0, 50), leg(2, "out", 2, -0.01, 50.02))
    assert [event.leg for event in found.events] == [1, 2, 2, 1]
    assert found.shares[0].hub == 0


def test_legs_side_by_side_are_waited_for_once() -> None:
    found = course(leg(1, "in", 1, 0, 100), leg(2, "out", 2, 10, 50), leg(3, "out", 3, 20, 60))
    assert found.shares[0].partners == 70


def test_a_delivery_after_the_answer_is_not_waited_for() -> None:
    found = course(leg(1, "in", 1, 0, 10), leg(2, "out", 2, 20, 500))
    assert (found.shares[0].partners, found.shares[0].hub) == (0, 10)


def test_repeated_attempts_are_numbered() -> None:
    found = course(
        leg(1, "in", 1, 0, 10),
        leg(2, "out", 2, 20, 5, outcome="failed", http_status=500, code=3000),
        leg(3, "out", 2, 2000, 5),
    )
    texts = [event.text for event in found.events if event.kind == "request"]
    assert texts == ["PUT tariffs/NL/CPO/T1"] * 2 + ["PUT tariffs/NL/CPO/T1 (attempt 2)"]
    assert [event.tone for event in found.events if event.kind == "answer"] == [
        "ok", "failed", "ok",
    ]  # fmt: skip


def test_no_answer_is_said_so() -> None:
    lost = leg(2, "out", 2, 1, 5, http_status=None, code=4002, outcome="failed", error="timed out")
    (answer,) = [e for e in course(leg(1, "in", 1, 0, 9), lost).events if e.tone == "failed"]
    assert (answer.text, answer.detail) == ("no answer, OCPI 4002", "timed out")


@pytest.mark.parametrize(
    ("state", "tone", "word"),
    [
        ("waiting", "", "waits"),
        ("dropped", "failed", "given up"),
        ("superseded", "", "superseded"),
    ],
)
def test_what_was_not_delivered_is_an_arrow_of_its_own(state: str, tone: str, word: str) -> None:
    found = course(leg(1, "in", 1, 0, 9), deliveries=(delivery(7, 2, state, 60_000),))
    event = found.events[-1]
    assert (event.kind, event.delivery, event.leg, event.tone) == ("delivery", 7, None, tone)
    assert word in event.text
    assert course(leg(1, "in", 1, 0, 9), deliveries=(delivery(7, 2, "done", 9),)).events[-1].leg


def test_a_result_comes_back_on_the_same_lifelines() -> None:
    found = course(
        leg(1, "in", 1, 0, 20),
        leg(2, "out", 2, 2, 10),
        leg(3, "in", 2, 500, 20, request_id="back"),
        leg(4, "out", 1, 502, 10, parent="back"),
    )
    assert [line.name for line in found.lifelines] == ["Platform 1", "hub", "Platform 2"]
    assert told(found)[4:6] == [("request", "Platform 2", "hub"), ("request", "hub", "Platform 1")]


def test_what_the_hub_asks_of_its_own_accord_begins_at_the_hub() -> None:
    found = course(leg(1, "out", 2, 0, 9, parent=""))
    assert [line.name for line in found.lifelines] == ["hub", "Platform 2"]
    assert found.shares == ()


def test_a_stranger_has_a_lifeline_too() -> None:
    found = course(leg(1, "in", 1, 0, 9, platform_id=None, platform="", outcome="refused"))
    assert found.lifelines[0].name == "unknown platform"


def test_an_endless_trace_ends() -> None:
    found = course(*(leg(n, "out", 2, n, 1, parent="") for n in range(MOST_EVENTS)))
    assert len(found.events) == MOST_EVENTS
    assert found.left_out == MOST_EVENTS


def test_nothing_is_drawn_outside_or_over_each_other() -> None:
    legs = [leg(1, "in", 1, 0, 100)]
    legs += [
        leg(n, "out", n, n, 50, platform=f"A platform of a long name {n}") for n in range(2, 9)
    ]
    drawing = draw(course(*legs, deliveries=(delivery(7, 2, "waiting", 100_000),)))
    assert [arrow.y for arrow in drawing.arrows] == sorted({arrow.y for arrow in drawing.arrows})
    for box in drawing.boxes:
        assert box.left >= LEFT
        assert box.left + box.width <= drawing.width
        assert len(box.name) * 7 <= box.width
    for box, following in zip(drawing.boxes, drawing.boxes[1:], strict=False):
        assert box.left + box.width < following.left
    for arrow in drawing.arrows:
        assert 0 < arrow.y < drawing.height
        assert arrow.left >= LEFT
        assert arrow.left + arrow.width <= drawing.width
        assert len(arrow.text) * 7 <= arrow.width
        assert arrow.event.text in arrow.says
    for bar in drawing.bars:
        assert bar.height > 0
        assert bar.y + bar.height <= drawing.height


def test_a_pause_is_told_and_another_day_has_its_date() -> None:
    drawing = draw(course(leg(1, "in", 1, 0, 9), leg(2, "out", 2, 86_400_000, 5)))
    assert drawing.arrows[2].pause == "23 h 59 min later"
    assert drawing.arrows[2].time == "03-02 12:00:00.000"
    assert drawing.arrows[1].pause == ""
    assert drawing.arrows[2].y - drawing.arrows[1].y > drawing.arrows[1].y - drawing.arrows[0].y


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1.25, "1.2 s later"),
        (200, "3 min 20 s later"),
        (7500, "2 h 5 min later"),
        (300_000, "3 days later"),
    ],
)
def test_pauses_read_well(seconds: float, text: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("path", "module", "text"),
    [
        ("/ocpi/2.2.1/receiver/tariffs/NL/CPO/T1", "tariffs", "tariffs/NL/CPO/T1"),
        ("https://h.example/a/b/c/tariffs/NL/CPO/T1?x=1", "tariffs", "tariffs/NL/CPO/T1"),
        ("https://h.example/a/b/c/d/e/f", "tariffs", "c/d/e/f"),
        ("https://h.example", "", "/"),
    ],
)
def test_paths_are_shortened(path: str, module: str, text: str) -> None:
    assert short(path, module) == text


def test_text_is_cut_to_its_room() -> None:
    assert (cut("abcdef", 6), cut("abcdefg", 6), cut("abc", 0)) == ("abcdef", "abcde…", "…")
