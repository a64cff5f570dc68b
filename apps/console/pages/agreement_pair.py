"""The page of two parties: what decides between them, module by module; their agreements, with what
can be done to each; a form to offer a new one; and what was refused between them lately, with why.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from apps.console import agreement_facts, loss_facts, refusals, twin
from apps.console.agreement_relations import WORDS, between, modules
from apps.console.audited import now_is, tell
from apps.console.fields import ManyOf
from apps.console.loss_facts import Narrowing
from apps.console.pages.agreements import FIRST, AgreementAdmin
from apps.console.pages.platform_sections import refusal_table
from apps.hubclientinfo import agreements
from apps.modules import registry
from apps.parties import directory
from apps.parties.models import Agreement
from hub.ocpi.ids import PartyId
from hub.routing.agreements import EVERYBODY, flaw
from hub.routing.network import Network

NEEDED = ("parties.view_platform", "parties.view_agreement")
MOST_LOSSES = 20


class OfferForm(forms.Form):
    """A new agreement of the two."""

    modules = ManyOf(lambda: sorted(registry()), help_text="None means all but custom ones.")
    state = forms.ChoiceField(
        label="Begin as", choices=[(each.value, each.value) for each in FIRST]
    )
    reason = forms.CharField(label="Reason, kept in the history", required=False, max_length=200)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        chosen = self.fields["modules"]
        assert isinstance(chosen, ManyOf)
        chosen.offer(())


def page(request: HttpRequest) -> HttpResponse:
    """`?one=NL/CPO&other=DE/MSP`; `?module=` asks why that module is refused."""
    if not request.user.has_perms(NEEDED):
        raise PermissionDenied
    one, other = _parties(request)
    may_add = request.user.has_perm("parties.add_agreement")
    form = OfferForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_add:
            raise PermissionDenied
        if form.is_valid() and _record(request, one, other, form.cleaned_data):
            return HttpResponseRedirect(url_of(one, other))
    asked = request.GET.get("module", "")
    facts = pair(request.user, one, other, asked if asked in registry() else "")
    if twin.wanted(request):
        return twin.twin(facts)
    refused = facts["refusals"]
    context = {
        **admin.site.each_context(request),
        "title": f"{one} and {other}",
        "facts": facts,
        "letters": [{**row, "letter": WORDS[row["relation"]][0]} for row in facts["modules"]],
        "agreements": [
            {**each, "buttons": _buttons(request, each["id"])} for each in facts["agreements"]
        ],
        "names": [module.id for module in modules()],
        "form": form if may_add else None,
        "refused": refusal_table(refused) if refused is not None else None,
        "differ": _differ(facts["spoken"]),
        "json": urlencode({"one": one, "other": other, "module": facts["asked"], "format": "json"}),
    }
    return TemplateResponse(request, "console/agreement_pair.html", context)


def _differ(spoken: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether anything between the two is converted."""
    return len({each["version"] for hosts in spoken.values() for each in hosts} - {""}) > 1


def url_of(one: PartyId | str, other: PartyId | str) -> str:
    """The page of two parties."""
    return f"{reverse('console:agreement_pair')}?{urlencode({'one': one, 'other': other})}"


def _parties(request: HttpRequest) -> tuple[PartyId, PartyId]:
    """The two that are asked for. Raises Http404 where they cannot be two parties."""
    one, other = (request.GET.get(name, "").strip().upper()[:6] for name in ("one", "other"))
    if why := no_pair(one, other):
        raise Http404(why)
    return PartyId.parse(one), PartyId.parse(other)


def no_pair(one: str, other: str) -> str:
    """Why these are not two parties; empty when they are."""
    wrong = EVERYBODY in (one, other) or flaw(one, other, None, None)
    return "two parties such as NL/CPO are needed" if wrong else ""


def pair(
    user: User | AnonymousUser, one: PartyId, other: PartyId, asked: str = ""
) -> dict[str, Any]:
    """How two parties stand to each other now, why in the module `asked`, and what was refused
    between them lately, as far as the user may see messages."""
    directory.refresh_if_changed()
    network, now = directory.snapshot(), timezone.now()
    rules = between(network, one, other)
    seen = user.has_perm("traffic.view_leg")
    return {
        "one": str(one),
        "other": str(other),
        "known": {str(party): party in network.parties for party in (one, other)},
        "policy": "open" if network.open_policy else "required",
        "modules": rules,
        "agreements": agreement_facts.agreements(_rows(str(one), str(other)), now),
        "asked": asked,
        "answer": next((rule for rule in rules if rule["module"] == asked), None),
        "refusals": refusals.between(str(one), str(other), asked) if seen else None,
        "spoken": {str(party): _spoken(network, party) for party in (one, other)},
        "losses": _losses(network, one, other) if seen else None,
    }


def _spoken(network: Network, party: PartyId) -> list[dict[str, Any]]:
    """The platforms of a party, and what they speak."""
    hosts = {each.platform.id: each.platform for each in network.parties.get(party, ())}
    return [
        {"id": key, "platform": host.name, "version": host.version} for key, host in hosts.items()
    ]


def _losses(network: Network, one: PartyId, other: PartyId) -> list[dict[str, Any]]:
    """What each is told with a loss when it comes in the version of the other one, whoever sent it:
    it is counted by versions, not by parties."""
    found: list[dict[str, Any]] = []
    for told, teller in ((one, other), (other, one)):
        sources = {each["version"] for each in _spoken(network, teller)}
        for host in _spoken(network, told):
            for source in sorted(sources - {host["version"]}):
                narrowing = Narrowing(platform=host["id"], source=source, target=host["version"])
                found += loss_facts.losses(narrowing, most=MOST_LOSSES)["rows"]
    return found


def _rows(one: str, other: str) -> list[Agreement]:
    """Agreements of the two in the order in which they decide: their own, then offers to all."""
    rows = Agreement.objects.prefetch_related("changes").order_by("-pk")
    own = rows.filter(one=one, other=other) | rows.filter(one=other, other=one)
    return [*own, *rows.filter(other=EVERYBODY, one__in=(one, other))]


def _buttons(request: HttpRequest, key: int) -> list[tuple[str, str]]:
    if not request.user.has_perm("parties.change_agreement"):
        return []
    row = Agreement.objects.get(pk=key)
    base = "admin:parties_agreement_act"
    return [
        (act.label, f"{reverse(base, args=[act.name])}?id={key}")
        for act in AgreementAdmin.acts
        if not act.fits(row)
    ]


def _record(request: HttpRequest, one: PartyId, other: PartyId, asked: dict[str, Any]) -> bool:
    """Records what the form asks for; says what is wrong with it otherwise."""
    row = Agreement(one=str(one), other=str(other), modules=asked["modules"], state=asked["state"])
    try:
        agreements.record(row, request.user.get_username(), asked["reason"], timezone.now())
    except agreements.NotPossible as error:
        messages.error(request, f"{row}: {error}")
        return False
    tell(request, "Add", row, {}, now_is(row), asked["reason"])
    messages.success(request, f"{row} is {row.state}.")
    for party in agreements.unknown_parties(row):
        messages.warning(request, f"No platform hosts {party} yet.")
    return True
