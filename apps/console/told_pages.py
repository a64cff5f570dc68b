"""The JSON twins of the admin's own pages: a list has its rows, the page of a row has the row.

Each page names the functions that make plain data of its rows; the API answers with the same.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import capfirst

from apps.console import twin

FORMAT = "format"

# Rows as plain data, as they are at a moment.
Told = Callable[[Sequence[Any], datetime], list[Any]]


@dataclass(frozen=True, slots=True)
class Telling:
    """What makes plain data of rows: `rows` of those of a list, `row` of one that is looked at
    alone, where that is more than in the list."""

    rows: Told
    row: Told | None = None

    def one(self, row: Any, now: datetime) -> Any:
        """One row that is looked at alone."""
        return (self.row or self.rows)([row], now)[0]


def each(fact: Callable[..., Any]) -> Told:
    """Rows one by one, by a function of a row."""
    return lambda rows, now: [fact(row) for row in rows]


def each_at(fact: Callable[..., Any]) -> Told:
    """The same of a row and the moment."""
    return lambda rows, now: [fact(row, now) for row in rows]


def as_json(query: str) -> str | None:
    """A query that asks for JSON; None where there is no query."""
    return f"{query}&{FORMAT}=json" if query else None


class ToldAdmin(admin.ModelAdmin):
    """Base of every page of a table; `telling` makes plain data of its rows."""

    telling: ClassVar[Telling]
    show_facets = admin.ShowFacets.NEVER  # lists are never counted

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method != "GET" or not twin.wanted(request):
            return super().changelist_view(request, extra_context)
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        now = timezone.now()
        try:
            found = self.get_changelist_instance(_without_format(request))
        except IncorrectLookupParameters:
            raise Http404("the list cannot be narrowed by that") from None
        rows = self.telling.rows(list(found.result_list), now)
        return twin.twin({"now": now, "items": rows, **self.beside(found)})

    def beside(self, found: ChangeList) -> dict[str, Any]:
        """The pages after and before this one, as queries that ask for JSON; None at an end."""
        here, last = found.page_num, found.paginator.num_pages
        after, before = (found.get_query_string({PAGE_VAR: here + step}) for step in (1, -1))
        return {
            "next": as_json(after) if here < last else None,
            "previous": as_json(before) if here > 1 else None,
        }

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method != "GET" or not twin.wanted(request):
            named = {"title": capfirst(str(self.opts.verbose_name)), **(extra_context or {})}
            return super().change_view(request, object_id, form_url, named)
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return twin.twin(self.telling.one(row, timezone.now()))


def _without_format(request: HttpRequest) -> HttpRequest:
    """The request of the page itself: to a list, an unknown parameter is a filter."""
    page = copy(request)
    query = request.GET.copy()
    query.pop(FORMAT, None)
    page.GET = query  # type: ignore[assignment]  # an immutable one is not needed further on
    return page
