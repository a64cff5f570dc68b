"""Kept objects of all modules: lists to look through, and the page of one object."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import kept_objects, kept_rows
from apps.console.columns import moment, wire_json
from apps.console.endless import NEWEST_FIRST, EndlessAdmin, Order
from apps.console.fields import PartyField
from apps.console.pages import kept_facts
from apps.console.told_pages import Telling, each
from apps.parties.models import CredentialsRole
from apps.store.models import CustomObject
from apps.store.objects import EVERYONE, StoredObject

# So many parties are offered while one writes; others can be written all the same.
MOST_PARTIES = 1_000
COPIES = {"public": "for everyone", "directed": "for one party"}


class KeptFilter(forms.Form):
    """What a list of kept objects can be narrowed by; each has an index."""

    q = forms.CharField(label="Id", required=False, max_length=300)
    owner = PartyField(label="Owner", required=False, max_length=6)
    copies = forms.ChoiceField(
        label="Copies", required=False, choices=[("", "all"), *COPIES.items()]
    )
    party = PartyField(label="For party", required=False, max_length=6)
    flagged = forms.BooleanField(label="With findings only", required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("owner", "party"):
            self.fields[name].widget.attrs |= {"list": "parties", "placeholder": "NL/CPO"}

    @property
    def offers(self) -> dict[str, list[str]]:
        """What is offered while one writes."""
        rows = CredentialsRole.objects.order_by("party").values_list("party", flat=True)
        return {"parties": list(rows.distinct()[:MOST_PARTIES])}


class KeptAdmin(EndlessAdmin):
    """For looking only: what the hub keeps is its owner's to change."""

    telling = Telling(each(kept_objects.in_short), each(kept_objects.whole))
    filters = KeptFilter
    narrowing: ClassVar[tuple[str, ...]] = ("owner", "copies", "party", "flagged")
    search_fields = ("key",)
    empty_text = (
        "Nothing kept. Objects appear when their owner pushes them through the hub, when the hub"
        " pulls them, or with python manage.py import."
    )
    list_display: tuple[str, ...] = (
        "identity", "owner", "for_whom", "findings", "origin", "version", "updated", "changed",
    )  # fmt: skip
    fieldsets: ClassVar[tuple[tuple[str | None, Any], ...]] = (
        (None, {"fields": ("identity", "owner", "for_whom", "copies")}),
        (
            "Where it comes from",
            {"fields": ("came", "platform", "written", "updated", "changed", "first_kept")},
        ),
        ("What is wrong with it", {"fields": ("remarks",)}),
        ("As its owner wrote it", {"fields": ("document",)}),
        ("In each version of OCPI", {"fields": ("versions",)}),
        ("History", {"fields": ("history",)}),
        ("Who was sent it", {"fields": ("receivers",)}),
    )
    updated = staticmethod(moment("last_updated", "last updated by its owner"))
    changed = staticmethod(moment("changed_at", "changed here"))
    first_kept = staticmethod(moment("created_at", "first kept"))
    copies = staticmethod(kept_facts.copies)
    came = staticmethod(kept_facts.came)
    platform = staticmethod(kept_facts.platform)
    remarks = staticmethod(kept_facts.remarks)
    versions = staticmethod(kept_facts.versions)
    history = staticmethod(kept_facts.history)
    receivers = staticmethod(kept_facts.receivers)

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.asked(request)
        if asked is None:
            return rows.none()
        if asked["owner"]:
            rows = rows.filter(owner=asked["owner"])
        if asked["copies"] == "public":
            rows = rows.filter(audience=EVERYONE)
        elif asked["copies"] == "directed":
            rows = rows.filter(audience__gt=EVERYONE)
        if asked["party"]:
            rows = rows.filter(audience=asked["party"])
        if asked["flagged"]:
            rows = rows.filter(flagged=True)
        return rows.defer("payload")

    def order(self, request: HttpRequest) -> Order:
        """By id within an owner, by party where those of all parties are asked for."""
        asked = self.asked(request) or {}
        if asked.get("flagged") or asked.get("party"):
            return NEWEST_FIRST
        if asked.get("owner"):
            return ("key", "audience")
        return ("audience", "sequence") if asked.get("copies") == "directed" else NEWEST_FIRST

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[StoredObject], search_term: str
    ) -> tuple[QuerySet[StoredObject], bool]:
        identifier = search_term.strip()
        if not identifier:
            return queryset, False
        return queryset.filter(key__in=kept_rows.keys(self.model, identifier)), False

    @admin.display(description="id")
    def identity(self, row: StoredObject) -> str:
        return kept_rows.shown_key(row.key)

    @admin.display(description="kept for")
    def for_whom(self, row: StoredObject) -> str:
        return row.audience or "everyone"

    @admin.display(description="OCPI version")
    def written(self, row: StoredObject) -> str:
        return row.version

    @admin.display(description="findings")
    def findings(self, row: StoredObject) -> SafeString:
        words = ("bad", "some") if row.flagged else ("absent", "none")
        return format_html('<span class="{}">{}</span>', *words)

    @admin.display(description="object")
    def document(self, row: StoredObject) -> SafeString:
        return wire_json(kept_rows.document(row))


def _module_choices() -> list[tuple[str, str]]:
    return [("", "all"), *((name, name) for name in kept_rows.custom_modules())]


class CustomFilter(KeptFilter):
    """Custom modules share a table."""

    module = forms.ChoiceField(label="Module", required=False, choices=_module_choices)


class CustomAdmin(KeptAdmin):
    """Objects of custom modules."""

    filters = CustomFilter
    narrowing = (*KeptAdmin.narrowing, "module")
    list_display = ("identity", "module", *KeptAdmin.list_display[1:])
    fieldsets = (
        (None, {"fields": ("module", "identity", "owner", "for_whom", "copies")}),
        *KeptAdmin.fieldsets[1:],
    )

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        rows, asked = super().narrowed(request, rows), self.asked(request) or {}
        if asked.get("module"):
            return rows.filter(module=asked["module"])
        # Indexes of this table begin with the module.
        narrows = any(asked.values())
        return rows.filter(module__in=kept_rows.custom_modules()) if narrows else rows


def admin_of(model: type[StoredObject]) -> type[KeptAdmin]:
    return CustomAdmin if model is CustomObject else KeptAdmin
