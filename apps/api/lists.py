"""Pages of lists: those of the operator's pages, and small tables. Nothing is ever counted."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from copy import copy
from typing import Any
from urllib.parse import parse_qs

from django import forms
from django.contrib import admin
from django.db.models import IntegerField, Model, QuerySet

from apps.api.operation import Call, Page, Refused
from apps.console.endless import (
    LONGEST_NUMBER,
    NEWER,
    OLDER,
    EndlessAdmin,
    EndlessList,
    Order,
    beyond,
)

LIMIT, CURSOR = "limit", "cursor"
DEFAULT_LIMIT, MOST = 100, 1000
PAGING: Mapping[str, forms.Field] = {
    LIMIT: forms.IntegerField(
        required=False, min_value=1, max_value=MOST, help_text=f"Items on a page; {DEFAULT_LIMIT}."
    ),
    CURSOR: forms.CharField(
        required=False, max_length=1000, help_text="What next of the page before says."
    ),
}
BAD_CURSOR = "is not one that the API gave"


def query_of(page: EndlessAdmin) -> Mapping[str, forms.Field]:
    """What a list of the pages can be narrowed by: the fields of its form, and others by name."""
    fields: dict[str, forms.Field] = {
        name: forms.IntegerField(required=False, min_value=0) for name in page.narrowing
    }
    if page.search_fields:
        about = page.search_help_text or "An id."
        fields["q"] = forms.CharField(required=False, help_text=str(about))
    return fields | (dict(page.filters.base_fields) if page.filters is not None else {})


def endless_page(page: EndlessAdmin, call: Call, fixed: Mapping[str, str]) -> Page:
    """A page of a list that the operator's pages have, found the very same way. A page may be
    short, or empty, and yet have a next one, where much was looked through."""
    here = type(page)(page.model, admin.site)
    vars(here)["list_per_page"] = call.limit
    http = copy(call.http)
    query = http.GET.copy()
    for name in (LIMIT, CURSOR, OLDER, NEWER):
        query.pop(name, None)
    for name, value in fixed.items():
        query[name] = value
    if call.cursor:
        if not re.fullmatch(rf"[0-9]{{1,{LONGEST_NUMBER}}}", call.cursor):
            raise Refused(BAD_CURSOR, CURSOR)
        query[OLDER] = call.cursor
    http.GET = query  # type: ignore[assignment]  # an immutable one is not needed further on
    found = here.get_changelist_instance(http)
    assert isinstance(found, EndlessList)  # an EndlessAdmin makes no other
    further = found.look_on or found.older
    return Page(list(found.result_list), parse_qs(further.lstrip("?")).get(OLDER, [""])[0])


def small_page(rows: QuerySet[Any], order: Order, call: Call) -> Page:
    """A page of a table that is small enough to be sorted: the columns of `order` tell all rows
    apart. The cursor holds them as they are in the last row."""
    names = [column.removeprefix("-") for column in order]
    if call.cursor:
        kinds = tuple(_kind(rows, name) for name in names)
        place = dict(zip(names, read_cursor(call.cursor, kinds), strict=True))
        rows = rows.filter(beyond(order, place, forward=True))
    found = list(rows.order_by(*order)[: call.limit + 1])
    shown = found[: call.limit]
    if len(found) <= call.limit:
        return Page(shown)
    return Page(shown, written_cursor([_value(shown[-1], name) for name in names]))


def _value(row: Model, name: str) -> Any:
    return row.pk if name == "pk" else getattr(row, name)


def _kind(rows: QuerySet[Any], name: str) -> type:
    """What a column holds: whole numbers, or text."""
    meta = rows.model._meta
    column = meta.pk if name == "pk" else meta.get_field(name)
    return int if isinstance(column, IntegerField) else str


def written_cursor(values: list[Any]) -> str:
    """Where a row stands, as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kinds: tuple[type, ...]) -> list[Any]:
    """What a cursor says, one value of each kind. Raises Refused where it is none of ours."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        values = None
    if not isinstance(values, list) or tuple(type(value) for value in values) != kinds:
        raise Refused(BAD_CURSOR, CURSOR)
    if any("\0" in each if isinstance(each, str) else abs(each) >= 2**63 for each in values):
        raise Refused(BAD_CURSOR, CURSOR)
    return values
