"""A burst of pushes becomes as few as say the same; played in turn, the end is the same."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.policy.supersede import Waiting, coalesced

L1, E1, E2 = "NL/CPO/L1", "NL/CPO/L1/E1", "NL/CPO/L1/E2"


def pushes(*told: tuple[str, str, Any]) -> list[Waiting]:
    return [
        Waiting(number, method, tail, "", json.dumps(body).encode() if body is not None else b"")
        for number, (method, tail, body) in enumerate(told)
    ]


def left(waiting: list[Waiting]) -> list[tuple[str, str, Any, int, list[int]]]:
    return [
        (each.method, each.last.tail, json.loads(each.body) if each.body else None, each.last.id,
         sorted(each.gone))
        for each in coalesced(waiting)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # A burst of one EVSE: one PATCH with the newest of each field.
        ([("PATCH", E1, {"a": 1}), ("PATCH", E1, {"b": 2}), ("PATCH", E1, {"a": 3})],
         [("PATCH", E1, {"a": 3, "b": 2}, 2, [0, 1])]),
        # Of two EVSEs: one each.
        ([("PATCH", E1, {"a": 1}), ("PATCH", E2, {"a": 1}), ("PATCH", E1, {"a": 2})],
         [("PATCH", E2, {"a": 1}, 1, []), ("PATCH", E1, {"a": 2}, 2, [0])]),
        # A PATCH into a waiting PUT makes a newer PUT.
        ([("PUT", E1, {"a": 1, "b": 1}), ("PATCH", E1, {"a": 2})],
         [("PUT", E1, {"a": 2, "b": 1}, 1, [0])]),
        # The whole Location says all that its EVSEs said before.
        ([("PATCH", E1, {"a": 1}), ("PATCH", L1, {"n": 1}), ("PUT", L1, {"n": 2})],
         [("PUT", L1, {"n": 2}, 2, [0, 1])]),
        # Nothing passes a push of what is around it.
        ([("PATCH", E1, {"a": 1}), ("PATCH", L1, {"evses": []}), ("PATCH", E1, {"a": 2})],
         [("PATCH", E1, {"a": 1}, 0, []), ("PATCH", L1, {"evses": []}, 1, []),
          ("PATCH", E1, {"a": 2}, 2, [])]),
        # After a DELETE a PATCH has nothing to be merged into.
        ([("PUT", L1, {"a": 1}), ("DELETE", L1, None), ("PATCH", L1, {"a": 2})],
         [("DELETE", L1, None, 1, [0]), ("PATCH", L1, {"a": 2}, 2, [])]),
        # The same object however it is spelled.
        ([("PATCH", "nl/cpo/l%31/e1", {"a": 1}), ("PATCH", E1, {"a": 2})],
         [("PATCH", E1, {"a": 2}, 1, [0])]),
    ],
)  # fmt: skip
def test_what_is_left(told: Any, expected: Any) -> None:
    assert left(pushes(*told)) == expected


def test_a_query_tells_objects_apart() -> None:
    """Tokens with the same uid and different types."""
    told = [
        Waiting(0, "PATCH", "DE/MSP/U1", "type=RFID", b"{}"),
        Waiting(1, "PATCH", "DE/MSP/U1", "type=OTHER", b"{}"),
    ]
    assert [each.last.id for each in coalesced(told)] == [0, 1]


steps = st.one_of(
    st.tuples(st.just("PATCH"), st.sampled_from((L1, E1, E2)),
              st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), min_size=1)),
    st.tuples(st.just("PUT"), st.sampled_from((E1, E2)),
              st.dictionaries(st.sampled_from("ab"), st.integers(0, 3))),
    st.tuples(st.just("PUT"), st.just(L1), st.dictionaries(st.just("n"), st.integers(0, 3))),
)  # fmt: skip


def played(state: dict[str, dict[str, Any]], method: str, tail: str, body: Any) -> None:
    """What a receiver makes of a push; a PUT of the Location leaves it without EVSEs."""
    if method == "PUT" and tail == L1:
        state.clear()
    state[tail] = body if method == "PUT" else {**state.get(tail, {}), **body}


@given(st.lists(steps, max_size=8))
def test_the_end_is_the_same(told: list[Any]) -> None:
    one: dict[str, dict[str, Any]] = {}
    other: dict[str, dict[str, Any]] = {}
    for method, tail, body in told:
        played(one, method, tail, body)
    for method, tail, body, _, _ in left(pushes(*told)):
        played(other, method, tail, body)
    assert one == other
