"""Looks at chosen moments, and what was told by then."""

from typing import Any

from apps.alerts.deliver import deliver
from apps.alerts.look import look
from apps.alerts.models import Alert, Notice
from apps.outbox.tasks import worker
from apps.parties import directory
from tests.hubclientinfo.goings import at


def watch(*offsets: float) -> None:
    """Looks so many seconds from now, one after the other."""
    for offset in offsets:
        look(at(offset))


def tell(offset: float = 0) -> None:
    """Sends the notices that are due so many seconds from now, as a worker does."""
    worker().runner.run(deliver(lambda: at(offset)))


def changes(kind: str, channel: str = "log") -> list[str]:
    """What was booked to be told of a kind, in order."""
    rows = Notice.objects.filter(alert__kind=kind, channel=channel).order_by("pk")
    return list(rows.values_list("event", flat=True))


def only(kind: str) -> Alert:
    """The one alert there was of a kind."""
    return Alert.objects.get(kind=kind)


def written() -> None:
    """Writes the legs that this process has yet to write."""
    worker().runner.run(worker().flush())
    directory.refresh()


def states(channel: str) -> list[tuple[Any, ...]]:
    """State, attempts and answer of the notices of a channel, in order."""
    rows = Notice.objects.filter(channel=channel).order_by("pk")
    return list(rows.values_list("state", "attempts", "answer"))
