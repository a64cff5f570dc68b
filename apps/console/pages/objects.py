"""Objects of all modules behind one box: by module, owner and id."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.console import kept_objects, kept_rows, twin
from apps.console.fields import PartyField
from apps.modules import registry
from apps.store.models import CustomObject, Tally
from apps.store.objects import StoredObject

# So many of each module; its own list has the others.
MOST = 20
NEEDED = ()  # a user sees the modules that it may see

Asked = dict[str, str]


def _modules() -> list[tuple[str, str]]:
    kept = sorted(module.id for module in registry().values() if module.keeps)
    return [("", "all"), *((name, name) for name in kept)]


class ObjectsForm(forms.Form):
    """The box."""

    module = forms.ChoiceField(label="Module", required=False, choices=_modules)
    owner = PartyField(
        label="Owner",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"placeholder": "NL/CPO"}),
    )
    q = forms.CharField(label="Id", required=False, max_length=300)


def page(request: HttpRequest) -> HttpResponse:
    """`?module=`, `?owner=` and `?q=`, an id without regard to case. Without owner and id, how many
    objects there are of each module."""
    if not visible(request.user):
        raise PermissionDenied
    form = ObjectsForm(request.GET)
    asked: Asked | None = form.cleaned_data if form.is_valid() else None
    searched = asked is not None and _searched(asked)
    found, numbers = _looked_up(request.user, asked)
    if twin.wanted(request):
        return twin.twin(_told(found, numbers))
    context = {
        **admin.site.each_context(request),
        "title": "Objects",
        "form": form,
        "searched": searched,
        "found": [each for each in found if each["rows"]],
        "modules": [{**each, "url": _list(each["module"], {})} for each in numbers],
        "json": urlencode({**request.GET.dict(), "format": "json"}),
    }
    return TemplateResponse(request, "console/objects.html", context)


def objects(user: User | AnonymousUser, asked: Asked) -> dict[str, Any]:
    """What the box finds of what a user may see; without owner and id, how much there is."""
    return _told(*_looked_up(user, asked))


def visible(user: User | AnonymousUser) -> list[str]:
    """The modules whose objects a user may see."""
    return [name for name, _ in _modules() if name and _may(user, name)]


def _may(user: User | AnonymousUser, module: str) -> bool:
    meta = kept_rows.model_of(module)._meta
    return user.has_perm(f"{meta.app_label}.view_{meta.model_name}")


def _searched(asked: Asked) -> bool:
    return bool(asked["owner"] or asked["q"])


def _looked_up(
    user: User | AnonymousUser, asked: Asked | None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The objects that fit, by module, or the numbers of all; neither where it cannot be read what
    is asked."""
    if asked is None:
        return [], []
    modules = [name for name in visible(user) if asked["module"] in ("", name)]
    if _searched(asked):
        return [_of(name, asked) for name in modules], []
    return [], _numbers(modules)


def _told(found: list[dict[str, Any]], numbers: list[dict[str, Any]]) -> dict[str, Any]:
    listed = [
        {
            "module": each["module"],
            "objects": [kept_objects.in_short(row) for row in each["rows"]],
            "more": each["more"],
        }
        for each in found
    ]
    return {"found": listed, "modules": numbers}


def _of(module: str, asked: Asked) -> dict[str, Any]:
    """The first objects of a module that fit, through the index of ids or that of owners."""
    model = kept_rows.model_of(module)
    rows: QuerySet[Any] = model._default_manager.defer("payload")
    if model is CustomObject:
        rows = rows.filter(module=module)
    if asked["owner"]:
        rows = rows.filter(owner=asked["owner"])
    if asked["q"]:
        rows = rows.filter(key__in=kept_rows.keys(model, asked["q"].strip()))
    first = list(rows.order_by("key", "owner", "audience")[: MOST + 1])
    query = {name: asked[name] for name in ("owner", "q") if asked[name]}
    return {
        "module": module,
        "rows": first[:MOST],
        "shown": list(_shown(first[:MOST])),
        "more": len(first) > MOST,
        "url": _list(module, query),
    }


def _shown(rows: list[StoredObject]) -> Iterator[dict[str, Any]]:
    for row in rows:
        meta = row._meta
        yield {
            "id": kept_rows.shown_key(row.key),
            "url": reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]),
            "row": row,
        }


def _list(module: str, query: dict[str, str]) -> str:
    meta = kept_rows.model_of(module)._meta
    if meta.model is CustomObject:
        query = {**query, "module": module}
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    return f"{url}?{urlencode(query)}" if query else url


def _numbers(modules: list[str]) -> list[dict[str, Any]]:
    """How many copies there are of each module, and of how many owners, as last added up."""
    rows = Tally.objects.filter(span=Tally.Span.ALL, module__in=modules, number__gt=0)
    sums = rows.values_list("module").annotate(Sum("number"), Count("owner", distinct=True))
    found = {module: (objects, owners) for module, objects, owners in sums}
    return [
        dict(zip(("module", "objects", "owners"), (name, *found.get(name, (0, 0))), strict=True))
        for name in modules
    ]
