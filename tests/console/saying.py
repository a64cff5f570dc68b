"""What a command or a page said, and how tests read it."""

import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.test import Client


@dataclass(frozen=True)
class Said:
    """The end of a command."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def command(*words: str) -> Any:
    """The answer of a command run in this process, read from its JSON."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, "--json", stdout=out, stderr=err)
    return json.loads(out.getvalue())


def text_of(*words: str) -> str:
    """The answer of a command as a person reads it."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err)
    return out.getvalue()


def soon(true: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether something becomes true in a moment."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def messages(response: Any) -> list[str]:
    """The messages on a page."""
    return [str(message) for message in response.context["messages"]]


def words(response: Any) -> str:
    """A page without its tags, blanks run together."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def act(browser: Client, name: str, *rows: Any, **data: str) -> Any:
    """Confirms an act on rows and follows to the page that comes next."""
    model = type(rows[0])._meta.model_name
    query = "&".join(f"id={row.pk}" for row in rows)
    url = f"/admin/parties/{model}/act/{name}/?{query}"
    return browser.post(url, data, follow=True)
