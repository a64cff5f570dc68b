"""What monitors are told."""

import asyncio
import json
import os
import subprocess
import sys
import threading

import pytest

from config import health
from config.celery import WORKER_SEEN, worker_seen

COUNT = """
from prometheus_client import Counter
Counter("hub_test_messages", "Messages").inc(3)
"""


@pytest.fixture
def worker_mark():
    with health.client() as server:
        server.delete(WORKER_SEEN)
        yield server
        server.delete(WORKER_SEEN)


def test_without_a_worker_the_hub_is_not_ready_and_says_why(hub, worker_mark):
    page = asyncio.run(health.readyz())
    assert page.status == 503
    assert json.loads(page.body) == {"ready": False, "missing": {"worker": "none was seen lately"}}


def test_with_everything_there_the_hub_is_ready(hub, worker_mark):
    worker_seen()
    page = asyncio.run(health.readyz())
    assert (page.status, json.loads(page.body)) == (200, {"ready": True, "missing": {}})
    assert worker_mark.ttl(WORKER_SEEN) > 0


def test_a_failing_check_is_named_without_its_address(hub, worker_mark, settings):
    worker_seen()
    settings.REDIS_URL = "unix:///nowhere/secret-place.sock"
    page = asyncio.run(health.readyz())
    assert page.status == 503
    assert set(json.loads(page.body)["missing"]) == {"redis", "worker"}
    assert b"secret-place" not in page.body


def test_a_living_process_is_alive():
    assert asyncio.run(health.livez()).status == 200


def test_metrics_are_the_sum_over_all_processes(hub, tmp_path, monkeypatch):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT], env=environment, check=True)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert b"hub_test_messages_total 6.0" in asyncio.run(health.metrics()).body


def test_a_server_that_hangs_is_named_and_holds_up_nobody(hub, worker_mark, monkeypatch):
    """However often somebody asks meanwhile, it costs one thread."""
    worker_seen()
    goes_on, begun = threading.Event(), []

    def hangs():
        begun.append(1)
        goes_on.wait(60)

    monkeypatch.setitem(health.CHECKS, "database", hangs)
    monkeypatch.setattr(health, "LONGEST", 0.5)

    async def asked():
        try:
            pages = await asyncio.gather(*(health.readyz() for _ in range(50)))
            return [*pages, await health.livez(), await health.metrics()]
        finally:
            goes_on.set()
            await asyncio.gather(*health.under_way.values())

    *ready, alive, metrics = asyncio.run(asked())
    assert {page.status for page in ready} == {503}
    assert json.loads(ready[0].body)["missing"] == {"database": "no answer within 0.5 s"}
    assert (alive.status, metrics.status, begun) == (200, 200, [1])
    assert asyncio.run(health.readyz()).status == 200
