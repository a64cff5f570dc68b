"""The walker: tables compiled to functions that look through an object once.

A class is compiled when its version's schema is made. What it does for one object: compare the
names of the required fields, then call for each field that is there the test of its value or the
walk of its class. Fields that the table does not have are skipped: extensions are allowed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from hub.ocpi.schema.findings import ROOT, Finding, Found, Full, Kind, Path
from hub.ocpi.schema.notation import Enum, Field, Table
from hub.ocpi.schema.values import Test, test_of, wrong

Walk = Callable[[object, Path, Found], None]


class BadTable(ValueError):
    """A table that names what its version does not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Class:
    """A class of one version, ready to check objects: its table, or the enum where `data` is a
    bare value (ChargingPreferencesResponse)."""

    name: str
    definition: Table | Enum
    _whole: Walk
    _partial: Walk


class Schema(Mapping[str, Class]):
    """The classes and enums of one OCPI version by name.

    Raises BadTable when a table names something that is not there, or contains itself.
    """

    def __init__(self, version: str, tables: Mapping[str, Table], enums: Mapping[str, Enum]):
        self.version = version
        self.tables = tables
        self.enums = enums
        self._classes: dict[str, Class] = {}
        for name, enum in enums.items():
            walk = _value_walk(test_of(enum, required=True))
            self._classes[name] = Class(name, enum, walk, walk)
        for name in tables:
            self._compile(name, ())

    def __getitem__(self, name: str) -> Class:
        return self._classes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def _compile(self, name: str, inside: tuple[str, ...]) -> Class:
        if name in self._classes:
            return self._classes[name]
        where = " of ".join((name, *reversed(inside)))
        if name in inside:
            raise BadTable(f"{self.version}: {where}: a class cannot contain itself")
        table = self.tables.get(name)
        if table is None:
            raise BadTable(f"{self.version}: {where}: there is no such class or enum")
        tests: dict[str, Test] = {}
        walks: dict[str, Walk] = {}
        for field_name, field in table.fields.items():
            item = self._item(field, (*inside, name))
            if field.is_list:
                walks[field_name] = _list_walk(item, field.required)
            elif isinstance(item, Class):
                walks[field_name] = item._whole
            else:
                tests[field_name] = item
        required = frozenset(n for n, field in table.fields.items() if field.required)
        whole = _object_walk(name, tests, walks, required)
        partial = _object_walk(name, tests, walks, frozenset())
        self._classes[name] = Class(name, table, whole, partial)
        return self._classes[name]

    def _item(self, field: Field, inside: tuple[str, ...]) -> Class | Test:
        type_ = field.type
        if not isinstance(type_, str):
            return test_of(type_, field.required)
        if type_ in self.enums:
            return test_of(self.enums[type_], field.required)
        return self._compile(type_, inside)


def check(cls: Class, value: object, partial: bool = False) -> list[Finding]:
    """What is wrong with a decoded JSON value, errors first; empty when nothing is.

    `partial` is for the body of a PATCH: what is absent or null there is not said, and its nested
    objects are whole ones (spec: transport_and_format_patch). Whatever the value, nothing is
    raised. One value has at most one finding, one object a limited number of them.
    """
    found = Found()
    try:
        (cls._partial if partial else cls._whole)(value, ROOT, found)
    except Full:
        pass
    return found.all()


def _object_walk(
    class_name: str, tests: Mapping[str, Test], walks: Mapping[str, Walk], required: frozenset[str]
) -> Walk:
    expected = f"an object ({class_name})"
    test_for, walk_for = tests.get, walks.get

    def walk(value: object, path: Path, found: Found) -> None:
        if type(value) is not dict:
            found.add(path, *wrong(expected, value))
            return
        if not required <= value.keys():
            for name in sorted(required - value.keys()):
                found.add((path, name), Kind.MISSING, f"is required in {class_name}.")
        for name, item in value.items():
            if item is None:
                if name in required:
                    found.add((path, name), Kind.MISSING, f"is required in {class_name}.")
                continue
            test = test_for(name)
            if test is not None:
                flaw = test(item)
                if flaw is not None:
                    found.add((path, name), *flaw)
                continue
            inner = walk_for(name)
            if inner is not None:
                inner(item, (path, name), found)

    return walk


def _value_walk(test: Test) -> Walk:
    def walk(value: object, path: Path, found: Found) -> None:
        flaw = test(value)
        if flaw is not None:
            found.add(path, *flaw)

    return walk


def _list_walk(item: Class | Test, at_least_one: bool) -> Walk:
    walk_item = item._whole if isinstance(item, Class) else _value_walk(item)

    def walk(value: object, path: Path, found: Found) -> None:
        if type(value) is not list:
            found.add(path, *wrong("a list", value))
            return
        if at_least_one and not value:
            found.add(path, Kind.EMPTY_LIST, "must have at least one item.")
        for number, each in enumerate(value):
            walk_item(each, (path, number), found)

    return walk
