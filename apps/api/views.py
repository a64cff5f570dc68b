"""Operations as views: who calls, may they, is what they ask as it should be; then it is done."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import groupby
from operator import attrgetter
from typing import Any

from django import forms
from django.http import Http404
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, re_path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from apps.api import problems, shapes
from apps.api.access import PerToken, ReadingSession, TokenAuthentication, actor, check
from apps.api.bodies import Lines
from apps.api.lists import CURSOR, DEFAULT_LIMIT, LIMIT, PAGING
from apps.api.operation import Call, Operation, Page
from apps.api.rendering import Json
from apps.operators.models import ApiToken

# What may go wrong with each, besides what is theirs alone.
ALWAYS = (401, 403, 404, 429)
CHANGING = (400, 409, 502)
JSON = "application/json"

Method = Callable[..., HttpResponseBase]


class View(APIView):
    """Base of the views of all paths."""

    authentication_classes = (TokenAuthentication, ReadingSession)
    permission_classes = (IsAuthenticated,)
    throttle_classes = (PerToken,)
    renderer_classes: Any = (Json,)
    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    operations: Mapping[str, Operation] = {}

    def get_exception_handler(self) -> Callable[..., Response]:
        return problems.handle

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Answers are of the moment, and some hold a token."""
        return {**super().default_response_headers, "Cache-Control": "no-store"}

    def get_parsers(self) -> list[Any]:
        """Bodies are JSON, unless lines are read here."""
        lines = any(each.reads != JSON for each in self.operations.values())
        return [Lines() if lines else JSONParser()]

    def check_permissions(self, request: Request) -> None:
        """Knocking at closed doors counts against the limit, too."""
        super().check_permissions(request)
        super().check_throttles(request)
        operation = self.operations.get("GET" if request.method == "HEAD" else str(request.method))
        if operation is not None:
            check(request, operation)

    def check_throttles(self, request: Request) -> None:
        """Done before the permissions."""


class NothingHere(View):
    """Every other path below /api/."""

    def initial(self, request: Request, *arguments: Any, **options: Any) -> None:
        super().initial(request, *arguments, **options)
        raise Http404("The API has no such path.")


def answer(
    operation: Operation, request: Request, parameters: Mapping[str, Any]
) -> HttpResponseBase:
    """Carries an operation out, when it is known that it may be."""
    asked = _query(operation, request)
    if operation.takes is not None:
        asked |= _body(operation.takes, request)
    if operation.reads != JSON:
        asked["body"] = request.data
    call = Call(
        request._request,
        actor(request),
        request.auth if isinstance(request.auth, ApiToken) else None,
        parameters,
        asked,
        timezone.now(),
        limit=asked.get(LIMIT) or DEFAULT_LIMIT,
        cursor=asked.get(CURSOR) or "",
    )
    result = operation.run(call)
    if isinstance(result, HttpResponseBase):
        return result
    if isinstance(result, Page):
        result = {"items": result.items, "next": result.next or None}
    return Response(result, operation.status)


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    fields = parameters_of(operation)
    unknown = [name for name in request.query_params if name not in fields]
    if unknown:
        known = ", ".join(fields) or "none"
        raise ValidationError({n: [f"is no parameter here; there are: {known}"] for n in unknown})
    form = type("Query", (forms.Form,), deepcopy(fields))(request.query_params)
    if not form.is_valid():
        raise ValidationError(dict(form.errors))
    found: dict[str, Any] = form.cleaned_data
    return found


def _body(shape: Any, request: Request) -> dict[str, Any]:
    data: Any = request.data
    if not isinstance(data, Mapping):
        raise ValidationError({"": ["the body is to be a JSON object"]})
    form = shape(data=data, partial=request.method == "PATCH")
    if unknown := [name for name in data if name not in form.fields]:
        known = ", ".join(form.fields) or "none"
        raise ValidationError({n: [f"is no member here; there are: {known}"] for n in unknown})
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def parameters_of(operation: Operation) -> dict[str, forms.Field]:
    """The parameters of its query."""
    return {**operation.query(), **(PAGING if operation.paged else {})}


def _described(operation: Operation, method: Method) -> Method:
    """What the OpenAPI document says of an operation."""
    codes = (*ALWAYS, *(CHANGING if operation.takes else (400,)))
    lines = operation.reads != JSON
    codes = (*codes, *((413,) if lines else ()))
    answers: dict[Any, Any] = {(code, problems.MEDIA_TYPE): shapes.Problem for code in codes}
    if operation.media == JSON:
        answers[operation.status] = _answer(operation)
    else:
        answers[(operation.status, operation.media)] = OpenApiTypes.STR
    described: Method = extend_schema(
        operation_id=operation.name,
        tags=[operation.group],
        summary=operation.about.partition(".")[0] + ".",
        description=f"{operation.about}\n\n{needs(operation)}",
        parameters=list(_parameters(operation)),
        request={operation.reads: OpenApiTypes.STR} if lines else operation.takes,
        auth=_auth(operation),
        responses=answers,
    )(method)
    return described


def needs(operation: Operation) -> str:
    """What the user and the token need, in a sentence."""
    permissions = " and ".join(operation.needs) or "no permission"
    scope = f", and a token of scope {operation.at_least}" if operation.at_least else ""
    return f"Needs {permissions}{scope}."


def _auth(operation: Operation) -> list[Any]:
    """A session is good for reading only."""
    return [{"token": []}, {"session": []}][: 2 if operation.method == "GET" else 1]


def _answer(operation: Operation) -> Any:
    if operation.answer is None:
        return OpenApiResponse(description="Done.")
    if not operation.paged:
        return operation.answer
    shape: type[BaseSerializer] = operation.answer
    name = "".join(word.capitalize() for word in operation.name.split("_"))
    return shapes.page_of(f"{name}Page", shape)


def _parameters(operation: Operation) -> Iterator[OpenApiParameter]:
    for name, field in parameters_of(operation).items():
        values = _values(field)
        yield OpenApiParameter(
            name,
            _type(field),
            required=field.required,
            description=str(field.help_text or field.label or ""),
            enum=values or None,
        )


def _type(field: forms.Field) -> Any:
    for kind, schema in (
        (forms.IntegerField, int),
        (forms.BooleanField, bool),
        (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    ):
        if isinstance(field, kind):
            return schema
    return str


def _values(field: forms.Field) -> list[str]:
    """The values of a choice that is the same whatever the hub holds."""
    if not isinstance(field, forms.ChoiceField) or not isinstance(field.choices, list | tuple):
        return []
    return [str(value) for value, _ in field.choices if value != "" and isinstance(_, str)]


def patterns(operations: tuple[Operation, ...]) -> list[URLPattern]:
    """A URL for each path, and one that catches all others."""
    found = []
    for where, group in groupby(sorted(operations, key=attrgetter("path")), attrgetter("path")):
        by_method = {operation.method: operation for operation in group}
        methods = {
            method.lower(): _described(operation, _method(operation))
            for method, operation in by_method.items()
        }
        name = "".join(part for part in where.title() if part.isalnum())
        view: type[View] = type(f"{name}View", (View,), {"operations": by_method, **methods})
        found.append(path(where, view.as_view()))
    return [*found, re_path("", NothingHere.as_view(schema=None))]


def _method(operation: Operation) -> Method:
    def method(self: View, request: Request, **parameters: Any) -> HttpResponseBase:
        return answer(operation, request, parameters)

    method.__name__ = operation.method.lower()
    method.__doc__ = operation.about
    return method
