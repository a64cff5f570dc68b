"""The hub seen from outside: is its port free, is it ready.

python -m config.probe [URL of /readyz] says what is missing and exits 1, for health checks.
"""

import contextlib
import errno
import json
import os
import socket
import sys
import urllib.error
import urllib.request

from config.embedded import StartError
from config.registry import Settings, load


def readyz_url(hub: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(hub.listen.host, hub.listen.host)  # noqa: S104
    return f"http://{hub.listen._replace(host=host)}/readyz"


def missing_at(url: str) -> str:
    """What /readyz says is missing; empty when the hub is ready."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=5):
            return ""
    except urllib.error.HTTPError as answer:
        with contextlib.suppress(ValueError):
            missing = json.load(answer).get("missing", {})
            return ", ".join(f"{name} ({text})" for name, text in missing.items())
        return f"web (HTTP {answer.code})"
    except OSError:
        return "web"


def refuse_taken_port(hub: Settings) -> None:
    family = socket.AF_INET6 if ":" in hub.listen.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(hub.listen)
        except OSError as error:
            reason = {errno.EADDRINUSE: "another program listens there"}
            why = reason.get(error.errno or 0, error.strerror)
            raise StartError(
                f"the hub cannot listen on {hub.listen}: {why}; choose another with HUB_LISTEN"
            ) from None


if __name__ == "__main__":
    sys.exit(missing_at(sys.argv[1] if sys.argv[1:] else readyz_url(load(os.environ))) or 0)
