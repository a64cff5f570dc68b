"""A platform's endpoints on its page: what it listed, and an operator's corrections."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from apps.console.fields import partner_url
from apps.parties.models import Endpoint


class EndpointForm(forms.ModelForm):
    """Only the override of a listed endpoint can be changed; one that is missing can be added."""

    override = forms.CharField(
        max_length=255,
        required=False,
        validators=[partner_url],
        widget=forms.URLInput(attrs={"class": "vURLField"}),
        help_text="Used in place of the listed URL; survives the next registration.",
    )

    class Meta:
        model = Endpoint
        fields = ("module", "interface", "override")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        row = self.instance
        which = f"of {row.module} {row.interface}" if row.pk is not None else "of a new endpoint"
        for name, field in self.fields.items():
            # In a table only the column has a name, which a screen reader does not read here.
            field.widget.attrs["aria-label"] = f"{name} {which}".capitalize()
        if row.pk is None:
            return
        for name in ("module", "interface"):
            if name in self.fields:
                self.fields[name].disabled = True


class EndpointInline(admin.TabularInline):
    """Whoever may change the platform may correct its endpoints."""

    model = Endpoint
    form = EndpointForm
    fields = ("module", "interface", "url", "override")
    readonly_fields = ("url",)
    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perms(["parties.view_platform"]) or self._may_change(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may_change(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may_change(request)

    def _may_change(self, request: HttpRequest) -> bool:
        return request.user.has_perms(["parties.change_platform"])


def save(formset: Any) -> None:
    """Keeps the overrides; a row that nobody lists and nobody overrides goes."""
    for endpoint in formset.save(commit=False):
        if endpoint.pk is None:
            endpoint.save()
        elif endpoint.url or endpoint.override:
            endpoint.save(update_fields=["override"])
        else:
            endpoint.delete()
