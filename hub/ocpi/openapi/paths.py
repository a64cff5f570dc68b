"""The paths of functional modules, one for each route of each description."""

from collections.abc import Iterator
from urllib.parse import quote

from hub.ocpi.module import PUSHES, By, Effect, Interface, Module, Operation, Place, Route
from hub.ocpi.openapi import shared
from hub.ocpi.openapi.schemas import MOMENT, Json, field_schema, patch_name, ref
from hub.ocpi.registry import Match
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.messages import answer_class, body_class, object_name, result_class
from hub.ocpi.schema.names import name_in
from hub.ocpi.schema.notation import Field, Table

Path = tuple[str, Json]

SAYS = {
    Effect.LIST: "A page of {}",
    Effect.READ: "One {}",
    Effect.REPLACE: "Put a whole {}",
    Effect.MERGE: "Change fields of a {}",
    Effect.REMOVE: "Remove a {}",
    Effect.APPEND: "Post a new {}",
    Effect.ASK: "Ask the other party",
}
SUCCESS = "What the hub or the other party answers."
CREATED = "The object is new."
RESULT = "The result of the request, as soon as there is one."


def module_paths(module: Module, version: str) -> Iterator[Path]:
    """The paths of a module, as the hub's own URLs: /ocpi/{version}/{interface}/{module}/... URLs
    that are understood in another order as well are not among them."""
    for route in module.routes:
        there = any(module.has(operation, version) for operation in route.operations.values())
        if route.known_as or not there:
            continue
        root = f"/ocpi/{version}/{route.interface.segment}/{quote(module.identifier)}"
        for values in _spellings(route, version):
            tail = "/".join(values.get(segment, segment) for segment in route.segments)
            known = {name[1:-1]: value for name, value in values.items()}
            yield f"{root}/{tail}".rstrip("/"), _path(module, route, version, known)


def _spellings(route: Route, version: str) -> list[dict[str, str]]:
    """A path whose parameter decides on the class is written once for each of its values."""
    for operation in route.operations.values():
        if isinstance(operation.takes, By):
            segment = f"{{{operation.takes.parameter}}}"
            names = operation.takes.names.items()
            return [{segment: value} for value, name in names if name_in(version, name)]
    return [{}]


def _path(module: Module, route: Route, version: str, known: dict[str, str]) -> Json:
    free = [name for name in route.parameters if name not in known]
    path: Json = {"parameters": [_in_path(module, version, name) for name in free]}
    for method, operation in route.operations.items():
        if not module.has(operation, version):
            continue
        match = Match(module, route.interface, route, operation, known)
        path[method.lower()] = _operation(match, method, version)
    return path


def _operation(match: Match, method: str, version: str) -> Json:
    module, route, operation = match.module, match.route, match.operation
    callers = ", ".join(sorted(module.callers(route.interface)))
    made: Json = {
        "operationId": _operation_id(match, method),
        "tags": [module.id],
        "summary": SAYS[operation.effect].format(object_name(module, route) or module.id),
        "description": f"{route.interface} interface; called by {callers}.",
        "parameters": _parameters(match, version),
        "responses": _responses(match, version),
    }
    taken = body_class(match, version)
    if taken is not None:
        merges = operation.effect is Effect.MERGE
        schema = ref(patch_name(taken.name) if merges else taken.name)
        made["requestBody"] = shared.body(schema, required=not operation.may_lack_body)
    elif operation.effect in PUSHES and method != "DELETE":
        made["requestBody"] = shared.body({"type": "object"})
    elif method == "POST":
        made["requestBody"] = shared.body({"type": "object"}, required=False)
    if operation.reply_to is not None:
        made["callbacks"] = {"result": _callback(match, operation.reply_to, version)}
    return made


def _operation_id(match: Match, method: str) -> str:
    """`receiver_commands_post_START_SESSION`: unique, and as stable as the description is."""
    route = match.route
    steps = [segment.strip("{}") for segment in route.segments]
    words = [match.parameters.get(step, step) for step in steps]
    return "_".join((route.interface.segment, match.module.id, method.lower(), *words))


def _parameters(match: Match, version: str) -> list[Json]:
    module, operation = match.module, match.operation
    found = shared.heading(version, routed=True)
    if operation.effect is Effect.LIST:
        found += shared.parameters(shared.PAGING)
    elif module.qualifier is not None:
        name, default = module.qualifier
        schema = {**_field_schema(version, module.object, name), "default": default}
        found.append({"name": name, "in": "query", "schema": schema})
    found += [{"name": n, "in": "query", "schema": MOMENT} for n in operation.between]
    return found + [
        {"name": name, "in": "query", "required": True, "schema": _QUERY.get(name, _TEXT)}
        for name in operation.required_query
    ]


_TEXT: Json = {"type": "string", "minLength": 1}
_QUERY: Json = {
    "response_url": {"type": "string", "format": "uri", "maxLength": 255},
    "duration": {"type": "integer", "minimum": 1},
}


def _in_path(module: Module, version: str, name: str) -> Json:
    """A URL parameter, with the type of the field that it stands for."""
    fields = {
        **{part.parameter: (part.object, part.id_field) for part in module.parts},
        **{parameter: (module.object, field) for parameter, field in module.key.items()},
    }
    class_name, field = fields.get(name, (module.object, name))
    schema = {**_field_schema(version, class_name, field), "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _field_schema(version: str, class_name: str, name: str) -> Json:
    schema = SCHEMAS.get(version)
    table: Table | None = schema.tables.get(class_name) if schema is not None else None
    field: Field | None = table.fields.get(name) if table is not None else None
    return field_schema(field) if field is not None else {"type": "string"}


def _responses(match: Match, version: str) -> Json:
    operation = match.operation
    given = answer_class(match, version)
    data = ref(given.name) if given is not None else None
    if data is not None and operation.effect is Effect.LIST:
        data = {"type": "array", "items": data}
    sent = _sent(operation)
    responses = {"200": shared.answer(version, SUCCESS, shared.around(data), sent)}
    if operation.effect in PUSHES and operation.effect is not Effect.REMOVE:
        responses["201"] = shared.answer(version, CREATED, shared.around(data), sent)
    return responses | shared.refusals()


def _sent(operation: Operation) -> tuple[str, ...]:
    if operation.effect is Effect.LIST:
        return shared.PAGE_SENT
    return ("Location",) if operation.location else ()


def _callback(match: Match, reply_to: Place, version: str) -> Json:
    result = result_class(match, version)
    url = {
        Place.BODY: "{$request.body#/response_url}",
        Place.QUERY: "{$request.query.response_url}",
    }[reply_to]
    schema = ref(result.name) if result is not None else {"type": "object"}
    return {
        url: {
            "post": {
                "summary": RESULT,
                "description": f"Called on the {Interface.SENDER} interface, by way of the hub.",
                "requestBody": shared.body(schema),
                "responses": {"200": shared.answer(version, SUCCESS, shared.around(None))},
            }
        }
    }
