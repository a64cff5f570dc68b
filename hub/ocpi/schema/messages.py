"""Which class a message has: its body, the `data` of its answer, the result that comes later.

For pushes, READ and LIST it follows from the effect: the module's class, or that of the nested
object that the URL leads to. For ASK the operation says it. A description names classes as 2.2.1
does; `names.py` has what they are called elsewhere. None means that nothing is known, as of a
custom module, and then everything passes.
"""

from collections.abc import Mapping

from hub.ocpi.module import By, Effect, Module, Route
from hub.ocpi.registry import Match
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in
from hub.ocpi.schema.walk import Class

WHOLE_OBJECT = frozenset({Effect.REPLACE, Effect.MERGE})


def object_class(module: Module, version: str) -> Class | None:
    """The class of a module's objects."""
    return _named(version, module.object)


def body_class(match: Match, version: str) -> Class | None:
    """The class of a request's body; with `Effect.MERGE` the body is a part of it."""
    return _named(version, body_name(match))


def body_name(match: Match) -> str:
    """The name of that class as descriptions have it, empty where nothing is known."""
    operation = match.operation
    if operation.effect in WHOLE_OBJECT:
        return object_name(match.module, match.route)
    if operation.effect is Effect.APPEND:
        return match.module.object
    return _taken(operation.takes, match.parameters)


def answer_class(match: Match, version: str) -> Class | None:
    """The class of an answer's `data`; with `Effect.LIST` of each of its items."""
    return _named(version, answer_name(match))


def answer_name(match: Match) -> str:
    """The name of that class as descriptions have it, empty where nothing is known."""
    operation = match.operation
    if operation.effect is Effect.READ:
        return object_name(match.module, match.route)
    if operation.effect is Effect.LIST:
        return match.module.object
    return operation.gives


def result_class(match: Match, version: str) -> Class | None:
    """The class of what is posted to the response_url of a request."""
    return _named(version, match.operation.replies)


def object_name(module: Module, route: Route) -> str:
    """The name of the class that a URL leads to: the innermost part it names, else the object."""
    named = [part.object for part in module.parts if part.parameter in route.parameters]
    return named[-1] if named else module.object


def _taken(takes: str | By, parameters: Mapping[str, str]) -> str:
    if isinstance(takes, By):
        return takes.names.get(parameters.get(takes.parameter, ""), "")
    return takes


def _named(version: str, name: str) -> Class | None:
    schema = SCHEMAS.get(version)
    return schema.get(name_in(version, name)) if schema is not None and name else None
