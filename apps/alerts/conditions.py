"""What the operator is told of: one table, each kind with what finds it, what to do, what its end
means.

What finds a kind asks the rows for all of it at once, through an index. Nothing here changes a row.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse

from apps.alerts.models import Kind
from apps.alerts.queues import failing_pulls, paused_lanes, waiting_lanes
from apps.alerts.share import Share, of_platforms, of_the_hub
from apps.hubclientinfo.models import PartiesChanged
from apps.parties.models import Agreement, PartyClaim, Platform, Token
from hub.ocpi.datetimes import render
from hub.routing.network import Status, TokenKind

# Of the time that an invitation is good for, the part in which it counts as about to end.
LAST_PART = 4


@dataclass(frozen=True, slots=True)
class Found:
    """One condition that holds now: of whom by a lasting id and by name, in words, and the path of
    the operator's page for it."""

    subject: str
    about: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One kind.

    Attributes:
        look: all that holds at a moment.
        means: when it holds, for the docs.
        advice: what to do.
        over: what it may mean that it does not hold any more.
    """

    look: Callable[[datetime], Iterable[Found]]
    means: str
    advice: str
    over: str


def _of_platform(number: int, name: str, text: str, path: str = "") -> Found:
    path = path or reverse("admin:parties_platform_change", args=[number])
    return Found(f"platform {number}", name, text, path)


def _offline(now: datetime) -> Iterator[Found]:
    # Who was invited again has to register first: the operator knows of it.
    rows = Platform.objects.filter(status=Status.OFFLINE)
    for row in rows.exclude(tokens__kind=TokenKind.INVITATION):
        since = render(row.status_since)
        yield _of_platform(row.pk, row.name, f"OFFLINE since {since} ({row.status_cause}).")


def _failures(now: datetime) -> Iterator[Found]:
    percent = settings.HUB.alert_failure_percent
    if not percent:
        return
    log = reverse("admin:traffic_leg_changelist")
    for share in of_the_hub(percent, now):
        yield Found("hub", "the whole hub", _said(share), log)
    for share in of_platforms(percent, now):
        yield _of_platform(share.id, share.name, _said(share), f"{log}?platform={share.id}")


def _said(share: Share) -> str:
    return f"{share.failed} of the last {share.messages} messages failed or were refused."


def _waiting(now: datetime) -> Iterator[Found]:
    minutes = settings.HUB.alert_waiting_minutes
    if not minutes:
        return
    deliveries = reverse("admin:outbox_delivery_changelist")
    for lane in waiting_lanes(now - timedelta(minutes=minutes), now):
        text = f"A delivery has been waiting since {render(lane.since)}."
        yield _of_platform(lane.id, lane.name, text, f"{deliveries}?waiting_for={lane.id}")


def _paused(now: datetime) -> Iterator[Found]:
    for lane in paused_lanes(now):
        yield _of_platform(lane.id, lane.name, f"It refuses the hub's token ({lane.reason}).")


def _claims(now: datetime) -> Iterator[Found]:
    rows = PartyClaim.objects.filter(decision=PartyClaim.Decision.OPEN)
    for row in rows.select_related("platform", "held_by"):
        text = f"{row.platform} claims {row.party} {row.role}, which {row.held_by} holds."
        path = reverse("admin:parties_partyclaim_change", args=[row.pk])
        yield Found(f"claim {row.pk}", f"{row.party} {row.role}", text, path)


def _agreements(now: datetime) -> Iterator[Found]:
    soon = now + timedelta(days=settings.HUB.alert_agreement_days)
    states = (Agreement.State.ACTIVE, Agreement.State.PAUSED)
    for row in Agreement.objects.filter(state__in=states, ends_at__gt=now, ends_at__lte=soon):
        assert row.ends_at is not None
        path = reverse("admin:parties_agreement_change", args=[row.pk])
        text = f"The agreement of {row} ends at {render(row.ends_at)}."
        yield Found(f"agreement {row.pk}", str(row), text, path)


def _invitations(now: datetime) -> Iterator[Found]:
    rows = Token.objects.filter(kind=TokenKind.INVITATION, expires_at__isnull=False)
    for row in rows.select_related("platform").defer("sealed"):
        end = row.expires_at
        if end is not None and end - now <= (end - row.created_at) / LAST_PART:
            word = "ended" if end <= now else "ends"
            text = f"Its invitation {word} at {render(end)} and was not used."
            yield _of_platform(row.platform_id, row.platform.name, text)


def _pulls(now: datetime) -> Iterator[Found]:
    for pulls in failing_pulls():
        text = f"Pulls failed twice in a row: {', '.join(pulls.lists)}. Lately: {pulls.reason}."
        yield _of_platform(pulls.id, pulls.name, text)


def _names(now: datetime) -> Iterator[Found]:
    rows = PartiesChanged.objects.filter(platform__status=Status.CONNECTED).exclude(said="")
    for row in rows.select_related("platform"):
        text = f"It was not told since {render(row.since)} which parties it reaches: {row.said}"
        yield _of_platform(row.pk, row.platform.name, text)


CONDITIONS: dict[Kind, Condition] = {
    Kind.OFFLINE: Condition(
        _offline,
        "a platform is OFFLINE, and was not invited again",
        "Look at the platform's page for the cause. If its system runs, ask its operator whether"
        " the address, the certificate or a firewall changed. It comes back by itself with the"
        " next sign of life; nothing has to be sent again. If its registration was ended, invite it"
        " again or remove it.",
        "It is CONNECTED again, or an operator suspended, invited or removed it.",
    ),
    Kind.FAILURES: Condition(
        _failures,
        "of the latest messages of a platform, or of the whole hub, at least"
        " HUB_ALERT_FAILURE_PERCENT failed or were refused",
        "The message log shows which messages, with the answers. One platform: tell its operator."
        " The whole hub: look whether one platform is behind it, then at the hub's own log.",
        "Messages pass again, or too few were sent to tell.",
    ),
    Kind.WAITING: Condition(
        _waiting,
        "the oldest delivery in a lane has waited for HUB_ALERT_WAITING_MINUTES",
        "The list of waiting deliveries shows the answers to the attempts. If there were none,"
        " look whether the workers run (/readyz). A slow platform, or a small max_per_second, is"
        " to be raised or left alone.",
        "The lane has caught up, or what waited was given up.",
    ),
    Kind.PAUSED: Condition(
        _paused,
        "a platform answered a delivery with 401 or 403, and has taken nothing since",
        "Renew the credentials: `python manage.py renew NAME`. If that fails, ask its operator"
        " to register again. After 15 minutes what waits is dropped, and can be sent again.",
        "It takes messages again, or an operator ended the pause.",
    ),
    Kind.CLAIM: Condition(
        _claims,
        "a platform claimed a party that another one holds, and nobody has decided",
        "Ask both operators who serves the party, then grant or reject the claim. Until then"
        " nothing changes.",
        "The claim was decided.",
    ),
    Kind.AGREEMENT: Condition(
        _agreements,
        "an active or paused agreement ends within HUB_ALERT_AGREEMENT_DAYS",
        "Ask both parties whether to go on, and move its end, or leave it. At its end routing"
        " stops.",
        "Its end was moved, or it has ended.",
    ),
    Kind.INVITATION: Condition(
        _invitations,
        "of the time an invitation is good for three quarters have passed, or all, and nobody has"
        " registered with it",
        "Ask the partner what is in the way, and invite again: `python manage.py invite NAME`, with"
        " `--again` for a platform that was registered before.",
        "The platform registered, was invited anew, or was removed.",
    ),
    Kind.PULLS: Condition(
        _pulls,
        "of a list of a connected platform two pulls in a row failed, with all their attempts",
        "`python manage.py pulls NAME` says why. Tell its operator, or switch the module off in"
        " the platform's `not_pulled`.",
        "A pull ended well, or the list is not pulled any more.",
    ),
    Kind.NAMES: Condition(
        _names,
        "a connected platform of OCPI 2.3.0 did not take the PUT of the hub's credentials that"
        " names the parties it reaches",
        "Renew the credentials: `python manage.py renew NAME` says what is in the way. Tell its"
        " operator. What new parties push goes out to it all the same, and it may refuse that.",
        "It has taken the credentials, or its parties are those it was told of again.",
    ),
}
