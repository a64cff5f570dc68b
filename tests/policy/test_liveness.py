"""What an answer proves, how a status changes, when a platform is asked: the tables and rules."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.hubclientinfo.check import TIME_LIMIT
from hub.ocpi.status import Code
from hub.policy.liveness import (
    AFTER_MESSAGE,
    BACK_OFF,
    CHECK_AGAIN,
    FAILED_CHECKS,
    MOST_FALLS,
    PROVES,
    SPLAY,
    TRANSITIONS,
    Came,
    Event,
    Proof,
    Watched,
    came_of_answer,
    came_of_error,
    check_after_message,
    check_again,
    check_due,
    may_return_by_message,
)
from hub.routing.network import Status

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
SILENCE = timedelta(minutes=5)
ALIVE, DOWN, NOTHING = Proof.ALIVE, Proof.DOWN, Proof.NOTHING

# HTTP status, OCPI response or not; what it proves of traffic and of a check
ANSWERS = (
    (200, True, ALIVE, ALIVE),
    (200, False, ALIVE, ALIVE),
    (302, False, ALIVE, ALIVE),
    (400, True, ALIVE, ALIVE),
    (401, False, ALIVE, ALIVE),
    (403, False, ALIVE, ALIVE),
    (404, False, ALIVE, ALIVE),
    (405, True, ALIVE, ALIVE),
    (429, True, ALIVE, ALIVE),
    (500, True, ALIVE, DOWN),
    (503, True, ALIVE, DOWN),
    (500, False, ALIVE, DOWN),
    (502, False, DOWN, DOWN),
    (503, False, DOWN, DOWN),
    (504, False, DOWN, DOWN),
)
# the hub's own code for no answer
ERRORS = (
    (Code.CONNECTION_PROBLEM, DOWN, DOWN),
    (Code.TIMEOUT, DOWN, DOWN),
    (Code.HUB_ERROR, ALIVE, ALIVE),
    (Code.INVALID_PARAMETERS, NOTHING, DOWN),
)


@pytest.mark.parametrize(("http", "is_ocpi", "traffic", "check"), ANSWERS)
def test_what_an_answer_proves(http: int, is_ocpi: bool, traffic: Proof, check: Proof) -> None:
    """Section 2.8; 401, 404 and 429 prove that somebody is there."""
    proves = PROVES[came_of_answer(http, is_ocpi=is_ocpi)]
    assert (proves.traffic, proves.check) == (traffic, check)


@pytest.mark.parametrize(("code", "traffic", "check"), ERRORS)
def test_what_it_proves_that_there_is_no_answer(code: Code, traffic: Proof, check: Proof) -> None:
    proves = PROVES[came_of_error(code)]
    assert (proves.traffic, proves.check) == (traffic, check)


def test_the_table_has_a_row_for_everything_that_may_come() -> None:
    assert PROVES.keys() == set(Came)


# event, status before, status after; None where nothing happens
P, C, O, S = Status.PLANNED, Status.CONNECTED, Status.OFFLINE, Status.SUSPENDED  # noqa: E741
CHANGES = (
    (Event.REGISTERED, (P, C), (C, C), (O, C), (S, None)),
    (Event.HEARD, (P, None), (C, None), (O, C), (S, None)),
    (Event.ANSWERED, (P, None), (C, None), (O, C), (S, None)),
    (Event.FAILING, (P, None), (C, O), (O, None), (S, None)),
    (Event.SILENT, (P, None), (C, O), (O, None), (S, None)),
    (Event.UNREGISTERED, (P, None), (C, O), (O, O), (S, None)),
    (Event.INVITED_AGAIN, (P, None), (C, O), (O, O), (S, None)),
    (Event.SUSPENDED, (P, S), (C, S), (O, S), (S, None)),
    (Event.RESUMED, (P, None), (C, None), (O, None), (S, C)),
    (Event.RESUMED_AWAY, (P, None), (C, None), (O, None), (S, O)),
    (Event.RESUMED_NEW, (P, None), (C, None), (O, None), (S, P)),
)


@pytest.mark.parametrize("change", CHANGES, ids=[change[0].name for change in CHANGES])
def test_how_a_status_changes(change: tuple) -> None:
    """H-04, D-33"""
    event, *pairs = change
    assert dict(pairs) == {before: TRANSITIONS[event].get(before) for before in Status}


def test_every_event_is_in_the_table() -> None:
    assert TRANSITIONS.keys() == set(Event)


def test_nobody_becomes_planned_who_was_ever_connected() -> None:
    """PLANNED is "has never been connected"; only an operator's hand leads back to it."""
    to_planned = {event for event, leads in TRANSITIONS.items() if P in leads.values()}
    assert to_planned == {Event.RESUMED_NEW}


def watched(status: Status = C, *, seen: datetime | None = NOW, **more: object) -> Watched:
    values = {"id": 0, "since": NOW - timedelta(hours=1), "silence": SILENCE, **more}
    return Watched(status=status, seen=seen, **values)  # type: ignore[arg-type]  # a table's row


def test_a_connected_platform_is_asked_after_its_silence() -> None:
    """H-05"""
    assert check_due(watched()) == NOW + SILENCE


def test_one_that_was_never_heard_is_silent_since_it_connected() -> None:
    assert check_due(watched(seen=None, since=NOW)) == NOW + SILENCE


def test_platforms_that_fell_silent_together_are_not_asked_together() -> None:
    due = {check_due(watched(id=number)) for number in range(50)}
    assert len(due) == 50
    assert all(SILENCE <= at - NOW <= SILENCE * (1 + SPLAY) for at in due if at is not None)


@pytest.mark.parametrize("status", [P, S])
def test_planned_and_suspended_platforms_are_not_asked(status: Status) -> None:
    assert check_due(watched(status)) is None


def test_without_a_limit_connected_platforms_are_not_asked_and_others_are() -> None:
    assert check_due(watched(silence=None)) is None
    assert check_due(watched(O, silence=None)) is not None


def test_a_failed_check_is_repeated_soon() -> None:
    silent = watched(seen=NOW - SILENCE, failed=1)
    assert check_again(silent, NOW, 0.5) == NOW + CHECK_AGAIN
    booked = watched(seen=NOW - SILENCE, failed=1, due=NOW + CHECK_AGAIN)
    assert check_due(booked) == NOW + CHECK_AGAIN
    assert FAILED_CHECKS == 2


def test_an_offline_platform_is_asked_with_back_off() -> None:
    assert check_due(watched(O, since=NOW, falls=1)) == NOW + BACK_OFF[0]
    pauses = [check_again(watched(O, failed=n, falls=1), NOW, 0.5) - NOW for n in range(1, 9)]
    assert pauses == [*BACK_OFF[1:], BACK_OFF[-1], BACK_OFF[-1], BACK_OFF[-1]]


def test_who_falls_again_and_again_is_asked_later() -> None:
    first = [check_due(watched(O, since=NOW, falls=falls)) for falls in (0, 1, 2, 3, 4, 99)]
    wanted = [BACK_OFF[step] for step in (0, 0, 1, 2, 3, 3)]
    assert first == [NOW + pause for pause in wanted]


def test_checks_are_splayed() -> None:
    away = watched(O, failed=3, falls=1)
    pauses = [check_again(away, NOW, jitter) - NOW for jitter in (0.0, 0.5, 1.0)]
    assert pauses == [BACK_OFF[3] * (1 - SPLAY), BACK_OFF[3], BACK_OFF[3] * (1 + SPLAY)]


def test_who_falls_too_often_needs_more_than_a_message_to_return() -> None:
    assert [may_return_by_message(falls) for falls in (0, 1, 2, 3, 4)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert MOST_FALLS == 3


def test_who_may_not_return_by_a_message_is_asked_soon_after_it() -> None:
    """Never sooner than a failed check is repeated, nor while one may be under way."""
    assert check_after_message(None, NOW) == NOW + AFTER_MESSAGE
    assert check_after_message(NOW - BACK_OFF[-1], NOW) == NOW + AFTER_MESSAGE
    assert check_after_message(NOW, NOW) == NOW + CHECK_AGAIN + AFTER_MESSAGE
    assert timedelta(seconds=TIME_LIMIT) < AFTER_MESSAGE
