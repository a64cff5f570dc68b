"""What a new party pushes reaches a platform of 2.3.0 after the hub's Credentials object named it,
and soon all the same where the platform does not take that (D-20)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from apps.credentials import registration
from apps.credentials.naming import AGAIN, APART, due
from apps.hubclientinfo.models import PartiesChanged, PartiesNamed
from apps.outbox import lane
from apps.outbox.models import Delivery, Unnamed
from apps.outbox.tasks import worker
from tests.credentials.test_naming import LATER, tell
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import HUB, at, told
from tests.platforms import RECEIVER, Platform

NEW = "BE/CPO"


@pytest.fixture
def reading(hub: Hub) -> Platform:
    """DE/MSP in 2.3.0, which registered long ago, reaches NL/CPO and hears HubClientInfo."""
    hub.platform("NL/CPO")
    made = hub.platform("DE/MSP", version="2.3.0", hears_news=True)
    PartiesNamed.objects.update(at=at(-LATER))
    return made


def push(platform: Platform, tail: str, **more: str) -> None:
    content = tariff(tail[7:], tail[:6], **more)
    reply = platform.request("PUT", "tariffs", RECEIVER, tail, json=content, to=HUB)
    assert reply.code == 1000


def drained(platform: Platform, hub: Hub) -> list[str]:
    """Drains the platform's lane, and says what it has of tariffs and credentials, in order."""
    worker().drain(hub.row(platform).pk)
    return [
        f"{each.method} {each.module} {each.tail}".strip()
        for each in platform.received
        if each.method == "PUT" and each.module in ("tariffs", "credentials")
    ]


def older(seconds: float) -> None:
    """Lets everything that waits have waited for so long."""
    Delivery.objects.update(created_at=datetime.now(UTC) - timedelta(seconds=seconds))


def test_a_push_of_a_new_party_waits_until_it_is_named(hub: Hub, reading: Platform) -> None:
    new, known = hub.platform(NEW), hub.here.platforms[0]
    push(new, "BE/CPO/T1")
    push(known, "NL/CPO/T2")
    assert drained(reading, hub) == ["PUT tariffs NL/CPO/T2"]  # nobody else waits for it
    assert ("BE/CPO", "CONNECTED") in told(reading)  # nor HubClientInfo
    assert tell(hub) == [True]
    assert drained(reading, hub) == [
        "PUT tariffs NL/CPO/T2",
        "PUT credentials",
        "PUT tariffs BE/CPO/T1",
    ]
    assert not Unnamed.objects.exists()
    assert not reading.complaints


def test_however_much_waits_for_a_name_others_pass(
    hub: Hub, reading: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "WINDOW", 2)
    new, known = hub.platform(NEW), hub.here.platforms[0]
    for number in range(5):
        push(new, f"BE/CPO/T{number}")
    push(known, "NL/CPO/T9")
    assert drained(reading, hub) == ["PUT tariffs NL/CPO/T9"]
    assert set(Delivery.objects.filter(state="waiting").values_list("attempts")) == {(0,)}


def test_a_newer_push_takes_the_place_of_one_that_waits(hub: Hub, reading: Platform) -> None:
    new = hub.platform(NEW)
    for currency in ("EUR", "SEK"):
        push(new, "BE/CPO/T1", currency=currency)
        assert drained(reading, hub) == []
    assert tell(hub) == [True]
    assert drained(reading, hub) == ["PUT credentials", "PUT tariffs BE/CPO/T1"]
    assert reading.heard(module="tariffs").json["currency"] == "SEK"


def test_a_push_that_waits_is_no_reason_to_gather_changes(hub: Hub, reading: Platform) -> None:
    hub.platform(NEW)
    assert tell(hub) == [True]
    another = hub.platform("CPO:FR/AAA", name="A")
    assert tell(hub, APART.total_seconds() + 1) == []  # nothing waits for it
    push(another, "FR/AAA/T1")
    assert tell(hub) == []  # each PUT is a change of tokens
    assert tell(hub, APART.total_seconds() + 1) == [True]
    assert "PUT tariffs FR/AAA/T1" in drained(reading, hub)


def test_older_versions_wait_for_nothing(hub: Hub) -> None:
    older_one = hub.platform("DE/MSP")
    push(hub.platform(NEW), "BE/CPO/T1")
    assert drained(older_one, hub) == ["PUT tariffs BE/CPO/T1"]


def test_who_registers_is_told_by_that(hub: Hub) -> None:
    new = hub.platform(NEW)
    reading = hub.platform("DE/MSP", version="2.3.0")
    assert not Unnamed.objects.exists()
    push(new, "BE/CPO/T1")
    assert drained(reading, hub) == ["PUT tariffs BE/CPO/T1"]


def test_a_refusal_lets_go_what_waits_and_is_said(hub: Hub, reading: Platform) -> None:
    push(hub.platform(NEW), "BE/CPO/T1")
    reading.faults.set("unauthorized", module="credentials")
    assert tell(hub) == [False]
    assert drained(reading, hub)[-1] == "PUT tariffs BE/CPO/T1"
    assert PartiesChanged.objects.get().said
    # Nor does anything wait for the next new party while it refuses: it would wait for hours.
    push(hub.platform("CPO:FR/AAA", name="A"), "FR/AAA/T1")
    assert drained(reading, hub)[-1] == "PUT tariffs FR/AAA/T1"


def test_who_does_not_answer_is_asked_twice(hub: Hub, reading: Platform) -> None:
    push(hub.platform(NEW), "BE/CPO/T1")
    reading.faults.set("hangup", module="credentials")
    assert tell(hub) == [False]
    assert "PUT tariffs BE/CPO/T1" not in drained(reading, hub)
    assert tell(hub, AGAIN[0].total_seconds() + 5) == [False]
    assert "PUT tariffs BE/CPO/T1" in drained(reading, hub)


def test_it_waits_for_two_minutes_at_most(hub: Hub, reading: Platform) -> None:
    """Whatever becomes of the worker that was to tell it."""
    push(hub.platform(NEW), "BE/CPO/T1")
    assert len(due(at(0))) == 1  # and no more: that worker was killed
    older(110)
    assert drained(reading, hub) == []
    older(121)
    assert drained(reading, hub) == ["PUT tariffs BE/CPO/T1"]


def test_who_was_away_is_told_before_it_gets_anything(hub: Hub, reading: Platform) -> None:
    reading.offline()
    hub.change(reading, status="OFFLINE")
    new = hub.platform(NEW)
    reading.start()
    hub.change(reading, status="CONNECTED")
    push(new, "BE/CPO/T1")
    assert drained(reading, hub) == []
    assert tell(hub) == [True]
    assert drained(reading, hub) == ["PUT credentials", "PUT tariffs BE/CPO/T1"]


def test_a_put_of_its_own_names_them_too(hub: Hub, reading: Platform) -> None:
    push(hub.platform(NEW), "BE/CPO/T1")
    assert reading.rotate().code == 1000
    assert drained(reading, hub) == ["PUT tariffs BE/CPO/T1"]
    assert tell(hub) == []


def test_who_goes_over_to_another_version_waits_for_nothing(hub: Hub, reading: Platform) -> None:
    push(hub.platform(NEW), "BE/CPO/T1")
    assert reading.switch("2.2.1").code == 1000
    assert drained(reading, hub) == ["PUT tariffs BE/CPO/T1"]


def test_a_party_that_comes_while_others_are_named_goes_on_waiting(
    hub: Hub, reading: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hub.platform(NEW)
    push(first, "BE/CPO/T1")
    written = registration._note

    def meanwhile(*arguments: object) -> None:
        push(hub.platform("CPO:FR/AAA", name="A"), "FR/AAA/T2")
        written(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(registration, "_note", meanwhile)
    assert tell(hub) == [True]
    monkeypatch.undo()
    assert drained(reading, hub) == ["PUT credentials", "PUT tariffs BE/CPO/T1"]
    assert list(Unnamed.objects.values_list("owner", flat=True)) == ["FR/AAA"]
    assert tell(hub, APART.total_seconds() + 1) == [True]
    assert drained(reading, hub)[2:] == ["PUT credentials", "PUT tariffs FR/AAA/T2"]


def test_where_nobody_is_told_nothing_waits(
    hub: Hub, reading: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(hub.platform(NEW), "BE/CPO/T1")
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, name_parties_minutes=0))
    assert due(at(0)) == []
    assert drained(reading, hub) == ["PUT tariffs BE/CPO/T1"]
