"""The OpenAPI document of the API at /api/schema, and the same as a page for people at /api/.

The page is written by the hub out of the document: viewers that are made for it run scripts inside
the page, which no page of the hub allows.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import table, views
from apps.api.rendering import Json

METHODS = ("get", "post", "put", "patch", "delete")


class TokenScheme(OpenApiAuthenticationExtension):
    """How the document has a token."""

    target_class = "apps.api.access.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the document has the session of a page."""

    target_class = "apps.api.access.ReadingSession"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}


class Schema(views.View):
    """For everybody who has a token or a session: it says nothing of this hub's partners."""

    renderer_classes: Any = (Json, OpenApiJsonRenderer)
    schema = None

    def get(self, request: Request) -> Response:
        return Response(document())


@cache
def document() -> dict[str, Any]:
    """The document. Neither modules nor settings change while the hub runs."""
    generator = SchemaGenerator(patterns=None, urlconf="config.urls")
    made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made


@require_safe
@staff_member_required(login_url="admin:login")
def page(request: HttpRequest) -> HttpResponse:
    """Every operation under its heading, with what it takes and answers."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations():
        groups.setdefault(operation["group"], []).append(operation)
    context = {
        **admin.site.each_context(request),
        "title": "API",
        "groups": sorted(groups.items()),
        "shapes": list(_shapes()),
    }
    return TemplateResponse(request, "api/documentation.html", context)


def _operations() -> Iterator[dict[str, Any]]:
    found = document()
    needs = {operation.name: views.needs(operation) for operation in table.operations()}
    for path, item in found["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(path, method, item[method], needs)


def _operation(path: str, method: str, told: dict[str, Any], needs: Any) -> dict[str, Any]:
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = {code: each for code, each in told["responses"].items() if code.startswith("2")}
    code, answer = next(iter(answers.items()))
    shape = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return {
        "id": told["operationId"],
        "group": told["tags"][0],
        "method": method.upper(),
        "path": path,
        "about": _in_words(told["description"].partition("\n")[0]),
        "needs": needs[told["operationId"]],
        "parameters": [
            {
                "name": each["name"],
                "type": _type(each["schema"]),
                "about": _in_words(each.get("description", "")),
            }
            for each in told.get("parameters", ())
            if each["in"] == "query"  # those of the path speak for themselves
        ],
        "takes": _name(content.get("schema", {})),
        "code": code,
        "answers": _name(shape),
    }


def _shapes() -> Iterator[dict[str, Any]]:
    """Every component with its members."""
    for name, shape in sorted(document()["components"]["schemas"].items()):
        required = shape.get("required", ())
        yield {
            "name": name,
            "about": _in_words(shape.get("description", "")),
            "values": shape.get("enum", ()),
            "members": [
                {
                    "name": member,
                    "type": _type(inner),
                    "shape": _name(inner) or _name(inner.get("items", {})),
                    "about": _in_words(inner.get("description", "")),
                    "required": member in required,
                }
                for member, inner in shape.get("properties", {}).items()
            ],
        }


def _in_words(text: str) -> SafeString:
    """What stands between backticks as code."""
    parts = text.split("`")
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", part) if n % 2 else part,)
            for n, part in enumerate(parts)
        ),
    )


def _name(schema: dict[str, Any]) -> str:
    """The component that a schema is, if it is one."""
    refs = [schema, *schema.get("allOf", ()), *schema.get("oneOf", ()), *schema.get("anyOf", ())]
    found = [each["$ref"].rpartition("/")[2] for each in refs if "$ref" in each]
    return next((name for name in found if not name.startswith("Null")), "")


def _type(schema: dict[str, Any]) -> str:
    """A type in a word."""
    if name := _name(schema):
        return name
    kinds = schema.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if words.startswith("array"):
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("format"):
        words = f"{words} ({schema['format']})"
    return f"{words}: {', '.join(map(str, schema['enum']))}" if "enum" in schema else words
