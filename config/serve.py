"""The hub's long-running processes as commands: python -m config.serve web|worker|beat.

The runner, the container image and the systemd units all start exactly these.
"""

import os
import resource
import sys
from collections.abc import Callable, Sequence

from config.registry import Settings, SettingsError, load

APPLICATION = "config.asgi:application"


def web(hub: Settings) -> Sequence[str]:
    return [
        *("uvicorn", APPLICATION),
        *("--host", hub.listen.host, "--port", str(hub.listen.port)),
        *("--workers", str(hub.workers), "--loop", "uvloop", "--ws", "none"),
        *("--http", "config.protocol:Protocol"),
        "--no-proxy-headers",  # apps/operators/address.py reads them, and knows whom to believe
        # Not its warnings: each is one about a request that is no HTTP, and anybody can send those.
        *("--lifespan", "on", "--no-access-log", "--no-server-header", "--log-level", "error"),
        # Longer than the 60 s most proxies and clients keep an idle connection, so that it is they
        # who close it: a request sent into a closing connection is a request lost.
        *("--timeout-keep-alive", "75", "--timeout-graceful-shutdown", "2"),
    ]


def worker(hub: Settings) -> Sequence[str]:
    return [
        *("celery", "--quiet", "--app", "config.celery", "worker", "--hostname", "hub@%h"),
        *("--pool", "prefork", "--concurrency", "2", "--loglevel", "WARNING"),
        # One kind of worker and no monitor: nobody listens to what these would say.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]


def beat(hub: Settings) -> Sequence[str]:
    return [
        *("celery", "--quiet", "--app", "config.celery", "beat", "--loglevel", "WARNING"),
        # Every due time is a row in the database, so the schedule needs no memory of its own.
        *("--scheduler", "celery.beat:Scheduler", "--pidfile", ""),
    ]


ROLES: dict[str, Callable[[Settings], Sequence[str]]] = {"web": web, "worker": worker, "beat": beat}


def command(role: str, hub: Settings) -> list[str]:
    return [sys.executable, "-m", *ROLES[role](hub)]


def allow_many_connections() -> None:
    """Every waiting forward is two sockets, and shells commonly allow 1024 files."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if most == resource.RLIM_INFINITY else min(65536, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def main() -> None:
    if len(sys.argv) != 2 or sys.argv[1] not in ROLES:
        sys.exit("usage: python -m config.serve " + "|".join(ROLES))
    try:
        words = command(sys.argv[1], load(os.environ))
    except SettingsError as error:
        sys.exit(str(error))
    allow_many_connections()
    os.execv(words[0], words)  # noqa: S606  # the process manager watches the server, not us


if __name__ == "__main__":
    main()
