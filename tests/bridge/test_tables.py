"""The tables of the bridge against those of the versions: no field is forgotten or made up."""

import pytest

from hub.ocpi.bridge.convert import DIRECTIONS, NEVER
from hub.ocpi.bridge.engine import NO_RULES
from hub.ocpi.bridge.rules import Direction, LeaveOut, Turn
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import OTHER_NAMES, name_in
from hub.ocpi.schema.notation import CiString, Field, Number, String, Table

WAYS = list(DIRECTIONS.values())
NAMES = [f"{way.source} to {way.target}" for way in WAYS]


# The names of 2.2.1 for what other versions call otherwise.
USUAL = {other: name for names in OTHER_NAMES.values() for name, other in names.items() if other}


def called(way: Direction, name: str) -> str:
    """What the target calls a class or enum of the source."""
    return name_in(way.target, USUAL.get(name, name))


def classes(way: Direction) -> list[tuple[str, Table, Table]]:
    """The classes that are in both versions, as 2.2.1 calls them, with both tables."""
    source, target = SCHEMAS[way.source], SCHEMAS[way.target]
    found = []
    for name in SCHEMAS["2.2.1"].tables:
        here, there = name_in(way.source, name), name_in(way.target, name)
        if name not in NEVER and here in source.tables and there in target.tables:
            found.append((name, source.tables[here], target.tables[there]))
    return found


def fits(one: Field, other: Field, way: Direction) -> bool:
    """Whether a value of one field is always one of the other, or has a rule by its type."""
    if one.is_list != other.is_list or (other.required and not one.required):
        return False
    ours, theirs = one.type, other.type
    if isinstance(ours, str) and isinstance(theirs, str):
        return called(way, ours) == theirs or ours == theirs
    if isinstance(ours, CiString | String) and isinstance(theirs, CiString | String):
        return _text_fits(ours, theirs)
    if isinstance(ours, Number) and isinstance(theirs, Number):
        return ours.decimals <= theirs.decimals
    return ours == theirs


def _text_fits(ours: CiString | String, theirs: CiString | String) -> bool:
    is_ascii = isinstance(ours, CiString) or ours.is_ascii
    wants_ascii = isinstance(theirs, CiString) or theirs.is_ascii
    same_pattern = not theirs.pattern or theirs.pattern == ours.pattern
    # Coordinates of 2.1.1 have six decimals, and 2.2.1 takes five to seven.
    narrower = theirs.pattern.replace("{5,7}", "{6}") == ours.pattern
    longer = ours.limit <= theirs.limit
    return longer and (is_ascii or not wants_ascii) and (same_pattern or narrower)


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_a_field_without_a_rule_is_the_same_in_both_versions(way: Direction) -> None:
    wrong = []
    for name, here, there in classes(way):
        rules = way.classes.get(name, NO_RULES)
        if rules.whole is not None:
            continue
        for field_name, field in here.fields.items():
            other = there.fields.get(field_name)
            if field_name not in rules.fields and (other is None or not fits(field, other, way)):
                added = other is not None and any(a.field == field_name for a in rules.adds)
                if not (added and other is not None and fits(field, _optional(other), way)):
                    wrong.append(f"{name}.{field_name}")
    assert wrong == []


def _optional(field: Field) -> Field:
    return Field(field.type, next(card for card in type(field.card) if card.value == "?"))


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_what_the_other_version_requires_is_made_of_something(way: Direction) -> None:
    wrong = []
    for name, here, there in classes(way):
        rules = way.classes.get(name, NO_RULES)
        made = {add.field for add in rules.adds} | set(rules.whole.to if rules.whole else ())
        for field_name in here.fields:
            rule = rules.fields.get(field_name)
            if rule is None or isinstance(rule, LeaveOut):
                made.add(field_name)
            elif isinstance(rule, Turn) and here.fields[field_name].required:
                made |= set(rule.to)
        wrong += [f"{name}.{n}" for n, f in there.fields.items() if f.required and n not in made]
    assert wrong == []


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_a_rule_is_about_fields_that_are_there(way: Direction) -> None:
    known = {name: (here, there) for name, here, there in classes(way)}
    assert way.classes.keys() <= known.keys()
    for name, rules in way.classes.items():
        here, there = known[name]
        assert rules.fields.keys() <= here.fields.keys(), name
        turned = [rule for rule in rules.fields.values() if isinstance(rule, Turn)]
        made = {field for rule in turned for field in rule.to} | {a.field for a in rules.adds}
        assert made <= there.fields.keys(), name


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_every_value_that_the_other_version_lacks_has_a_rule(way: Direction) -> None:
    source, target = SCHEMAS[way.source], SCHEMAS[way.target]
    for name, here, _ in classes(way):
        for field in here.fields.values():
            enum = source.enums.get(field.type) if isinstance(field.type, str) else None
            if enum is None:
                continue
            other = target.enums.get(called(way, enum.name))
            grows = other is None or (
                not other.is_open and not set(enum.values) <= set(other.values)
            )
            is_looser = enum.is_open and other is not None and not other.is_open
            if grows or is_looser:
                rules = way.classes.get(name, NO_RULES)
                ruled = [n for n, f in here.fields.items() if f is field and n in rules.fields]
                assert enum.name in way.enums or ruled, f"{name}: {enum.name}"


@pytest.mark.parametrize("way", WAYS, ids=NAMES)
def test_every_rule_says_what_it_does(way: Direction) -> None:
    for name, rules in way.classes.items():
        said = [add.says for add in rules.adds] + [check.says for check in rules.checks]
        said += [rule.says for rule in rules.fields.values() if isinstance(rule, Turn)]
        said += [rule.why for rule in rules.fields.values() if isinstance(rule, LeaveOut)]
        assert all(sentence.endswith(".") for sentence in said), name
