"""What there is to know of a platform besides its own row: lane, endpoints of the hub, limits,
agreements, findings, refusals, pulls, acts. Plain data; nothing reads more than so many rows.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from apps.audit.models import Entry
from apps.console import agreement_facts, facts, loss_facts, pull_facts, refusals
from apps.console.under_way import under_way
from apps.credentials import pages
from apps.outbox.models import Lane
from apps.parties import directory
from apps.parties.models import Agreement, Platform
from apps.store.models import Finding
from hub.ocpi.module import SINCE_2_2_1
from hub.routing.network import Platform as Known
from hub.routing.network import TokenKind

Fact = dict[str, Any]
MOST_LOSSES = 10
MOST_WAITING, MOST_FINDINGS, MOST_AGREEMENTS, LATEST = 1_000, 1_000, 50, 20

# What the hub makes of a habit; the switch, where there is one.
HABITS = {
    "plain tokens": "is understood; token_form says how the hub writes to it",
    "its own token instead of the hub's": "is accepted as far as no other platform has the same",
    "no X-Request-ID": "the hub makes one up",
    "no X-Correlation-ID": "the hub makes one up",
    "no OCPI-from headers": "its only party is meant; with several the message is refused",
    "double slashes in URLs": "are read as one",
}


def lane(row: Platform, now: datetime) -> Fact:
    """What waits for it: how many, counted so far at most; since when; and why nothing goes."""
    waiting = facts.waiting(row).order_by("pk").values_list("created_at", flat=True)
    moments = list(waiting[: MOST_WAITING + 1])
    known = Lane.objects.filter(pk=row.pk).first()
    rests = known is not None and known.paused_until is not None and known.paused_until > now
    return {
        "waiting": min(len(moments), MOST_WAITING),
        "or_more": len(moments) > MOST_WAITING,
        "oldest": moments[0] if moments else None,
        "paused_since": known.held_since if known else None,
        "paused_reason": known.held_reason if known else "",
        "rests_until": known.paused_until if known and rests else None,
        "rests_reason": known.paused_reason if known and rests else "",
        "under_way": under_way(row.pk),
    }


def offered(row: Platform) -> list[Fact]:
    """The hub's endpoints as version details show them to it."""
    directory.refresh_if_changed()
    network = directory.snapshot()
    platform = network.platforms.get(row.pk)
    if platform is None:
        return []
    kind = TokenKind.ISSUED if row.version else TokenKind.INVITATION
    return [
        {"version": version, "role": "", **each}
        for version, face in _shown(platform, pages.face_of(platform.id, network))
        for each in pages.details(version, platform, kind, network, face)["endpoints"]
    ]


def losses(row: Platform) -> Fact:
    """What it is told with a loss most often; `more` fields follow."""
    found = loss_facts.losses(loss_facts.Narrowing(platform=row.pk), most=MOST_LOSSES)
    return {name: found[name] for name in ("times", "rows", "more")}


def _shown(platform: Known, face: str) -> list[tuple[str, str]]:
    """The versions that a platform is shown, each with the face of the hub; 2.1.1 only where it is
    known which."""
    listed = [(v, "" if v in SINCE_2_2_1 else face) for v in pages.offered(platform)]
    return [(version, shown) for version, shown in listed if shown or version in SINCE_2_2_1]


def limits(row: Platform) -> Fact:
    """What it may do at most: its own limits, else those of the settings."""
    hub = settings.HUB
    own = row.still_alive_minutes
    silence = hub.still_alive_minutes if own is None else own
    return {
        "requests_a_second": hub.rate_limit or None,
        "waiting_there_at_once": row.max_in_flight or hub.max_in_flight,
        "pushes_a_second": row.max_per_second,
        "silence_minutes": silence or None,
    }


def agreements(row: Platform, now: datetime) -> list[Fact]:
    """The agreements of its parties, the newest first."""
    parties = [role.party for role in row.roles.all()]
    rows = Agreement.objects.filter(Q(one__in=parties) | Q(other__in=parties))
    newest = rows.order_by("-pk").prefetch_related("changes")[:MOST_AGREEMENTS]
    return agreement_facts.agreements(newest, now)


def findings(row: Platform) -> Fact:
    """Its newest findings by code and severity, the most frequent first. `or_more` says whether
    there are older ones, which are not counted."""
    newest = Finding.objects.filter(platform=row.pk).order_by("-pk")
    pairs = list(newest.values_list("code", "severity")[: MOST_FINDINGS + 1])
    counted = Counter(pairs[:MOST_FINDINGS])
    return {
        "codes": [
            {"code": code, "severity": severity, "number": number}
            for (code, severity), number in counted.most_common()
        ],
        "or_more": len(pairs) > MOST_FINDINGS,
    }


def pulls(row: Platform, now: datetime) -> list[Fact]:
    """Its lists, and where each is."""
    rows = row.sources.select_related("latest__source", "platform").order_by("module", "party")
    return [{"id": source.pk, **pull_facts.source(source, now)} for source in rows]


def acts(row: Platform) -> list[Fact]:
    """What operators did to it, the newest first."""
    rows = Entry.objects.filter(kind="platform", subject=row.name).order_by("-pk")[:LATEST]
    return [
        {
            "id": each.pk,
            "at": each.at,
            "who": each.actor,
            "via": each.via,
            "act": each.act,
            "reason": each.reason,
        }
        for each in rows
    ]


def habits(row: Platform) -> list[Fact]:
    """Its habits, what the hub makes of each, and when it was seen last."""
    return [
        {"habit": habit, "then": HABITS.get(habit, ""), "seen": seen}
        for habit, seen in sorted(row.learned.items())
    ]


# Part of the page, and who may see it.
PARTS = {
    "lane": ("outbox.view_delivery", lane),
    "agreements": ("parties.view_agreement", agreements),
    "pulls": ("sync.view_source", pulls),
    "findings": ("store.view_finding", lambda row, now: findings(row)),
    "refusals": ("traffic.view_leg", lambda row, now: refusals.of_platform(row.pk)),
    "acts": ("audit.view_entry", lambda row, now: acts(row)),
    "offered": ("parties.view_platform", lambda row, now: offered(row)),
    "limits": ("parties.view_platform", lambda row, now: limits(row)),
    "losses": ("traffic.view_leg", lambda row, now: losses(row)),
    "habits": ("parties.view_platform", lambda row, now: habits(row)),
}


def parts(row: Platform, user: Any, now: datetime, names: Collection[str] = PARTS.keys()) -> Fact:
    """Of all parts, or of those named, the ones that a user may see."""
    return {
        name: find(row, now)
        for name, (needed, find) in PARTS.items()
        if name in names and user.has_perm(needed)
    }
