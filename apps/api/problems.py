"""Errors as problem documents (RFC 9457): what is wrong, with each field and the rule it breaks."""

import logging
import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.api.access import BEARER
from apps.api.operation import NotThere, Refused
from apps.console.expected import EXPECTED, explained
from apps.parties.platforms import NoSuchPlatform
from hub.ocpi.status import OcpiError

MEDIA_TYPE = "application/problem+json"
# What each status is called here; the detail says the rest.
TITLES = {
    400: "The request is not as it should be",
    401: "A token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "The path does not have this method",
    406: "The API answers in JSON only",
    409: "Not possible now",
    413: "The body is too large",
    415: "The body is not of the type that is taken here",
    429: "Too many requests",
    500: "The hub made a mistake",
    502: "The platform did not do its part",
}
FORM = ("", "__all__", "non_field_errors")

log = logging.getLogger(__name__)


def handle(error: Exception, context: dict[str, Any]) -> Response:
    """Every error of a view as a response."""
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "", errors=list(_errors(error.detail)))
    if isinstance(error, exceptions.Throttled):
        wait = math.ceil(error.wait or 1)  # type: ignore[attr-defined]  # the stubs lack it
        return problem(429, "", headers={"Retry-After": str(max(1, wait))})
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return problem(401, str(error.detail), headers={"WWW-Authenticate": BEARER})
    if isinstance(error, exceptions.APIException):
        return problem(error.status_code, str(error.detail))
    if isinstance(error, PermissionDenied):
        return problem(403, str(error))
    if isinstance(error, Http404 | NotThere | NoSuchPlatform):
        return problem(404, str(error))
    if isinstance(error, Refused):
        if error.field:
            return problem(400, "", errors=[{"field": error.field, "rule": str(error)}])
        return problem(409, str(error))
    if isinstance(error, OcpiError):
        return problem(502, explained(error))
    if isinstance(error, EXPECTED) and not isinstance(error, DatabaseError):
        return problem(409, explained(error))
    log.error("%s of the API failed", type(context["view"]).__name__, exc_info=error)
    return problem(500, "It is in the hub's log.")


def problem(
    status: int,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """A problem document."""
    body: dict[str, Any] = {"type": "about:blank", "title": TITLES.get(status, "Refused")}
    body |= {"status": status, "detail": detail or TITLES.get(status, "")}
    if errors is not None:
        body |= {"detail": "; ".join(_line(each) for each in errors), "errors": errors}
    return Response(body, status=status, headers=headers, content_type=MEDIA_TYPE)


def _line(error: dict[str, str]) -> str:
    return f"{error['field']}: {error['rule']}" if error["field"] else error["rule"]


def _errors(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Fields and rules out of what a serializer or a form found; a field inside another has a path
    with dots."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            whole = path if name in FORM else f"{path}.{name}".lstrip(".")
            yield from _errors(inner, whole)
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            nested = isinstance(inner, dict)
            yield from _errors(inner, f"{path}.{number}" if nested and inner else path)
    else:
        yield {"field": path, "rule": str(detail)}
