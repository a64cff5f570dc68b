"""What monitors ask: /livez (it runs), /readyz (it can work), /metrics (for Prometheus).

A server that hangs is as bad as one that is gone: every check ends within LONGEST seconds for
whoever asks, and one that hangs is not begun again, however often somebody asks.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import prometheus_client
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client.multiprocess import MultiProcessCollector

from apps.alerts import metrics as alerts
from apps.parties import directory
from config.celery import WORKER_SEEN

T = TypeVar("T")
JSON = b"application/json"
SECONDS = 2.0
LONGEST = 4.0  # less than config.probe waits


@dataclass(frozen=True)
class Page:
    status: int
    content_type: bytes
    body: bytes


class Missing(Exception):
    """The text says what the hub lacks."""


def database() -> None:
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def migrations() -> None:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise Missing(f"{len(waiting)} not applied")


def redis_server() -> None:
    with client() as server:
        server.ping()


def worker() -> None:
    with client() as server:
        if not server.exists(WORKER_SEEN):
            raise Missing("none was seen lately")


def snapshot() -> None:
    if not directory.loaded():
        raise Missing("the picture of the network is not loaded")


def client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
    )


CHECKS: dict[str, Callable[[], None]] = {
    "database": database,
    "migrations": migrations,
    "redis": redis_server,
    "worker": worker,
    "snapshot": snapshot,
}
# Costly, and once true it stays true while this process runs.
ONCE = {"migrations"}
passed: set[str] = set()
# What threads are at; threads of their own, as a server that hangs holds up others as well.
under_way: dict[str, asyncio.Future[Any]] = {}
THREADS = ThreadPoolExecutor(len(CHECKS) + 2, "health")


async def livez() -> Page:
    return Page(200, JSON, b'{"alive": true}')


async def readyz() -> Page:
    late = f"no answer within {LONGEST:g} s"
    asked = (in_time(name, partial(problem, name), late) for name in CHECKS)
    found = await asyncio.gather(*asked)
    missing = {name: text for name, text in zip(CHECKS, found, strict=True) if text}
    body = json.dumps({"ready": not missing, "missing": missing}).encode()
    return Page(503 if missing else 200, JSON, body)


def problem(name: str) -> str:
    """Empty when the check passes. Of an error only its kind: addresses stay inside."""
    if name in passed:
        return ""
    try:
        CHECKS[name]()
    except Missing as missing:
        return str(missing)
    except Exception as error:  # whatever it is, the answer is: not ready
        return f"not reachable ({type(error).__name__})"
    finally:
        if name in ("database", "migrations"):
            connection.close()
    if name in ONCE:
        passed.add(name)
    return ""


async def in_time(name: str, work: Callable[[], T], late: T) -> T:
    """What the work returns, which a thread does; `late` when that takes too long. Who asks while
    it is under way waits for the same."""
    if name not in under_way:
        under_way[name] = asyncio.get_running_loop().run_in_executor(THREADS, work)
        under_way[name].add_done_callback(lambda _: under_way.pop(name))
    done, _ = await asyncio.wait([under_way[name]], timeout=LONGEST)
    return next(iter(done)).result() if done else late


async def metrics() -> Page:
    body = await in_time("metrics", own_metrics, b"")
    body += await in_time("alerts", alert_metrics, b"")
    return Page(200, prometheus_client.CONTENT_TYPE_LATEST.encode(), body)


def own_metrics() -> bytes:
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # the sum over all processes of this hub
        registry = prometheus_client.CollectorRegistry()
        MultiProcessCollector(registry)
    return prometheus_client.generate_latest(registry)


def alert_metrics() -> bytes:
    """These ask the database."""
    return prometheus_client.generate_latest(alerts.REGISTRY)


PAGES: dict[str, Callable[[], Awaitable[Page]]] = {
    "/livez": livez,
    "/readyz": readyz,
    "/metrics": metrics,
}


async def answer(page: Callable[[], Awaitable[Page]], send: Any) -> None:
    found = await page()
    headers = [
        (b"content-type", found.content_type),
        (b"content-length", str(len(found.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})
