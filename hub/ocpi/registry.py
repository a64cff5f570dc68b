"""All module descriptions together: finds the operation that a method and a path mean."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

from msgspec import Struct

from hub.ocpi.description import BadDescription, check_one, check_table, check_together
from hub.ocpi.module import By, Interface, Module, Operation, Route
from hub.ocpi.schema.names import name_in
from hub.ocpi.status import Code, method_not_allowed, not_found


class Match(Struct, frozen=True):
    """A request recognised: the module, the route, the operation, the URL's decoded parameters."""

    module: Module
    interface: Interface
    route: Route
    operation: Operation
    parameters: Mapping[str, str]


class _Shape(Struct, frozen=True):
    """A route as one version has it; `words` and `parameters` are its segments by their places."""

    module: Module
    route: Route
    operations: Mapping[str, Operation]
    words: Sequence[tuple[int, str]]
    parameters: Sequence[tuple[int, str]]


class Registry(Mapping[str, Module]):
    """The modules by id; refuses descriptions that are bad alone or together at construction.

    `timed` are the modules that have a table which keeps the `moments` of parts; None where nothing
    is known of tables.
    """

    def __init__(self, modules: Iterable[Module], timed: Collection[str] | None = None) -> None:
        self._modules: dict[str, Module] = {}
        for module in modules:
            check_one(module)
            if timed is not None:
                check_table(module, timed)
            if module.id in self._modules:
                raise BadDescription(f"{module.id}: described twice")
            self._modules[module.id] = module
        check_together(self._modules)
        self._identifiers = {
            spelled: module.identifier
            for module in self._modules.values()
            for spelled in (module.identifier, *module.spellings)
        }
        self._shapes: dict[tuple[str, str, Interface, int], list[_Shape]] = defaultdict(list)
        for module in self._modules.values():
            for version in module.versions:
                for shape in _shapes(module, version):
                    place = shape.route.interface, len(shape.route.segments)
                    self._shapes[version, module.identifier, *place].append(shape)

    def __getitem__(self, module_id: str) -> Module:
        return self._modules[module_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    @property
    def identifiers(self) -> Mapping[str, str]:
        """Every spelling of a ModuleID that is understood, and the one that the hub uses."""
        return self._identifiers

    def identifier_of(self, module_id: str) -> str:
        """The ModuleID on the wire of a module by its id; an unknown one is as it is."""
        module = self._modules.get(module_id)
        return module_id if module is None else module.identifier

    def sharing(self, identifier: str, version: str) -> tuple[Module, ...]:
        """The modules of a version that are behind one ModuleID."""
        found = self._modules.values()
        return tuple(m for m in found if m.identifier == identifier and version in m.versions)

    def match(
        self,
        version: str,
        interface: Interface,
        identifier: str,
        method: str,
        segments: tuple[str, ...],
    ) -> Match:
        """The operation of a request. `segments` are the raw path segments below the module's
        endpoint, without empty ones; they are percent-decoded here, after splitting, so that an
        id may hold a slash.

        Raises OcpiError 404 for a URL that no route has, 405 for a method it does not offer.
        """
        identifier = self._identifiers.get(identifier, identifier)
        fitting = [
            (shape, parameters)
            for shape in self._shapes.get((version, identifier, interface, len(segments)), ())
            if (parameters := _fit(shape, segments)) is not None
        ]
        for shape, parameters in fitting:
            operation = shape.operations.get(method)
            if operation is not None:
                _require(operation, version, parameters)
                return Match(shape.module, interface, shape.route, operation, parameters)
        where = f"the {interface} interface of {identifier}"
        if fitting:
            allowed = sorted({m for shape, _ in fitting for m in shape.operations})
            raise method_not_allowed(method, tuple(allowed), f"this URL of {where}")
        sharing = self.sharing(identifier, version)
        if not sharing:
            there = {m.identifier for m in self._modules.values() if version in m.versions}
            if not there:
                versions = {each for m in self._modules.values() for each in m.versions}
                raise not_found(
                    f"OCPI {version[:40]} is not offered; {', '.join(sorted(versions))} is.",
                    Code.UNSUPPORTED_VERSION,
                )
            raise not_found(
                f"OCPI {version} has no module {identifier[:40]!r} here; "
                f"there are {', '.join(sorted(there))}."
            )
        routes = [
            f"/{shape.route.template}"
            for module in sharing
            for shape in _shapes(module, version)
            if shape.route.interface is interface
        ]
        raise not_found(f"{where} has no such URL; it has {', '.join(routes) or 'none'}.")


def _require(operation: Operation, version: str, parameters: Mapping[str, str]) -> None:
    """Raises OcpiError 404 for a class that a URL parameter names and the version has not: there
    is no CANCEL_RESERVATION in 2.1.1. What no version names passes."""
    if isinstance(operation.takes, By):
        value = parameters[operation.takes.parameter]
        name = operation.takes.names.get(value, "")
        if name and not name_in(version, name):
            raise not_found(f"OCPI {version} has no {value}.")


def _shapes(module: Module, version: str) -> Iterator[_Shape]:
    for route in module.routes:
        operations = {m: o for m, o in route.operations.items() if module.has(o, version)}
        if operations:
            places = list(enumerate(route.segments))
            words = [(n, word) for n, word in places if not word.startswith("{")]
            names = [(n, word[1:-1]) for n, word in places if word.startswith("{")]
            yield _Shape(module, route, operations, words, names)


def _fit(shape: _Shape, segments: tuple[str, ...]) -> dict[str, str] | None:
    for place, word in shape.words:
        if unquote(segments[place]).lower() != word:
            return None
    return {name: unquote(segments[place]) for place, name in shape.parameters}
