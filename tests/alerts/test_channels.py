"""What arrives: a mail at a mail server, a signed POST at a web server, a line in the log."""

import hashlib
import hmac
import json
import logging
import time
from pathlib import Path

import pytest

from apps.alerts.models import Notice
from config.parsers import mail_server as parsed
from hub.routing.network import Status
from tests import embedded
from tests.alerts.conftest import SECRET, Change
from tests.alerts.receivers import HERE, Hook, Mail, Posted, mail_server
from tests.alerts.watching import states, tell, watch
from tests.certificates import certificate
from tests.hub import Hub
from tests.platforms import Platform

PASSWORD = "a password of the mail server"


@pytest.fixture
def raised(hub: Hub) -> Platform:
    """NL/CPO, OFFLINE; nobody was told yet."""
    made = hub.platform("NL/CPO")
    hub.set_status(made, Status.OFFLINE)
    watch(0)
    return made


def genuine(posted: Posted, secret: str = SECRET) -> bool:
    """As docs/alerts.md has it."""
    parts = dict(part.split("=", 1) for part in posted.headers["hub-signature"].split(","))
    signed = parts["t"].encode() + b"." + posted.body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(time.time() - int(parts["t"])) < 300


def test_a_mail_says_what_and_what_to_do_and_where(hub: Hub, raised: Platform, mail: Mail) -> None:
    watch(61)
    tell(62)
    (message,) = mail.messages
    assert mail.recipients == [["TO:<night@ops.example>", "TO:<day@ops.example>"]]
    assert message["From"] == "hub@hub.example"
    assert message["To"] == "night@ops.example, day@ops.example"
    assert message["Subject"] == "[OCPI hub NL/HUB] Alert: platform_offline, NL/CPO"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content().replace("\r\n", "\n")
    assert text.startswith("Alert: platform_offline, NL/CPO\nOFFLINE since")
    assert "ask its operator" in text
    assert f"{hub.url}/admin/parties/platform/{hub.row(raised).pk}/change/" in text
    assert states("mail") == [("sent", 1, "taken by the mail server")]


def test_the_end_is_a_mail_too_and_nothing_comes_in_between(
    hub: Hub, raised: Platform, mail: Mail
) -> None:
    watch(61, 75)
    tell(76)
    tell(90)
    hub.set_status(raised, Status.CONNECTED)
    watch(200)
    tell(201)
    tell(300)
    subjects = [message["Subject"].rpartition("] ")[2] for message in mail.messages]
    assert subjects == ["Alert: platform_offline, NL/CPO", "Over: platform_offline, NL/CPO"]
    assert "It was: OFFLINE since" in mail.messages[1].get_content()
    assert len({message["Message-ID"] for message in mail.messages}) == 2


def test_what_happens_together_is_one_mail(hub: Hub, raised: Platform, mail: Mail) -> None:
    hub.set_status(hub.platform("DE/MSP"), Status.OFFLINE)
    watch(0, 61)
    tell(62)
    (message,) = mail.messages
    assert message["Subject"].endswith("platform_offline, NL/CPO, and 1 more")
    assert "Alert: platform_offline, DE/MSP\r\nOFFLINE since" in message.get_content()
    assert [state for state, _, _ in states("mail")] == ["sent", "sent"]


def test_a_mail_that_is_refused_comes_later_and_is_the_same(
    hub: Hub, raised: Platform, mail: Mail
) -> None:
    mail.refusals = [451, 451]
    watch(61)
    tell(62)
    assert mail.messages == []
    assert [state for state, _, _ in states("mail")] == ["waiting"]
    tell(62 + 121)
    assert len(mail.messages) == 1
    assert states("mail") == [("sent", 2, "taken by the mail server")]


def test_a_mail_server_that_is_away_is_tried_again(
    hub: Hub, raised: Platform, mail: Mail, change: Change
) -> None:
    change(mail_url=parsed(f"smtp+plain://127.0.0.1:{embedded.free_port()}"))
    watch(61)
    tell(62)
    assert states("mail") == [("waiting", 1, "the mail was not taken (ConnectionRefusedError)")]
    change(mail_url=parsed(f"smtp+plain://127.0.0.1:{mail.port}"))
    tell(62 + 121)
    assert len(mail.messages) == 1


@pytest.mark.parametrize(("scheme", "at_once"), [("smtp", False), ("smtps", True)])
def test_a_password_goes_over_tls(  # both ways in which it begins
    hub: Hub, raised: Platform, mail: Mail, change: Change, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, scheme: str, at_once: bool,
) -> None:  # fmt: skip
    file = certificate(tmp_path, HERE)
    with mail_server(file, at_once=at_once) as server:
        word = PASSWORD.replace(" ", "%20")
        change(mail_url=parsed(f"{scheme}://hub:{word}@127.0.0.1:{server.port}"))
        watch(61)
        tell(62)  # nobody vouches for the certificate
        assert states("mail") == [
            ("waiting", 1, "the mail was not taken (SSLCertVerificationError)")
        ]
        assert (server.messages, server.logins) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        tell(62 + 121)
        assert server.logins == [("hub", PASSWORD)]
        assert server.over_tls == [True]


def test_a_mail_server_without_tls_gets_no_password(
    hub: Hub, raised: Platform, mail: Mail, change: Change
) -> None:
    change(mail_url=parsed(f"smtp://hub:secret@127.0.0.1:{mail.port}"))
    watch(61)
    tell(62)
    assert states("mail") == [("waiting", 1, "the mail was not taken (SMTPNotSupportedError)")]
    assert mail.logins == []


def test_a_post_is_signed_and_says_all(hub: Hub, raised: Platform, hook: Hook) -> None:
    watch(61)
    tell(62)
    (posted,) = hook.got
    assert posted.path == "/alerts?from=hub"
    assert posted.headers["content-type"] == "application/json"
    assert genuine(posted)
    assert not genuine(posted, "another secret")
    assert not genuine(Posted(posted.path, posted.headers, posted.body + b" "))
    said = json.loads(posted.body)
    (notice,) = said["notices"]
    assert (said["hub"], notice["event"]) == ("NL/HUB", "raised")
    assert notice["id"] == Notice.objects.get(channel="webhook").pk
    alert, number = notice["alert"], hub.row(raised).pk
    assert (alert["kind"], alert["about"]) == ("platform_offline", "NL/CPO")
    assert alert["subject"] == f"platform {number}"
    assert alert["link"] == f"{hub.url}/admin/parties/platform/{number}/change/"
    assert alert["ended_at"] is None


def test_a_post_that_is_refused_is_sent_again_and_signed_again(
    hub: Hub, raised: Platform, hook: Hook
) -> None:
    hook.answers = [500]
    watch(61)
    tell(62)
    assert states("webhook") == [("waiting", 1, "HTTP 500")]
    tell(63)
    assert len(hook.got) == 1
    tell(62 + 121)
    assert states("webhook") == [("sent", 2, "HTTP 200")]
    assert hook.got[0].body == hook.got[1].body
    assert all(genuine(posted) for posted in hook.got)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(hub: Hub, raised: Platform, hook: Hook, status: int) -> None:
    """Not even to the same host, which platforms may."""
    hook.answers = [status]
    watch(61)
    tell(62)
    assert [posted.path for posted in hook.got] == ["/alerts?from=hub"]
    assert states("webhook") == [("waiting", 1, f"HTTP {status}")]


def test_an_address_that_nobody_allowed_is_not_called(
    hub: Hub, raised: Platform, hook: Hook, change: Change
) -> None:
    change(egress_allow=())
    watch(61)
    tell(62)
    assert hook.got == []
    ((state, _, answer),) = states("webhook")
    assert state == "waiting"
    assert "HUB_EGRESS_ALLOW" in answer


def test_nobody_there_is_tried_again(
    hub: Hub, raised: Platform, hook: Hook, change: Change
) -> None:
    change(alert_webhook_url=f"http://127.0.0.1:{embedded.free_port()}/")
    watch(61)
    tell(62)
    assert states("webhook") == [("waiting", 1, "no connection")]


def test_one_channel_that_fails_holds_up_no_other(
    hub: Hub, raised: Platform, mail: Mail, hook: Hook
) -> None:
    hook.answers = [500]
    watch(61)
    tell(62)
    assert len(mail.messages) == 1
    assert states("log") == [("sent", 1, "written")]


def test_the_log_has_a_line_for_each_change(
    hub: Hub, raised: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "apps.alerts")
    watch(61)
    tell(62)
    hub.set_status(raised, Status.CONNECTED)
    watch(200)
    tell(201)
    lines = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "apps.alerts"]
    assert [level for level, _ in lines] == ["WARNING", "INFO"]
    assert lines[0][1].startswith("raised platform_offline, NL/CPO: OFFLINE since")
    assert lines[1][1].startswith("over platform_offline, NL/CPO: It is CONNECTED again")


def test_no_secret_is_in_rows_logs_or_messages(
    hub: Hub, raised: Platform, mail: Mail, hook: Hook, change: Change,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    change(mail_url=parsed(f"smtp://hub:mail-password@127.0.0.1:{mail.port}"))
    hook.answers = [500]
    watch(61)
    tell(62)
    said = caplog.text + hook.got[0].body.decode() + str(hook.got[0].headers)
    said += " ".join(str(row) for row in Notice.objects.values_list("text", "answer"))
    for secret in (SECRET, "mail-password", raised.hub_token, raised.own_token):
        assert secret not in said


def test_nothing_in_a_text_begins_a_line_or_a_header(
    hub: Hub, raised: Platform, mail: Mail, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "apps.alerts")
    trap = "a\r\nBcc: thief@x.example\n\x1b[2JERROR all is lost"
    hub.change(raised, name=trap, status_cause=trap)
    watch(61)
    tell(62)
    (message,) = mail.messages
    assert message["Bcc"] is None
    assert "a Bcc: thief@x.example [2JERROR" in message["Subject"]
    (line,) = [r.getMessage() for r in caplog.records if r.name == "apps.alerts"]
    assert line.isprintable()
    assert mail.recipients == [["TO:<night@ops.example>", "TO:<day@ops.example>"]]


def test_a_channel_that_was_switched_off_is_not_waited_for(
    hub: Hub, raised: Platform, hook: Hook, change: Change
) -> None:
    watch(61)
    change(alert_webhook_url=None)
    tell(62)
    assert states("webhook") == [("given up", 1, "the channel is not configured any more")]
