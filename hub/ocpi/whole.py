"""Where a whole object is PUT: its URL below a RECEIVER endpoint, from the object itself."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Effect, Interface, Module, Route

OWNER = ("country_code", "party_id")


def put_route(module: Module) -> Route | None:
    """The route on which whole objects are PUT; None where there is none (CDRs are posted)."""
    wanted = {*OWNER, *module.key}
    for route in module.routes:
        operation = route.operations.get("PUT")
        if (
            operation is not None
            and operation.effect is Effect.REPLACE
            and route.interface is Interface.RECEIVER
            and set(route.parameters) == wanted
        ):
            return route
    return None


def put_url(module: Module, owner: PartyId, content: Mapping[str, Any]) -> tuple[str, str]:
    """The raw path below the endpoint, and the query, of an object; `owner` as it is spelled.
    Raises KeyError where the object does not hold its own id."""
    route = put_route(module)
    if route is None:
        raise KeyError(module.id)
    values = dict(zip(OWNER, owner, strict=True))
    values |= {parameter: str(content[field]) for parameter, field in module.key.items()}
    tail = "/".join(
        quote(values[segment[1:-1]], safe="") if segment.startswith("{") else segment
        for segment in route.segments
    )
    if module.qualifier is None:
        return tail, ""
    name, default = module.qualifier
    return tail, f"{name}={quote(str(content.get(name) or default), safe='')}"
