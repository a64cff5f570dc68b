"""Operations for what pages show beyond rows: quality, the map, matrix and pair, commands, pushes.

Each asks the very function that its page asks, narrowed by the fields of the page's form.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings

from apps.api import overview_shapes as shapes
from apps.api import traffic_shapes
from apps.api.lists import read_cursor, written_cursor
from apps.api.operation import Call, Operation, Page, Refused
from apps.api.resources import PLATFORMS
from apps.audit import chain
from apps.console import (
    command_facts,
    count_facts,
    loss_facts,
    map_facts,
    push_facts,
    quality_facts,
)
from apps.console.endless import LONGEST_NUMBER
from apps.console.fields import PartyField
from apps.console.onboarding import onboarding
from apps.console.pages import (
    agreement_matrix,
    agreement_pair,
    commands,
    conversions,
    location_map,
    objects,
    pushes,
    quality,
)
from apps.console.pages.onboarding import NEEDED as SEES_ONBOARDING
from apps.console.quality_letter import letter
from apps.modules import registry
from apps.traffic.outcome import Outcome
from hub.ocpi.ids import PartyId

DAY = timedelta(days=1)
Query = Mapping[str, forms.Field]


def _number(about: str = "") -> forms.Field:
    return forms.IntegerField(required=False, min_value=0, help_text=about)


def _degrees() -> forms.Field:
    return forms.FloatField(required=False, help_text="Degrees.")


def _moment(about: str) -> forms.Field:
    return forms.DateTimeField(required=False, help_text=about)


def _party() -> forms.Field:
    return PartyField(max_length=6, help_text="Such as NL/CPO.")


def _of(form: type[forms.Form]) -> Query:
    """The fields of a page's form."""
    return dict(form.base_fields)


def _key(call: Call) -> int | None:
    """The number that a cursor of a list by key is; Refused where it is none."""
    if not call.cursor:
        return None
    if not (call.cursor.isascii() and call.cursor.isdigit() and len(call.cursor) <= LONGEST_NUMBER):
        raise Refused("is not one that the API gave", "cursor")
    return int(call.cursor)


def _quality(call: Call) -> dict[str, Any]:
    return quality_facts.quality(quality_facts.Narrowing(**call.asked))


def _quality_of(call: Call) -> dict[str, Any]:
    owner = f"{call.path['country']}/{call.path['party']}".upper()
    fact = quality_facts.owner(owner)
    return {**fact, "text": letter(fact, settings.HUB.name)}


def _map(call: Call) -> dict[str, Any]:
    sight, box, chosen = map_facts.looked(call.asked)
    return map_facts.seen(box, sight.zoom, chosen)


def _map_query() -> Query:
    zoom = {"zoom": _number("1 to 18")}
    places = {name: _degrees() for name in ("lat", "lon", *map_facts.EDGES)}
    return {**places, **zoom, **_of(location_map.ChosenForm)}


def _onboarding(call: Call) -> dict[str, Any]:
    return onboarding(PLATFORMS.get(call), call.now)


def _pushes(call: Call) -> Page:
    found, further = push_facts.pushes(_key(call), call.asked["q"], call.limit)
    return Page(found, "" if further is None else str(further))


def _lanes(call: Call) -> dict[str, Any]:
    looked_at, lanes = push_facts.lanes(call.now)
    return {"looked_at": looked_at, "lanes": lanes}


def _commands(call: Call) -> Page:
    found = command_facts.commands(commands.asked(call.asked, _key(call)), call.now)
    return Page(list(found.commands), "" if found.further is None else str(found.further))


def _matrix(call: Call) -> dict[str, Any]:
    edges = (agreement_matrix.DOWN, agreement_matrix.ACROSS)
    return agreement_matrix.matrix(call.asked, {name: call.asked[name] or 1 for name in edges})


def _pair(call: Call) -> dict[str, Any]:
    one, other, module = (call.asked[name] for name in ("one", "other", "module"))
    if why := agreement_pair.no_pair(one, other):
        raise Refused(why, "one")
    user = call.http.user
    return agreement_pair.pair(user, PartyId.parse(one), PartyId.parse(other), module)


def _modules() -> list[tuple[str, str]]:
    return [("", ""), *((name, name) for name in sorted(registry()))]


def _pair_query() -> Query:
    module = forms.ChoiceField(required=False, choices=_modules, help_text="Why is it refused?")
    return {"one": _party(), "other": _party(), "module": module}


def _objects(call: Call) -> dict[str, Any]:
    return objects.objects(call.http.user, dict(call.asked))


def _counts(call: Call) -> Page:
    asked, until = call.asked, call.asked["until"] or call.now
    span = count_facts.Span(
        asked["since"] or until - DAY, until, asked["platform"], asked["module"], asked["outcome"]
    )
    after = read_cursor(call.cursor, count_facts.KINDS) if call.cursor else ()
    found, more = count_facts.messages(span, after, call.limit)
    return Page(found, written_cursor(count_facts.key_of(found[-1])) if more else "")


def _counts_query() -> Query:
    return {
        "since": _moment("A day before `until` without it."),
        "until": _moment("Now without it."),
        "platform": _number("Its number, at either end."),
        "module": forms.CharField(required=False, max_length=36),
        "outcome": forms.ChoiceField(
            required=False, choices=[("", ""), *((each.value, each.value) for each in Outcome)]
        ),
    }


def _losses(call: Call) -> Page:
    key = read_cursor(call.cursor, loss_facts.KINDS) if call.cursor else ()
    asked = {name: call.asked[name] for name in conversions.ConversionsForm.base_fields}
    found, more = loss_facts.after(loss_facts.Narrowing(**asked), key, call.limit)
    return Page(found, written_cursor(loss_facts.key_of(found[-1])) if more else "")


def _verified(call: Call) -> dict[str, Any]:
    found, expected = chain.verify(), call.asked["expect"]
    return {
        "entries": found.entries,
        "last_seal": found.last,
        "broken_at": found.broken_at,
        "expected": chain.holds(expected) if expected else None,
    }


OPERATIONS = (
    Operation(
        "GET", "quality", "quality", "quality",
        "How good what owners send is, and what is found, as counted last.",
        quality.NEEDED, _quality, shapes.Quality, query=lambda: _of(quality.NarrowingForm),
    ),
    Operation(
        "GET", "quality/<str:country>/<str:party>", "quality_owner", "quality",
        "The same of one owner, with examples, recommended fields and a text to send.",
        quality.NEEDED, _quality_of, shapes.QualityOfOwner,
    ),
    Operation(
        "GET", "map", "map", "map",
        "The Locations in a part of the Earth: one by one where they are few, else clusters.",
        location_map.NEEDED, _map, shapes.Map, query=_map_query,
    ),
    Operation(
        "GET", "platforms/<int:id>/onboarding", "platforms_onboarding", "platforms",
        "How far a platform is on the way to traffic, step by step, and whose turn it is.",
        SEES_ONBOARDING, _onboarding, shapes.Onboarding,
    ),
    Operation(
        "GET", "pushes", "pushes", "deliveries",
        "Broadcast pushes, the newest first, with a cell for each recipient.",
        pushes.NEEDED, _pushes, traffic_shapes.Push, paged=True,
        query=lambda: {
            "q": forms.CharField(
                required=False, max_length=pushes.LONGEST_ID, help_text="A correlation id."
            )
        },
    ),
    Operation(
        "GET", "lanes", "lanes", "deliveries",
        "What waits for which platform, since when, and when it is tried next.",
        pushes.NEEDED, _lanes, traffic_shapes.Lanes,
    ),
    Operation(
        "GET", "commands", "commands", "commands",
        "Commands and charging profiles with response and result, and whose turn it is.",
        commands.NEEDED, _commands, traffic_shapes.Command, paged=True,
        query=lambda: _of(commands.CommandFilter),
    ),
    Operation(
        "GET", "agreements/matrix", "agreements_matrix", "agreements",
        "How CPOs and those who consume what they publish stand to each other, 40 each way.",
        agreement_matrix.NEEDED, _matrix, shapes.Matrix,
        query=lambda: {
            **_of(agreement_matrix.MatrixForm),
            agreement_matrix.DOWN: _number("The page of CPOs, from 1."),
            agreement_matrix.ACROSS: _number("The page of the others, from 1."),
        },
    ),
    Operation(
        "GET", "agreements/pair", "agreements_pair", "agreements",
        "Two parties: what decides between them in each module, and what was refused, with why.",
        agreement_pair.NEEDED, _pair, shapes.Pair, query=_pair_query,
    ),
    Operation(
        "GET", "objects", "objects", "objects",
        "Objects of all modules by owner and id; without either, how many there are.",
        ("locations.view_location",), _objects, shapes.Objects,
        query=lambda: _of(objects.ObjectsForm),
    ),
    Operation(
        "GET", "statistics/messages", "statistics_messages", "statistics",
        "How many messages passed, by pair of platforms, module and outcome, and how long they"
        " took: from the counters, by minute for a day, by hour before.",
        ("traffic.view_leg", "parties.view_platform"), _counts, traffic_shapes.Count, paged=True,
        query=_counts_query,
    ),
    Operation(
        "GET", "conversions", "conversions", "statistics",
        "What is lost or assumed when platforms are told something in their own version of OCPI: by"
        " platform, module, versions and field, how often, and when last.",
        conversions.NEEDED, _losses, traffic_shapes.Loss, paged=True,
        query=lambda: _of(conversions.ConversionsForm),
    ),
    Operation(
        "GET", "audit/verify", "audit_verify", "audit",
        "Looks at the seals of all entries; `expect` is a seal that was noted earlier.",
        ("audit.view_entry",), _verified, shapes.Verified,
        query=lambda: {"expect": forms.CharField(required=False, max_length=64)},
    ),
)  # fmt: skip
