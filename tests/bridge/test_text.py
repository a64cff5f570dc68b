"""What the bridge does with text: digits, spelling, unknown fields, and what is no object."""

import json
from decimal import Decimal
from typing import Any

import pytest

from hub.ocpi.bridge import Context, Owner, Verdict, What, bridge, bridge_list
from hub.ocpi.bridge.convert import NEVER
from hub.ocpi.bridge.exact import Exact, Unreadable, amount, read, write
from hub.ocpi.schema import SCHEMAS
from tests.bridge.facts import KNOWN, MIDDLE, NEW, OLD, PAIRS, notes, over, said, text
from tests.ocpi.examples import EXAMPLES
from tests.ocpi.made import spots

TOKEN = EXAMPLES[MIDDLE]["Token"]


def test_between_equal_versions_the_bytes_are_the_same() -> None:
    body = b' {"id" : 1.50, "id2": nonsense'
    assert bridge(MIDDLE, MIDDLE, "Token", body, Context()).text == body
    assert bridge_list(MIDDLE, MIDDLE, "Token", body, Context()).text == body


@pytest.mark.parametrize(
    "digits",
    [
        "1.50", "0.10", "1e3", "1E-7", "-0", "123456789012345678901234567890.123456789012345",
        "1" * 5000,
    ],
)  # fmt: skip
def test_numbers_keep_their_digits(digits: str) -> None:
    body = f'{{"uid":"A","extra":{digits},"deep":[{{"n":{digits}}}]}}'.encode()
    done = bridge(MIDDLE, NEW, "Token", body, Context())
    assert done.text == body


def test_unknown_fields_are_carried_and_text_keeps_its_letters() -> None:
    session = {**EXAMPLES[MIDDLE]["Session"], "nltnm_note": {"a": [None, "Zürich\u2028", 1]}}
    carried = said(over(MIDDLE, NEW, "Session", session))
    assert carried["nltnm_note"] == session["nltnm_note"]
    assert said(over(NEW, MIDDLE, "Session", carried)) == session


def test_a_field_that_means_something_in_the_other_version_only_is_not_carried() -> None:
    done = over(MIDDLE, NEW, "Tariff", {**EXAMPLES[MIDDLE]["Tariff"], "tax_included": "YES"})
    assert said(done)["tax_included"] == "NO"
    assert notes(done) == [("lost", "$.tax_included")]
    done = over(OLD, MIDDLE, "Location", {**EXAMPLES[OLD]["Location"], "publish": False})
    assert said(done)["publish"] is True
    assert ("lost", "$.publish") in notes(done)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"nonsense", b"NaN", b'{"a":Infinity}', b"\xff\xfe{\x00}\x00", b'{"a":"\xe9"}',
        b"[" * 100_000, b'{"a":' * 100_000, b'{"issuer":"\\ud800"}', b"null", b"7", b'"x"', b"[]",
        b"\xef\xbb\xbf{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_what_is_no_object_is_unreadable(source: str, target: str, body: bytes) -> None:
    done = bridge(source, target, "Token", body, KNOWN)
    assert done.text is None
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.UNREADABLE


def test_a_bare_value_is_converted_as_an_object_is() -> None:
    done = bridge(MIDDLE, NEW, "ChargingPreferencesResponse", b'"ACCEPTED"', Context())
    assert done.text == b'"ACCEPTED"'
    done = bridge(MIDDLE, OLD, "ChargingPreferencesResponse", b'"ACCEPTED"', Context())
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.WITHHELD


@pytest.mark.parametrize("name", ["Credentials", "Version", "VersionDetails", "Endpoint"])
def test_what_platforms_say_of_themselves_is_never_converted(name: str) -> None:
    for source, target in PAIRS:
        done = bridge(source, target, name, b"{}", KNOWN)
        assert done.refusal is not None
        assert done.refusal.verdict is Verdict.WITHHELD


@pytest.mark.parametrize(
    ("source", "target", "names"),
    [
        (NEW, MIDDLE, ["Terminal", "FinancialAdviceConfirmation", "Booking", "BookingLocation",
                       "InvoiceReconciliationRecord"]),
        (NEW, OLD, ["Terminal", "ClientInfo", "CancelReservation"]),
        (MIDDLE, OLD, ["CancelReservation", "ChargingPreferences", "SetChargingProfile",
                       "ActiveChargingProfile", "ClientInfo"]),
    ],
)  # fmt: skip
def test_what_the_other_version_does_not_have_is_withheld(
    source: str, target: str, names: list[str]
) -> None:
    for name in names:
        done = over(source, target, name, EXAMPLES[source][name])
        assert done.refusal is not None
        assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, "$")


def test_a_list_leaves_out_what_cannot_be_said_and_names_it() -> None:
    private = {**EXAMPLES[MIDDLE]["Location"], "publish": False}
    stranger = "no object"
    items = [EXAMPLES[MIDDLE]["Location"], private, stranger, EXAMPLES[MIDDLE]["Location"]]
    done = bridge_list(MIDDLE, OLD, "Location", text(items), KNOWN)
    assert done.text is not None
    assert [each["id"] for each in json.loads(done.text)] == ["GARAGE", "GARAGE"]
    assert [(place, why.path) for place, why in done.withheld] == [(1, "$[1].publish"), (2, "$[2]")]
    assert {note.path for note in done.notes if note.what is What.LOST} >= {
        "$[0].state",
        "$[3].state",
    }
    assert not any(note.path.startswith(("$[1]", "$[2]")) for note in done.notes)


@pytest.mark.parametrize("body", [b"{}", b"nonsense", b"7"])
def test_what_is_no_list_is_unreadable(body: bytes) -> None:
    done = bridge_list(MIDDLE, OLD, "Location", body, KNOWN)
    assert (done.text, done.refusal and done.refusal.verdict) == (None, Verdict.UNREADABLE)


def test_an_empty_list_is_one() -> None:
    assert bridge_list(MIDDLE, NEW, "CDR", b" [] ", KNOWN).text == b"[]"


def test_notes_are_counted_by_field_and_hold_no_value() -> None:
    done = over(MIDDLE, OLD, "Session", EXAMPLES[MIDDLE]["Session"])
    assert "$.charging_periods.tariff_id" in {note.field for note in done.notes}
    whole = " ".join(note.why for note in done.notes)
    assert TOKEN["uid"] not in whole
    assert TOKEN["contract_id"] not in whole


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("1.50", Decimal("1.50")), ("-3", Decimal(-3)), ("1e2", Decimal(100)),
        ("1e13", None), ("1e-21", None), ("9" * 41, None), ("1e999999999999999999999", None),
    ],
)  # fmt: skip
def test_sums_are_made_of_what_can_be_money(digits: str, expected: Decimal | None) -> None:
    assert amount(Exact(digits)) == expected


@pytest.mark.parametrize("value", ["5", True, None, 5, 5.0, [], {}])
def test_nothing_but_a_number_is_an_amount(value: Any) -> None:
    assert amount(value) is None


def test_what_is_read_is_written_the_same() -> None:
    body = b'{"a":[1.0,true,null,"\xc3\xa9"],"b":{"c":-0.10}}'
    assert write(read(body)) == body
    with pytest.raises(TypeError):
        write({"a": object()})
    with pytest.raises(Unreadable):
        read(b'{"a":NaN}')


def test_a_party_of_the_connection_is_needed_from_2_1_1() -> None:
    done = over(OLD, MIDDLE, "Token", EXAMPLES[OLD]["Token"], Context())
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.LACKING
    done = over(OLD, MIDDLE, "Token", EXAMPLES[OLD]["Token"], Context(owner=Owner("be", "x y")))
    assert (said(done)["country_code"], said(done)["party_id"]) == ("be", "x y")


JUNK: tuple[Any, ...] = ([], {}, [[]], [None], [{}], "x", 7, True, None)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_no_field_of_another_type_raises(source: str, target: str, junk: Any) -> None:
    for name, example in EXAMPLES[source].items():
        if name in NEVER:
            continue
        value = json.loads(json.dumps(example))
        for spot in list(spots(name, value, schema=SCHEMAS[source])):
            kept, spot.inside[spot.name] = spot.inside[spot.name], junk
            done = over(source, target, name, value)
            assert (done.text is None) != (done.refusal is None), spot.path
            spot.inside[spot.name] = kept
