"""What a notice says, whoever is told: the same facts for mail, webhook, log and command line."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from apps.alerts.conditions import CONDITIONS
from apps.alerts.models import Alert, Kind, Notice
from hub.ocpi.datetimes import render

Event = Notice.Event
WORDS = {Event.RAISED: "Alert", Event.OVER: "Over", Event.TEST: "Test"}


def hub() -> str:
    """The hub's party, as NL/HUB."""
    return "/".join(settings.HUB.party)


def link(alert: Alert) -> str:
    """The operator's page for an alert."""
    return f"{settings.HUB.public_url}{alert.path}"


def headline(notice: Notice) -> str:
    """One line."""
    word = WORDS[Event(notice.event)]
    return word if notice.alert is None else f"{word}: {notice.alert.kind}, {notice.alert.about}"


def paragraph(notice: Notice) -> str:
    """One notice as a person reads it."""
    alert = notice.alert
    if alert is None:
        return notice.text
    lines = [headline(notice), notice.text]
    if notice.event == Event.RAISED:
        lines.append(CONDITIONS[Kind(alert.kind)].advice)
    else:
        lines.append(f"It was: {alert.text}")
    ended = "" if alert.ended_at is None else f", over at {render(alert.ended_at)}"
    return "\n".join([*lines, f"Since {render(alert.since)}{ended}", link(alert)])


def subject(notices: Sequence[Notice]) -> str:
    """The subject of a mail with these notices."""
    more = f", and {len(notices) - 1} more" if len(notices) > 1 else ""
    return f"[{settings.HUB.name} {hub()}] {headline(notices[0])}{more}"


def fact(notice: Notice) -> dict[str, Any]:
    """One notice as a machine reads it."""
    alert = notice.alert
    return {
        "id": notice.pk,
        "event": notice.event,
        "text": notice.text,
        "booked_at": render(notice.booked_at),
        "alert": None
        if alert is None
        else {
            "id": alert.pk,
            "kind": alert.kind,
            "subject": alert.subject,
            "about": alert.about,
            "text": alert.text,
            "advice": CONDITIONS[Kind(alert.kind)].advice,
            "since": render(alert.since),
            "ended_at": None if alert.ended_at is None else render(alert.ended_at),
            "link": link(alert),
        },
    }
