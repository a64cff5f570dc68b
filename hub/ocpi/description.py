"""Refuses a bad module description at start-up, by name, so that no request ever meets one."""

from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from hub.ocpi.clue import Linked, OwnerOf
from hub.ocpi.module import PARAMETER, PUSHES, Audience, By, Module, Operation, Place, Route
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in

OWNER = ("country_code", "party_id")


class BadDescription(ValueError):
    """A module description that cannot work; the message names the module, the route, the rule."""


def check_one(module: Module) -> None:
    """Raises BadDescription when the description contradicts itself."""
    for name in (module.id, module.identifier, *module.spellings):
        if not name or "/" in name:
            raise BadDescription(f"{name!r}: a module id is a non-empty string without '/'")
    if not (module.senders and module.receivers):
        raise BadDescription(f"{module.id}: senders and receivers must name at least one role each")
    if module.appends and module.audience is Audience.EVERYONE:
        raise BadDescription(
            f"{module.id}: appends needs audience ADDRESSEE; a resent broadcast would add twice"
        )
    _check_classes(module)
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for route in module.routes:
        _check_route(module, route)
        shape = tuple("{}" if s.startswith("{") else s for s in route.segments)
        other = seen.setdefault((route.interface, shape), route.template)
        if other != route.template:
            raise BadDescription(
                f"{module.id}: {other!r} and {route.template!r} cannot be told apart"
            )


def _check_route(module: Module, route: Route) -> None:
    where = f"{module.id} {route.interface} {route.template or '(root)'}"
    if not route.operations:
        raise BadDescription(f"{where}: offers no method")
    if route.known_as and set(route.parameters) != set(PARAMETER.findall(route.known_as)):
        raise BadDescription(f"{where}: has not the parameters of {route.known_as!r}")
    for method, operation in route.operations.items():
        pushes = operation.effect in PUSHES
        if pushes and not module.key:
            raise BadDescription(f"{where} {method}: pushes an object, so the module needs a key")
        if pushes and method != "POST":  # what is posted says itself what it is
            needed = (*(OWNER if module.names_owner else ()), *module.key)
            missing = [p for p in needed if p not in route.parameters]
            if missing:
                raise BadDescription(f"{where} {method}: the URL lacks {', '.join(missing)}")
        if operation.versions is not None and not operation.versions <= module.versions:
            raise BadDescription(f"{where} {method}: is in a version that the module is not in")
        if operation.reply_to is Place.BODY and method in ("GET", "DELETE"):
            raise BadDescription(f"{where} {method}: has no body to hold a response_url")
        if operation.between and not (module.parts and module.parts[0].moments):
            raise BadDescription(f"{where} {method}: the first part has no moments to be between")


def check_table(module: Module, timed: Collection[str]) -> None:
    """Raises BadDescription when lists may be asked for moments that its table does not keep."""
    for route in module.routes:
        for method, operation in route.operations.items():
            if operation.between and module.id not in timed:
                where = f"{module.id} {route.interface} {route.template or '(root)'} {method}"
                raise BadDescription(
                    f"{where}: `between` needs a table of the module's own whose parts have "
                    "`moments`; the shared table of custom modules has none"
                )


def _check_classes(module: Module) -> None:
    """Every class it names is in every version that it is in, as far as we have the tables."""
    for version in sorted(module.versions & SCHEMAS.keys()):
        for name in _class_names(module, version):
            known_as = name_in(version, name)
            if known_as and known_as not in SCHEMAS[version]:
                raise BadDescription(f"{module.id}: OCPI {version} has no class {name!r}")


def _class_names(module: Module, version: str) -> Iterator[str]:
    names = [module.object, *(part.object for part in module.parts)]
    for operation in _operations(module):
        if module.has(operation, version):
            takes = operation.takes
            names += takes.names.values() if isinstance(takes, By) else [takes]
            names += [operation.gives, operation.replies]
    return (name for name in names if name)


def _operations(module: Module) -> Iterator[Operation]:
    for route in module.routes:
        yield from route.operations.values()


def check_together(modules: Mapping[str, Module]) -> None:
    """Raises BadDescription when descriptions contradict each other."""
    for module in modules.values():
        for reference in module.references:
            if reference.module not in modules:
                raise BadDescription(f"{module.id}: a reference names unknown {reference.module!r}")
        for operation in _operations(module):
            for clue in operation.clues:
                if isinstance(clue, OwnerOf) and clue.module not in modules:
                    raise BadDescription(f"{module.id}: a clue names unknown {clue.module!r}")
                if isinstance(clue, Linked) and not _taught(clue.kind, modules):
                    raise BadDescription(
                        f"{module.id}: no module teaches the links of kind {clue.kind!r}"
                    )
    for one, other in combinations(modules.values(), 2):
        _check_apart(one, other)


def _check_apart(one: Module, other: Module) -> None:
    """Two modules share a ModuleID only where every URL tells which of them is meant (D-29)."""
    shared = {one.identifier, *one.spellings} & {other.identifier, *other.spellings}
    if not shared:
        return
    if one.identifier != other.identifier:
        raise BadDescription(f"{one.id}, {other.id}: both are known as {min(shared)!r}")
    if not one.versions & other.versions:
        return
    for ours in one.routes:
        for theirs in other.routes:
            if ours.interface is theirs.interface and _overlap(ours.segments, theirs.segments):
                raise BadDescription(
                    f"{one.id}, {other.id}: behind one ModuleID, {ours.template!r} and "
                    f"{theirs.template!r} cannot be told apart"
                )


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return len(one) == len(other) and all(
        a == b or a.startswith("{") or b.startswith("{") for a, b in zip(one, other, strict=True)
    )


def _taught(kind: str, modules: Mapping[str, Module]) -> bool:
    return any(
        link.kind == kind
        for module in modules.values()
        for operation in _operations(module)
        for link in operation.learns
    )
