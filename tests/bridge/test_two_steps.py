"""A way of two steps: what is noted has the names and positions of the object that came."""

from dataclasses import replace
from typing import Any

import pytest

from hub.ocpi.bridge import Driver, What, bridge, bridge_list
from hub.ocpi.jsontext import decode
from tests.bridge.facts import KNOWN, NEW, OLD, over, said, text
from tests.ocpi.examples import EXAMPLES

DRIVER = Driver("DE", "DOM", "04AB", "OTHER", "DE-DOM-C4711-X")
RESTORED = replace(
    KNOWN, drivers={"DE-DOM-C4711-X": DRIVER}, token_types={"04AB": "APP_USER"}
)  # as the token was told at first
PRICED = {"price_components": [{"type": "ENERGY", "price": 0.35, "step_size": 1}]}
BOOKED = PRICED | {"restrictions": {"booking": True}}
RESERVED = PRICED | {"restrictions": {"reservation": "RESERVATION"}}
WITH_VAT = {"price_components": [{"type": "TIME", "price": 1, "step_size": 1, "vat": 20}]}


def tariff(**change: Any) -> dict[str, Any]:
    return EXAMPLES[NEW]["Tariff"] | {"min_price": None, "max_price": None} | change


def cdr(**change: Any) -> dict[str, Any]:
    return EXAMPLES[NEW]["CDR"] | change


def location(*connectors: dict[str, Any]) -> dict[str, Any]:
    evse = EXAMPLES[NEW]["Location"]["evses"][0]
    known = evse["connectors"][0] | {"standard": "IEC_62196_T2"}
    each = [known | connector for connector in connectors]
    return EXAMPLES[NEW]["Location"] | {"evses": [evse | {"connectors": each}]}


def found(source: str, target: str, name: str, value: object) -> list[tuple[What, str, str]]:
    done = bridge(source, target, name, text(value), RESTORED)
    assert done.text is not None, done.refusal
    return [(note.what, note.path, note.version) for note in done.notes]


@pytest.mark.ocpi("V-03", versions=("2.1.1", "2.3.0"))
@pytest.mark.parametrize(
    ("source", "name", "value", "what", "path"),
    [
        # `incl_vat` of 2.2.1 is made of them.
        (NEW, "CDR", cdr(total_cost={"before_taxes": 1, "taxes": [{"name": "0", "amount": 0}]}),
         What.LOST, "$.total_cost.taxes"),
        # The first element is gone in 2.2.1, so these are the first and the second there.
        (NEW, "Tariff", tariff(elements=[BOOKED, RESERVED, PRICED]), What.LOST, "$.elements[1]"),
        (NEW, "Tariff", tariff(elements=[BOOKED, PRICED, WITH_VAT], tax_included="NO"),
         What.LOST, "$.elements[2].price_components[0].vat"),
        (NEW, "Location", location({"standard": "MCS"}, {"max_electric_power": 9}),
         What.LOST, "$.evses[0].connectors[1].max_electric_power"),
        # A fact that the hub keeps has the names that it has in 2.2.1.
        (NEW, "Session", EXAMPLES[NEW]["Session"], What.ASSUMED, "$.location_id"),
        # The whole `cdr_token` of 2.2.1 is made of it.
        (OLD, "CDR", EXAMPLES[OLD]["CDR"], What.CHANGED, "$.auth_id"),
    ],
)  # fmt: skip
def test_a_note_names_what_the_source_has(
    source: str, name: str, value: object, what: What, path: str
) -> None:
    target = OLD if source == NEW else NEW
    notes = found(source, target, name, value)
    assert (what, path, source) in notes
    assert {version for _, _, version in notes} == {source}


def test_a_position_that_a_list_lost_in_the_middle_is_told_of_the_list_that_came() -> None:
    """Two dimensions, of which one is gone in 2.2.1 and the other in 2.1.1."""
    dimensions = [{"type": kind, "volume": 1} for kind in ("RESERVATION_EXPIRES", "SOC", "ENERGY")]
    period = EXAMPLES[NEW]["CDR"]["charging_periods"][0] | {"dimensions": dimensions}
    notes = found(NEW, OLD, "CDR", cdr(charging_periods=[period]))
    lost = [path for what, path, _ in notes if what is What.LOST and "dimensions" in path]
    assert lost == [f"$.charging_periods[0].dimensions[{n}]" for n in (0, 1)]


def test_a_refusal_of_the_second_step_names_what_the_source_has() -> None:
    elements = [BOOKED, PRICED | {"restrictions": {"min_current": 6}}]
    done = over(NEW, OLD, "Tariff", tariff(elements=elements))
    assert done.refusal is not None
    assert done.refusal.path == "$.elements[1].restrictions.min_current"
    assert done.refusal.version == NEW


def test_a_note_of_a_list_begins_with_the_position_in_it() -> None:
    one = tariff(elements=[BOOKED, RESERVED, PRICED])
    done = bridge_list(NEW, OLD, "Tariff", text([one, one]), KNOWN)
    assert done.text is not None
    assert isinstance(listed := decode(done.text), list) and len(listed) == 2
    assert {"$[1].elements[0]", "$[1].elements[1]"} <= {note.path for note in done.notes}


def test_what_is_carried_is_the_same_as_ever() -> None:
    made = said(over(NEW, OLD, "Tariff", tariff(elements=[BOOKED, RESERVED, PRICED])))
    assert made["elements"] == [PRICED]
