"""Kept objects of all modules, as their owners wrote them."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.console.columns import moment, wire
from apps.console.endless import EndlessAdmin
from apps.modules import module_of
from apps.store.models import CustomObject
from apps.store.objects import StoredObject
from apps.store.tables import Table, table
from hub.ocpi.ids import fold


def models() -> Iterator[type[StoredObject]]:
    """Every table of kept objects."""
    for model in apps.get_models():
        if issubclass(model, StoredObject):
            yield model


def _document(place: Table) -> str:
    return f"SELECT {place.document} FROM {place.name} t WHERE t.sequence = %s"  # noqa: S608  # our own names


class KeptAdmin(EndlessAdmin):
    """For looking only: what the hub keeps is its owner's to change."""

    exact = ("key",)
    search_fields = exact
    search_help_text = "A whole object id, without its owner."
    empty_text = "Nothing kept. Objects appear when their owner pushes them through the hub."
    list_display = ("sequence", "owner", "key", "for_whom", "version", "updated", "changed")
    fields = (
        "owner", "key", "for_whom", "version", "updated", "changed", "first_kept", "document",
    )  # fmt: skip
    updated = staticmethod(moment("last_updated", "last updated by its owner"))
    changed = staticmethod(moment("changed_at", "changed here"))
    first_kept = staticmethod(moment("created_at", "first kept"))

    def narrowed(
        self, request: HttpRequest, rows: QuerySet[StoredObject]
    ) -> QuerySet[StoredObject]:
        return rows.defer("payload")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StoredObject], search_term: str
    ) -> tuple[QuerySet[StoredObject], bool]:
        return super().get_search_results(request, queryset, fold(search_term))

    @admin.display(description="kept for")
    def for_whom(self, row: StoredObject) -> str:
        return row.audience or "everyone"

    @admin.display(description="object")
    def document(self, row: StoredObject) -> SafeString:
        """The whole object: parts that have a table of their own are put in again."""
        module = row.module if isinstance(row, CustomObject) else row.module_id
        try:
            place = table(module_of(module))
        except KeyError:  # a custom module that was taken away
            return wire(row.payload)
        with connection.cursor() as cursor:
            cursor.execute(_document(place), [row.pk])
            (text,) = cursor.fetchone()
        return wire(text)
