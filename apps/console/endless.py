"""Read-only lists for tables of millions of rows: never counted, paged by key, newest first.

Every query of such a list goes through an index: by key, or by the exact values that its admin
class narrows by, in an order that fits them. Sorting and filtering by other columns is not offered,
on purpose.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

from apps.console.told_pages import ToldAdmin, as_json

OLDER, NEWER = "before", "after"
LONGEST_NUMBER = 18  # digits that a bigint surely holds
NEWEST_FIRST = ("-pk",)

Order = tuple[str, ...]


def number(request: HttpRequest, name: str) -> int | None:
    """A number in the query; anything else counts as absent."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def beyond(order: Order, row: dict[str, Any], *, forward: bool) -> Q:
    """What comes after a row in an order of columns, or before it; spelled so that PostgreSQL finds
    where it begins in an index of the first column."""
    column, rest = order[0], order[1:]
    name = column.removeprefix("-")
    op, value = ("gt" if forward is not column.startswith("-") else "lt"), row[name]
    if not rest:
        return Q(**{f"{name}__{op}": value})
    behind = Q(**{f"{name}__{op}": value}) | beyond(rest, row, forward=forward)
    return Q(**{f"{name}__{op}e": value}) & behind


class EndlessList(ChangeList):
    """A page of rows around a key, with the queries of the pages beside it."""

    model_admin: "EndlessAdmin"  # the only one that makes such a list
    filters: forms.Form | None
    older: str = ""
    newer: str = ""
    newest: str = ""
    # Where a list that looks through many has not looked to the end: how to go on from there.
    look_on: str = ""
    words = ("Newest", "Newer", "Older")

    def __init__(self, request: HttpRequest, *arguments: Any) -> None:
        self._request = request
        super().__init__(request, *arguments)
        self.filters = self.model_admin.form_of(request)
        if self._order != NEWEST_FIRST:
            self.words = ("First", "Previous", "Next")

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        own = (OLDER, NEWER, *self.model_admin.narrowing)
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in own}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        if self.query:
            # A search knows its few rows by an index of its own; adding 0 keeps PostgreSQL from
            # walking through the whole table in the order of the key in the hope of meeting them.
            return [(F("pk") + 0).desc()]
        return list(self._order)

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        return self.model_admin.narrowed(request, super().get_queryset(request, exclude_parameters))

    def get_results(self, request: HttpRequest) -> None:
        older, newer = number(request, OLDER), number(request, NEWER)
        back = newer is not None
        rows, more = self._page(newer if back else older, forward=not back)
        has_newer, has_older = (more, True) if back else (older is not None, more)
        for name in (OLDER, NEWER):
            self.params.pop(name, None)
        if rows and has_older:
            self.older = self.get_query_string({OLDER: rows[-1].pk}, [OLDER, NEWER])
        if rows and has_newer:
            self.newer = self.get_query_string({NEWER: rows[0].pk}, [OLDER, NEWER])
        if older is not None or newer is not None:
            self.newest = self.get_query_string(remove=[OLDER, NEWER])
        self._as_one_page(rows)

    def _page(self, key: int | None, *, forward: bool) -> tuple[list[Any], bool]:
        """The rows after that key, or before it, in the order of the list; and whether more of them
        follow."""
        page, size = self.queryset, self.list_per_page
        if key is not None:
            row = self._place(key)
            page = page.none() if row is None else page.filter(self._beyond(row, forward))
        if not forward:
            page = page.reverse()
        rows = list(page[: size + 1])
        more = len(rows) > size
        return (rows[:size] if forward else rows[:size][::-1]), more

    def _place(self, key: int) -> dict[str, Any] | None:
        """Where a row stands in the order of the list."""
        names = [column.removeprefix("-") for column in self._order]
        if names == ["pk"]:
            return {"pk": key}
        return self.model._default_manager.filter(pk=key).values(*names).first()

    def _beyond(self, row: dict[str, Any], forward: bool) -> Q:
        return beyond(self._order, row, forward=forward)

    @property
    def _order(self) -> Order:
        return NEWEST_FIRST if self.query else self.model_admin.order(self._request)

    def _as_one_page(self, rows: list[Any]) -> None:
        """Tells Django's templates that these rows are all there are: nothing is counted."""
        self.result_list = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = False
        self.show_admin_actions = bool(self.model_admin.get_actions(self._request))
        self.can_show_all = self.multi_page = False
        self.paginator = Paginator(rows, self.list_per_page)


class EndlessAdmin(ToldAdmin):
    """Base of the admin of such a table. Nothing can be added, changed or deleted.

    Attributes:
        narrowing: query parameters that `narrowed` understands.
        filters: a form above the list, with such parameters as its fields.
        exact: indexed columns in which a search looks for the very value.
        empty_text: what a list without rows says.
    """

    narrowing: ClassVar[tuple[str, ...]] = ()
    filters: ClassVar[type[forms.Form] | None] = None
    exact: ClassVar[tuple[str, ...]] = ()
    empty_text: ClassVar[str] = "Nothing here yet."

    change_list_template = "console/endless_list.html"
    change_form_template = "console/read_only.html"
    list_per_page = 100
    show_full_result_count = False
    sortable_by = ()
    actions = None

    def beside(self, found: ChangeList) -> dict[str, Any]:
        assert isinstance(found, EndlessList)  # get_changelist makes no other
        return {"next": as_json(found.look_on or found.older), "previous": as_json(found.newer)}

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the parameters in `narrowing` ask for."""
        return rows

    def order(self, request: HttpRequest) -> Order:
        """The columns of an index that has the narrowed rows in this order."""
        return NEWEST_FIRST

    def form_of(self, request: HttpRequest) -> forms.Form | None:
        """The form above the list, filled in as the request has it."""
        return None if self.filters is None else self.filters(request.GET)

    def asked(self, request: HttpRequest) -> dict[str, Any] | None:
        """The values of that form; None when it cannot be read, and no row fits."""
        form = self.form_of(request)
        if form is None:
            return {}
        return form.cleaned_data if form.is_valid() else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q()
        for column in self.exact:
            wanted |= Q(**{column: term})
        return queryset.filter(wanted), False

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[ChangeList]:
        return EndlessList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """No column can be filtered by through the URL; `narrowing` has what can."""
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
