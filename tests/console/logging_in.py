"""People who log in, as tests have them: with a password, from an address, and with an app."""

import base64
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django_otp.oath import TOTP

LOGIN = "/admin/login/"
FACTOR = "/admin/second-factor/"
PASSWORD = "long enough, 3 a.m."
STEP = 30


@contextmanager
def person(name: str = "night", **fields: Any) -> Iterator[Any]:
    """A superuser with PASSWORD, for as long as a test lasts."""
    made: Any = get_user_model().objects.create_superuser(name, password=PASSWORD, **fields)
    try:
        yield made
    finally:
        get_user_model().objects.filter(pk=made.pk).delete()


class Person:
    """A browser, and what somebody does in it."""

    def __init__(self, address: str = "192.0.2.1", **headers: str) -> None:
        self.browser = Client(headers=headers, REMOTE_ADDR=address)

    def log_in(self, name: str = "night", password: str = PASSWORD) -> Any:
        return self.browser.post(LOGIN, {"username": name, "password": password})

    def get(self, path: str = "/admin/", **query: str) -> Any:
        return self.browser.get(path, query)

    def factor(self, do: str, **data: str) -> Any:
        """What the form of the second factor does."""
        return self.browser.post(FACTOR, {"do": do, **data})

    @property
    def is_in(self) -> bool:
        return bool(self.get().status_code == 200)

    def set_up(self) -> tuple[str, list[str]]:
        """Sets an app up: its secret, and the recovery codes."""
        secret = secret_in(self.factor("begin"))
        shown = self.factor("confirm", code=code_of(secret))
        assert shown.status_code == 200
        listed = re.search(r'<pre class="wire">(.*?)</pre>', shown.content.decode(), re.DOTALL)
        assert listed is not None
        return secret, listed[1].split()


def secret_in(response: Any) -> str:
    found = re.search(r"Secret: <code>([A-Z2-7]{32})</code>", response.content.decode())
    assert found is not None
    return found[1]


def code_of(secret: str, steps: int = 0) -> str:
    """The code that an app shows so many steps of time from now."""
    totp = TOTP(base64.b32decode(secret))
    totp.time = time.time() + steps * STEP
    return f"{totp.token():06}"
