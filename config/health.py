"""What monitors ask: /livez (it runs), /readyz (it can work), /metrics (for Prometheus)."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import prometheus_client
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from prometheus_client.multiprocess import MultiProcessCollector

from apps.alerts import metrics as alerts
from apps.parties import directory
from config.celery import WORKER_SEEN

JSON = b"application/json"
SECONDS = 2.0


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


def livez() -> Page:
    return Page(200, JSON, b'{"alive": true}')


def readyz() -> Page:
    missing = {name: text for name in CHECKS if (text := problem(name))}
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


def metrics() -> Page:
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # the sum over all processes of this hub
        registry = prometheus_client.CollectorRegistry()
        MultiProcessCollector(registry)
    body = prometheus_client.generate_latest(registry)
    body += prometheus_client.generate_latest(alerts.REGISTRY)
    return Page(200, prometheus_client.CONTENT_TYPE_LATEST.encode(), body)


PAGES: dict[str, Callable[[], Page]] = {"/livez": livez, "/readyz": readyz, "/metrics": metrics}


async def answer(page: Callable[[], Page], send: Any) -> None:
    found = await sync_to_async(page, thread_sensitive=False)()
    headers = [
        (b"content-type", found.content_type),
        (b"content-length", str(len(found.body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})
