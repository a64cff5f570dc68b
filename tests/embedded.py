"""A database and a Valkey for one run of the tests, in a directory that goes afterwards.

`start` is called by conftest.py when it is imported: Django reads its settings right after, and
from then on the addresses are fixed.
"""

import atexit
import importlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

from config.embedded import Postgres, Valkey

# Losing the test database in a power cut is no loss.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


ADDRESSES = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "REDIS_URL")


def start() -> None:
    """Starts what DATABASE_URL and REDIS_URL do not name, and points the environment at it."""
    data_dir = directory()
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        del os.environ[name]  # the tests state every setting they depend on
    os.environ["HUB_DATA_DIR"] = str(data_dir)
    os.environ["HUB_LISTEN"] = f"127.0.0.1:{free_port()}"
    os.environ["HUB_EGRESS_ALLOW"] = "127.0.0.0/8,::1/128"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres(data_dir, FAST)
        postgres.start(data_dir / "log" / "postgres.log")
        atexit.register(postgres.stop, 5)
        os.environ["DATABASE_URL"] = postgres.url
    if "REDIS_URL" not in os.environ:
        valkey = Valkey(data_dir)
        valkey.start(data_dir / "log" / "valkey.log")
        atexit.register(valkey.stop, 2)
        os.environ["REDIS_URL"] = valkey.url
    importlib.import_module("config.celery")  # as every entry point of the hub does


def forget() -> None:
    """Takes the addresses out of the environment: processes that run tests side by side each start
    servers of their own."""
    for name in ADDRESSES:
        os.environ.pop(name, None)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def directory() -> Path:
    """Short, as sockets need, and open to walk through, as PostgreSQL needs when we are root."""
    made = Path(tempfile.mkdtemp(prefix="hub-tests-"))
    made.chmod(0o755)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made
