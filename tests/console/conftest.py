"""Operators, and the command line as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from tests.console.saying import Said

ROOT = Path(__file__).resolve().parent.parent.parent


def database_url() -> str:
    """The database of the tests, as DATABASE_URL names it."""
    url = urlsplit(settings.DATABASE_URL)
    here = url._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    # urllib drops the slashes of an empty host, as in a URL that names a socket.
    return here.replace(":/", ":///", 1) if "://" not in here else here


@pytest.fixture
def manage(hub: Any) -> Callable[..., Said]:
    """Runs manage.py on the database of the tests; `environ` changes its environment, None
    removes a name."""
    here = database_url()

    def run(*words: str, environ: dict[str, str | None] | None = None) -> Said:
        changes = {"DATABASE_URL": here, "PYTHONWARNINGS": "error", **(environ or {})}
        combined = {**os.environ, **changes}
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env={name: text for name, text in combined.items() if text is not None},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def operator(hub: Any) -> Iterator[Client]:
    """A browser in which a superuser is logged in."""
    yield from _browser(is_superuser=True)


@pytest.fixture
def viewer(hub: Any) -> Iterator[Client]:
    """A browser in which somebody is logged in who may look at everything and change nothing."""
    yield from _browser(is_superuser=False)


def _browser(is_superuser: bool) -> Iterator[Client]:
    name = "superuser" if is_superuser else "viewer"
    # Models cannot be imported above: Django may not be set up yet.
    user: Any = get_user_model().objects.create(
        username=name, is_staff=True, is_superuser=is_superuser
    )
    if not is_superuser:
        permissions = apps.get_model("auth", "Permission")._default_manager
        user.user_permissions.set(permissions.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(user)
    yield client
    client.logout()
    user.delete()
