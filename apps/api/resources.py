"""The table of resources: lists and single rows, and the acts that the pages offer for each.

From each line follow GET of the list, GET of one, and a POST for every act of its page; so whatever
operators can do to a row on a page, scripts can do.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from rest_framework.serializers import BaseSerializer

from apps.alerts.models import Alert, Kind
from apps.api import acting, network_shapes, shapes, traffic_shapes
from apps.api.lists import endless_page, query_of, small_page
from apps.api.operation import Call, NotThere, Operation, Page
from apps.audit.models import Entry
from apps.console import alert_facts, platform_facts
from apps.console.acts import ActsAdmin
from apps.console.endless import EndlessAdmin
from apps.console.fields import PartyField
from apps.console.told_pages import Telling, ToldAdmin, each
from apps.outbox.models import Delivery
from apps.parties.models import Agreement, CredentialsRole, PartyClaim, Platform
from apps.store.models import Finding
from apps.sync.models import Pull, Source
from apps.traffic.models import Leg
from hub.ocpi.module import Role
from hub.routing.agreements import State
from hub.routing.network import Status

Query = Mapping[str, forms.Field]


def chosen(names: Any, text: str = "") -> forms.Field:
    """A parameter with these values."""
    return forms.ChoiceField(
        choices=[("", ""), *((str(name), str(name)) for name in names)],
        required=False,
        help_text=text,
    )


def text(about: str = "") -> forms.Field:
    return forms.CharField(required=False, help_text=about)


def party() -> forms.Field:
    return PartyField(required=False, max_length=6, help_text="Such as NL/CPO.")


def exactly(**columns: str) -> Callable[[QuerySet[Any], Mapping[str, Any]], QuerySet[Any]]:
    """Narrows rows to those whose columns have the values of these parameters."""

    def narrow(rows: QuerySet[Any], asked: Mapping[str, Any]) -> QuerySet[Any]:
        return rows.filter(**{c: asked[n] for n, c in columns.items() if asked.get(n)})

    return narrow


everything = exactly()


def _with_party(rows: QuerySet[Any], asked: Mapping[str, Any]) -> QuerySet[Any]:
    found = exactly(state="state")(rows, asked)
    if asked["party"]:
        found = found.filter(Q(one=asked["party"]) | Q(other=asked["party"]))
    return found


def _open_only(rows: QuerySet[Any], asked: Mapping[str, Any]) -> QuerySet[Any]:
    found = alert_facts.raised(exactly(kind="kind")(rows, asked))
    return found if asked["all"] else found.filter(ended_at=None)


def _party(row: CredentialsRole) -> dict[str, Any]:
    return {
        "id": row.pk,
        "party": f"{row.country_code}/{row.party_id}",
        "role": row.role,
        "name": row.business_details.get("name", ""),
        "platform": row.platform.name,
        "platform_id": row.platform_id,
        "status": row.platform.status,
    }


@dataclass(frozen=True, slots=True)
class Resource:
    """One line of the table.

    Attributes:
        name: its word in URLs.
        model: its table.
        one: what one of it is called.
        about: what it is.
        shape: of a row in the list.
        whole_shape: of a row that is asked for alone; as in the list where left out.
        telling: rows as plain data, where there is no page that has them so.
        query, narrow, order: what a small list can be narrowed by, how, and its order. Large lists
            have these from their page.
        fixed: parameters of the page that are part of the path.
        rows: makes rows ready for being told.
        more: what is told besides of a row that is asked for alone, to a user, at a moment.
    """

    name: str
    model: type[Model]
    one: str
    about: str
    shape: type[BaseSerializer]
    whole_shape: type[BaseSerializer] | None = None
    query: Query = field(default_factory=dict)
    narrow: Callable[[QuerySet[Any], Mapping[str, Any]], QuerySet[Any]] = everything
    order: tuple[str, ...] = ("-pk",)
    fixed: Mapping[str, str] = field(default_factory=dict)
    telling: Telling | None = None
    rows: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows
    more: Callable[[Any, Any, datetime], Mapping[str, Any]] | None = None

    @property
    def word(self) -> str:
        """Its name in the names of operations."""
        return self.name.replace("/", "_")

    @property
    def group(self) -> str:
        return self.name.partition("/")[0]

    @property
    def page(self) -> ToldAdmin | None:
        """Its page for operators, if it has one."""
        found = admin.site._registry.get(self.model)
        return found if isinstance(found, ToldAdmin) else None

    @property
    def told(self) -> Telling:
        """What makes plain data of its rows: what does so for its page."""
        if self.telling is not None:
            return self.telling
        page = self.page
        assert page is not None  # where there is no page, the table says how
        return page.telling

    def needs(self, verb: str) -> str:
        """The permission to do that with it."""
        return f"{self.model._meta.app_label}.{verb}_{self.model._meta.model_name}"

    def parameters(self) -> Query:
        """What the list can be narrowed by."""
        page = self.page
        if not isinstance(page, EndlessAdmin):
            return self.query
        return {n: f for n, f in query_of(page).items() if n not in self.fixed}

    def all(self, call: Call) -> QuerySet[Any]:
        """The rows that the user may see, as the page has them."""
        page = self.page
        found = self.model._default_manager.all() if page is None else page.get_queryset(call.http)
        return self.rows(found)

    def get(self, call: Call) -> Any:
        """The row whose number is in the path. Raises NotThere."""
        row = self.all(call).filter(pk=call.path["id"]).first()
        if row is None:
            raise NotThere(f"There is no {self.one} {call.path['id']}.")
        return row

    def list(self, call: Call) -> Page:
        page = self.page
        if isinstance(page, EndlessAdmin):
            found = endless_page(page, call, self.fixed)
        else:
            found = small_page(self.narrow(self.all(call), call.asked), self.order, call)
        return Page(self.told.rows(found.items, call.now), found.next)

    def read(self, call: Call) -> Any:
        row = self.get(call)
        found = self.told.one(row, call.now)
        return {**found, **self.more(row, call.http.user, call.now)} if self.more else found


PLATFORMS = Resource(
    "platforms", Platform, "platform", "Connected systems, and those that are invited.",
    network_shapes.PlatformInShort, network_shapes.Platform,
    {"name": text(), "status": chosen(Status)}, exactly(name="name", status="status"), ("name",),
    more=partial(platform_facts.parts, names=("losses",)),
)  # fmt: skip
AGREEMENTS = Resource(
    "agreements", Agreement, "agreement", "Which parties may exchange which modules.",
    network_shapes.Agreement,
    query={"party": party(), "state": chosen(State)}, narrow=_with_party,
    rows=lambda rows: rows.prefetch_related("changes"),
)  # fmt: skip
RESOURCES = (
    PLATFORMS,
    Resource(
        "parties", CredentialsRole, "party", "The parties that platforms host, role by role.",
        network_shapes.Party,
        query={"party": party(), "role": chosen(Role), "platform": text("Its name.")},
        narrow=exactly(party="party", role="role", platform="platform__name"),
        order=("party", "role"), telling=Telling(each(_party)),
        rows=lambda rows: rows.select_related("platform"),
    ),
    Resource(
        "claims", PartyClaim, "claim", "Parties that a platform claimed and another one holds.",
        network_shapes.Claim,
        query={"decision": chosen(PartyClaim.Decision)}, narrow=exactly(decision="decision"),
        rows=lambda rows: rows.select_related("platform", "held_by"),
    ),
    AGREEMENTS,
    Resource(
        "messages", Leg, "message", "The message log, the newest first, leg by leg.",
        shapes.Message, shapes.WholeMessage,
    ),
    Resource(
        "deliveries", Delivery, "delivery", "What became of broadcast pushes, per receiving party.",
        traffic_shapes.Delivery, traffic_shapes.DeliveryInWords,
    ),
    Resource(
        "lists", Source, "pulled list", "The lists that the hub pulls: when next, and how far.",
        shapes.PulledList,
        query={"platform": text("Its name."), "module": text()},
        narrow=exactly(platform="platform__name", module="module"),
        rows=lambda rows: rows.select_related("platform", "latest__source"),
    ),
    Resource("pulls", Pull, "pull", "Every pull, the latest first.", shapes.Pull),
    Resource(
        "findings", Finding, "finding", "What is wrong with kept objects, the newest first.",
        shapes.Finding,
    ),
    Resource(
        "alerts", Alert, "alert", "What needs a person now; with `all` what is over, too.",
        shapes.Alert,
        query={"all": forms.BooleanField(required=False), "kind": chosen(Kind)},
        narrow=_open_only, rows=lambda rows: rows.filter(raised_at__isnull=False),
    ),
    Resource(
        "audit", Entry, "entry", "What operators did, the newest first, with its seal.",
        shapes.Entry,
    ),
)  # fmt: skip


def operations(resources: Sequence[Resource]) -> Iterator[Operation]:
    """What follows from the lines of the table."""
    for resource in resources:
        yield Operation(
            "GET", resource.name, f"{resource.word}_list", resource.group, resource.about,
            (resource.needs("view"),), resource.list, resource.shape,
            query=resource.parameters, paged=True,
        )  # fmt: skip
        yield Operation(
            "GET", f"{resource.name}/<int:id>", f"{resource.word}_one", resource.group,
            f"One {resource.one}.", (resource.needs("view"),), resource.read,
            resource.whole_shape or resource.shape,
        )  # fmt: skip
        if isinstance(resource.page, ActsAdmin):
            yield from acting.acts(
                resource.name, resource.needs("change"), resource.get, resource.page
            )
