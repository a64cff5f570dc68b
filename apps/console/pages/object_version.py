"""A kept object as a version of OCPI is told it, beside what its owner wrote."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.console import kept_objects, kept_rows, twin, version_facts
from apps.console.noted_lines import noted_lines
from apps.credentials.pages import VERSIONS
from apps.store.objects import StoredObject


def page(request: HttpRequest, module: str, sequence: int, version: str) -> HttpResponse:
    """One copy in one version. 404 for what there is not."""
    if version not in VERSIONS:
        raise Http404
    model = kept_rows.model_of(module)
    if not request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}"):
        raise PermissionDenied
    row = model._default_manager.filter(pk=sequence).first()
    if row is None or kept_rows.module_id(row) != module:
        raise Http404
    (fact,) = version_facts.in_versions(row, timezone.now(), (version,))
    if twin.wanted(request):
        return twin.twin({**kept_objects.in_short(row), "in": fact})
    return TemplateResponse(request, "console/object_version.html", _context(request, row, fact))


def url_of(row: StoredObject, version: str) -> str:
    """The page of a copy in a version."""
    return reverse("console:object_version", args=[kept_rows.module_id(row), row.pk, version])


def _context(request: HttpRequest, row: StoredObject, fact: dict[str, Any]) -> dict[str, Any]:
    source = kept_rows.document(row)
    lines, elsewhere = noted_lines(source, fact["text"] or "", fact["notes"])
    return {
        **admin.site.each_context(request),
        "title": f"{kept_rows.shown_key(row.key)} in OCPI {fact['version']}",
        "row": row,
        "module": kept_rows.module_id(row),
        "opts": row._meta,
        "identity": kept_rows.shown_key(row.key),
        "back": reverse(
            f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]
        ),
        "fact": fact,
        "says": version_facts.in_words(fact),
        "lines": lines,
        "elsewhere": elsewhere,
        "others": [(each, url_of(row, each)) for each in VERSIONS],
    }
