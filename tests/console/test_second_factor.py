"""The second factor: set up with an app, asked for after the password, recovered without it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from apps.audit.models import Entry
from apps.operators.models import Attempts, Authenticator, RecoveryCode
from tests.console.logging_in import FACTOR, LOGIN, Person, code_of, person, secret_in
from tests.console.saying import command, words
from tests.console.test_policy import INLINE
from tests.hub import Hub


@pytest.fixture
def night(hub: Hub) -> Iterator[Any]:
    with person() as made:
        yield made


@pytest.fixture
def inside(night: Any) -> Person:
    """Somebody who is logged in."""
    somebody = Person()
    assert somebody.log_in().status_code == 302
    return somebody


@pytest.fixture
def required(settings: Any) -> None:
    settings.HUB = replace(settings.HUB, admin_2fa=True)


def acts() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("act", flat=True))


def test_who_has_set_it_up_is_asked_for_it(inside: Person) -> None:
    secret, codes = inside.set_up()
    assert len(set(codes)) == 10
    assert inside.is_in  # who has just shown a code need not show another
    later = Person()
    later.log_in()
    response = later.get("/admin/parties/platform/", q="x")
    assert response.status_code == 302
    assert response.url == f"{FACTOR}?next=%2Fadmin%2Fparties%2Fplatform%2F%3Fq%3Dx"
    asked = later.get(FACTOR, next="/admin/parties/platform/")
    assert "Enter the code" in words(asked)
    assert 'value="/admin/parties/platform/"' in asked.content.decode()
    done = later.factor("give", code=code_of(secret, 1), next="/admin/parties/platform/")
    assert (done.status_code, done.url) == (302, "/admin/parties/platform/")
    assert later.is_in
    assert acts() == ["Sign in", "Second factor set up", "Sign in"]


@pytest.mark.parametrize("path", ["/admin/", "/admin/api-tokens/", "/admin/dry-run/", "/api/hub"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_before_the_code_nothing_is_open(inside: Person, path: str, method: str) -> None:
    inside.set_up()
    later = Person()
    later.log_in()
    response = getattr(later.browser, method)(path)
    redirected = response.status_code == 302 and response.url.startswith(FACTOR)
    assert redirected or response.status_code == 403
    assert redirected == (method == "get" and path.startswith("/admin"))
    later.browser.post("/admin/logout/")
    assert later.get().url.startswith(LOGIN)


def test_before_the_code_it_cannot_be_changed(inside: Person) -> None:
    inside.set_up()
    later = Person()
    later.log_in()
    for do in ("begin", "confirm", "codes", "remove"):
        assert later.factor(do, code="123456").status_code == 403
    assert Authenticator.objects.get().confirmed
    assert RecoveryCode.objects.count() == 10


def test_a_code_counts_once(inside: Person) -> None:
    secret, _ = inside.set_up()
    code = code_of(secret, 1)
    first, second = Person(), Person()
    for somebody in (first, second):
        somebody.log_in()
    assert first.factor("give", code=code).status_code == 302
    assert "is not right, or was used before" in words(second.factor("give", code=code))
    assert not second.is_in


@pytest.mark.parametrize("code", ["", "000000", "12345", "abcdef", "１２３４５６", "1" * 50])
def test_another_code_is_refused(inside: Person, code: str) -> None:
    secret, _ = inside.set_up()
    if code == code_of(secret, 1):
        pytest.skip("by chance it is the right one")
    later = Person()
    later.log_in()
    assert later.factor("give", code=code).status_code == 200
    assert not later.is_in


def test_a_code_of_long_ago_is_refused(inside: Person) -> None:
    secret, _ = inside.set_up()
    later = Person()
    later.log_in()
    for steps in (-2, 3):
        assert later.factor("give", code=code_of(secret, steps)).status_code == 200
    assert not later.is_in


def test_guesses_make_one_wait_and_the_password_does_not_help(inside: Person) -> None:
    secret, _ = inside.set_up()
    for _ in range(5):
        later = Person()
        later.log_in()  # the right password forgives mistakes at the password only
        later.factor("give", code="000000")
    later = Person()
    later.log_in()
    assert "Too many attempts" in words(later.factor("give", code=code_of(secret, 1)))
    assert not later.is_in
    assert acts().count("Second factor refused") == 5
    assert acts().count("Locked out") == 1
    for row in Attempts.objects.all():
        Attempts.objects.filter(pk=row.pk).update(last_at=row.last_at - timedelta(seconds=31))
    assert later.factor("give", code=code_of(secret, 1)).status_code == 302


def test_a_recovery_code_is_good_once(inside: Person) -> None:
    _, codes = inside.set_up()
    first, second = Person(), Person()
    for somebody in (first, second):
        somebody.log_in()
    assert first.factor("give", code=codes[0].upper()).status_code == 302
    assert first.is_in
    assert acts()[-1] == "Recovery code used"
    assert second.factor("give", code=codes[0]).status_code == 200
    assert second.factor("give", code=codes[1]).status_code == 302
    assert "8 recovery codes left" in words(second.get(FACTOR))


def test_new_recovery_codes_end_the_former(inside: Person) -> None:
    _, codes = inside.set_up()
    inside.factor("codes")
    later = Person()
    later.log_in()
    assert later.factor("give", code=codes[0]).status_code == 200
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def test_when_it_is_required_it_must_be_set_up_first(night: Any, required: None) -> None:
    somebody = Person()
    somebody.log_in()
    assert somebody.get().url.startswith(FACTOR)
    assert "asks every operator for a second factor" in words(somebody.get(FACTOR))
    assert somebody.browser.get("/api/hub").status_code == 403
    somebody.set_up()
    assert somebody.is_in


def test_switching_it_on_is_asked_of_open_sessions_too(inside: Person, settings: Any) -> None:
    assert inside.is_in
    settings.HUB = replace(settings.HUB, admin_2fa=True)
    assert not inside.is_in


def test_secret_and_picture_are_shown_once_and_keep_the_policy(inside: Person) -> None:
    shown = inside.factor("begin")
    text, secret = shown.content.decode(), secret_in(shown)
    assert 'class="qr"' in text
    assert not [pattern for pattern in INLINE if pattern.search(text)]
    assert "no-store" in shown.headers["Cache-Control"]
    wrong = inside.factor("confirm", code="000000").content.decode()
    for later in (wrong, inside.get(FACTOR).content.decode()):
        assert secret not in later
        assert 'class="qr"' not in later
    row = Authenticator.objects.get()
    assert secret.encode() not in bytes(row.sealed)
    assert not row.confirmed
    assert inside.factor("confirm", code=code_of(secret)).status_code == 200
    assert secret not in str(list(Entry.objects.values_list("after", flat=True)))


def test_another_app_takes_the_place_of_the_first_when_it_has_shown_a_code(
    inside: Person,
) -> None:
    old, _ = inside.set_up()
    new = secret_in(inside.factor("begin"))
    later = Person()
    later.log_in()
    assert later.factor("give", code=code_of(old, 1)).status_code == 302
    inside.factor("confirm", code=code_of(new))
    last = Person()
    last.log_in()
    assert last.factor("give", code=code_of(old, 1)).status_code == 200
    assert last.factor("give", code=code_of(new, 1)).status_code == 302


def test_it_is_removed_by_whoever_has_it_and_from_the_command_line(inside: Person) -> None:
    inside.set_up()
    assert command("operator", "night")["recovery_codes_left"] == 10
    inside.factor("remove")
    assert not Authenticator.objects.exists()
    assert not RecoveryCode.objects.exists()
    inside.set_up()
    command("operator", "night", "--forget-second-factor")
    assert acts()[-1] == "Forget second factor"
    later = Person()
    later.log_in()
    assert later.is_in


def test_nobody_is_led_elsewhere(inside: Person) -> None:
    secret, _ = inside.set_up()
    later = Person()
    later.log_in()
    done = later.factor("give", code=code_of(secret, 1), next="https://evil.example/")
    assert done.url == "/admin/"


def test_who_is_signed_in_by_a_proxy_gave_it_there(
    night: Any, required: None, settings: Any
) -> None:
    settings.HUB = replace(
        settings.HUB,
        trusted_proxies=(ip_network("10.1.0.0/16"),),
        trusted_user_header="X-Remote-User",
    )
    assert Person("10.1.2.3", **{"X-Remote-User": "night"}).is_in
