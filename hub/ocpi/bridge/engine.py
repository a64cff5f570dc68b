"""The engine: walks an object by the tables of its version and applies the rules of a direction.

It takes any JSON. What has another type than its table says is carried as it came, for the
receiver to see; rules for money refuse it.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from hub.ocpi.bridge.context import Context
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Note, Refusal, Refused, Verdict, What
from hub.ocpi.bridge.origins import FirstStep, Origins
from hub.ocpi.bridge.rules import Direction, LeaveOut, Lose, Rule, Rules, Turn
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.findings import ROOT, Path, spelled
from hub.ocpi.schema.names import name_in
from hub.ocpi.schema.notation import Field, Table

NO_RULES = Rules()
EMPTY: tuple[object, ...] = (None, "", [], {})


@dataclass(slots=True)
class Walk:
    """One conversion, which may be one of two steps.

    Attributes:
        goal: the version that the last step ends in.
        notes: what was lost or assumed, with names and positions of what the first step began with.
        origins: collects where members come from, for the step that follows; None where none does.
        first: the step before this one.
    """

    direction: Direction
    context: Context
    goal: str
    notes: list[Note] = field(default_factory=list)
    origins: Origins | None = None
    first: FirstStep | None = None

    def came(self, holder: object, step: str | int, path: Path) -> None:
        """A member that this step made came from that path."""
        if self.origins is not None:
            self.origins.came(holder, step, path)

    def in_source(self, path: Path) -> tuple[str, str]:
        """A path as the object that the way began with has it, as text; and its version."""
        if self.first is None:
            return spelled(path), self.direction.source
        return spelled(self.first.path(path)), self.first.version


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a rule looks: the path, the object that the value is in, and the objects around it."""

    walk: Walk
    path: Path
    name: str
    inside: Object
    outer: "Spot | None" = None
    is_patch: bool = False

    @property
    def context(self) -> Context:
        return self.walk.context

    def at(self, *steps: str | int) -> "Spot":
        """The same object, with a path that goes on."""
        path = self.path
        for step in steps:
            path = (path, step)
        return Spot(self.walk, path, self.name, self.inside, self.outer, self.is_patch)

    def beside(self, name: str) -> "Spot":
        """Another field of the same object."""
        parent = self.path[0] if self.path else ROOT
        return Spot(self.walk, (parent, name), self.name, self.inside, self.outer, self.is_patch)

    def note(self, what: What, why: str) -> None:
        path, version = self.walk.in_source(self.path)
        self.walk.notes.append(Note(path, what, why, version))

    def refuse(self, verdict: Verdict, why: str) -> NoReturn:
        path, version = self.walk.in_source(self.path)
        raise Refused(Refusal(verdict, path, why, version))

    def enclosing(self, name: str) -> Object | None:
        """The nearest object of a class that this one is in, or is."""
        spot: Spot | None = self
        while spot is not None:
            if spot.name == name:
                return spot.inside
            spot = spot.outer
        return None

    def nested(self, name: str, value: object) -> object:
        """An object inside this one, converted as its class is. Raises Refused."""
        return convert(self.walk, name, value, self.path, self)

    def nested_field(self, name: str, value: object) -> object | None:
        """A field of this object converted by its type alone. Raises Refused."""
        return _by_type(_table(self).fields[name], value, self)


def convert(
    walk: Walk, name: str, value: object, path: Path, outer: Spot | None, *, is_patch: bool = False
) -> object:
    """An object of a class of the source version as one of the target version. Raises Refused."""
    rules = walk.direction.classes.get(name, NO_RULES)
    inside: Object = value if isinstance(value, dict) else {}
    spot = Spot(walk, path, name, inside, outer, is_patch)
    if rules.whole is not None:
        whole = rules.whole.how(value, spot)
        for to, own in rules.whole.made_of.items():
            walk.came(whole, to, (path, own))
        return whole
    if not isinstance(value, dict):
        return value
    if is_patch and rules.patch:
        spot.refuse(Verdict.WHOLE, rules.patch)
    for check in rules.checks:
        check.look(spot)
    result: Object = {}
    for field_name, item in inside.items():
        made = _member(field_name, item, rules.fields.get(field_name), spot)
        for to in made:
            walk.came(result, to, (path, field_name))
        result |= made
    for add in rules.adds:
        if result.get(add.field) is None and (add.in_patch or not is_patch):
            walk.came(result, add.field, (path, add.field))
            result |= add.how(spot)
    return result


def listed(items: Iterable[tuple[object, Spot]]) -> list[object]:
    """A list made of items of another one, each with where it came from: some may be left out."""
    made: list[object] = []
    for item, spot in items:
        spot.walk.came(made, len(made), spot.path)
        made.append(item)
    return made


def _member(name: str, item: object, rule: Rule | None, outer: Spot) -> Object:
    spot = outer.at(name)
    if rule is None:
        return _unruled(name, item, spot)
    if item is None:
        return {}
    match rule:
        case Lose():
            if rule.why and item not in EMPTY:
                spot.note(What.LOST, rule.why)
            return {}
        case Turn():
            if spot.is_patch and not rule.in_patch:
                spot.refuse(
                    Verdict.WHOLE, "In a PATCH it means something else in the other version."
                )
            made = rule.how(item, spot)
            if not rule.to:
                return made
        case LeaveOut():
            made = _what_can_be_said(name, item, rule, spot)
    return _if_said(made, spot)


def _unruled(name: str, item: object, spot: Spot) -> Object:
    direction = spot.walk.direction
    known = _table(spot).fields.get(name)
    if known is None:
        if name in _target_fields(spot):
            spot.note(What.LOST, f"OCPI {direction.source} has no such field.")
            return {}
        return {name: item}
    if item is None:
        return {name: None}
    carried = _by_type(known, item, spot)
    if carried is None and known.required and not spot.is_patch:
        spot.refuse(Verdict.WITHHELD, f"OCPI {direction.target} requires it and has no such value.")
    return {name: carried} if carried is not None else _if_said({}, spot)


def _table(spot: Spot) -> Table:
    source = spot.walk.direction.source
    return SCHEMAS[source].tables[name_in(source, spot.name)]


def _target_fields(spot: Spot) -> Collection[str]:
    """The names that mean something in the other version."""
    target = spot.walk.direction.target
    table = SCHEMAS[target].tables.get(name_in(target, spot.name))
    return table.fields.keys() if table is not None else ()


def _if_said(made: Object, spot: Spot) -> Object:
    """In a PATCH a field that is left out keeps its old value, so the whole has to be sent."""
    if not made and spot.is_patch:
        spot.refuse(Verdict.WHOLE, "The new value cannot be said, and the old one would stay.")
    return made


def _by_type(known: Field, item: object, spot: Spot) -> object | None:
    """A value by its type in the table; None where it is left out."""
    if not known.is_list:
        return _one(known, item, spot)
    if not isinstance(item, list):
        return item
    spots = [(each, spot.at(number)) for number, each in enumerate(item)]
    converted = ((_one(known, each, where), where) for each, where in spots)
    return listed((each, where) for each, where in converted if each is not None)


def _one(known: Field, item: object, spot: Spot) -> object | None:
    direction, type_ = spot.walk.direction, known.type
    if isinstance(type_, str):
        if type_ in SCHEMAS[direction.source].tables:
            return spot.nested(type_, item)
        return enum_value(type_, item, spot)
    scalar = direction.scalars.get(type(type_))
    return scalar(item, spot) if scalar is not None and isinstance(item, str) else item


def enum_value(name: str, value: object, spot: Spot) -> object | None:
    """A value of an enum in the other version; None where it is left out."""
    direction = spot.walk.direction
    values = direction.enums.get(name)
    target = SCHEMAS[direction.target].enums[name_in(direction.target, name)] if values else None
    if values is None or target is None or not isinstance(value, str) or value in target.values:
        return value
    nearest = values.to.get(value, values.otherwise)
    if nearest is not None:
        spot.note(
            What.CHANGED, f"OCPI {direction.target} has no such {name}: {nearest} is nearest."
        )
        return nearest
    if values.refuses:
        spot.refuse(Verdict.WITHHELD, values.refuses)
    spot.note(What.LOST, f"OCPI {direction.target} has no such {name}.")
    return None


def _what_can_be_said(name: str, item: object, rule: LeaveOut, spot: Spot) -> Object:
    known = _table(spot).fields[name]
    if not known.is_list:
        one = listed(_said(known, [(item, spot)], rule))
        return {name: one[0]} if one else {}
    if not isinstance(item, list):
        return {name: item}
    said = listed(_said(known, [(each, spot.at(n)) for n, each in enumerate(item)], rule))
    if item and not said and known.required:
        spot.refuse(Verdict.WITHHELD, rule.why)
    return {name: said}


def _said(
    known: Field, items: list[tuple[object, Spot]], rule: LeaveOut
) -> Iterator[tuple[object, Spot]]:
    for item, spot in items:
        before = len(spot.walk.notes)
        try:
            converted = _one(known, item, spot)
        except Refused as refused:
            if refused.refusal.verdict is not Verdict.WITHHELD:
                raise
            del spot.walk.notes[before:]
            spot.note(What.LOST, f"{rule.why} {refused.refusal.why}")
            continue
        if converted is not None:
            yield converted, spot


def begin(walk: Walk, name: str, value: object, *, is_patch: bool) -> object:
    """The conversion of a whole message: an object, a part of one, or a bare value of an enum."""
    spot = Spot(walk, ROOT, name, {})
    if name in SCHEMAS[walk.direction.source].enums:
        return enum_value(name, value, spot)
    if not isinstance(value, dict):
        spot.refuse(Verdict.UNREADABLE, "It is not a JSON object.")
    return convert(walk, name, value, ROOT, None, is_patch=is_patch)
