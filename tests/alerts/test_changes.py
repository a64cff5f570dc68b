"""Once per change: short flaps are told to nobody, two lookers raise one alert, nothing is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from apps.alerts import deliver
from apps.alerts.look import HOLD, look
from apps.alerts.models import Alert, Kind, Notice
from apps.parties.models import Agreement
from apps.parties.models import Platform as Row
from hub.routing.network import Status
from tests.alerts.receivers import Hook
from tests.alerts.watching import changes, states, tell, watch
from tests.hub import Hub
from tests.hubclientinfo.goings import at
from tests.platforms import Platform

KIND = Kind.OFFLINE


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    return hub.platform("NL/CPO")


def down(hub: Hub, cpo: Platform) -> None:
    hub.set_status(cpo, Status.OFFLINE)


def up(hub: Hub, cpo: Platform) -> None:
    hub.set_status(cpo, Status.CONNECTED)


def test_what_is_over_within_a_minute_is_told_to_nobody(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    watch(0, 30, 59)
    up(hub, cpo)
    watch(75)
    assert not Alert.objects.exists()
    down(hub, cpo)
    watch(90, 140)  # the minute begins anew
    assert changes(KIND) == []
    watch(151)
    assert changes(KIND) == ["raised"]


def test_what_begins_again_within_a_minute_is_the_same_alert(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    watch(0, 61)
    up(hub, cpo)
    watch(75, 120)
    down(hub, cpo)
    watch(130)
    up(hub, cpo)
    watch(145, 189)
    assert changes(KIND) == ["raised"]
    watch(191)
    assert changes(KIND) == ["raised", "over"]


def test_after_its_end_the_next_is_another_alert(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    watch(0, 61)
    up(hub, cpo)
    watch(122)
    down(hub, cpo)
    watch(200, 261)
    assert changes(KIND) == ["raised", "over", "raised"]
    assert Alert.objects.count() == 2


def test_two_that_look_at_once_raise_one_alert(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    for offset in (0, 61):
        together(4, offset)
    assert changes(KIND) == ["raised"]
    assert Alert.objects.count() == 1


def together(number: int, offset: float) -> None:
    """Looks in so many threads at the same moment."""
    start, failed = threading.Barrier(number), list[BaseException]()

    def one() -> None:
        try:
            start.wait()
            look(at(offset))
        except BaseException as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_who_looks_while_another_does_leaves_it_to_him(hub: Hub, cpo: Platform) -> None:
    """The lock is held by a connection of its own for the time of a transaction."""
    down(hub, cpo)
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('alerts'))")
            taken.set()
            done.wait(10)
        connections.close_all()

    thread = threading.Thread(target=other)
    thread.start()
    assert taken.wait(10)
    watch(0)
    assert not Alert.objects.exists()
    done.set()
    thread.join()
    watch(0)
    assert Alert.objects.count() == 1


def test_the_database_refuses_a_second_open_alert(hub: Hub) -> None:
    row = {"kind": KIND, "subject": "platform 1", "since": at(0), "seen_at": at(0)}
    Alert.objects.create(**row, ended_at=at(0))
    Alert.objects.create(**row)
    with pytest.raises(IntegrityError):
        Alert.objects.create(**row)


def test_alert_and_notices_are_one_transaction(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that dies between the two has done neither, and the next look does both."""
    down(hub, cpo)
    watch(0)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("apps.alerts.look.configured", dies)
        watch(61)
    assert Alert.objects.get().raised_at is None
    watch(62)
    assert changes(KIND) == ["raised"]


def dies() -> list[str]:
    raise KeyboardInterrupt


def test_a_removed_platform_ends_its_alert(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    watch(0, 61)
    Row.objects.all().delete()
    hub.reload()
    watch(122)
    assert changes(KIND) == ["raised", "over"]


def test_the_next_attempt_is_booked_before_the_send(hub: Hub, cpo: Platform, hook: Hook) -> None:
    """A worker that dies while it sends leaves a retry behind, and not two."""
    down(hub, cpo)
    watch(0, 61)
    assert len(deliver.book("webhook", at(62))) == 1  # and then it dies
    assert deliver.book("webhook", at(63)) == []
    tell(62 + 119)
    assert hook.got == []
    tell(62 + 121)
    assert len(hook.got) == 1
    assert states("webhook") == [("sent", 2, "HTTP 200")]


def test_two_that_send_at_once_send_once(hub: Hub, cpo: Platform, hook: Hook) -> None:
    down(hub, cpo)
    watch(0, 61)
    threads = [threading.Thread(target=tell, args=(62,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hook.got) == 1


def test_the_end_is_not_told_before_the_beginning(hub: Hub, cpo: Platform, hook: Hook) -> None:
    down(hub, cpo)
    hook.answers = [500]
    watch(0, 61)
    tell(62)
    up(hub, cpo)
    watch(122)
    tell(123)
    assert states("webhook") == [("waiting", 1, "HTTP 500"), ("waiting", 0, "")]
    tell(62 + 121)
    assert [row[0] for row in states("webhook")] == ["sent", "sent"]
    assert len(hook.got) == 2


def test_what_is_never_taken_is_given_up_after_a_day(hub: Hub, cpo: Platform, hook: Hook) -> None:
    down(hub, cpo)
    hook.answers = [503] * 100
    watch(0, 61)
    for hour in range(25):
        tell(62 + hour * 3601)
    (row,) = states("webhook")
    assert (row[0], row[2]) == ("given up", "HTTP 503")
    tries = len(hook.got)
    assert row[1] == tries > 10
    tell(100 * 3600)
    assert len(hook.got) == tries


def test_old_alerts_are_removed_and_open_ones_stay(hub: Hub, cpo: Platform) -> None:
    down(hub, cpo)
    row = Agreement.objects.create(one="NL/CPO", other="DE/MSP", state="active", ends_at=at(3600))
    watch(0, 61)
    row.delete()
    watch(122)
    deliver.book_test(at(0))
    past = (31 * timedelta(days=1)).total_seconds()
    deliver.prune(at(past - 2 * 86400))
    assert Alert.objects.count() == 2
    deliver.prune(at(past))
    assert [alert.kind for alert in Alert.objects.all()] == [KIND]
    assert set(Notice.objects.values_list("event", flat=True)) == {"raised"}
    assert timedelta(seconds=60) == HOLD
