"""The dry run page: what the hub would do with a request that is pasted, or that it has logged."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from apps.console import trying, twin
from apps.console.endless import number
from apps.parties.models import Platform
from apps.traffic.models import Leg

NEEDED = ("parties.view_platform", "parties.view_agreement")


def _platforms() -> list[tuple[str, str]]:
    names = Platform.objects.order_by("name").values_list("name", flat=True)
    return [("", "whoever hosts OCPI-from"), *((name, name) for name in names)]


class RequestForm(forms.Form):
    """A request. A token in its headers is dropped, and not shown again."""

    platform = forms.ChoiceField(label="Calling platform", required=False, choices=_platforms)
    method = forms.ChoiceField(choices=[(each, each) for each in trying.METHODS])
    path = forms.CharField(
        label="Path",
        max_length=2000,
        widget=forms.TextInput(attrs={"placeholder": "/ocpi/2.2.1/receiver/tariffs/NL/CPO/T1"}),
    )
    headers = forms.CharField(
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 5, "placeholder": "OCPI-from-country-code: NL\nOCPI-from-party-id: CPO"}
        ),
    )
    body = forms.CharField(
        label="Body", required=False, widget=forms.Textarea(attrs={"rows": 5}), strip=False
    )

    def clean_path(self) -> str:
        try:
            return trying.hub_path(self.cleaned_data["path"])
        except trying.CannotTry as error:
            raise ValidationError(str(error)) from error

    def clean_headers(self) -> str:
        try:
            lines = trying.header_lines(self.cleaned_data["headers"])
        except trying.CannotTry as error:
            raise ValidationError(str(error)) from error
        return "\n".join(f"{name}: {value}" for name, value in lines)


def page(request: HttpRequest) -> HttpResponse:
    """The form; what would become of the request; with `message`, of one in the log."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    written, problem, lacks_body = _written(request)
    form = RequestForm(written)
    result: dict[str, Any] | None = None
    if written is not None and not problem:
        if form.is_valid():
            result, problem = _result(form.cleaned_data)
        else:
            problem = " ".join(_told(form))
        # What is shown again is what was read: no token that somebody pasted.
        shown = {**written, **form.cleaned_data}
        if "headers" in form.errors:
            shown["headers"] = ""
        form = RequestForm(initial=shown)
    if twin.wanted(request):
        return twin.twin(
            result or {"error": problem or "nothing was asked"}, 200 if result else 400
        )
    context = {
        **admin.site.each_context(request),
        "title": "Dry run",
        "form": form,
        "problem": problem,
        "result": result,
        "lacks_body": lacks_body,
        "message": number(request, "message"),
    }
    return TemplateResponse(request, "console/dry_run.html", context)


def _written(request: HttpRequest) -> tuple[dict[str, Any] | None, str, bool]:
    """The request to try, why there is none, and whether the log lacks its body."""
    if request.method == "POST":
        return {name: request.POST.get(name, "") for name in RequestForm.base_fields}, "", False
    key = number(request, "message")
    if key is not None:
        if not request.user.has_perm("traffic.view_leg"):
            raise PermissionDenied
        leg = Leg.objects.filter(pk=key).first()
        if leg is None:
            raise Http404
        try:
            found = trying.of_leg(leg)
        except trying.CannotTry as error:
            return None, str(error), False
        return found, "", bool(found.pop("lacks_body"))
    if "path" in request.GET:
        names = [name for name in RequestForm.base_fields if name != "body"]
        return {name: request.GET.get(name, "") for name in names} | {"body": ""}, "", False
    return None, "", False


def _told(form: RequestForm) -> list[str]:
    """What is wrong with the fields."""
    return [f"{form[name].label}: {text}" for name, texts in form.errors.items() for text in texts]


def _result(asked: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
    try:
        run = trying.try_out(
            asked["method"],
            asked["path"],
            trying.header_lines(asked["headers"]),
            # A form sends line ends of its own; JSON does not mind which.
            asked["body"].strip().encode(),
            asked["platform"],
            timezone.now(),
        )
    except trying.CannotTry as error:
        return None, str(error)
    return run, ""
