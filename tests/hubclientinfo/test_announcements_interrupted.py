"""Announcements that break off, are made twice or fail: nothing is lost, nothing told twice."""

from typing import Any

import pytest
from django.db import transaction

from apps.credentials import rows
from apps.database import in_thread
from apps.hubclientinfo import announce as announcing
from apps.hubclientinfo.models import ClientInfo, Compared
from apps.hubclientinfo.settle import settle
from apps.parties import directory, platforms
from apps.parties.models import Agreement, StatusChange
from apps.sandbox.handshake import HandshakeFailed
from hub.routing.network import Status
from tests.hub import Hub, playground_platform
from tests.hubclientinfo.goings import at, hearing, news, told
from tests.platforms import SENDER, Platform


def test_a_worker_that_dies_loses_nothing_and_repeats_nothing(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()

    class Killed(BaseException):
        pass

    def dies(*_: Any, **__: Any) -> Any:
        raise Killed

    hub.set_status(cpo, Status.OFFLINE)
    with monkeypatch.context() as patch:
        patch.setattr(announcing, "came_back", dies)
        with pytest.raises(Killed):
            hub.announce()
    assert StatusChange.objects.filter(announced_at=None).exists()
    news(hub)
    news(hub, 60)
    assert told(msp) == [("NL/CPO", "OFFLINE")]
    assert not StatusChange.objects.filter(announced_at=None).exists()


def test_a_comparison_that_broke_off_is_made_again(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    Agreement.objects.create(one="DE/MSP", other="NL/CPO", state="paused")
    hub.reload()

    def breaks(*_: Any, **__: Any) -> Any:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(announcing, "settle", breaks)
        with pytest.raises(ConnectionError):
            hub.announce(at(20))
    assert Compared.objects.get().version != directory.version()
    news(hub, 40)
    assert told(msp)[-1] == ("NL/CPO", "PLANNED")


def test_a_registration_that_fails_announces_nothing(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)

    def breaks(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr(rows, "introduce", breaks)
    invitation = hub.invite("New")
    new = playground_platform(hub, "FR/MSP", name="New")
    with pytest.raises(HandshakeFailed, match="4000"):
        new.register(invitation.versions_url, invitation.token_a)
    monkeypatch.undo()
    news(hub, 20)
    assert told(msp) == [("NL/CPO", "CONNECTED")]


def test_status_changes_of_one_transaction_are_announced_with_it(hub: Hub, cpo: Platform) -> None:
    """What a process sees of the network and what it tells belong together."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    with transaction.atomic():
        platforms.suspend(hub.row(cpo), "unpaid", at(0))
        transaction.set_rollback(True)
    news(hub, 20)
    assert told(msp) == []
    change = StatusChange.objects.filter(platform=hub.row(cpo)).latest("pk")
    assert (change.after, change.announced_at is None) == ("CONNECTED", False)


def test_the_list_a_platform_asks_for_books_what_it_was_not_told_yet(
    hub: Hub, cpo: Platform
) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    hub.set_status(cpo, Status.OFFLINE)
    (shown,) = msp.request("GET", "hubclientinfo", SENDER).data
    assert shown["status"] == "OFFLINE"
    news(hub)
    heard = [r.json for r in msp.received if r.module == "hubclientinfo" and r.method == "PUT"]
    assert [each["status"] for each in heard] == ["CONNECTED", "OFFLINE"]
    assert heard[-1]["last_updated"] == shown["last_updated"]


def test_two_who_announce_at_once_tell_once(hub: Hub, cpo: Platform) -> None:
    """One waits for the other, and finds nothing left to tell."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    msp.clear()
    hub.set_status(cpo, Status.OFFLINE)
    waits = [hub.here.background.start(in_thread(hub.announce)) for _ in range(4)]
    for wait in waits:
        wait()
    hub.deliver()
    assert told(msp) == [("NL/CPO", "OFFLINE")]


def test_a_change_of_status_compares_nothing_else(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a large network comparing everything takes seconds, and statuses change all the time."""
    msp = hearing(hub, "DE/MSP")
    news(hub)
    hub.set_status(cpo, Status.OFFLINE)
    asked: list[Any] = []

    def noted(now: Any, **which: Any) -> Any:
        asked.append(which)
        return settle(now, **which)

    monkeypatch.setattr(announcing, "settle", noted)
    news(hub, 20)
    news(hub, 40)
    assert asked == [{"hosts": {hub.row(cpo).pk}}]
    assert told(msp)[-1] == ("NL/CPO", "OFFLINE")
    assert Compared.objects.get().version == directory.version()


def test_a_large_network_is_settled_in_parts(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcing, "VIEWERS", 1)
    msp = hearing(hub, "DE/MSP")
    hub.platform("FR/MSP")
    ClientInfo.objects.all().delete()
    hub.announce(at(20))
    assert ClientInfo.objects.count() == 6
    assert told(msp) == []
