"""Data quality: scores by owner and module, what is found by rule and owner, and a text to send."""

import re
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.console import quality_facts, twin
from apps.console.fields import PartyField
from apps.console.quality_facts import Fact, Narrowing
from apps.console.quality_letter import letter
from apps.modules import registry
from hub.ocpi.schema import Severity

NEEDED = ("store.view_finding",)
# Columns of the table by owner; the others are found by narrowing it down.
MOST_OWNERS = 8
_OWNER = re.compile(r"[A-Z]{2}/[A-Z0-9]{3}")


def _modules() -> list[tuple[str, str]]:
    kept = sorted(module.id for module in registry().values() if module.keeps)
    return [("", "all"), *((name, name) for name in kept)]


class NarrowingForm(forms.Form):
    """What the page is narrowed by."""

    owner = PartyField(
        label="Owner",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"placeholder": "NL/CPO"}),
    )
    module = forms.ChoiceField(label="Module", required=False, choices=_modules)
    severity = forms.ChoiceField(
        label="Severity",
        required=False,
        choices=[("", "all"), *((each.value, each.value) for each in Severity)],
    )


def page(request: HttpRequest) -> HttpResponse:
    """`?owner=`, `?module=` and `?severity=` narrow it; a value that cannot be read fits nothing
    and is told."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = NarrowingForm(request.GET)
    asked = Narrowing(**form.cleaned_data) if form.is_valid() else None
    facts = quality_facts.quality(asked)
    if twin.wanted(request):
        return twin.twin(facts)
    owners = _most(facts["rules"])
    context = {
        **admin.site.each_context(request),
        **facts,
        "title": "Data quality",
        "form": form,
        "narrowed": asked is None or asked != Narrowing(),
        "most": quality_facts.MOST_SCORES,
        "columns": _columns(owners),
        "more_owners": len(_owners(facts["rules"])) - len(owners),
        "matrix": [_line(rule, owners) for rule in facts["rules"]],
        "json": urlencode({**request.GET.dict(), "format": "json"}),
    }
    return TemplateResponse(request, "console/quality.html", context)


def owner_page(request: HttpRequest, country: str, party: str) -> HttpResponse:
    """One owner; `?format=text` is the text to send alone."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    name = f"{country}/{party}".upper()
    if not _OWNER.fullmatch(name):
        raise Http404
    fact = quality_facts.owner(name)
    text = letter(fact, settings.HUB.name)
    if twin.wanted(request):
        return twin.twin({**fact, "text": text})
    if request.GET.get("format") == "text":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    context = {
        **admin.site.each_context(request),
        **fact,
        "title": f"Data quality of {name}",
        "text": text,
        "lines": min(text.count("\n") + 1, 40),
    }
    return TemplateResponse(request, "console/quality_owner.html", context)


def _owners(rules: list[Fact]) -> dict[str, int]:
    """All owners of findings, and how many each has."""
    found: dict[str, int] = {}
    for rule in rules:
        for name, numbers in rule["owners"].items():
            found[name] = found.get(name, 0) + numbers["findings"]
    return found


def _most(rules: list[Fact]) -> list[str]:
    """The owners with the most findings."""
    found = _owners(rules)
    return sorted(found, key=lambda name: (-found[name], name))[:MOST_OWNERS]


def _columns(owners: list[str]) -> list[Fact]:
    platforms = quality_facts.platforms_of(owners)
    return [{"owner": name, "platform": platforms.get(name)} for name in owners]


def _line(rule: Fact, owners: list[str]) -> dict[str, Any]:
    """A row of the table: the rule, and a cell for each owner that has a column."""
    cells = []
    for name in owners:
        numbers = rule["owners"].get(name)
        query = {"owner": name, "module": rule["module"], "code": rule["code"]}
        cells.append({"owner": name, "numbers": numbers, "query": urlencode(query)})
    return {**rule, "cells": cells}
