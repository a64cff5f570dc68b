"""Which parties may exchange which modules, from when to when; what is done to it, and by whom."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Value
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.console import agreement_facts
from apps.console.acts import Act, ActsAdmin
from apps.console.columns import moment, shown, table
from apps.console.fields import ManyOf, PartyField
from apps.console.told_pages import Telling
from apps.hubclientinfo import agreements
from apps.modules import registry
from apps.parties.models import Agreement
from hub.routing import agreements as rules
from hub.routing.agreements import EVERYBODY, State

RECORDED = "recorded here"
# In these an agreement may be recorded; what comes later is done to it.
FIRST = (State.OFFERED, State.ACTIVE)


def _modules() -> list[str]:
    return sorted(module.id for module in registry().values())


class OtherField(PartyField):
    """A party, or * for all of the opposite side."""

    def to_python(self, value: Any) -> str:
        return EVERYBODY if str(value or "").strip() == EVERYBODY else super().to_python(value)


class AgreementForm(forms.ModelForm):
    """Parties are checked for spelling, not for being here: an agreement may come first."""

    one = PartyField(max_length=6, label="One party", help_text="Such as NL/CPO.")
    other = OtherField(
        max_length=6,
        label="The other",
        help_text="Such as DE/MSP. With * the first party offers the modules to every party of the"
        " opposite side; an agreement of two parties goes before it.",
    )
    modules = ManyOf(_modules, help_text="None checked means all but custom modules.")

    class Meta:
        model = Agreement
        fields = ("one", "other", "modules", "state", "starts_at", "ends_at")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        modules = self.fields.get("modules")  # not there for a user who may only look
        if isinstance(modules, ManyOf):
            modules.offer(self.instance.modules)
        state = self.fields.get("state")  # nor is this once it is recorded
        if isinstance(state, forms.ChoiceField):
            state.choices = [(each.value, each.value) for each in FIRST]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        one, other = (values.get(name) or getattr(self.instance, name) for name in ("one", "other"))
        wrong = rules.flaw(one, other, values.get("starts_at"), values.get("ends_at"))
        if one and other and wrong:
            raise ValidationError(f"{wrong[0].upper()}{wrong[1:]}.")
        return values


def _act(act: rules.Act, label: str, warning: str) -> Act:
    """One of the acts as a button. Rows say who asks for it, see get_queryset."""

    def run(row: Any, reason: str, now: datetime) -> str:
        done = agreements.change(row.pk, act, row.acting, reason, now)
        return f"{done} is {done.state}."

    def fits(row: Agreement) -> str:
        return agreements.why_not(row, act, timezone.now())

    return Act(act.value, label, warning, run, fits, asks_reason=True)


class AgreementAdmin(ActsAdmin):
    """Every change reaches the gateway at once."""

    telling = Telling(agreement_facts.agreements)
    acts = (
        _act(
            rules.Act.ACTIVATE,
            "Activate",
            "The parties may exchange the modules. Both are told, and then get what the other has,"
            " as far as they could not have it before.",
        ),
        _act(
            rules.Act.PAUSE,
            "Pause",
            "The parties exchange nothing of it and show each other as PLANNED, until you activate"
            " it again.",
        ),
        _act(
            rules.Act.END,
            "End",
            "The parties exchange nothing of it any more and do not see each other's objects."
            " It stays ended: for another start record a new one.",
        ),
    )
    form = AgreementForm
    change_form_template = "console/agreement.html"
    fieldsets = (
        (None, {"fields": ("one", "other", "modules", "state")}),
        ("From when to when, in UTC", {"fields": ("starts_at", "ends_at")}),
        ("History", {"fields": ("history_table",)}),
    )
    empty_text = (
        "No agreements. With HUB_AGREEMENTS=open all parties may talk, and only custom modules"
        " need one; with HUB_AGREEMENTS=required every pair of parties does."
    )
    list_display = ("__str__", "what", "state", "starts", "ends", "says")
    search_fields = ("one", "other")
    list_filter = ("state",)
    starts = staticmethod(moment("starts_at", "starts"))
    ends = staticmethod(moment("ends_at", "ends"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(acting=Value(request.user.get_username()))

    def get_readonly_fields(
        self, request: HttpRequest, obj: Agreement | None = None
    ) -> tuple[str, ...]:
        return ("history_table",) if obj is None else ("one", "other", "state", "history_table")

    @admin.display(description="modules")
    def what(self, row: Agreement) -> str:
        return ", ".join(row.modules) or "all but custom ones"

    @admin.display(description="now")
    def says(self, row: Agreement) -> str:
        state = State(row.state)
        relation = rules.relation_at(state, row.starts_at, row.ends_at, timezone.now())
        return "not begun" if relation is None else relation.value

    @admin.display(description="changes of state")
    def history_table(self, row: Agreement) -> SafeString:
        rows = [(shown(c.at), c.before, c.after, c.by, c.cause) for c in row.changes.all()]
        return table(("when", "from", "to", "by", "reason"), rows, "none yet")

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        if change:
            agreements.revise(obj, timezone.now())
        else:
            agreements.record(obj, request.user.get_username(), RECORDED, timezone.now())
        for party in agreements.unknown_parties(obj):
            messages.warning(request, f"No platform hosts {party} yet.")

    def delete_model(self, request: HttpRequest, obj: Agreement) -> None:
        agreements.remove(obj, timezone.now())
