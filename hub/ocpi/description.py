"""Refuses a bad module description at start-up, by name, so that no request ever meets one."""

from collections.abc import Iterator

from hub.ocpi.module import PUSHES, Audience, By, Effect, Linked, Module, OwnerOf, Place, Route
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in

OWNER = ("country_code", "party_id")


class BadDescription(ValueError):
    """A module description that cannot work; the message names the module, the route, the rule."""


def check_one(module: Module) -> None:
    """Raises BadDescription when the description contradicts itself."""
    if not module.id or "/" in module.id:
        raise BadDescription(f"{module.id!r}: a module id is a non-empty string without '/'")
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
    for method, operation in route.operations.items():
        pushes = operation.effect in PUSHES
        if pushes and not module.key:
            raise BadDescription(f"{where} {method}: pushes an object, so the module needs a key")
        if pushes and operation.effect is not Effect.APPEND:
            missing = [p for p in (*OWNER, *module.key) if p not in route.parameters]
            if missing:
                raise BadDescription(f"{where} {method}: the URL lacks {', '.join(missing)}")
        if operation.reply_to is Place.BODY and method in ("GET", "DELETE"):
            raise BadDescription(f"{where} {method}: has no body to hold a response_url")


def _check_classes(module: Module) -> None:
    """Every class it names is in every version that it is in, as far as we have the tables."""
    for version in sorted(module.versions & SCHEMAS.keys()):
        for name in _class_names(module):
            known_as = name_in(version, name)
            if known_as and known_as not in SCHEMAS[version]:
                raise BadDescription(f"{module.id}: OCPI {version} has no class {name!r}")


def _class_names(module: Module) -> Iterator[str]:
    names = [module.object, *(part.object for part in module.parts)]
    for route in module.routes:
        for operation in route.operations.values():
            takes = operation.takes
            names += takes.names.values() if isinstance(takes, By) else [takes]
            names += [operation.gives, operation.replies]
    return (name for name in names if name)


def check_together(modules: dict[str, Module]) -> None:
    """Raises BadDescription when descriptions contradict each other."""
    for module in modules.values():
        for reference in module.references:
            if reference.module not in modules:
                raise BadDescription(f"{module.id}: a reference names unknown {reference.module!r}")
        for route in module.routes:
            for operation in route.operations.values():
                for clue in operation.clues:
                    if isinstance(clue, OwnerOf) and clue.module not in modules:
                        raise BadDescription(f"{module.id}: a clue names unknown {clue.module!r}")
                    if isinstance(clue, Linked) and not _taught(clue.kind, modules):
                        raise BadDescription(
                            f"{module.id}: no module teaches the links of kind {clue.kind!r}"
                        )


def _taught(kind: str, modules: dict[str, Module]) -> bool:
    return any(
        link.kind == kind
        for module in modules.values()
        for route in module.routes
        for operation in route.operations.values()
        for link in operation.learns
    )
