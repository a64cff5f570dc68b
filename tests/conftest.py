"""What every test may use: a database, the hub serving on it, and platforms to talk to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from tests import embedded

# Before Django's settings are read, which happens as soon as pytest has imported this file.
embedded.start()
# How slowly a password is hashed is Django's business; many people log in here.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# Files whose tests start whole hubs and wait for them.
WAITING = (
    "tests/test_demo.py", "tests/hubclientinfo/test_worker.py", "tests/outbox/test_kills.py",
    "tests/test_restart.py", "tests/config/test_run.py", "tests/sync/test_worker.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spreads files that wait over the others, so that those which run side by side with them use
    the processor, and none of them is the last."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    waiting = [name for name in WAITING if name in files]
    order = [name for name in files if name not in WAITING]
    step = len(order) // (len(waiting) + 1)
    for number, name in enumerate(waiting):
        order.insert(number * (step + 1), name)
    items[:] = [item for name in order for item in files[name]]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before others are started that run the tests."""
    if session.config.getoption("numprocesses", None):
        embedded.forget()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """A test database for the whole run. (pytest-django makes one for marked tests only; ours are
    not rolled back, because the hub has connections of its own.)"""
    from django.db import connection

    with django_db_blocker.unblock():
        real = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield
        connection.creation.destroy_test_db(real, verbosity=0)
        connection.close()


@pytest.fixture(scope="session")
def serving_hub(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The hub, started once; its database is open to all tests that use it."""
    from apps.outbox.tasks import worker
    from tests.hub import serving

    with django_db_blocker.unblock(), serving():
        yield
        worker().close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked with versions runs in each of them."""
    if marked := metafunc.definition.get_closest_marker("versions"):
        metafunc.parametrize("spoken", marked.args, indirect=True)


@pytest.fixture
def spoken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The version of platforms and of our objects where a test names none."""
    from tests.gateway import objects

    monkeypatch.setattr(objects, "SPOKEN", getattr(request, "param", objects.SPOKEN))
    return objects.SPOKEN


@pytest.fixture
def hub(serving_hub: None, spoken: str) -> Iterator[Any]:
    """The hub with nobody registered, and a place to make platforms."""
    from tests.hub import Hub, empty
    from tests.platforms import playground

    empty()
    with playground(spoken) as here:
        yield Hub(here)


@pytest.fixture
def cpo(hub: Any) -> Any:
    """NL/CPO, registered."""
    return hub.platform("NL/CPO")


@pytest.fixture
def msp(hub: Any) -> Any:
    """DE/MSP, registered."""
    return hub.platform("DE/MSP")
