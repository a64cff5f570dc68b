"""The list of the message log: narrowed by any mixture of things, and quick whatever is asked.

One condition leads through an index with the newest first; the others are looked for among the
MOST_READ rows that it leads to. Where that is not far enough, the list says how far it has looked,
and goes on from there.
"""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import msgspec
from django import forms
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import Contains
from django.http import HttpRequest

from apps.console.endless import NEWER, OLDER, EndlessList, Order, number
from apps.console.fields import PartyField
from apps.modules import registry
from apps.parties.models import CredentialsRole, Platform
from apps.traffic.models import RARE_METHODS
from apps.traffic.outcome import Outcome

MOST_READ = 20_000
MOST_PARTIES = 1_000
ANY = "*"
# The notes of a leg, their paths without positions in lists.
_FIELDS = Func(
    F("notes"), Value(r"\[\d+\]"), Value(""), Value("g"),
    function="regexp_replace", output_field=TextField(),
)  # fmt: skip
BY_TIME: Order = ("-at", "-pk")
METHODS = ("GET", "PUT", "PATCH", "POST", "DELETE")
OUTCOMES = {
    Outcome.OK: "ok",
    Outcome.REFUSED: "refused: somebody said no",
    Outcome.FAILED: "failed: no usable answer",
}
CONFIGURATION = ("credentials", "hubclientinfo", "versions")


def _platforms() -> list[tuple[str, str]]:
    rows = Platform.objects.order_by("name").values_list("pk", "name")
    return [("", "all"), *((str(key), name) for key, name in rows)]


def _modules() -> list[tuple[str, str]]:
    names = sorted({*registry(), *CONFIGURATION})
    return [("", "all"), *((name, name) for name in names)]


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(
        format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "step": "60"}
    )


class LogFilter(forms.Form):
    """What the log can be narrowed by."""

    q = forms.CharField(
        label="Correlation or request id", required=False, max_length=64, strip=True
    )
    platform = forms.ChoiceField(label="Platform", required=False, choices=_platforms)
    party = PartyField(
        label="Party",
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"list": "parties", "placeholder": "NL/CPO"}),
    )
    module = forms.ChoiceField(label="Module", required=False, choices=_modules)
    method = forms.ChoiceField(
        label="Method", required=False, choices=[("", "all"), *((m, m) for m in METHODS)]
    )
    outcome = forms.ChoiceField(
        label="Outcome",
        required=False,
        choices=[("", "all"), *((each.value, text) for each, text in OUTCOMES.items())],
    )
    lost = forms.CharField(
        label="Lost between versions",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "* or $.evses.parking"}),
        help_text="A field, without positions in lists; * is any.",
    )
    since = forms.DateTimeField(label="From (UTC)", required=False, widget=_moment())
    until = forms.DateTimeField(label="Until (UTC)", required=False, widget=_moment())

    @property
    def offers(self) -> dict[str, list[str]]:
        """What is offered while one writes."""
        rows = CredentialsRole.objects.order_by("party").values_list("party", flat=True)
        return {"parties": list(rows.distinct()[:MOST_PARTIES])}


NARROWING = tuple(name for name in LogFilter.base_fields if name != "q")


class Way(NamedTuple):
    """One way to the rows: a condition that an index leads through in the order of time, and what
    else they must fulfil."""

    led: Q
    rest: Q


def ways(asked: dict[str, Any]) -> list[Way]:
    """The ways to all rows that are asked for. Two for a party, which may be at either end."""
    span, rest = _window(asked), _plain(asked)
    indexed = _indexed(asked)
    if not indexed:
        return [Way(span, rest)]
    for others in indexed[1:]:
        rest &= reduce(or_, others)
    return [Way(span & each, rest) for each in indexed[0]]


def _window(asked: dict[str, Any]) -> Q:
    """The span of time: every index of the list is in its order."""
    span = Q()
    if asked["since"]:
        span &= Q(at__gte=asked["since"])
    if asked["until"]:
        span &= Q(at__lt=asked["until"])
    return span


def _indexed(asked: dict[str, Any]) -> list[tuple[Q, ...]]:
    """Conditions that have an index, the most telling first; one of each tuple must hold."""
    found: list[tuple[Q, ...]] = []
    if asked["outcome"] not in ("", Outcome.OK):
        # The second half is the condition of the index, as PostgreSQL wants to see it.
        found.append((Q(outcome=asked["outcome"]) & ~Q(outcome=Outcome.OK),))
    if asked["platform"]:
        found.append((Q(platform_id=int(asked["platform"])),))
    if asked["party"]:
        found.append((Q(from_party=asked["party"]), Q(to_party=asked["party"])))
    if asked["method"] in RARE_METHODS:
        found.append((Q(method=asked["method"], method__in=RARE_METHODS),))
    if asked["module"]:
        found.append((Q(module=asked["module"]),))
    return found


def _plain(asked: dict[str, Any]) -> Q:
    """Conditions that most rows fulfil, so that no index would help."""
    wanted = Q()
    if asked["outcome"] == Outcome.OK:
        wanted &= Q(outcome=Outcome.OK)
    if asked["method"] and asked["method"] not in RARE_METHODS:
        wanted &= Q(method=asked["method"])
    if asked["lost"]:
        wanted &= ~Q(notes="")
    if asked["lost"] not in ("", ANY):
        wanted &= Q(Contains(_FIELDS, f'"path":{msgspec.json.encode(asked["lost"]).decode()}'))
    return wanted


class LogList(EndlessList):
    """A page of the log. `looked_to` is how far it has looked, where that was not to the end."""

    looked_to: datetime | None = None
    _cut: dict[str, Any] | None = None

    def __init__(self, request: HttpRequest, *arguments: Any) -> None:
        super().__init__(request, *arguments)
        self.words = EndlessList.words

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if self._cut is not None:
            name = NEWER if number(request, NEWER) is not None else OLDER
            self.looked_to = self._cut["at"]
            self.look_on = self.get_query_string({name: self._cut["pk"]}, [OLDER, NEWER])
            # The page beside this one begins where the look ended, not after the last that fits.
            if name == OLDER:
                self.older = ""
            else:
                self.newer = ""

    def _page(self, key: int | None, *, forward: bool) -> tuple[list[Any], bool]:
        asked = self.model_admin.asked(self._request)
        if self.query or asked is None:
            return super()._page(key, forward=forward)
        place = None if key is None else self._place(key)
        if key is not None and place is None:
            return [], False
        found: dict[int, Any] = {}
        ends: list[dict[str, Any]] = []
        for led, rest in ways(asked):
            rows, end = self._by(led, rest, place, forward)
            found |= {row.pk: row for row in rows}
            ends += [] if end is None else [end]
        # Nearest to where the look began: beyond it one of the ways has not looked.
        nearest = max if forward else min
        cut = nearest(ends, key=_position) if ends else None
        fitting = sorted(found.values(), key=lambda row: (row.at, row.pk), reverse=forward)
        if cut is not None:
            fitting = [row for row in fitting if _before(row, cut, forward)]
        size = self.list_per_page
        more = len(fitting) > size
        self._cut = None if more else cut
        shown = fitting[:size] if forward else fitting[:size][::-1]
        return shown, more or cut is not None

    def _by(
        self, led: Q, rest: Q, place: dict[str, Any] | None, forward: bool
    ) -> tuple[list[Any], dict[str, Any] | None]:
        """What one way finds, and the last that it looked at when there was more to look at."""
        rows: QuerySet[Any] = self.queryset.filter(led)
        if place is not None:
            rows = rows.filter(self._beyond(place, forward))
        if not forward:
            rows = rows.reverse()
        last = None
        if rest:
            edge = list(rows.values("at", "pk")[MOST_READ - 1 : MOST_READ + 1])
            rows = rows.filter(rest)
            if len(edge) == 2:
                last, unread = edge
                rows = rows.filter(self._beyond(unread, not forward))
        return list(rows[: self.list_per_page + 1]), last


def _position(row: dict[str, Any]) -> tuple[datetime, int]:
    return row["at"], row["pk"]


def _before(row: Any, cut: dict[str, Any], forward: bool) -> bool:
    """Whether a row comes before what is behind the cut, in the order of the page."""
    here, there = (row.at, row.pk), _position(cut)
    return here >= there if forward else here <= there
