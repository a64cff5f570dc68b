"""Conversions: what is lost or assumed between versions of OCPI, by platform, module and field."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.console import loss_facts, twin
from apps.console.loss_facts import Narrowing
from apps.counts.models import Loss
from apps.credentials.pages import VERSIONS
from apps.modules import registry
from apps.parties.models import Platform
from hub.ocpi.bridge import What

NEEDED = ("traffic.view_leg", "parties.view_platform")


def _platforms() -> list[tuple[str, str]]:
    rows = Platform.objects.order_by("name").values_list("pk", "name")
    return [("", "all"), *((str(key), name) for key, name in rows)]


def _modules() -> list[tuple[str, str]]:
    return [("", "all"), *((name, name) for name in sorted(registry()))]


def _any(values: Any, word: str = "all") -> list[tuple[str, str]]:
    return [("", word), *((str(each), str(each)) for each in values)]


class ConversionsForm(forms.Form):
    """What the page is narrowed by."""

    platform = forms.TypedChoiceField(
        label="Told platform", required=False, choices=_platforms, coerce=int, empty_value=None
    )
    module = forms.ChoiceField(label="Module", required=False, choices=_modules)
    source = forms.ChoiceField(label="From OCPI", required=False, choices=_any(VERSIONS))
    target = forms.ChoiceField(label="To OCPI", required=False, choices=_any(VERSIONS))
    what = forms.ChoiceField(
        label="What", required=False, choices=_any(each.value for each in What)
    )
    field = forms.CharField(
        label="Field", required=False, max_length=Loss._meta.get_field("field").max_length,
        widget=forms.TextInput(attrs={"placeholder": "parking"}),
    )  # fmt: skip


def page(request: HttpRequest) -> HttpResponse:
    """The form's fields narrow it, `?sort=last` shows the latest first. A value that cannot be read
    fits nothing and is told."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = ConversionsForm(request.GET)
    asked = Narrowing(**form.cleaned_data) if form.is_valid() else None
    sort = "last" if request.GET.get("sort") == "last" else "times"
    facts = loss_facts.losses(asked, sort)
    spoken = loss_facts.versions()
    if twin.wanted(request):
        return twin.twin({**facts, "versions": spoken})
    given = {name: value for name, value in request.GET.dict().items() if value}
    context = {
        **admin.site.each_context(request),
        **facts,
        "title": "Conversions",
        "form": form,
        "narrowed": asked != Narrowing(),
        "spoken": spoken,
        "whats": [each.value for each in What],
        "rows": [{**row, "log": _log(row)} for row in facts["rows"]],
        "sort": sort,
        "sorts": {each: urlencode({**given, "sort": each}) for each in loss_facts.SORTS},
        "json": urlencode({**given, "format": "json"}),
    }
    return TemplateResponse(request, "console/conversions.html", context)


def _log(row: dict[str, Any]) -> str:
    """The messages in which that was lost, as a query of the message log."""
    return urlencode(
        {"platform": row["platform"]["id"], "module": row["module"], "lost": row["field"]}
    )
