"""A hub with something to tell, and the places that are told."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings

from config.parsers import mail_server as parsed
from tests.alerts.receivers import Hook, Mail, mail_server, web_server

SECRET = "a secret of the operator, long enough"

Change = Callable[..., None]


@pytest.fixture
def change(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Changes settings of the hub for one test."""

    def to(**changes: Any) -> None:
        monkeypatch.setattr(settings, "HUB", replace(settings.HUB, **changes))

    return to


@pytest.fixture
def mail(hub: Any, change: Change) -> Iterator[Mail]:
    """A mail server without TLS, and the hub set up to use it."""
    with mail_server() as server:
        change(
            alert_mail_to=("night@ops.example", "day@ops.example"),
            mail_url=parsed(f"smtp+plain://127.0.0.1:{server.port}"),
            mail_from="hub@hub.example",
        )
        yield server


@pytest.fixture
def hook(hub: Any, change: Change) -> Iterator[Hook]:
    """A web server, and the hub set up to use it."""
    with web_server() as server:
        change(alert_webhook_url=server.url, alert_webhook_secret=SECRET)
        yield server
