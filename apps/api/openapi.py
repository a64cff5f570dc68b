"""Serves the OpenAPI document of the OCPI side, as YAML or JSON. It is public, as OCPI is."""

from functools import cache

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from apps.credentials.pages import VERSIONS
from apps.modules import registry
from hub.ocpi.openapi import document

RENDERERS = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer}


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
