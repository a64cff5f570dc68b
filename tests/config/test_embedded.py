"""The embedded servers start, stop, and come back after the process that held them was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from config import places
from config.embedded import DirectoryLock, Postgres, StartError, Valkey
from tests import embedded

ROOT = Path(__file__).resolve().parents[2]
KILLED = """
import os, sys
from pathlib import Path
from config.embedded import Postgres, Valkey
home = Path(sys.argv[1])
postgres, valkey = Postgres(home), Valkey(home)
if sys.argv[2] == "orphans":  # as on a system without PR_SET_PDEATHSIG
    from config import processes
    processes.LIBC = None
postgres.start(home / "log" / "postgres.log")
valkey.start(home / "log" / "valkey.log")
import psycopg
with psycopg.connect(postgres.url) as connection:
    connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
print("up", flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def home():
    return embedded.directory()


def start(home: Path) -> tuple[Postgres, Valkey]:
    postgres, valkey = Postgres(home), Valkey(home)
    valkey.start(home / "log" / "valkey.log")
    postgres.start(home / "log" / "postgres.log")
    return postgres, valkey


def stop(postgres: Postgres, valkey: Valkey) -> None:
    valkey.stop(2)
    postgres.stop(5)


def test_both_start_answer_and_stop(home):
    postgres, valkey = start(home)
    with psycopg.connect(postgres.url) as connection:
        assert connection.info.server_version // 10000 == places.VERSION
    assert valkey.say("PING") == "+PONG\r\n"
    stop(postgres, valkey)
    assert not postgres.process.alive
    assert not valkey.process.alive
    assert servers_of(home) == []


@pytest.mark.parametrize("left", ["orphans", "nothing"])
def test_a_start_after_sigkill_finds_the_data(home, left):
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(home), left], cwd=ROOT, stdout=subprocess.PIPE,
        text=True, check=False,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL
    assert run.stdout == "up\n"
    if left == "orphans":
        assert len(servers_of(home)) == 2
    postgres, valkey = start(home)
    with psycopg.connect(postgres.url) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
    stop(postgres, valkey)
    assert servers_of(home) == []


def test_a_database_that_was_being_made_is_made_anew(home):
    """initdb writes PG_VERSION first, so that alone is no sign of a whole database."""
    stop(*start(home))
    (home / "postgres" / "global" / "pg_control").unlink()
    (home / "postgres.unfinished").touch()
    postgres, valkey = start(home)
    stop(postgres, valkey)
    assert not (home / "postgres.unfinished").exists()


def test_a_process_id_used_again_by_a_stranger_is_left_alone(home):
    stop(*start(home))
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{home}/postgres\n")
    servers = start(home)
    stop(*servers)


def test_a_long_data_directory_gets_short_sockets(home):
    deep = home / ("d" * 100)
    deep.mkdir()
    postgres, valkey = start(deep)
    assert len(os.fsencode(postgres.sockets)) < 80
    assert valkey.say("PING") == "+PONG\r\n"
    stop(postgres, valkey)
    assert not postgres.sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give up its identity")
def test_as_root_a_closed_directory_keeps_its_data_where_the_account_can_reach(
    home, tmp_path, monkeypatch
):
    monkeypatch.setattr(places, "SHARED", home / "shared")
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    postgres, valkey = start(closed)
    assert (closed / "postgres").resolve().parent == home / "shared"
    stop(postgres, valkey)
    stop(*start(closed))


def test_one_hub_per_data_directory(home):
    first = DirectoryLock(home)
    first.take()
    with pytest.raises(StartError, match=f"process {os.getpid()}.*HUB_DATA_DIR"):
        DirectoryLock(home).take()
    first.release()
    second = DirectoryLock(home)
    second.take()
    second.release()


def test_a_cluster_of_another_version_is_refused(home):
    stop(*start(home))
    (home / "postgres" / "PG_VERSION").write_text("16\n")
    with pytest.raises(StartError, match=r"PostgreSQL 16.*Upgrading"):
        Postgres(home).start(home / "log" / "postgres.log")


def test_metrics_are_kept_in_memory_and_begin_empty(home, tmp_path, monkeypatch):
    """Whoever writes to a mapped file on a full disk is killed."""
    monkeypatch.setattr(places, "MEMORY", tmp_path)
    place = places.metrics_dir(home)
    assert place.parent == tmp_path
    (place / "counter_1.db").touch()
    assert places.metrics_dir(home) == place
    assert list(place.iterdir()) == []
    place.rmdir()
    place.symlink_to(home)
    with pytest.raises(places.Unreachable, match="not this hub's"):
        places.metrics_dir(home)
    monkeypatch.setattr(places, "MEMORY", tmp_path / "none")
    assert places.metrics_dir(home) == home / "metrics"


def servers_of(home: Path) -> list[int]:
    """PostgreSQL's and Valkey's main processes that belong to this directory."""
    found = []
    for process in psutil.process_iter(["name", "cwd", "ppid", "status"]):
        cwd = process.info["cwd"] or ""
        if cwd.startswith(str(home)) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append((process.pid, process.info["ppid"]))
    pids = {pid for pid, _ in found}
    return [pid for pid, parent in found if parent not in pids]
