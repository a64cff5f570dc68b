"""Whatever object: it fits the other version, no money changes, and what is lost is named."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hub.ocpi.bridge import Bridged, What, bridge, bridge_list
from hub.ocpi.jsontext import decode
from hub.ocpi.schema import SCHEMAS, check
from hub.ocpi.schema.names import name_in
from tests.bridge.facts import KNOWN, PAIRS, text
from tests.bridge.made import PATCHED, WHOLE, Sample, both_have, decoded, samples
from tests.bridge.same import Named, differences
from tests.ocpi.examples import EXAMPLES
from tests.ocpi.made import json_values

SLOW = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def over(sample: Sample, **how: Any) -> Bridged:
    body = text(sample.value)
    return bridge(sample.source, sample.target, sample.name, body, sample.context, **how)


@pytest.mark.ocpi("V-03", versions=("2.1.1", "2.2.1", "2.3.0"))
@SLOW
@given(samples(PAIRS))
def test_what_comes_out_is_of_the_other_version(sample: Sample) -> None:
    done = over(sample)
    event("said" if done.text else "refused")
    if done.text is None:
        assert done.refusal is not None
        return
    cls = SCHEMAS[sample.target][name_in(sample.target, sample.name)]
    # An id may be anything in the samples, and no country in them is one.
    assert [each for each in check(cls, decode(done.text)) if each.code != "empty"] == []


@pytest.mark.ocpi("V-01", versions=("2.2.1", "2.3.0"))
@SLOW
@given(samples(PAIRS))
def test_there_and_back_loses_only_what_is_named(sample: Sample) -> None:
    there = over(sample)
    if there.text is None:
        return
    source, target = sample.target, sample.source
    back = bridge(source, target, sample.name, there.text, sample.context)
    event("and back" if back.text else "no way back")
    if back.text is None:
        assert back.refusal is not None
        return
    named = Named(there.notes, back.notes)
    before, after = decoded(text(sample.value)), decoded(back.text)
    forget_what_needs_no_name(before)
    forget_what_needs_no_name(after)
    assert list(differences(before, after, named)) == []


def forget_what_needs_no_name(value: dict[str, Any]) -> None:
    """What says the same as nothing does: that it is no credit CDR, and, beside regular hours,
    that it is not open around the clock."""
    if value.get("credit") is False:
        del value["credit"]
    hours = value.get("opening_times")
    if isinstance(hours, dict) and hours.get("regular_hours") and not hours.get("twentyfourseven"):
        hours.pop("twentyfourseven", None)


@pytest.mark.parametrize(("source", "target"), PAIRS)
@pytest.mark.parametrize("name", WHOLE)
def test_an_example_of_each_class_comes_out(source: str, target: str, name: str) -> None:
    """Properties of what comes out say nothing where nothing ever does."""
    if both_have(name, source, target):
        done = bridge(source, target, name, text(sayable(source, name)), KNOWN)
        assert done.text is not None, done.refusal
        assert check(SCHEMAS[target][name_in(target, name)], decode(done.text)) == []


def sayable(version: str, name: str) -> Any:
    """An example without what some version cannot say."""
    examples = EXAMPLES[version]
    if name in ("EVSE", "Connector"):
        evse = examples["Location"]["evses"][0]
        connector = evse["connectors"][0] | {"standard": "IEC_62196_T2"}
        return connector if name == "Connector" else evse | {"connectors": [connector]}
    if name == "Tariff":
        elements = examples["Tariff"]["elements"][:1]
        return examples["Tariff"] | {"elements": elements, "min_price": None, "max_price": None}
    if name == "LocationReferences":
        return examples["AuthorizationInfo"]["location"]
    return examples[name_in(version, name)]


def money(version: str, name: str, value: Any) -> dict[str, tuple[Decimal, Decimal | None]]:
    """Every cost of a Session or CDR by its field: without and with tax."""
    found: dict[str, tuple[Decimal, Decimal | None]] = {}
    for field, item in value.items():
        if not field.startswith("total_") or item is None or not field.endswith("cost"):
            continue
        if version == "2.1.1":
            found[field] = item, None
        elif version == "2.2.1":
            found[field] = item["excl_vat"], item.get("incl_vat")
        else:
            taxes = item.get("taxes") or []
            after = item["before_taxes"] + sum(tax["amount"] for tax in taxes)
            found[field] = item["before_taxes"], after if taxes else None
    return found


@SLOW
@given(samples(PAIRS, ("Session", "CDR")))
def test_no_cost_changes(sample: Sample) -> None:
    done = over(sample)
    if done.text is None:
        return
    before = money(sample.source, sample.name, decoded(text(sample.value)))
    after = money(sample.target, sample.name, decoded(done.text))
    lost = {note.path for note in done.notes if note.what is What.LOST}
    assert after.keys() <= before.keys()
    for field, (net, gross) in before.items():
        if field not in after:
            assert f"$.{field}" in lost
            continue
        assert after[field][0] == net
        if "2.1.1" not in (sample.source, sample.target):
            assert after[field][1] == gross
        else:
            assert after[field][1] is None


def prices(value: Any) -> list[tuple[Any, ...]]:
    """Every price of a Tariff in order, with what it is for."""
    return [
        (component["type"], component["price"], component["step_size"], component.get("vat"))
        for element in value["elements"]
        for component in element["price_components"]
    ]


@SLOW
@given(samples(PAIRS, ("Tariff",)))
def test_no_price_changes(sample: Sample) -> None:
    done = over(sample)
    event("said" if done.text else "refused")
    if done.text is None:
        return
    before, after = decoded(text(sample.value)), decoded(done.text)
    left_out = {note.path for note in done.notes if note.what is What.LOST}
    before["elements"] = [
        element
        for n, element in enumerate(before["elements"])
        if f"$.elements[{n}]" not in left_out
    ]
    told = before.get("tax_included")
    for old, new in zip(prices(before), prices(after), strict=True):
        assert (old[0], old[2]) == (new[0], new[2])
        if told != "YES" or not old[3]:
            assert new[1] == old[1]
        else:
            factor = (100 + old[3]) / 100
            assert abs(new[1] * factor - old[1]) <= Decimal("0.00005") * factor


@SLOW
@given(
    st.sampled_from(PAIRS), st.sampled_from(WHOLE), json_values() | st.dictionaries(
        st.sampled_from(["total_cost", "elements", "location", "cdr_token", "evses", "id", "type"]),
        json_values()), st.booleans(),
)  # fmt: skip
def test_no_value_raises(pair: tuple[str, str], name: str, value: Any, is_patch: bool) -> None:
    done = bridge(*pair, name, text(value), KNOWN, is_patch=is_patch)
    assert (done.text is None) != (done.refusal is None)


@SLOW
@given(samples(PAIRS), json_values(), st.data())
def test_no_value_inside_an_object_raises(
    sample: Sample, anything: Any, data: st.DataObject
) -> None:
    inside: Any = sample.value
    while True:
        name = data.draw(st.sampled_from(sorted(inside)))
        inner = inside[name]
        inner = inner[0] if isinstance(inner, list) and inner else inner
        if not isinstance(inner, dict) or not inner or data.draw(st.booleans()):
            break
        inside = inner
    inside[name] = anything
    done = over(sample, is_patch=data.draw(st.booleans()))
    assert (done.text is None) != (done.refusal is None)
    many = text([sample.value])
    listed = bridge_list(sample.source, sample.target, sample.name, many, sample.context)
    assert (listed.text is None) != (listed.refusal is None)


@SLOW
@given(st.binary(max_size=40), st.sampled_from(PAIRS), st.sampled_from(WHOLE))
def test_no_text_raises(body: bytes, pair: tuple[str, str], name: str) -> None:
    done = bridge(*pair, name, body, KNOWN)
    assert (done.text is None) != (done.refusal is None)


@pytest.mark.parametrize("name", PATCHED)
def test_what_is_patched_is_a_message(name: str) -> None:
    assert name in WHOLE
