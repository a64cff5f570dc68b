"""The API of the hub that is served: over a real connection, through everything before it."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.api.scripts import Script
from tests.console.logging_in import person
from tests.console.test_policy import SERVED
from tests.hub import Hub

pytestmark = SERVED
HEADER = "X-Remote-User"


@pytest.fixture
def trusted(hub: Hub, settings: Any) -> Iterator[None]:
    """The hub trusts what comes from this machine, and knows the user `night`."""
    settings.HUB = replace(
        settings.HUB, trusted_proxies=(ip_network("127.0.0.0/8"),), trusted_user_header=HEADER
    )
    with person():
        yield


def fetched(url: str, **headers: str) -> tuple[int, Any, Any]:
    """Status, headers and data of an answer."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, json.loads(error.read())


def test_a_script_is_answered(hub: Hub, script: Script) -> None:
    status, headers, data = fetched(f"{hub.url}/api/hub", Authorization=f"Bearer {script.token}")
    assert (status, data["party"]) == (200, "NL/HUB")
    assert headers["Content-Type"] == "application/json"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    status, headers, problem = fetched(f"{hub.url}/api/hub")
    assert (status, problem["status"], headers["WWW-Authenticate"]) == (401, 401, "Bearer")
    assert headers["Content-Type"] == "application/problem+json"


def test_a_proxy_that_is_trusted_signs_in(hub: Hub, trusted: None) -> None:
    assert fetched(f"{hub.url}/api/hub")[0] == 401
    assert fetched(f"{hub.url}/api/hub", **{HEADER: "night"})[0] == 200


@pytest.mark.parametrize("name", ["X_Remote_User", "X_Remote-User"])
def test_a_header_that_only_looks_like_it_is_none(hub: Hub, trusted: None, name: str) -> None:
    """A proxy that drops X-Remote-User of clients may let this one pass."""
    where = urlsplit(hub.url)
    lines = (
        f"GET /api/hub HTTP/1.1\r\nHost: {where.netloc}\r\n{name}: night\r\n"
        "Connection: close\r\n\r\n"
    )
    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(lines.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 401 ")
