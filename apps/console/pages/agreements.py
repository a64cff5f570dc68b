"""Which two parties may exchange which modules, from when to when."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.console.columns import moment
from apps.console.fields import ManyOf, PartyField
from apps.modules import registry
from apps.parties import directory
from apps.parties.models import Agreement, CredentialsRole


def _modules() -> list[str]:
    return sorted(module.id for module in registry().values())


class AgreementForm(forms.ModelForm):
    """Parties are checked for spelling, not for being here: an agreement may come first."""

    one = PartyField(max_length=6, label="One party", help_text="Such as NL/CPO.")
    other = PartyField(max_length=6, label="The other", help_text="Such as DE/MSP.")
    modules = ManyOf(_modules, help_text="None checked means all but custom modules.")

    class Meta:
        model = Agreement
        fields = ("one", "other", "modules", "state", "starts_at", "ends_at")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        modules = self.fields.get("modules")  # not there for a user who may only look
        if isinstance(modules, ManyOf):
            modules.offer(self.instance.modules)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("one") and values["one"] == values.get("other"):
            raise ValidationError("An agreement is between two different parties.")
        starts, ends = values.get("starts_at"), values.get("ends_at")
        if starts and ends and ends <= starts:
            raise ValidationError({"ends_at": "It must end after it starts."})
        return values


class AgreementAdmin(admin.ModelAdmin):
    """Every change reaches the gateway at once."""

    form = AgreementForm
    fieldsets = (
        (None, {"fields": ("one", "other", "modules", "state")}),
        ("From when to when, in UTC", {"fields": ("starts_at", "ends_at")}),
    )
    empty_text = (
        "No agreements. With HUB_AGREEMENTS=open all parties may talk, and only custom modules"
        " need one; with HUB_AGREEMENTS=required every pair of parties does."
    )
    list_display = ("__str__", "what", "state", "starts", "ends")
    search_fields = ("one", "other")
    list_filter = ("state",)
    starts = staticmethod(moment("starts_at", "starts"))
    ends = staticmethod(moment("ends_at", "ends"))

    @admin.display(description="modules")
    def what(self, row: Agreement) -> str:
        return ", ".join(row.modules) or "all but custom ones"

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            directory.changed()
        for party in (obj.one, obj.other):
            if not CredentialsRole.objects.filter(party=party).exists():
                messages.warning(request, f"No platform hosts {party} yet.")

    def delete_model(self, request: HttpRequest, obj: Agreement) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            directory.changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Agreement]) -> None:
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            directory.changed()
