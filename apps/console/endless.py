"""Read-only lists for tables of millions of rows: never counted, paged by key, newest first.

Every query of such a list goes through an index: by key, or by the exact values that its admin
class narrows by. Sorting and filtering by other columns is not offered, on purpose.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import F, Model, Q, QuerySet
from django.http import HttpRequest

OLDER, NEWER = "before", "after"
LONGEST_NUMBER = 18  # digits that a bigint surely holds


def number(request: HttpRequest, name: str) -> int | None:
    """A number in the query; anything else counts as absent."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


class EndlessList(ChangeList):
    """A page of rows around a key, with the queries of the pages beside it."""

    model_admin: "EndlessAdmin"  # the only one that makes such a list
    older: str = ""
    newer: str = ""
    newest: str = ""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        own = (OLDER, NEWER, *self.model_admin.narrowing)
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in own}

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return [self._key.desc()]

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[Any]:
        return self.model_admin.narrowed(request, super().get_queryset(request, exclude_parameters))

    def get_results(self, request: HttpRequest) -> None:
        older, newer, size = number(request, OLDER), number(request, NEWER), self.list_per_page
        if newer is not None:
            rows = list(self.queryset.filter(pk__gt=newer).order_by(self._key.asc())[: size + 1])
            has_newer, has_older = len(rows) > size, True
            rows = rows[:size][::-1]
        else:
            page = self.queryset if older is None else self.queryset.filter(pk__lt=older)
            rows = list(page[: size + 1])
            has_newer, has_older = older is not None, len(rows) > size
            rows = rows[:size]
        for name in (OLDER, NEWER):
            self.params.pop(name, None)
        if rows and has_older:
            self.older = self.get_query_string({OLDER: rows[-1].pk}, [OLDER, NEWER])
        if rows and has_newer:
            self.newer = self.get_query_string({NEWER: rows[0].pk}, [OLDER, NEWER])
        if older is not None or newer is not None:
            self.newest = self.get_query_string(remove=[OLDER, NEWER])
        self._as_one_page(rows)

    @property
    def _key(self) -> Any:
        # A search knows its few rows by an index of its own; adding 0 keeps PostgreSQL from walking
        # through the whole table in the order of the key in the hope of meeting them.
        return F("pk") + 0 if self.query else F("pk")

    def _as_one_page(self, rows: list[Any]) -> None:
        """Tells Django's templates that these rows are all there are: nothing is counted."""
        self.result_list = rows
        self.result_count = self.full_result_count = len(rows)
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all = self.multi_page = False
        self.paginator = Paginator(rows, self.list_per_page)


class EndlessAdmin(admin.ModelAdmin):
    """Base of the admin of such a table. Nothing can be added, changed or deleted.

    Attributes:
        narrowing: query parameters that `narrowed` understands.
        exact: indexed columns in which a search looks for the very value.
        empty_text: what a list without rows says.
    """

    narrowing: ClassVar[tuple[str, ...]] = ()
    exact: ClassVar[tuple[str, ...]] = ()
    empty_text: ClassVar[str] = "Nothing here yet."

    change_list_template = "console/endless_list.html"
    change_form_template = "console/read_only.html"
    list_per_page = 100
    show_full_result_count = False
    sortable_by = ()
    actions = None

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that the parameters in `narrowing` ask for."""
        return rows

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
