"""The matrix of agreements: CPOs down, those who consume what they publish across; a cell says by
letter and colour how the two stand to each other, and leads to the page of the pair.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.console import twin
from apps.console.agreement_relations import WORDS, Side, cell, chosen, modules, sides
from apps.console.endless import number
from apps.parties import directory
from hub.ocpi.module import Module
from hub.routing.network import Network

NEEDED = ("parties.view_platform", "parties.view_agreement")
MOST = 40
DOWN, ACROSS = "down", "across"


def _modules() -> list[tuple[str, str]]:
    return [("", "all"), *((module.id, module.id) for module in modules())]


class MatrixForm(forms.Form):
    """What the matrix is narrowed by. A value that is none of the choices is as good as empty."""

    cpo = forms.CharField(label="CPO or its platform", required=False, max_length=100)
    emsp = forms.CharField(label="eMSP or its platform", required=False, max_length=100)
    module = forms.ChoiceField(required=False, choices=_modules)


def page(request: HttpRequest) -> HttpResponse:
    """`?cpo=`, `?emsp=` and `?module=` narrow it; `?down=` and `?across=` are pages from 1."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    form = MatrixForm(request.GET)
    form.is_valid()
    given = {name: form.cleaned_data.get(name, "") for name in form.fields}
    at = {name: number(request, name) or 1 for name in (DOWN, ACROSS)}
    if twin.wanted(request):
        return twin.twin(matrix(given, at))
    network, everybody, down, across = _found(given, at)
    asked = modules(given["module"])
    context = {
        **admin.site.each_context(request),
        "title": "Agreements matrix",
        "form": form,
        "narrowed": any(given.values()),
        "everybody": all(everybody),
        "down": down,
        "across": across,
        "head": _head(across["sides"]),
        "rows": _rows(network, down["sides"], across["sides"], asked, given["module"]),
        "words": [(name, *told) for name, told in WORDS.items()],
        "json": urlencode({**given, "format": "json", DOWN: down["at"], ACROSS: across["at"]}),
        "open_policy": network.open_policy,
    }
    return TemplateResponse(request, "console/agreement_matrix.html", context)


def matrix(given: Mapping[str, str], at: Mapping[str, int]) -> dict[str, Any]:
    """The cells of one page each way as plain data; `given` has the fields of the form, `at` the
    pages from 1."""
    network, _, down, across = _found(given, at)
    asked = modules(given["module"])
    return {
        "module": given["module"],
        "policy": "open" if network.open_policy else "required",
        "cpos": [_fact(side) for side in down["sides"]],
        "emsps": [_fact(side) for side in across["sides"]],
        "pages": {name: {"at": p["at"], "of": p["last"], "parties": p["all"]}
                  for name, p in ((DOWN, down), (ACROSS, across))},
        "cells": [
            {
                "cpo": str(cpo.party),
                "emsp": str(emsp.party),
                "relation": cell(network, cpo.party, emsp.party, asked),
            }
            for cpo in down["sides"]
            for emsp in across["sides"]
            if cpo.party != emsp.party
        ],
    }  # fmt: skip


def _found(
    given: Mapping[str, str], at: Mapping[str, int]
) -> tuple[Network, tuple[list[Side], list[Side]], dict[str, Any], dict[str, Any]]:
    """The network as it is now, both its sides, and the page of each that is asked for."""
    directory.refresh_if_changed()
    network = directory.snapshot()
    down, across = everybody = sides(network)
    return (
        network,
        everybody,
        _page(DOWN, at, chosen(down, given["cpo"]), given),
        _page(ACROSS, at, chosen(across, given["emsp"]), given),
    )


def _page(
    name: str, pages: Mapping[str, int], side: list[Side], given: Mapping[str, str]
) -> dict[str, Any]:
    """Up to MOST of a side, and the queries of the pages beside it."""
    last = max(1, -(-len(side) // MOST))
    at = min(max(pages[name], 1), last)
    kept = {**given, **pages}
    return {
        "sides": side[(at - 1) * MOST : at * MOST],
        "at": at,
        "last": last,
        "all": len(side),
        "before": urlencode({**kept, name: at - 1}) if at > 1 else "",
        "after": urlencode({**kept, name: at + 1}) if at < last else "",
    }


def _fact(side: Side) -> dict[str, Any]:
    return {
        "party": str(side.party),
        "roles": side.roles,
        "platform": side.platform,
        "status": side.status,
    }


_PARTY = (
    '<th scope="{}"><a href="{}"><span class="status status-{}" title="{}: {}">{}</span></a></th>'
)


def _heading(side: Side, scope: str) -> SafeString:
    url = reverse("admin:parties_platform_change", args=[side.platform_id])
    return format_html(_PARTY, scope, url, side.status, side.platform, side.status, str(side.party))


def _head(across: list[Side]) -> SafeString:
    return format_html_join("", "{}", ((_heading(side, "col"),) for side in across))


# Written here and not in the template, which would take long for 1600 cells.
_CELL = (
    '<td class="cell is-{word}"><a href="{url}?one={one}&amp;other={other}{module}" '
    'aria-label="{one} and {other}: {word}" title="{one} and {other}: {says}">{letter}</a></td>'
)
_SAME = '<td class="cell is-same"><span class="absent">·</span></td>'


def _rows(
    network: Network, down: list[Side], across: list[Side], asked: list[Module], module: str
) -> SafeString:
    url, more = reverse("console:agreement_pair"), f"&module={module}" if module else ""

    def one_row(cpo: Side) -> SafeString:
        return format_html_join(
            "", "{}", ((one_cell(cpo, emsp),) for emsp in across)
        )  # fmt: skip

    def one_cell(cpo: Side, emsp: Side) -> SafeString:
        if cpo.party == emsp.party:
            return format_html(_SAME)
        word = cell(network, cpo.party, emsp.party, asked)
        letter, says = WORDS[word]
        return format_html(
            _CELL, word=word, url=url, one=str(cpo.party), other=str(emsp.party), module=more,
            says=says, letter=letter,
        )  # fmt: skip

    return format_html_join(
        "\n", "<tr>{}{}</tr>", ((_heading(cpo, "row"), one_row(cpo)) for cpo in down)
    )
