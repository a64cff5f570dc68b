"""Findings: what is wrong with kept objects, the newest first."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString

from apps.console import kept_objects, kept_rows
from apps.console.columns import moment, to_row
from apps.console.endless import EndlessAdmin
from apps.console.fields import PartyField
from apps.console.pages import kept_facts
from apps.console.told_pages import Telling, each
from apps.modules import registry
from apps.parties.models import Platform
from apps.store import findings, references
from apps.store.models import CustomObject, Finding
from hub.ocpi.quality import RULES
from hub.ocpi.schema import Kind, Severity

COMING = (findings.OLDER.code, findings.RESENT.code, references.CODE, findings.MISSING)


def _any(names: Any) -> list[tuple[str, Any]]:
    return [("", "all"), *((name, name) for name in names)]


def _platforms() -> list[tuple[str, Any]]:
    rows = Platform.objects.order_by("name").values_list("pk", "name")
    return [("", "all"), *((str(number), name) for number, name in rows)]


def _modules() -> list[tuple[str, Any]]:
    return _any(sorted(module.id for module in registry().values() if module.keeps))


def _codes() -> list[tuple[str, Any]]:
    groups = {
        "Field tables": sorted(kind.code for kind in Kind),
        "Rules": sorted({rule.name for rule in RULES}),
        "What came and what did not": COMING,
    }
    named = [(title, [(code, code) for code in codes]) for title, codes in groups.items()]
    return [("", "all"), *named]


class FindingFilter(forms.Form):
    """What the list can be narrowed by; each has an index."""

    platform = forms.ChoiceField(label="Platform", required=False, choices=_platforms)
    module = forms.ChoiceField(label="Module", required=False, choices=_modules)
    severity = forms.ChoiceField(
        label="Severity", required=False, choices=_any(each.value for each in Severity)
    )
    code = forms.ChoiceField(label="Code", required=False, choices=_codes)
    owner = PartyField(
        label="Owner",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"placeholder": "NL/CPO"}),
    )


class FindingAdmin(EndlessAdmin):
    """For looking only: a finding goes when its owner mends the object."""

    telling = Telling(each(kept_objects.finding))
    filters = FindingFilter
    narrowing = ("platform", "module", "severity", "code", "owner")
    empty_text = "No findings: nothing is wrong with what the hub keeps."
    list_display = (
        "seen", "about", "whose", "remark", "code", "degree", "times", "platform_name",
    )  # fmt: skip
    list_display_links = ("seen",)
    fieldsets = (
        (None, {"fields": ("about", "whose", "path", "code", "degree", "message")}),
        ("When", {"fields": ("first", "seen", "times", "platform_name")}),
    )
    seen = staticmethod(moment("last_seen", "last seen"))
    first = staticmethod(moment("first_seen", "first seen"))
    degree = staticmethod(kept_facts.severity)
    remark = staticmethod(kept_facts.remark)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        named = Platform.objects.filter(pk=OuterRef("platform")).values("name")[:1]
        return super().get_queryset(request).annotate(named=Subquery(named))

    def narrowed(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        asked = self.asked(request)
        if asked is None:
            return rows.none()
        return rows.filter(**{name: value for name, value in asked.items() if value})

    @admin.display(description="object")
    def about(self, row: Finding) -> SafeString:
        return kept_rows.to_copy(row.module, row.owner, row.key, row.audience)

    @admin.display(description="in")
    def whose(self, row: Finding) -> str:
        return f"{row.module} of {row.owner}" + (f", for {row.audience}" if row.audience else "")

    @admin.display(description="came from")
    def platform_name(self, row: Any) -> SafeString | str:
        if row.platform is None:
            return "an import"
        if row.named is None:
            return "a platform that is gone"
        return to_row(Platform(pk=row.platform), row.named)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "object/", self.admin_site.admin_view(self.object_view), name="store_finding_object"
        )
        return [own, *super().get_urls()]

    def object_view(self, request: HttpRequest) -> HttpResponse:
        """Leads to the page of the copy that is asked for by its names; the public one where none
        is said to be meant."""
        asked = {name: request.GET.get(name, "") for name in ("module", "owner", "key", "audience")}
        model = kept_rows.model_of(asked["module"])
        rows: QuerySet[Any] = model._default_manager.all()
        rows = rows.filter(owner=asked["owner"], key=asked["key"])
        if model is CustomObject:
            rows = rows.filter(module=asked["module"])
        if "audience" in request.GET:
            rows = rows.filter(audience=asked["audience"])
        row = rows.order_by("audience").only("pk").first()
        kind = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        if row is None:
            messages.warning(request, "The hub does not keep that object any more.")
            return redirect(reverse(f"{kind}_changelist"))
        return redirect(reverse(f"{kind}_change", args=[row.pk]))
