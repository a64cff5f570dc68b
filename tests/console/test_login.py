"""Logging in by password: lockout with back-off, sessions that end, proxies that sign in."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import RequestFactory

from apps.audit.models import Entry
from apps.operators import lockout
from apps.operators.address import client_address
from apps.operators.gate import BEGAN, SEEN
from apps.operators.models import Attempts
from tests.console.logging_in import LOGIN, Person, person
from tests.console.saying import command, words
from tests.hub import Hub

SOON = "Too many attempts. Try again in 30 seconds."
HEADER = "X-Remote-User"


@pytest.fixture
def night(hub: Hub) -> Iterator[Any]:
    with person() as made:
        yield made


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("act", flat=True))


def let_pass(seconds: float) -> None:
    """As if all mistakes had been made so much earlier."""
    for row in Attempts.objects.all():
        Attempts.objects.filter(pk=row.pk).update(last_at=row.last_at - timedelta(seconds=seconds))


def fail(somebody: Person, times: int, name: str = "night") -> None:
    for number in range(times):
        assert SOON not in words(somebody.log_in(name, f"wrong {number}")), number


def test_after_five_mistakes_one_waits_even_with_the_right_password(night: Any) -> None:
    somebody = Person()
    fail(somebody, 5)
    assert SOON in words(somebody.log_in())
    assert not somebody.is_in
    assert acts() == ["Sign in refused"] * 5 + ["Locked out"]
    assert Entry.objects.latest("id").after == {"address": "192.0.2.1", "seconds": 30}
    let_pass(31)
    assert somebody.log_in().status_code == 302
    assert somebody.is_in


def test_each_further_mistake_doubles_the_wait(night: Any) -> None:
    somebody = Person()
    fail(somebody, 5)
    for seconds in (60, 120, 240):
        let_pass(seconds / 2 + 1)
        somebody.log_in(password="wrong")
        wait = lockout.wait("night", "192.0.2.1", datetime.now(UTC))
        assert seconds - 5 < wait <= seconds


def test_while_it_is_locked_nothing_is_counted_or_told(night: Any) -> None:
    somebody = Person()
    fail(somebody, 5)
    before = acts()
    for _ in range(10):
        somebody.log_in()
    assert acts() == before
    assert set(Attempts.objects.values_list("failures", flat=True)) == {5}


def test_somebody_elses_mistakes_do_not_lock_a_user_out_at_once(night: Any) -> None:
    fail(Person("192.0.2.66"), 5)
    assert Person("192.0.2.1").log_in().status_code == 302


def test_guesses_from_many_addresses_lock_the_user(night: Any) -> None:
    for number in range(20):
        fail(Person(f"192.0.2.{number + 10}"), 1)
    assert SOON in words(Person("198.51.100.1").log_in())


def test_guesses_at_many_users_lock_the_address(night: Any) -> None:
    for number in range(20):
        fail(Person(), 1, f"user{number}")
    assert SOON in words(Person().log_in())
    assert Person("198.51.100.1").log_in().status_code == 302


@pytest.mark.parametrize("spelled", ["NIGHT", "ｎｉｇｈｔ", "Night"])
def test_another_spelling_is_the_same_user(night: Any, spelled: str) -> None:
    fail(Person(), 4)
    fail(Person(), 1, spelled)
    assert SOON in words(Person().log_in())


def test_success_forgets_the_mistakes(night: Any) -> None:
    somebody = Person()
    for _ in range(3):
        fail(somebody, 4)
        assert somebody.log_in().status_code == 302
    assert list(Attempts.objects.values_list("who", "failures")) == [("address 192.0.2.1", 12)]


def test_many_at_once_are_not_let_through_together(night: Any) -> None:
    """An attempt is counted before the password is looked at."""
    allowed: list[bool] = []

    def attempt() -> None:
        allowed.append(lockout.begin("night", "192.0.2.1", datetime.now(UTC)) == 0)
        connections.close_all()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(allowed) == 5


def test_mistakes_of_yesterday_are_forgotten(night: Any) -> None:
    fail(Person(), 5)
    let_pass(24 * 3600 + 1)
    fail(Person(), 1)
    assert set(Attempts.objects.values_list("failures", flat=True)) == {1}


def test_an_operator_is_let_in_again_from_the_command_line(night: Any) -> None:
    somebody = Person()
    fail(somebody, 5)
    assert command("operator", "night")["mistakes"] == 5
    assert command("operator", "night", "--unlock")["mistakes"] == 0
    assert acts()[-1] == "Unlock"
    assert somebody.log_in().status_code == 302


def set_back(somebody: Person, name: str, span: timedelta) -> None:
    session = somebody.browser.session
    session[name] = (datetime.now(UTC) - span).timestamp()
    session.save()


def test_a_session_ends_when_it_is_not_used(night: Any, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, session_idle_minutes=10)
    somebody = Person()
    somebody.log_in()
    set_back(somebody, SEEN, timedelta(minutes=9))
    assert somebody.is_in  # and that counts as use
    assert somebody.browser.session[SEEN] > datetime.now(UTC).timestamp() - 60
    set_back(somebody, SEEN, timedelta(minutes=11))
    assert not somebody.is_in
    ended = Entry.objects.latest("id")
    assert (ended.act, ended.actor) == ("Session ended", "night")
    assert ended.after == {"reason": "not used for 10 minutes"}


def test_a_session_ends_in_any_case(night: Any, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, session_hours=8)
    somebody = Person()
    somebody.log_in()
    set_back(somebody, BEGAN, timedelta(hours=7, minutes=59))
    assert somebody.is_in
    set_back(somebody, BEGAN, timedelta(hours=8, minutes=1))
    assert not somebody.is_in


@pytest.fixture
def proxied(settings: Any) -> None:
    proxies = (ip_network("10.1.0.0/16"), ip_network("fd00::/8"))
    settings.HUB = replace(
        settings.HUB, trusted_proxies=proxies, trusted_user_header=HEADER
    )  # fmt: skip


def test_a_trusted_proxy_signs_in(night: Any, proxied: None) -> None:
    somebody = Person("10.1.2.3", **{HEADER: "night"})
    assert somebody.is_in
    assert acts() == ["Sign in"]
    assert somebody.is_in
    assert acts() == ["Sign in"]  # one session, not one per request
    somebody.browser.defaults["HTTP_X_REMOTE_USER"] = ""
    assert not somebody.is_in  # signed out there is signed out here


@pytest.mark.parametrize("address", ["192.0.2.1", "10.2.0.1", "::1", "", "unix:"])
def test_nobody_else_is_believed(night: Any, proxied: None, address: str) -> None:
    assert not Person(address, **{HEADER: "night"}).is_in
    spoofed = Person(address, **{HEADER: "night", "X-Forwarded-For": "10.1.2.3"})
    assert not spoofed.is_in


def test_without_the_setting_the_header_says_nothing(night: Any, settings: Any) -> None:
    settings.HUB = replace(settings.HUB, trusted_proxies=(ip_network("10.1.0.0/16"),))
    assert not Person("10.1.2.3", **{HEADER: "night"}).is_in


@pytest.mark.parametrize("change", [{"is_active": False}, {"username": "day"}])
def test_whom_the_hub_does_not_know_is_refused(
    night: Any, proxied: None, change: dict[str, Any]
) -> None:
    get_user_model().objects.filter(pk=night.pk).update(**change)
    response = Person("10.1.2.3", **{HEADER: "night"}).get()
    assert response.status_code == 403
    assert acts() == ["Sign in refused"]
    assert not get_user_model().objects.filter(username="night", is_active=True).exists()


def test_another_user_of_the_proxy_has_another_session(night: Any, proxied: None) -> None:
    somebody = Person("10.1.2.3", **{HEADER: "night"})
    assert somebody.is_in
    with person("day"):
        somebody.browser.defaults["HTTP_X_REMOTE_USER"] = "day"
        assert "<strong>day</strong>" in somebody.get().content.decode()


def test_a_session_by_password_goes_on_behind_a_proxy_without_the_header(
    night: Any, proxied: None
) -> None:
    somebody = Person("10.1.2.3")
    somebody.log_in()
    assert somebody.is_in


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "10.9.9.9", "192.0.2.1"),  # not a proxy of ours: not believed
        ("10.1.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.1.0.1", "1.1.1.1, 203.0.113.5", "203.0.113.5"),  # what the client wrote comes first
        ("10.1.0.1", "203.0.113.5, 10.1.0.2", "203.0.113.5"),
        ("::ffff:10.1.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.1.0.1", "", "10.1.0.1"),
        ("10.1.0.1", "nonsense", "unknown"),
        ("10.1.0.1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fd00::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("", "", "unknown"),
    ],
)
def test_the_address_is_what_a_trusted_proxy_says(
    proxied: None, peer: str, forwarded: str, expected: str
) -> None:
    request = RequestFactory().get(
        LOGIN, REMOTE_ADDR=peer, headers={"X-Forwarded-For": forwarded} if forwarded else {}
    )
    assert client_address(request) == expected
