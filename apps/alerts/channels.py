"""The ways to the operator: one table, each with whether it is configured and what sends by it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from django.conf import settings

from apps.alerts import by_log, by_mail, by_webhook
from apps.alerts.models import Notice


@dataclass(frozen=True, slots=True)
class Channel:
    """One way. `send` takes notices, oldest first, as one message; it returns what was answered,
    and raises NotTaken when they are to be sent again."""

    configured: Callable[[], bool]
    send: Callable[[Sequence[Notice]], Awaitable[str]]


CHANNELS: dict[str, Channel] = {
    "log": Channel(lambda: True, by_log.send),
    "mail": Channel(lambda: bool(settings.HUB.alert_mail_to), by_mail.send),
    "webhook": Channel(lambda: settings.HUB.alert_webhook_url is not None, by_webhook.send),
}


def configured() -> list[str]:
    """The channels that notices are booked for."""
    return [name for name, channel in CHANNELS.items() if channel.configured()]
