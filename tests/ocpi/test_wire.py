"""Tokens, times, envelopes, paging, credentials and descriptions as they stand on the wire."""

import base64
import string
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ocpi import (
    Audience,
    Effect,
    Linked,
    Module,
    Operation,
    OwnerOf,
    Part,
    Place,
    Role,
    datetimes,
    envelope,
    headers,
    paging,
    receiver,
    sender,
)
from hub.ocpi.credentials import Credentials
from hub.ocpi.description import BadDescription
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Outgoing
from hub.ocpi.registry import Registry
from hub.ocpi.status import Code, OcpiError
from hub.routing.network import Secret

TOKENS = st.text(alphabet=string.ascii_letters + string.digits + string.punctuation, min_size=1,
                 max_size=64)  # fmt: skip


@pytest.mark.ocpi("T-03", versions=("2.1.1", "2.2.1", "2.3.0"))
@given(TOKENS, st.sampled_from(TokenForm))
def test_every_token_is_found_in_both_forms(token: str, form: TokenForm) -> None:
    """T-02, T-03"""
    found = headers.candidates(headers.authorization(token, form))
    assert (token, form) in found


@given(TOKENS)
def test_a_line_feed_inside_the_base64_is_understood(token: str) -> None:
    written = base64.b64encode(token.encode() + b"\n").decode()
    assert (token, TokenForm.BASE64) in headers.candidates(f"Token {written}")


@pytest.mark.parametrize("value", ["", "Token", "Token ", "Basic abc", "token"])
def test_no_token_in_the_header(value: str) -> None:
    assert headers.candidates(value) == ()


def test_the_scheme_is_read_without_case_and_blanks() -> None:
    assert headers.candidates("TOKEN   abc ")[-1] == ("abc", TokenForm.PLAIN)


@pytest.mark.ocpi("Y-02", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)),
        ("2026-01-31T12:00:00+00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T14:00:00+02:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T24:00:00Z", datetime(2026, 2, 1, tzinfo=UTC)),
        ("1970-1-1T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_are_read_with_tolerance(text: str, moment: datetime) -> None:
    """Y-02"""
    assert datetimes.parse(text) == moment


def _naive(year: int) -> datetime:
    """hypothesis takes bounds without a zone."""
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.ocpi("Y-03", versions=("2.2.1", "2.3.0"))
@given(st.datetimes(min_value=_naive(1900), max_value=_naive(2200)),
       st.integers(-720, 840))  # fmt: skip
def test_times_are_written_by_the_letter(moment: datetime, minutes: int) -> None:
    """Y-03: three fraction digits, always Z."""
    text = datetimes.render(moment.replace(tzinfo=timezone(timedelta(minutes=minutes))))
    assert len(text) == 24
    assert text.endswith("Z")
    assert (
        abs(
            (
                datetimes.parse(text) - moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
            ).total_seconds()
        )
        < 0.001
    )


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    try:
        datetimes.parse(text)
    except (ValueError, OverflowError):
        return


def test_an_envelope_leaves_out_what_is_not_there() -> None:
    """`status_message: null` is refused by some platforms."""
    body = envelope.render(Code.SUCCESS, datetime(2026, 1, 1, tzinfo=UTC))
    assert body == b'{"status_code":1000,"timestamp":"2026-01-01T00:00:00.000Z"}'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"status_code":1000}', 1000), (b'{"status_code":"2001","data":null}', 2001),
        (b'{"detail":"no"}', None), (b"[]", None), (b"", None), (b"<html>", None),
        (b'{"status_code":true}', None), (b'{"status_code":null}', None), (b"\xff", None),
    ],
)  # fmt: skip
def test_envelopes_of_peers(body: bytes, code: int | None) -> None:
    found = envelope.parse(body)
    assert (found and found.status_code) == code


def test_results_in_an_envelope_are_unwrapped() -> None:
    bare = b'{"result":"ACCEPTED"}'
    assert envelope.unwrapped(bare) == bare
    assert envelope.unwrapped(b'{"status_code":1000,"data":{"result":"ACCEPTED"}}') == bare
    assert envelope.unwrapped(b"not json") == b"not json"


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ('<https://a/x?offset=2>; rel="next"', "https://a/x?offset=2"),
        ("<https://a/x>;rel=next", "https://a/x"),
        ('<https://a/p>; rel="prev", <https://a/n>; rel="next"', "https://a/n"),
        ('<https://a/x>; title="t"; rel="next"', "https://a/x"),
        ("", ""), ("None", ""), ('<https://a/x>; rel="last"', ""), ("<>", ""),
    ],
)  # fmt: skip
def test_links(value: str, url: str) -> None:
    assert paging.next_link(value) == url


def test_the_next_page_repeats_every_filter() -> None:
    """P-06"""
    url = paging.next_page("https://h/l", "date_from=2026-01-01T00:00:00Z&limit=5&x=1", 5, 5, 77)
    assert url == "https://h/l?date_from=2026-01-01T00%3A00%3A00Z&x=1&offset=5&limit=5&cursor=77"


@pytest.mark.ocpi("Y-01", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_party_ids_compare_without_case() -> None:
    assert PartyId.of("nl", "cpo") == PartyId.parse("NL/CPO") == ("NL", "CPO")
    with pytest.raises(ValueError, match="CC/PID"):
        PartyId.parse("NLCPO")


CPO, MSP = frozenset({Role.CPO}), frozenset({Role.EMSP})
OWNED = "{country_code}/{party_id}/{x_id}"


def module(**change: Any) -> Module:
    described: dict[str, Any] = {
        "id": "x", "senders": CPO, "receivers": MSP, "audience": Audience.EVERYONE,
        "key": {"x_id": "id"}, "routes": (receiver(OWNED, put=Effect.REPLACE),), **change,
    }  # fmt: skip
    return Module(**described)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": ""}, "module id"),
        ({"id": "a/b"}, "module id"),
        ({"senders": frozenset()}, "at least one role"),
        ({"key": {}}, "needs a key"),
        ({"routes": (receiver("{x_id}", put=Effect.REPLACE),)}, "lacks country_code, party_id"),
        ({"routes": (receiver(OWNED),)}, "offers no method"),
        ({"appends": ("periods",)}, "appends needs audience"),
        (
            {"routes": (sender("{a}", get=Effect.READ), sender("{b}", put=Effect.ASK))},
            "cannot be told apart",
        ),
        ({"routes": (sender("", get=Operation(Effect.ASK, reply_to=Place.BODY)),)}, "no body"),
        (
            {"routes": (sender("{id}", get=Operation(Effect.READ, clues=(OwnerOf("y", "id"),))),)},
            "unknown 'y'",
        ),
        (
            {"routes": (sender("{id}", get=Operation(Effect.READ, clues=(Linked("y", "id"),))),)},
            "no module teaches",
        ),
        (
            {"routes": (sender("", get=Operation(Effect.LIST, between=("from", "to"))),)},
            "no moments",
        ),
    ],
)
def test_a_bad_description_is_refused_by_name(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadDescription, match=says):
        Registry([module(**change)])


TIMED = {
    "parts": (Part("y", "ys", "id", moments="at"),),
    "routes": (sender("", get=Operation(Effect.LIST, between=("from", "to"))),),
}


def test_moments_are_asked_of_a_table_that_keeps_them() -> None:
    says = r"x SENDER \(root\) GET: `between` needs a table of the module's own"
    with pytest.raises(BadDescription, match=says):
        Registry([module(**TIMED)], timed={"y"})
    assert "x" in Registry([module(**TIMED)], timed={"x"})


def test_two_modules_with_one_id_are_refused() -> None:
    with pytest.raises(BadDescription, match="described twice"):
        Registry([module(), module()])


def test_a_token_is_not_shown_by_anything_that_holds_one() -> None:

    secret = "very-secret-token"
    shown = repr(
        [
            Secret(secret), str(Secret(secret)), Credentials(secret, "https://a", ()),
            Outgoing("GET", "https://a", (("Authorization", secret),), b"", 1),
        ]
    )  # fmt: skip
    assert secret not in shown


@pytest.mark.ocpi("T-18", versions=("2.2.1", "2.3.0"))
def test_no_code_is_from_the_ranges_for_custom_use() -> None:
    assert [code for code in Code if code % 1000 >= 900] == []


def test_an_error_says_what_it_is() -> None:
    assert repr(OcpiError(Code.TIMEOUT, "late")) == "OcpiError(4002, http=200, 'late')"
