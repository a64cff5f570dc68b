"""The settings of alerts: what is taken, what is refused, what must come together."""

import pytest

from config.parsers import MailServer
from config.registry import SettingsError, load

MAIL = {"HUB_MAIL_URL": "smtps://mail.example", "HUB_MAIL_FROM": "hub@hub.example"}
SECRET = "a secret of the operator, long enough"

SERVERS = (
    ("smtp://mail.example", ("mail.example", 587, "", "", "starttls")),
    ("smtps://mail.example", ("mail.example", 465, "", "", "tls")),
    ("smtp+plain://localhost", ("localhost", 25, "", "", "")),
    ("smtp://[::1]:2525", ("::1", 2525, "", "", "starttls")),
    ("smtps://me%40x:p%2Fw@mail.example:1465", ("mail.example", 1465, "me@x", "p/w", "tls")),
)
BAD = (
    ("HUB_MAIL_URL", "mail.example"),
    ("HUB_MAIL_URL", "http://mail.example"),
    ("HUB_MAIL_URL", "smtp://mail.example/path"),
    ("HUB_MAIL_URL", "smtp://mail.example?tls=no"),
    ("HUB_MAIL_URL", "smtp://mail.example:99999"),
    ("HUB_MAIL_URL", "smtps://user@mail.example"),
    ("HUB_MAIL_URL", "smtp+plain://user:password@mail.example"),
    ("HUB_MAIL_FROM", "Hub <hub@hub.example>"),
    ("HUB_ALERT_MAIL_TO", "ops@hub.example, nobody"),
    ("HUB_ALERT_MAIL_TO", "ops@hub.example\nBcc: x@y.example"),
    ("HUB_ALERT_WEBHOOK_URL", "ftp://hook.example"),
    ("HUB_ALERT_WEBHOOK_URL", "https://user:pass@hook.example"),
    ("HUB_ALERT_WEBHOOK_SECRET", "short"),
    ("HUB_ALERT_FAILURE_PERCENT", "101"),
)
ALONE = (
    ({"HUB_ALERT_MAIL_TO": "a@b.example", "HUB_MAIL_FROM": "a@b.example"}, "HUB_MAIL_URL"),
    ({"HUB_ALERT_MAIL_TO": "a@b.example", "HUB_MAIL_URL": "smtp://m"}, "HUB_MAIL_FROM"),
    ({"HUB_ALERT_WEBHOOK_URL": "https://hook.example"}, "HUB_ALERT_WEBHOOK_SECRET"),
)


@pytest.mark.parametrize(("text", "server"), SERVERS)
def test_a_mail_server_is_read(text: str, server: tuple[object, ...]) -> None:
    assert load({"HUB_MAIL_URL": text}).mail_url == MailServer(*server)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_cannot_work_is_refused(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load({name: text})


@pytest.mark.parametrize(("environ", "needed"), ALONE)
def test_what_is_incomplete_is_refused(environ: dict[str, str], needed: str) -> None:
    with pytest.raises(SettingsError, match=f"needs {needed}"):
        load(environ)


def test_addresses_and_a_webhook_are_read() -> None:
    hub = load({
        **MAIL,
        "HUB_ALERT_MAIL_TO": "a@x.example, b.c+d@y.example",
        "HUB_ALERT_WEBHOOK_URL": "https://hook.example/in?key=1",
        "HUB_ALERT_WEBHOOK_SECRET": SECRET,
    })  # fmt: skip
    assert hub.alert_mail_to == ("a@x.example", "b.c+d@y.example")
    assert hub.alert_webhook_url == "https://hook.example/in?key=1"


def test_no_secret_is_shown() -> None:
    hub = load({
        "HUB_MAIL_URL": "smtps://hub:mail-password@mail.example",
        "HUB_ALERT_WEBHOOK_URL": "https://hook.example/in?key=in-the-url",
        "HUB_ALERT_WEBHOOK_SECRET": SECRET,
    })  # fmt: skip
    for secret in ("mail-password", "in-the-url", SECRET):
        assert secret not in repr(hub)
