"""The table of rules, and the walk that applies them to an object and the objects inside it.

A rule says what field tables cannot: how fields, and figures, agree with each other. It is a
function from an object and the present moment to remarks, each a path inside the object and a
sentence; it takes any object, whole or in part, and never raises.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from hub.ocpi.quality import charging, fields, locations
from hub.ocpi.quality.reading import Object
from hub.ocpi.schema import SCHEMAS, Finding, Severity
from hub.ocpi.schema.findings import MOST
from hub.ocpi.schema.notation import Table

Look = Callable[[Object, datetime], Iterator[tuple[str, str]]]
NOTE, WARNING = Severity.NOTE, Severity.WARNING


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the classes it is for, how much it matters, the function that looks."""

    classes: tuple[str, ...]
    severity: Severity
    look: Look

    @property
    def name(self) -> str:
        """The code of its findings."""
        return self.look.__name__

    @property
    def says(self) -> str:
        """What it finds, in a line."""
        return self.look.__doc__ or ""


PLACE = ("Location", "CdrLocation")
CHARGE = ("Session", "CDR")
CDR = ("CDR",)
DATED = (
    *("Location", "EVSE", "Connector", "Tariff", "Token", *CHARGE, "Terminal", "Booking"),
    *("BookingLocation", "FinancialAdviceConfirmation", "InvoiceReconciliationRecord"),
)

RULES = (
    Rule(PLACE, WARNING, locations.unknown_country),
    Rule(PLACE, WARNING, locations.outside_country),
    Rule(PLACE, WARNING, locations.swapped_coordinates),
    Rule(("Location",), WARNING, locations.published_to_some),
    Rule(("Location",), WARNING, locations.evse_uid_twice),
    Rule(("Location",), WARNING, locations.parking_id_twice),
    Rule(("Location",), NOTE, locations.evse_id_of_another),
    Rule(("EVSE", "CdrLocation"), WARNING, locations.evse_id_form),
    Rule(("EVSE",), WARNING, locations.connector_id_twice),
    Rule(("Hours",), WARNING, locations.no_hours),
    Rule(("Hours",), NOTE, locations.hours_around_the_clock),
    Rule(("RegularHours",), WARNING, locations.closes_before_it_opens),
    Rule(("PublishTokenType",), WARNING, locations.token_without_name),
    Rule(("PublishTokenType", "StartSession"), WARNING, fields.needs_another),
    Rule(
        (*CHARGE, "Tariff", "ExceptionalPeriod", "StatusSchedule"),
        WARNING,
        fields.ends_before_it_begins,
    ),
    Rule(DATED, WARNING, fields.from_the_future),
    Rule(("TariffElement",), WARNING, fields.reservation_dimension),
    Rule(("Token",), NOTE, fields.long_group_id),
    Rule(CHARGE, WARNING, charging.period_order),
    Rule(CDR, WARNING, charging.period_outside),
    Rule(CDR, WARNING, charging.session_only_dimension),
    Rule(CDR, WARNING, charging.energy_differs),
    Rule(CDR, NOTE, charging.time_differs),
    Rule(CDR, WARNING, charging.longer_than_it_took),
    Rule(CDR, WARNING, charging.cost_differs),
    Rule(CDR, WARNING, charging.credit_without_reference),
    Rule(CDR, NOTE, charging.reference_without_credit),
    Rule(CDR, WARNING, charging.credit_that_charges),
    Rule(CDR, WARNING, charging.long_id),
)


def remarks(class_name: str, value: object, now: datetime) -> list[Finding]:
    """What the rules find in a decoded object of that class and in the objects inside it, the
    first hundred. Numbers may be floats or Decimals; whatever the value, nothing is raised."""
    return list(islice(_found(class_name, value, now, "$"), MOST))


def _found(class_name: str, value: object, now: datetime, path: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        return
    for rule in _rules_of.get(class_name, ()):
        for where, says in rule.look(value, now):
            spot = path + where
            name = spot.rpartition(".")[2] if where else class_name
            yield Finding(spot, rule.name, rule.severity, f"{name}: {says}")
    for name, inner in _inside.get(class_name, {}).items():
        thing = value.get(name)
        if isinstance(thing, list):
            for number, each in enumerate(thing):
                yield from _found(inner, each, now, f"{path}.{name}[{number}]")
        elif thing is not None:
            yield from _found(inner, thing, now, f"{path}.{name}")


_rules_of = {
    name: tuple(rule for rule in RULES if name in rule.classes)
    for name in {name for rule in RULES for name in rule.classes}
}


def _ways() -> Mapping[str, Mapping[str, str]]:
    """For each class the fields that lead to classes with rules, in whatever version."""
    tables = [table for schema in SCHEMAS.values() for table in schema.tables.values()]
    ways: dict[str, dict[str, str]] = {}
    for table in tables:
        ways.setdefault(table.name, {}).update(_classes_in(table))

    def leads(name: str) -> bool:
        return name in _rules_of or any(leads(inner) for inner in ways[name].values())

    return {
        name: {field: inner for field, inner in inside.items() if leads(inner)}
        for name, inside in ways.items()
    }


def _classes_in(table: Table) -> Iterator[tuple[str, str]]:
    names = {name for schema in SCHEMAS.values() for name in schema.tables}
    for name, field in table.fields.items():
        if isinstance(field.type, str) and field.type in names:
            yield name, field.type


_inside = _ways()
