"""What a stranger may send before anybody knows who it is: so much, and within so much time."""

import socket
from urllib.parse import urlsplit

import pytest

from config import protocol, serve
from config.registry import load
from tests.hub import Hub

HOST = b"Host: 127.0.0.1\r\n"
WHOLE = b"GET /livez HTTP/1.1\r\n" + HOST + b"\r\n"


def connected(hub: Hub) -> socket.socket:
    address = urlsplit(hub.url)
    made = socket.create_connection((address.hostname or "", address.port or 0))
    made.settimeout(20)
    return made


def heard(connection: socket.socket) -> bytes:
    """Everything until the hub closes the connection; a reset is such an end too."""
    text = b""
    try:
        while piece := connection.recv(65536):
            text += piece
    except ConnectionResetError:
        pass
    return text


@pytest.mark.parametrize(
    "head",
    [
        b"X-Long: " + b"x" * protocol.HEAD_BYTES + b"\r\n\r\n",
        b"X-Short: x\r\n" * (protocol.HEAD_BYTES // 12) + b"\r\n",
    ],
    ids=["one long header", "many short ones"],
)
def test_a_head_that_is_too_long_is_refused(head: bytes, hub: Hub) -> None:
    with connected(hub) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\n" + HOST + head)
        assert heard(connection).endswith(protocol.TOO_LONG.encode())


@pytest.mark.parametrize("endless", [b"x" * 65536, b"X-Short: x\r\n" * 5000])
def test_a_head_without_an_end_is_not_kept_for_ever(endless: bytes, hub: Hub) -> None:
    with connected(hub) as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\n" + HOST + b"X-Long: y\r\nX-More: ")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            for _ in range(1000):
                connection.sendall(endless)


@pytest.mark.parametrize(
    "begun",
    [
        b"", b"GET /livez HTTP/1.1\r\nHost:", WHOLE + b"GET", b"G",
        b"POST /admin/login/ HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\nhalf",
        b"POST /ocpi/versions HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha",
    ],
)  # fmt: skip
def test_a_request_that_does_not_become_whole_ends_the_connection(
    begun: bytes, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.3)
    with connected(hub) as connection:
        connection.sendall(begun)
        heard(connection)  # fails after 20 s: the connection is still open


def test_requests_one_after_the_other_are_answered_however_long_they_are(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has come whole is not late: neither the next request, nor one sent along with others."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 5.0)
    long = b"X-Long: " + b"x" * (protocol.HEAD_BYTES // 2) + b"\r\n"
    one = b"GET /livez HTTP/1.1\r\n" + HOST + long
    with connected(hub) as connection:
        connection.sendall((one + b"\r\n") * 6 + one + b"Connection: close\r\n\r\n")
        assert heard(connection).count(b'{"alive": true}') == 7


def test_the_web_processes_speak_it() -> None:
    words = serve.command("web", load({}))
    assert words[words.index("--http") + 1] == f"{protocol.__name__}:{protocol.Protocol.__name__}"
