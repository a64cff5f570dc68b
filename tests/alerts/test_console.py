"""What an operator sees of alerts: pages, the command, the metric."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError
from django.db import connection
from django.test import Client

from apps.alerts.deliver import TEST
from apps.alerts.models import Alert, Kind, Notice
from apps.alerts.tasks import look
from apps.parties.models import Agreement
from config import health
from config.celery import TOGETHER
from hub.routing.network import Status
from tests.alerts.conftest import SECRET
from tests.alerts.receivers import Hook, Mail
from tests.alerts.test_channels import genuine
from tests.alerts.test_conditions import CASES, of
from tests.alerts.watching import tell, watch
from tests.console.conftest import manage, operator, viewer  # noqa: F401  # fixtures
from tests.console.saying import Said, command, messages, soon, text_of, words
from tests.hub import Hub
from tests.hubclientinfo.goings import at
from tests.platforms import Platform

LIST = "/admin/alerts/alert/"


@pytest.fixture
def two(hub: Hub) -> list[Alert]:
    """One that is over, and one that is open."""
    row = Agreement.objects.create(one="NL/CPO", other="DE/MSP", state="active", ends_at=at(3600))
    watch(0, 61)
    tell(62)
    row.delete()
    cpo = hub.platform("NL/CPO", name="<b>bold</b>")
    hub.set_status(cpo, Status.OFFLINE)
    watch(122, 183)
    tell(184)
    return list(Alert.objects.order_by("pk"))


@pytest.mark.parametrize("kind", Kind)
def test_an_alert_leads_to_a_page(hub: Hub, operator: Client, kind: Kind) -> None:  # noqa: F811
    case = CASES[kind]
    case.begins(hub)
    watch(case.first)
    (alert,) = of(kind)
    assert operator.get(alert.path).status_code == 200


def test_open_alerts_are_listed_first(two: list[Alert], viewer: Client) -> None:  # noqa: F811
    page = viewer.get(LIST)
    said = words(page)
    assert said.index("OFFLINE since") < said.index("The agreement of")
    assert "<b>bold</b>" not in page.content.decode()
    assert "&lt;b&gt;bold" in page.content.decode()
    assert "Send a test" not in said


def test_what_is_not_raised_yet_is_not_listed(hub: Hub, cpo: Platform, viewer: Client) -> None:  # noqa: F811
    hub.set_status(cpo, Status.OFFLINE)
    watch(0)
    assert "No alerts." in words(viewer.get(LIST))
    assert command("alerts") == {"alerts": []}


def test_the_page_of_an_alert_has_advice_and_notices(
    two: list[Alert],
    viewer: Client,  # noqa: F811
) -> None:
    over, opened = two
    said = words(viewer.get(f"{LIST}{opened.pk}/change/"))
    assert "Look at the platform&#x27;s page for the cause" in said
    assert "raised log sent 1 written" in said
    assert "over log sent 1 written" in words(viewer.get(f"{LIST}{over.pk}/change/"))


def test_nobody_changes_an_alert(two: list[Alert], operator: Client) -> None:  # noqa: F811
    page = f"{LIST}{two[0].pk}/"
    assert operator.post(f"{page}change/", {"text": "x"}).status_code == 403
    assert operator.post(f"{page}delete/", {"post": "yes"}).status_code == 403
    assert operator.get(f"{LIST}add/").status_code == 403


def test_a_test_alert_goes_out_by_every_channel(
    hub: Hub,
    mail: Mail,
    hook: Hook,
    operator: Client,  # noqa: F811
) -> None:
    assert "Send a test alert" in words(operator.get(LIST))
    assert "by log, mail, webhook" in words(operator.get(f"{LIST}test/"))
    assert (mail.messages, hook.got) == ([], [])
    hook.answers = [500]
    said = messages(operator.post(f"{LIST}test/", follow=True))
    assert said == ["log: written.", "mail: taken by the mail server.", "webhook: HTTP 500."]
    assert mail.messages[0]["Subject"] == "[OCPI hub NL/HUB] Test"
    assert not Alert.objects.exists()


def test_who_may_only_look_sends_no_test(hub: Hub, hook: Hook, viewer: Client) -> None:  # noqa: F811
    assert viewer.get(f"{LIST}test/").status_code == 403
    assert viewer.post(f"{LIST}test/").status_code == 403
    assert not Notice.objects.exists()


def test_the_command_lists_what_is_open(two: list[Alert]) -> None:
    (told,) = command("alerts")["alerts"]
    assert (told["kind"], told["about"]) == ("platform_offline", "<b>bold</b>")
    assert told["link"].endswith(two[1].path)
    assert [(n["event"], n["channel"], n["state"]) for n in told["notices"]] == [
        ("raised", "log", "sent")
    ]
    everything = command("alerts", "--all")["alerts"]
    assert [(row["kind"], row["ended"] is None) for row in everything] == [
        ("platform_offline", True), ("agreement_ends", False),
    ]  # fmt: skip
    said = text_of("alerts")
    assert "OFFLINE since" in said
    assert "raised by log sent" in said


def test_the_command_tests_the_channels_and_fails_where_one_does(hub: Hub, hook: Hook) -> None:
    said: Any = command("alerts", "--test")
    assert [(row["channel"], row["state"]) for row in said["test"]] == [
        ("log", "sent"), ("webhook", "sent"),
    ]  # fmt: skip
    hook.answers = [404]
    with pytest.raises(CommandError, match="webhook: HTTP 404"):
        text_of("alerts", "--test")


def test_the_command_tests_a_channel_as_a_process_of_its_own(
    hub: Hub,
    hook: Hook,
    manage: Callable[..., Said],  # noqa: F811
) -> None:
    """Each setting comes from the environment."""
    environ = {"HUB_ALERT_WEBHOOK_URL": hook.url, "HUB_ALERT_WEBHOOK_SECRET": SECRET}
    done = manage("alerts", "--test", "--json", environ=environ)
    assert (done.status, done.err) == (0, "INFO apps.alerts: test: " + TEST + "\n")
    assert [row["state"] for row in done.json["test"]] == ["sent", "sent"]
    (posted,) = hook.got
    assert genuine(posted)
    assert json.loads(posted.body)["notices"][0]["alert"] is None


def test_the_metric_counts_open_alerts_by_kind(two: list[Alert]) -> None:
    page = asyncio.run(health.metrics()).body.decode()
    assert 'hub_alerts{kind="platform_offline"} 1.0' in page
    assert 'hub_alerts{kind="agreement_ends"} 0.0' in page


def test_the_metric_is_absent_while_the_database_is(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The other metrics are answered all the same."""
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "/nowhere")
        page = asyncio.run(health.metrics()).body.decode()
    assert "hub_alerts" not in page
    assert "hub_messages_total" in page
    assert "open alerts not counted: OperationalError" in caplog.text


def test_the_settings_are_told_without_their_secrets(hub: Hub, mail: Mail, hook: Hook) -> None:
    told = command("hub")["settings"]
    assert (told["mail_url"], told["alert_webhook_url"]) == ("set", "set")
    assert told["alert_webhook_secret"] == "set"
    assert told["alert_mail_to"] == ["night@ops.example", "day@ops.example"]


def test_beat_looks_and_a_worker_tells(hub: Hub, hook: Hook, cpo: Platform) -> None:
    assert look.name in TOGETHER[15]
    hub.set_status(cpo, Status.OFFLINE)
    watch(-61)
    look()
    assert soon(lambda: len(hook.got) == 1)
    assert soon(lambda: Notice.objects.filter(state="sent").count() == 2)
