"""What operators did, the newest first; for looking only, as the database sees to it too."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.audit import chain
from apps.audit.models import Entry
from apps.console.columns import NOTHING, moment, table
from apps.console.endless import EndlessAdmin
from apps.console.told_pages import Telling, each


class EntryFilter(forms.Form):
    """What the list can be narrowed by; each has an index."""

    actor = forms.CharField(label="Who", required=False)
    act = forms.CharField(label="What", required=False)
    kind = forms.CharField(label="Done to", required=False)
    subject = forms.CharField(label="By the name of", required=False)


class EntryAdmin(EndlessAdmin):
    """One act on a page, with what it changed."""

    telling = Telling(each(chain.fact))
    filters = EntryFilter
    narrowing = ("actor", "act", "kind", "subject")
    empty_text = "Nobody has done anything yet."
    list_display = ("when", "actor", "via", "act", "kind", "subject", "reason")
    list_display_links = ("when",)
    fieldsets = (
        (None, {"fields": ("when", "actor", "via", "act", "kind", "subject", "reason")}),
        ("What it changed", {"fields": ("changes",)}),
        ("Seals", {"fields": ("seal", "previous")}),
    )
    when = staticmethod(moment("at", "when"))

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.asked(request)
        if asked is None:
            return rows.none()
        return rows.filter(**{name: value for name, value in asked.items() if value})

    @admin.display(description="fields")
    def changes(self, row: Entry) -> SafeString:
        rows = [
            (name, row.before.get(name, NOTHING), row.after.get(name, NOTHING))
            for name in {**row.before, **row.after}
        ]
        return table(("field", "before", "after"), rows, "none of its own")
