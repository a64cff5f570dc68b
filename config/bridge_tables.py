"""Writes the rules of the bridge as the tables of docs/bridge.md: what becomes of which field."""

from collections.abc import Iterator

from hub.ocpi.bridge.convert import DIRECTIONS, NEVER
from hub.ocpi.bridge.rules import Direction, LeaveOut, Lose, Rule, Rules, Turn, Values
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in


def part(way: Direction) -> str:
    """The name of the generated part of a direction."""
    return f"{way.source} to {way.target}"


def markdown(way: Direction) -> str:
    """The rules of one direction as tables of fields and of enums, and what it cannot carry."""
    lines = ["| Class | Field | What becomes of it |", "|---|---|---|"]
    for name, rules in sorted(way.classes.items()):
        lines += [f"| {name} | {field} | {says} |" for field, says in _rows(way, rules)]
    lines += ["", "| Enum | Values | Become |", "|---|---|---|"]
    for name, values in way.enums.items():
        lines += [f"| {name} | {given} | {made} |" for given, made in _values(way, name, values)]
    lines += ["", *_classes(way)]
    return "\n".join(lines) + "\n"


def _rows(way: Direction, rules: Rules) -> Iterator[tuple[str, str]]:
    for check in rules.checks:
        yield "", check.says
    if rules.patch:
        yield "", f"{rules.patch} It becomes a PUT of the whole object."
    if rules.whole is not None:
        yield "", rules.whole.says
    for field, rule in rules.fields.items():
        yield f"`{field}`", _becomes(field, rule)
    for add in rules.adds:
        yield f"`{add.field}`, where it is missing", add.says


def _becomes(field: str, rule: Rule) -> str:
    match rule:
        case Lose(why=""):
            return "Left out, and nothing is lost."
        case Lose():
            return f"Lost. {rule.why}"
        case LeaveOut():
            return rule.why
        case Turn():
            others = ", ".join(f"`{name}`" for name in rule.to if name != field)
            whole = "" if rule.in_patch else " A PATCH of it needs the whole object."
            named = f"{others}: " if others and others not in rule.says else ""
            return f"{named}{rule.says}{whole}"


def _values(way: Direction, name: str, values: Values) -> Iterator[tuple[str, str]]:
    yield from values.to.items()
    source, target = SCHEMAS[way.source].enums[name], SCHEMAS[way.target].enums[name]
    others = [one for one in source.values if one not in {*target.values, *values.to}]
    if source.is_open:
        others.append("whatever is not listed")
    if values.otherwise is not None:
        yield ", ".join(others), values.otherwise
    elif values.refuses:
        yield ", ".join(others), f"nothing: what holds it is left out or withheld. {values.refuses}"
    elif others:
        yield ", ".join(others), "nothing: the value is lost"


def _classes(way: Direction) -> Iterator[str]:
    source, target = SCHEMAS[way.source], SCHEMAS[way.target]
    # A class that is a part of others has rules there.
    parts = {field.type for table in source.tables.values() for field in table.fields.values()}
    there = sorted(source.tables.keys() - parts - NEVER)
    lost = [name for name in there if name_in(target.version, name) not in target.tables]
    if lost:
        yield f"Withheld, since OCPI {way.target} has no such class: {', '.join(lost)}."


TABLES = {part(way): markdown(way) for way in DIRECTIONS.values()}
