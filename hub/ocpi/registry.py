"""All module descriptions together: finds the operation that a method and a path mean."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import unquote

from msgspec import Struct

from hub.ocpi.description import BadDescription, check_one, check_together
from hub.ocpi.module import Interface, Module, Operation, Route
from hub.ocpi.status import method_not_allowed, not_found


class Match(Struct, frozen=True):
    """A request recognised: the module, the route, the operation, the URL's decoded parameters."""

    module: Module
    interface: Interface
    route: Route
    operation: Operation
    parameters: Mapping[str, str]


class Registry(Mapping[str, Module]):
    """The modules by id; refuses descriptions that are bad alone or together at construction."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._modules: dict[str, Module] = {}
        for module in modules:
            check_one(module)
            if module.id in self._modules:
                raise BadDescription(f"{module.id}: described twice")
            self._modules[module.id] = module
        check_together(self._modules)
        self._routes: dict[tuple[str, Interface, int], list[Route]] = defaultdict(list)
        for module in self._modules.values():
            for route in module.routes:
                self._routes[module.id, route.interface, len(route.segments)].append(route)

    def __getitem__(self, module_id: str) -> Module:
        return self._modules[module_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)

    def match(
        self,
        version: str,
        interface: Interface,
        module_id: str,
        method: str,
        segments: tuple[str, ...],
    ) -> Match:
        """The operation of a request. `segments` are the raw path segments below the module's
        endpoint, without empty ones; they are percent-decoded here, after splitting, so that an
        id may hold a slash.

        Raises OcpiError 404 for a URL that no route has, 405 for a method it does not offer.
        """
        module = self._modules.get(module_id)
        if module is None or version not in module.versions:
            raise not_found(
                f"OCPI {version} has no module {module_id!r} here; "
                f"there are {', '.join(sorted(self._modules))}."
            )
        shapes = [
            (route, parameters)
            for route in self._routes.get((module_id, interface, len(segments)), ())
            if (parameters := _fit(route.segments, segments)) is not None
        ]
        for route, parameters in shapes:
            operation = route.operations.get(method)
            if operation is not None:
                return Match(module, interface, route, operation, parameters)
        where = f"the {interface} interface of {module_id}"
        if shapes:
            allowed = sorted({m for route, _ in shapes for m in route.operations})
            raise method_not_allowed(method, tuple(allowed), f"this URL of {where}")
        routes = [f"/{r.template}" for r in module.routes if r.interface is interface]
        raise not_found(f"{where} has no such URL; it has {', '.join(routes) or 'none'}.")


def _fit(shape: tuple[str, ...], segments: tuple[str, ...]) -> dict[str, str] | None:
    parameters = {}
    for expected, given in zip(shape, segments, strict=True):
        if expected.startswith("{"):
            parameters[expected[1:-1]] = unquote(given)
        elif expected != unquote(given).lower():
            return None
    return parameters
