"""A PATCH means the same after the bridge as before, or says that it needs the whole object."""

from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from hub.ocpi.bridge import Bridged, Context, Verdict, bridge
from hub.ocpi.jsontext import decode
from hub.ocpi.merge import merged
from hub.ocpi.schema import SCHEMAS, check
from tests.bridge.facts import KNOWN, MIDDLE, NEW, NOW, OLD, PAIRS, over, said, text
from tests.bridge.made import PATCHED, Sample, decoded, samples
from tests.bridge.same import Named, differences
from tests.ocpi.made import objects

LATER = "2026-03-01T12:00:00Z"


@st.composite
def patches(draw: st.DrawFn) -> tuple[Sample, dict[str, Any]]:
    """A kept object, and some fields of another one."""
    sample = draw(samples(PAIRS, PATCHED))
    other = draw(objects(sample.name, SCHEMAS[sample.source]))
    names = draw(st.sets(st.sampled_from(sorted(other)), max_size=3)) - {"id", "uid"}
    return sample, {name: other[name] for name in sorted(names)} | {"last_updated": LATER}


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(patches())
def test_the_other_side_has_the_same_after_a_patch(given_: tuple[Sample, dict[str, Any]]) -> None:
    sample, patch = given_
    ways = sample.source, sample.target, sample.name
    kept = text(sample.value)
    changed = bridge(*ways, merged(kept, text(patch), appended(sample)), sample.context)
    before = bridge(*ways, kept, sample.context)
    part = bridge(*ways, text(patch), sample.context, is_patch=True)
    event("said" if part.text else "refused")
    if part.text is None or before.text is None:
        return
    findings = check(SCHEMAS[sample.target][sample.name], decode(part.text), partial=True)
    assert [each for each in findings if each.code != "empty"] == []
    if changed.text is not None:
        theirs = merged(before.text, part.text, appended(sample))
        assert list(differences(decoded(changed.text), decoded(theirs), Named(()))) == []


def appended(sample: Sample) -> tuple[str, ...]:
    return ("charging_periods",) if sample.name == "Session" and sample.source != OLD else ()


def patch(source: str, target: str, name: str, value: Any, context: Context = KNOWN) -> Bridged:
    return over(source, target, name, {**value, "last_updated": LATER}, context, is_patch=True)


@pytest.mark.parametrize(
    ("source", "target", "name", "value", "verdict"),
    [
        # Periods are added to in 2.2.1 and replaced in 2.1.1.
        (MIDDLE, OLD, "Session", {"charging_periods": []}, Verdict.WHOLE),
        (OLD, MIDDLE, "Session", {"charging_periods": []}, Verdict.WHOLE),
        (OLD, NEW, "Session", {"charging_periods": []}, Verdict.WHOLE),
        # A Session of 2.1.1 holds the whole Location.
        (MIDDLE, OLD, "Session", {"location_id": "GARAGE"}, Verdict.WHOLE),
        (NEW, OLD, "Session", {"evse_uid": "GRG-7"}, Verdict.WHOLE),
        (MIDDLE, OLD, "Session", {"connector_id": "1"}, Verdict.WHOLE),
        # Only 2.1.1 has a PATCH of a Tariff.
        (OLD, MIDDLE, "Tariff", {"currency": "EUR"}, Verdict.WHOLE),
        # What is left out keeps its old value.
        (OLD, MIDDLE, "Location", {"type": "UNKNOWN"}, Verdict.WHOLE),
        (OLD, MIDDLE, "Location", {"opening_times": {}}, Verdict.WHOLE),
        (OLD, MIDDLE, "Location", {"country": "NLD"}, Verdict.WHOLE),
        (MIDDLE, OLD, "Connector", {"tariff_ids": ["NIGHT"]}, Verdict.WHOLE),
        (MIDDLE, OLD, "Connector", {"tariff_ids": []}, Verdict.WHOLE),
        (NEW, MIDDLE, "Location", {"parking_type": "ROOF"}, Verdict.WHOLE),
        # What cannot be said at all.
        (MIDDLE, OLD, "Location", {"publish": False}, Verdict.WITHHELD),
        (MIDDLE, OLD, "Connector", {"standard": "GBT_DC"}, Verdict.WITHHELD),
        (NEW, MIDDLE, "Connector", {"standard": "MCS"}, Verdict.WITHHELD),
        # Who charges is not known.
        (OLD, MIDDLE, "Session", {"auth_id": "NL-XXX-1"}, Verdict.LACKING),
    ],
)  # fmt: skip
def test_a_patch_that_would_mean_something_else_is_refused(
    source: str, target: str, name: str, value: Any, verdict: Verdict
) -> None:
    done = patch(source, target, name, value)
    assert done.refusal is not None
    assert (done.refusal.verdict, done.text) == (verdict, None)
    (field,) = value
    assert done.refusal.path.startswith(f"$.{field}") or done.refusal.path == "$"


@pytest.mark.parametrize(
    ("source", "target", "name", "value", "expected"),
    [
        (MIDDLE, OLD, "EVSE", {"status": "CHARGING"}, {"status": "CHARGING"}),
        (OLD, NEW, "EVSE", {"status": "CHARGING"}, {"status": "CHARGING"}),
        (MIDDLE, OLD, "Connector", {"max_voltage": 400}, {"voltage": 400}),
        (OLD, MIDDLE, "Connector", {"amperage": 16}, {"max_amperage": 16}),
        (MIDDLE, OLD, "Connector", {"tariff_ids": ["NIGHT", "DAY"]}, {"tariff_id": "DAY"}),
        (MIDDLE, OLD, "Location", {"publish": True}, {}),
        (NEW, MIDDLE, "Location", {"help_phone": "112"}, {}),
        (MIDDLE, OLD, "Session", {"end_date_time": LATER, "status": "COMPLETED"},
         {"end_datetime": LATER, "status": "COMPLETED"}),
        (MIDDLE, NEW, "Session", {"total_cost": {"excl_vat": 3}, "charging_periods": []},
         {"total_cost": {"before_taxes": 3}, "charging_periods": []}),
        (OLD, MIDDLE, "Session", {"total_cost": 3.5}, {"total_cost": {"excl_vat": 3.5}}),
        (MIDDLE, OLD, "Token", {"valid": False, "group_id": "X"}, {"valid": False}),
        (OLD, MIDDLE, "Location", {"name": None, "city": "Ede"}, {"name": None, "city": "Ede"}),
    ],
)  # fmt: skip
def test_a_patch_says_no_more_than_it_did(
    source: str, target: str, name: str, value: Any, expected: Any
) -> None:
    assert said(patch(source, target, name, value)) == {**expected, "last_updated": LATER}


def test_a_patch_of_2_1_1_without_last_updated_gets_the_time_it_came() -> None:
    done = over(OLD, MIDDLE, "EVSE", {"status": "BLOCKED"}, is_patch=True)
    assert said(done) == {"status": "BLOCKED", "last_updated": KNOWN.received}
    assert [(note.what, note.path) for note in done.notes] == [("assumed", "$.last_updated")]
    done = over(OLD, MIDDLE, "EVSE", {"status": "BLOCKED"}, Context(now=NOW), is_patch=True)
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.LACKING


def test_whether_a_token_was_told_as_other_shows_in_the_whole_of_it() -> None:
    known = Context(token_types={"04AB": "EMAID"})
    done = patch(MIDDLE, NEW, "Token", {"type": "OTHER"}, known)
    assert done.refusal is not None
    assert done.refusal.verdict is Verdict.WHOLE
    assert said(patch(MIDDLE, NEW, "Token", {"type": "RFID"}, known))["type"] == "RFID"
