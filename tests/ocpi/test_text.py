"""JSON as text: digits, spelling and unknown members survive whatever happens around them."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ocpi import jsontext, nested
from hub.ocpi.merge import merged

TEXT = st.text(max_size=8)
SCALARS = (
    st.none() | st.booleans() | st.integers() | TEXT
    | st.floats(allow_nan=False, allow_infinity=False)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)
OBJECTS = st.dictionaries(TEXT, VALUES, max_size=5)


def dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def exact(text: bytes) -> Any:
    """Python values with every number as the text it was written in."""
    return json.loads(text, parse_float=lambda s: f"number {s}", parse_int=lambda s: f"number {s}")


@given(OBJECTS)
def test_splitting_and_joining_changes_nothing(value: dict[str, Any]) -> None:
    text = dump(value)
    assert exact(jsontext.join(jsontext.members(text))) == exact(text)


@given(OBJECTS, OBJECTS)
def test_a_patch_replaces_what_it_names_and_nothing_else(
    kept: dict[str, Any], patch: dict[str, Any]
) -> None:
    result = exact(merged(dump(kept), dump(patch)))
    said = {name: value for name, value in exact(dump(patch)).items() if value is not None}
    assert result == {**exact(dump(kept)), **said}


@pytest.mark.ocpi("Y-04", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    "number", ["0.250000", "1E+2", "-0.0", "12345678901234567890.123456789", "1e-400", "100"]
)
def test_numbers_keep_their_digits(number: str) -> None:
    """Y-04"""
    kept = b'{"id":"T1","price":%s,"x":{"deep":[%s]}}' % (number.encode(), number.encode())
    result = merged(kept, b'{"last_updated":"2026-01-01T00:00:00Z"}')
    assert result.count(number.encode()) == 2
    assert Decimal(number) == Decimal(number)


def test_appended_lists_grow_and_do_not_repeat() -> None:
    """SE-02: absent or empty leaves them unchanged."""
    kept = b'{"charging_periods":[{"a":1}]}'
    for patch in (b"{}", b'{"charging_periods":[]}', b'{"charging_periods":null}'):
        assert merged(kept, patch, ("charging_periods",)) == kept
    grown = merged(kept, b'{"charging_periods":[{"a":1},{"a":2.50}]}', ("charging_periods",))
    assert grown == b'{"charging_periods":[{"a":1},{"a":2.50}]}'
    fresh = merged(b"{}", b'{"charging_periods":[{"a":1}]}', ("charging_periods",))
    assert fresh == kept


def test_one_value_is_replaced_and_the_rest_left_alone() -> None:
    text = b'{ "a" : 1.50,  "response_url":"http://x\\/y", "z":"\\u00e9" }'
    assert jsontext.replace(text, "response_url", "https://hub/via") == (
        b'{ "a" : 1.50,  "response_url":"https://hub/via", "z":"\\u00e9" }'
    )


def test_a_value_that_stands_twice_is_replaced_once() -> None:
    text = b'{"other":"http://x","response_url":"http://x"}'
    assert json.loads(jsontext.replace(text, "response_url", "http://hub")) == {
        "other": "http://x", "response_url": "http://hub",
    }  # fmt: skip


@given(st.binary(max_size=40))
def test_any_bytes_decode_or_are_a_json_error(text: bytes) -> None:
    for read in (jsontext.decode, jsontext.members, jsontext.items):
        try:
            read(text)
        except jsontext.JsonError:
            continue


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000 + b"x"])
def test_hostile_nesting_and_numbers_are_json_errors(text: bytes) -> None:
    with pytest.raises(jsontext.JsonError):
        jsontext.decode(text)


NOW = datetime(2026, 6, 1, tzinfo=UTC)
LOCATION = (
    b'{"id":"L1","last_updated":"2026-01-01T00:00:00Z","evses":[{"uid":"E1","n":1.0},{"uid":"e2"}]}'
)


def test_an_item_is_found_without_case() -> None:
    assert nested.item(LOCATION, "evses", "uid", "E2") == b'{"uid":"e2"}'
    assert nested.item(LOCATION, "evses", "uid", "E3") is None
    assert nested.item(b"{}", "evses", "uid", "E1") is None
    assert nested.item(b'{"evses":null}', "evses", "uid", "E1") is None


def test_an_item_is_replaced_merged_or_added_and_raises_its_parent() -> None:
    newer = b'{"uid":"E1","last_updated":"2026-02-01T00:00:00Z"}'
    replaced = nested.with_item(LOCATION, "evses", "uid", "E1", newer, NOW, merge=False)
    assert replaced is not None
    assert nested.item(replaced, "evses", "uid", "E1") == newer
    assert nested.last_updated(replaced) == "2026-02-01T00:00:00Z"
    both = nested.with_item(LOCATION, "evses", "uid", "E1", newer, NOW, merge=True)
    assert both is not None
    assert b'"n":1.0' in both
    assert nested.with_item(LOCATION, "evses", "uid", "E9", newer, NOW, merge=True) is None
    added = nested.with_item(LOCATION, "evses", "uid", "E9", b'{"uid":"E9"}', NOW, merge=False)
    assert added is not None
    assert nested.last_updated(added) == "2026-01-01T00:00:00Z"


def test_last_updated_of_a_parent_never_goes_back() -> None:
    older = b'{"last_updated":"2020-01-01T00:00:00Z"}'
    assert nested.raised(LOCATION, older, NOW) == LOCATION


def test_but_for_one_that_no_clock_says_yet() -> None:
    older = b'{"last_updated":"2020-01-01T00:00:00Z"}'
    early = NOW.replace(year=2025)
    assert nested.last_updated(nested.raised(LOCATION, older, early)) == "2020-01-01T00:00:00Z"
