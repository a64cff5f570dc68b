"""Platforms: who is connected, invited or suspended, and what an operator can do about it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from apps.console import facts, platform_facts, twin
from apps.console.acts import ActsAdmin
from apps.console.columns import NOTHING, moment, shown, table, to_list, to_row
from apps.console.fields import ManyOf, PartyField
from apps.console.pages import connection, endpoints, platform_acts, platform_sections
from apps.console.told_pages import Telling, each, each_at
from apps.credentials.invitations import NameTaken, invite
from apps.credentials.pages import VERSIONS
from apps.modules import registry
from apps.outbox.models import Delivery
from apps.parties import directory, platforms
from apps.parties.models import Platform
from apps.store.models import Finding
from apps.sync.models import Source
from apps.traffic.models import Leg
from hub.routing.network import TokenKind
from hub.routing.pulled import can_be_pulled

KINDS = {
    TokenKind.INVITATION: "token A of its invitation",
    TokenKind.ISSUED: "the hub's token, which it sends",
    TokenKind.THEIRS: "its own token, which the hub sends",
}


def _pulled() -> list[str]:
    return sorted(module.id for module in registry().values() if can_be_pulled(module))


class SwitchesForm(forms.ModelForm):
    """What may be edited of a platform: its name in this hub and its switches."""

    hidden_versions = ManyOf(
        lambda: VERSIONS, help_text=Platform._meta.get_field("hidden_versions").help_text
    )
    not_pulled = ManyOf(
        _pulled,
        label="Not pulled",
        help_text="Modules whose lists the hub leaves alone at this platform.",
    )
    presents_as = PartyField(
        required=False,
        max_length=6,
        help_text=Platform._meta.get_field("presents_as").help_text,
    )

    class Meta:
        model = Platform
        fields = ("name", *facts.SWITCHES)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("hidden_versions", "not_pulled"):
            field = self.fields.get(name)  # not there for a user who may only look
            if isinstance(field, ManyOf):
                field.offer(getattr(self.instance, name))


class InvitationForm(forms.Form):
    """All that an invitation needs."""

    name = forms.CharField(
        max_length=100,
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True}),
        help_text="What you call the partner's system, such as Example Charging.",
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Platform.objects.filter(name=name).exists():
            raise ValidationError(
                "There is a platform of that name. To let it start over, open its page and choose"
                " Register again."
            )
        return name


class PlatformAdmin(ActsAdmin):
    """The list, the page of one platform, and inviting in place of adding."""

    telling = Telling(each(facts.in_short), each_at(facts.platform))
    acts = platform_acts.ACTS
    form = SwitchesForm
    inlines = (endpoints.EndpointInline,)
    empty_text = "No platforms. Invite one: it gets a token and the URL to begin at."
    list_display = ("name", "status", "version", "parties", "seen", "open_claims")
    search_fields = ("name", "roles__party")
    readonly_fields = (
        "state", "speaks", "versions", "version", "seen", "created", "parties_table", "habits",
        "tokens_table", "claims_table", "traffic", "is_there", "naming", "history", "caught_up",
        "given", *platform_sections.FIELDS,
    )  # fmt: skip
    change_form_template = "console/platform.html"
    fieldsets = (
        (None, {"fields": ("name", "state", "speaks", "versions", "seen", "traffic")}),
        ("Parties and agreements", {"fields": ("parties_table", "claims_table", "agreements")}),
        ("Deliveries and pulls", {"fields": ("lane", "pulls")}),
        ("What went wrong", {"fields": ("refused", "findings", "losses")}),
        ("Connection", {"fields": ("is_there", "naming", "history", "caught_up", "given")}),
        ("Habits and tokens", {"fields": ("habits", "tokens_table", "created")}),
        ("Switches and limits", {"fields": (*facts.SWITCHES, "limits")}),
        ("What it sees of the hub", {"fields": ("offered",), "classes": ("collapse",)}),
        ("What was done to it", {"fields": ("acts_table",)}),
    )
    seen = staticmethod(moment("last_seen", "last seen"))
    created = staticmethod(moment("created_at", "first invited"))
    speaks = staticmethod(connection.speaks)
    is_there = staticmethod(connection.is_there)
    naming = staticmethod(connection.naming)
    history = staticmethod(connection.history)
    caught_up = staticmethod(connection.caught_up)
    given = staticmethod(connection.given)
    habits = staticmethod(platform_sections.habits)
    lane = staticmethod(platform_sections.lane)
    agreements = staticmethod(platform_sections.agreements)
    pulls = staticmethod(platform_sections.pulls)
    findings = staticmethod(platform_sections.findings)
    refused = staticmethod(platform_sections.refused)
    offered = staticmethod(platform_sections.offered)
    limits = staticmethod(platform_sections.limits)
    losses = staticmethod(platform_sections.losses)
    acts_table = staticmethod(platform_sections.acts)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Platform]:
        return facts.with_open_claims(super().get_queryset(request))

    @admin.display(description="parties")
    def parties(self, row: Platform) -> str:
        return ", ".join(str(role) for role in row.roles.all()) or NOTHING

    @admin.display(description="open claims", ordering="open_claims")
    def open_claims(self, row: Any) -> int:
        return int(row.open_claims)

    @admin.display(description="status")
    def state(self, row: Platform) -> str:
        since = f"{row.status} since {shown(row.status_since)}"
        return f"{since}: {row.status_cause}" if row.status_cause else since

    @admin.display(description="its versions URL")
    def versions(self, row: Platform) -> str:
        return row.versions_url or NOTHING

    @admin.display(description="traffic")
    def traffic(self, row: Platform) -> SafeString:
        return table(
            ("message log", "deliveries", "pulled lists", "findings"),
            [
                (
                    to_list(Leg, "its messages", platform=row.pk),
                    to_list(Delivery, "what waits for it", waiting_for=row.pk),
                    to_list(Source, "what the hub pulls", platform__id__exact=row.pk),
                    to_list(Finding, "what is wrong with its objects", platform=row.pk),
                )
            ],
            NOTHING,
        )

    @admin.display(description="parties")
    def parties_table(self, row: Platform) -> SafeString:
        rows = [
            (f"{r.country_code}/{r.party_id}", r.role, r.business_details.get("name", NOTHING))
            for r in row.roles.all()
        ]
        return table(("party", "role", "name"), rows, "none: it has not registered yet")

    @admin.display(description="open claims")
    def claims_table(self, row: Platform) -> SafeString:
        claims = row.claims.filter(facts.CLAIM_OPEN).select_related("held_by")
        rows = [(to_row(c, f"{c.party} {c.role}"), c.held_by, shown(c.claimed_at)) for c in claims]
        return table(("party", "held by", "claimed"), rows, "none")

    @admin.display(description="tokens")
    def tokens_table(self, row: Platform) -> SafeString:
        rows = [
            (
                KINDS[TokenKind(t.kind)],
                timesince(t.created_at),
                shown(t.expires_at),
                "yes" if t.replaced else "no",
            )
            for t in row.tokens.all()
        ]
        headings = ("token", "age", "ends", "replaced")
        return table(headings, rows, "none: let it register again")

    def get_fieldsets(self, request: HttpRequest, obj: Platform | None = None) -> Any:
        """Without the sections of which the user may not see more either."""
        found = []
        for title, options in super().get_fieldsets(request, obj):
            names = tuple(str(name) for name in options["fields"])
            if fields := platform_sections.visible(names, request.user):
                found.append((title, {**options, "fields": fields}))
        return found

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not twin.wanted(request):
            return super().change_view(request, object_id, form_url, extra_context)
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise PermissionDenied
        now = timezone.now()
        return twin.twin(
            {**facts.platform(row, now), **platform_facts.parts(row, request.user, now)}
        )

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                invitation = invite(form.cleaned_data["name"], now=timezone.now())
            except NameTaken as taken:
                form.add_error("name", f"{taken}.")
            else:
                self.log_addition(request, platforms.named(invitation.platform), "Invited")
                return self.show_invitations(request, [invitation])
        context = {
            **self.admin_site.each_context(request),
            "title": "Invite a platform",
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "console/invite.html", context)

    def save_model(self, request: HttpRequest, obj: Platform, form: Any, change: bool) -> None:
        # These columns only: the gateway writes others of the same row at any time.
        if form.changed_data:
            obj.save(update_fields=form.changed_data)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.changed_data or any(formset.has_changed() for formset in formsets):
            directory.changed()

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        endpoints.save(formset)

    def delete_model(self, request: HttpRequest, obj: Platform) -> None:
        platforms.forget(obj.name)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        """Who may delete a platform may delete what belongs to it; that is told in numbers."""
        told: tuple[Any, ...] = super().get_deleted_objects(objs, request)
        nested, counts, _, protected = told
        own = [shown_object for shown_object in nested if not isinstance(shown_object, list)]
        return own, counts, set(), protected
