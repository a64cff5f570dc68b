"""What stands around the hub: the upstream that answers for every platform, and the reference."""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.bare import UPSTREAM
from bench.machine import Cores
from config.embedded import ENVIRONMENT
from config.processes import Process
from config.registry import load
from config.serve import APPLICATION, web

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"  # where servers are, and an ordinary user's PATH is not

# One process and no log: the least a proxy can do for a message.
NGINX = """
daemon off; master_process off; worker_processes 1;
pid {place}/nginx.pid; error_log {place}/error.log error;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 100000000; tcp_nodelay on;
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
    client_body_buffer_size 64k; proxy_buffer_size 8k; proxy_buffers 8 16k;
    upstream platforms {{
        server {upstream}; keepalive 64; keepalive_requests 100000000;
    }}
    server {{
        listen {address} backlog=4096;
        location / {{
            proxy_pass http://platforms; proxy_http_version 1.1; proxy_set_header Connection "";
        }}
    }}
}}
"""


class NotStarted(Exception):
    """A program that the benchmarks need did not start; the text says why."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A reference: a proxy that does nothing but pass messages on."""

    address: tuple[str, int]
    pid: int


@contextmanager
def upstream(slow_seconds: float) -> Iterator[tuple[str, int]]:
    """The platforms, in a process of their own; yields their address."""
    command = [sys.executable, "-m", "bench.upstream", str(slow_seconds)]
    process = Process("upstream", command, ENVIRONMENT, cwd=ROOT)
    try:
        process.start(subprocess.PIPE)
        assert process.popen and process.popen.stdout
        line = process.popen.stdout.readline().strip()
        if not line.isdigit():
            raise NotStarted(f"the upstream: {line}{process.popen.stdout.read()}")
        yield HOST, int(line)
    finally:
        process.stop(2)
        if process.popen is not None and process.popen.stdout is not None:
            process.popen.stdout.close()


def nginx_program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path=SBIN)


@contextmanager
def nginx(program: str, behind: tuple[str, int], cores: Cores) -> Iterator[Proxy]:
    """nginx in front of the same platforms, on the measured core."""
    address = (HOST, free_port())
    with tempfile.TemporaryDirectory(prefix="hub-bench-nginx-") as place:
        config = Path(place) / "nginx.conf"
        text = NGINX.format(place=place, upstream=_text(behind), address=_text(address))
        config.write_text(text)
        log = Path(place) / "error.log"
        command = [program, "-p", place, "-e", str(log), "-c", str(config)]
        with _on_core(Process("nginx", command, ENVIRONMENT), address, cores, log) as proxy:
            yield proxy


@contextmanager
def bare(behind: tuple[str, int], cores: Cores) -> Iterator[Proxy]:
    """The hub's server and client in front of the same platforms, on the measured core."""
    address = (HOST, free_port())
    served = web(load({"HUB_LISTEN": _text(address), "HUB_WORKERS": "1"}))
    words = ["bench.bare:application" if word == APPLICATION else word for word in served]
    environment = {**ENVIRONMENT, UPSTREAM: f"http://{_text(behind)}"}
    process = Process("bare", [sys.executable, "-m", *words], environment, cwd=ROOT)
    with _on_core(process, address, cores) as proxy:
        yield proxy


@contextmanager
def _on_core(
    process: Process, address: tuple[str, int], cores: Cores, log: Path | None = None
) -> Iterator[Proxy]:
    try:
        process.start(subprocess.DEVNULL)
        _wait_until_listening(process, address, log)
        assert process.popen is not None
        cores.put_on(process.popen.pid)
        yield Proxy(address, process.popen.pid)
    finally:
        process.stop(3)


def _wait_until_listening(process: Process, address: tuple[str, int], log: Path | None) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            return socket.create_connection(address, timeout=1).close()
        except OSError:
            if not process.alive or time.monotonic() > deadline:
                said = log.read_text(errors="replace") if log and log.exists() else "nothing"
                raise NotStarted(f"{process.name}: {said}") from None
        time.sleep(0.05)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _text(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"
