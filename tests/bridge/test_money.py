"""Prices and tariffs, rule by rule: carried to the digit, or withheld with the reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.ocpi.bridge import Bridged, Context, Verdict, bridge
from tests.bridge.facts import KNOWN, MIDDLE, NEW, OLD, notes, over, said, text
from tests.ocpi.examples import EXAMPLES

ELEMENT = {"price_components": [{"type": "ENERGY", "price": 0.35, "step_size": 1}]}
OLD_TARIFF = EXAMPLES[OLD]["Tariff"]
TARIFF = EXAMPLES[MIDDLE]["Tariff"] | {"min_price": None, "max_price": None, "elements": [ELEMENT]}
NEW_TARIFF = EXAMPLES[NEW]["Tariff"] | {"elements": [ELEMENT]}


def cost(source: str, target: str, price: str) -> Bridged:
    """A Session with that total_cost, as text, and what became of it."""
    session = text({**EXAMPLES[source]["Session"], "total_cost": "PRICE"})
    return bridge(source, target, "Session", session.replace(b'"PRICE"', price.encode()), KNOWN)


def total(done: Bridged) -> str:
    assert done.text is not None, done.refusal
    return done.text.decode().split('"total_cost":')[1].split(',"status"')[0]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"excl_vat":1.50}', '{"before_taxes":1.50}'),
        ('{"excl_vat":1.50,"incl_vat":1.815}',
         '{"before_taxes":1.50,"taxes":[{"name":"VAT","amount":0.315}]}'),
        # 0 % is not the same as "nothing is known of a tax".
        ('{"excl_vat":1.50,"incl_vat":1.5}',
         '{"before_taxes":1.50,"taxes":[{"name":"VAT","percentage":0,"amount":0}]}'),
        # A credit.
        ('{"excl_vat":-4,"incl_vat":-4.84}',
         '{"before_taxes":-4,"taxes":[{"name":"VAT","amount":-0.84}]}'),
        # What floats would spoil.
        ('{"excl_vat":0.1,"incl_vat":0.3}',
         '{"before_taxes":0.1,"taxes":[{"name":"VAT","amount":0.2}]}'),
        ('{"excl_vat":99999999999.0001,"incl_vat":99999999999.0002}',
         '{"before_taxes":99999999999.0001,"taxes":[{"name":"VAT","amount":0.0001}]}'),
    ],
)  # fmt: skip
def test_a_price_of_2_2_1_is_one_of_2_3_0_and_back(old: str, new: str) -> None:
    done = cost(MIDDLE, NEW, old)
    assert total(done) == new
    back = cost(NEW, MIDDLE, new)
    assert total(back).replace("1.50}", "1.5}") == old.replace("1.50}", "1.5}")
    assert "total_cost" not in str(notes(back))


@pytest.mark.parametrize(
    ("new", "old", "noted"),
    [
        ('{"before_taxes":2,"taxes":[]}', '{"excl_vat":2}', []),
        ('{"before_taxes":2,"taxes":[{"name":"GST","amount":0.1},{"name":"QST","amount":0.2}]}',
         '{"excl_vat":2,"incl_vat":2.3}', [("changed", "$.total_cost.taxes")]),
        ('{"before_taxes":2,"taxes":[{"name":"VAT","percentage":21,"amount":0.42}]}',
         '{"excl_vat":2,"incl_vat":2.42}', [("changed", "$.total_cost.taxes[0]")]),
        ('{"before_taxes":2,"taxes":[{"name":"VAT","account_number":"N1","amount":0.42}]}',
         '{"excl_vat":2,"incl_vat":2.42}', [("changed", "$.total_cost.taxes[0]")]),
    ],
)  # fmt: skip
def test_what_2_2_1_cannot_say_of_taxes_is_named(
    new: str, old: str, noted: list[tuple[str, str]]
) -> None:
    done = cost(NEW, MIDDLE, new)
    assert total(done) == old
    assert notes(done) == noted


@pytest.mark.parametrize(
    ("source", "target", "price"),
    [
        (MIDDLE, NEW, '{"excl_vat":"5"}'),
        (MIDDLE, NEW, "5"),
        (MIDDLE, NEW, "{}"),
        (MIDDLE, NEW, '{"excl_vat":5,"incl_vat":"6"}'),
        (MIDDLE, NEW, '{"excl_vat":5,"incl_vat":1e99}'),
        (MIDDLE, OLD, '{"excl_vat":"5"}'),
        (MIDDLE, OLD, "5"),
        (NEW, MIDDLE, '{"excl_vat":5}'),
        (NEW, MIDDLE, '{"before_taxes":5,"taxes":[{"name":"VAT"}]}'),
        (NEW, MIDDLE, '{"before_taxes":5,"taxes":[7]}'),
        (NEW, MIDDLE, '{"before_taxes":5,"taxes":{"name":"VAT","amount":1}}'),
        (OLD, MIDDLE, '"5"'),
        (OLD, MIDDLE, '{"excl_vat":5}'),
    ],
)
def test_what_is_no_price_is_withheld(source: str, target: str, price: str) -> None:
    done = cost(source, target, price)
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.WITHHELD
    assert done.refusal.path.startswith("$.total_cost")


def test_limits_have_both_amounts() -> None:
    up = said(over(MIDDLE, NEW, "Tariff", EXAMPLES[MIDDLE]["Tariff"]))
    assert up["min_price"] == {"before_taxes": 12.5, "after_taxes": 15.13}
    assert up["max_price"] == {"before_taxes": 40}
    assert up["tax_included"] == "NO"
    assert said(over(NEW, MIDDLE, "Tariff", up)) == EXAMPLES[MIDDLE]["Tariff"]


def component(price: Any, vat: Any, included: str) -> Bridged:
    part = {"type": "TIME", "price": price, "step_size": 60} | ({"vat": vat} if vat != "" else {})
    tariff = NEW_TARIFF | {"tax_included": included, "elements": [{"price_components": [part]}]}
    return over(NEW, MIDDLE, "Tariff", tariff)


@pytest.mark.ocpi("V-02", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    ("price", "vat", "included", "expected"),
    [
        (2.42, 21, "YES", {"price": 2, "vat": 21}),
        (1, 21, "YES", {"price": 0.8264, "vat": 21}),  # 0.82644...
        (0.00015, 0.0, "YES", {"price": 0.00015, "vat": 0}),
        (1.00005, 100, "YES", {"price": 0.5, "vat": 100}),
        (0.0003, 100, "YES", {"price": 0.0002, "vat": 100}),  # half up
        (2.42, 21, "NO", {"price": 2.42, "vat": 21}),
        (2.42, "", "NO", {"price": 2.42}),
        (2.42, 21, "N/A", {"price": 2.42}),
    ],
)
def test_a_price_with_its_tax_in_it_is_told_without(
    price: float, vat: Any, included: str, expected: dict[str, float]
) -> None:
    done = component(price, vat, included)
    (element,) = said(done)["elements"]
    assert element["price_components"] == [{"type": "TIME", "step_size": 60, **expected}]
    assert "tax_included" not in said(done)
    assert (("changed", "$.tax_included") in notes(done)) == (included != "NO")
    where = "$.elements[0].price_components[0]."
    assert (("changed", f"{where}price") in notes(done)) == (expected["price"] != price)
    assert (("lost", f"{where}vat") in notes(done)) == (included == "N/A")


@pytest.mark.ocpi("V-02", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(
    ("price", "vat", "included"),
    [
        (2.42, "", "YES"), (2.42, None, "YES"), (2.42, "21", "YES"), (2.42, -100, "YES"),
        ("2.42", 21, "YES"), (2.42, 21, "PERHAPS"),
    ],
)  # fmt: skip
def test_a_net_price_that_is_not_known_withholds_the_tariff(
    price: Any, vat: Any, included: str
) -> None:
    done = component(price, vat, included)
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.WITHHELD


def test_a_tariff_that_does_not_tell_of_taxes_is_withheld_and_left_out_of_its_cdr() -> None:
    silent = {name: item for name, item in NEW_TARIFF.items() if name != "tax_included"}
    done = over(NEW, MIDDLE, "Tariff", silent)
    assert done.refusal is not None
    assert done.refusal.path == "$.tax_included"
    cdr = EXAMPLES[NEW]["CDR"] | {"tariffs": [NEW_TARIFF, silent]}
    done = over(NEW, MIDDLE, "CDR", cdr)
    assert [each["id"] for each in said(done)["tariffs"]] == ["DAY"]
    assert ("lost", "$.tariffs[1]") in notes(done)
    assert said(done)["total_cost"]["excl_vat"] == cdr["total_cost"]["before_taxes"]


@pytest.mark.parametrize(
    ("source", "target", "restriction"),
    [
        (NEW, MIDDLE, {"booking": "BOOKING"}),
        (MIDDLE, OLD, {"reservation": "RESERVATION"}),
        (NEW, OLD, {"booking": "BOOKING"}),
    ],
)
def test_an_element_that_prices_something_else_there_is_left_out(
    source: str, target: str, restriction: Any
) -> None:
    tariff = (NEW_TARIFF if source == NEW else TARIFF) | {"min_price": None, "max_price": None}
    other = ELEMENT | {"restrictions": restriction}
    done = over(source, target, "Tariff", tariff | {"elements": [other, ELEMENT]})
    assert len(said(done)["elements"]) == 1
    assert ("lost", "$.elements[0]") in notes(done)
    done = over(source, target, "Tariff", tariff | {"elements": [other]})
    assert done.refusal is not None
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, "$.elements")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"type": "PROFILE_FAST"}, "$.type"),
        ({"type": "AD_HOC_PAYMENT"}, "$.type"),
        ({"min_price": {"excl_vat": 1}}, "$.min_price"),
        ({"max_price": {"excl_vat": 1}}, "$.max_price"),
        ({"start_date_time": "2026-03-01T10:00:01Z"}, "$"),
        ({"end_date_time": "2026-03-01T10:00:00Z"}, "$"),
        ({"elements": [ELEMENT, ELEMENT | {"restrictions": {"max_current": 16}}]},
         "$.elements[1].restrictions.max_current"),
        ({"elements": [ELEMENT | {"restrictions": {"min_current": 0}}]},
         "$.elements[0].restrictions.min_current"),
    ],
)  # fmt: skip
def test_a_tariff_that_would_cost_something_else_in_2_1_1_is_withheld(
    change: dict[str, Any], path: str
) -> None:
    done = over(MIDDLE, OLD, "Tariff", TARIFF | change)
    assert done.refusal is not None
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, path)


def test_a_tariff_is_carried_to_2_1_1_while_it_is_valid() -> None:
    tariff = TARIFF | {"elements": [{"price_components": [
        {"type": "FLAT", "price": 1.5, "vat": 21, "step_size": 1}]}]}  # fmt: skip
    done = over(MIDDLE, OLD, "Tariff", tariff)
    assert said(done)["elements"] == [
        {"price_components": [{"type": "FLAT", "price": 1.5, "step_size": 1}]}
    ]
    assert set(notes(done)) == {
        ("lost", "$.type"), ("lost", "$.start_date_time"), ("lost", "$.end_date_time"),
        ("lost", "$.elements[0].price_components[0].vat"),
    }  # fmt: skip
    without_clock = over(MIDDLE, OLD, "Tariff", tariff, Context())
    assert without_clock.refusal is not None
    assert without_clock.refusal.verdict is Verdict.LACKING
    # The tariff in a CDR was valid when it was used.
    late = Context(now=datetime(2030, 1, 1, tzinfo=UTC))
    cdr = EXAMPLES[MIDDLE]["CDR"] | {"tariffs": [tariff]}
    assert len(said(over(MIDDLE, OLD, "CDR", cdr, late))["tariffs"]) == 1


def test_a_tariff_of_2_1_1_says_nothing_of_vat() -> None:
    done = over(OLD, MIDDLE, "Tariff", OLD_TARIFF)
    assert said(done)["elements"] == OLD_TARIFF["elements"]
    assert (said(done)["country_code"], said(done)["party_id"]) == ("NL", "GRG")
    assert notes(done) == [("assumed", "$.elements")]
    assert said(over(MIDDLE, OLD, "Tariff", said(done))) == OLD_TARIFF


def test_tariffs_that_are_withheld_are_not_referred_to() -> None:
    connector = EXAMPLES[MIDDLE]["Location"]["evses"][0]["connectors"][0]
    connector = connector | {"tariff_ids": ["FAST", "DAY", "NEVER_SEEN"]}
    known = Context(tariffs={"FAST": False, "DAY": True})
    done = over(NEW, MIDDLE, "Connector", connector, known)
    assert said(done)["tariff_ids"] == ["DAY", "NEVER_SEEN"]
    assert notes(done) == [("lost", "$.tariff_ids[0]")]
    assert said(over(MIDDLE, OLD, "Connector", connector, known))["tariff_id"] == "DAY"
    unknown = over(MIDDLE, OLD, "Connector", connector, Context())
    assert "tariff_id" not in said(unknown)
    assert ("lost", "$.tariff_ids") in notes(unknown)
