"""Serves the OpenAPI documents of the OCPI side, as YAML or JSON, and a page that lists them. They
are public, as OCPI is."""

from functools import cache

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from apps.console import twin
from apps.credentials.pages import VERSIONS
from apps.modules import registry
from hub.ocpi.openapi import document

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}
FORMS = tuple(RENDERERS)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """/schema/: the document of each version, newest first; `?format=json` for programs."""
    found = [
        {
            "version": version,
            **{
                form: reverse("schema", kwargs={"version": version, "form": form}) for form in FORMS
            },
        }
        for version in sorted(VERSIONS, reverse=True)
    ]
    if twin.wanted(request):
        return twin.twin({"documents": found})
    context = {
        **admin.site.each_context(request),
        "title": "The OCPI side in OpenAPI",
        "documents": found,
    }
    return TemplateResponse(request, "api/schema.html", context)


@require_safe
def page(request: HttpRequest, version: str, form: str) -> HttpResponse:
    """/schema/ocpi-2.2.1.yaml, or .json; 404 for a version that the hub does not have."""
    if version not in VERSIONS:
        raise Http404
    return HttpResponse(_rendered(version, form), content_type=f"application/{form}")


@cache
def _rendered(version: str, form: str) -> str | bytes:
    """Descriptions and settings do not change while the hub runs, so it is written once."""
    hub = settings.HUB
    made = document(registry(), version, hub.public_url, hub.name)
    return RENDERERS[form]().render(made)
