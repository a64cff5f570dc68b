"""Requests as they are written, and the connections to an address: made, checked, kept, closed."""

import asyncio
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from apps.transport import guard, pool
from apps.transport.client import Client
from apps.transport.errors import Unreachable
from apps.transport.guard import Origin
from hub.ocpi.message import Headers, Outgoing
from tests.certificates import certificate
from tests.transport.servers import OK, Server, run, secured, send


@pytest.mark.parametrize(
    ("method", "body", "length"),
    [("GET", b"", None), ("DELETE", b"", None), ("POST", b"", b"0"), ("PUT", b"{}", b"2")],
)
def test_what_is_sent(method: str, body: bytes, length: bytes | None) -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            await send(client, server, method, body=body)
            head, _, sent = server.heard[0].partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        assert first == f"{method} /a?b=c HTTP/1.1".encode()
        fields = dict(line.split(b": ") for line in lines)
        assert fields[b"host"] == b"127.0.0.1:%d" % server.port
        assert fields[b"X-A"] == b"1"
        assert (fields.get(b"content-length"), sent) == (length, body)

    run(scenario)


@pytest.mark.parametrize("headers", [(), (("Accept", "application/json"),)])
def test_one_accept_is_sent(headers: Headers) -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            url = f"http://127.0.0.1:{server.port}/"
            await client.send(Outgoing("GET", url, headers, b"", 5.0))
            assert server.heard[0].lower().count(b"\r\naccept: ") == 1

    run(scenario)


@pytest.mark.parametrize(
    ("path", "sent"),
    [("", "/"), ("/a%2Fb//c#d", "/a%2Fb//c"), ("?a=b/c", "/?a=b/c"), ("/a b", "/a%20b"),
     ("/caf\u00e9", "/caf%C3%A9"), ("/a|b{c}", "/a|b{c}"), ("/a\r\nx: y", "/a%0D%0Ax:%20y")],
)  # fmt: skip
def test_a_path_goes_as_it_is_written(path: str, sent: str) -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            url = f"http://127.0.0.1:{server.port}{path}"
            await client.send(Outgoing("GET", url, (), b"", 5.0))
            assert server.heard[0].split(b" ", 2)[1] == sent.encode()

    run(scenario)


def test_connections_at_once_and_the_most_that_wait_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_CONNECTIONS", 2)

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            for _ in range(2):
                await asyncio.gather(*(send(client, server) for _ in range(5)))
            assert server.connections == 5 + 3

    run(scenario)


def test_idle_connections_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "IDLE_SECONDS", 0.05)

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            await send(client, server)
            async with asyncio.timeout(5):
                await server.ended.wait()
            await send(client, server)
            assert server.connections == 2

    run(scenario)


def test_the_next_address_of_a_host_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(origin: Origin) -> list[Any]:
        return [ip_address("127.0.0.9"), ip_address("127.0.0.1")]

    monkeypatch.setattr(guard, "_resolve", resolve)

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            url = f"http://a.example:{server.port}/"
            assert (await client.send(Outgoing("POST", url, (), b"{}", 5.0))).status == 200

    run(scenario)


def test_who_never_says_hello_is_not_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts the connection, and TLS never begins: nothing was sent, and that is sure."""
    monkeypatch.setattr(pool, "CONNECT_SECONDS", 0.1)

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            url = f"https://127.0.0.1:{server.port}/"
            with pytest.raises(Unreachable):
                await client.send(Outgoing("POST", url, (), b"{}", 5.0))
            async with asyncio.timeout(5):
                await server.ended.wait()

    run(scenario)


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    def trust(public: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        pool._tls.cache_clear()

    yield trust
    pool._tls.cache_clear()


@pytest.mark.parametrize(
    ("names", "trusts", "reached"),
    [(["localhost"], True, True), (["localhost"], False, False), (["a.example"], True, False)],
    ids=["known", "unknown", "another name"],
)
def test_certificates_are_checked(
    names: list[str],
    trusts: bool,
    reached: bool,
    tmp_path: Path,
    trusting: Callable[[Path], None],
) -> None:
    file = certificate(tmp_path, *names)
    if trusts:
        trusting(file)

    async def scenario(client: Client) -> None:
        async with Server(OK, tls=secured(file)) as server:
            request = Outgoing("GET", f"https://localhost:{server.port}/", (), b"", 5.0)
            if reached:
                assert [(await client.send(request)).body for _ in "ab"] == [b"{}", b"{}"]
                assert server.connections == 1
            else:
                with pytest.raises(Unreachable):
                    await client.send(request)
                assert not server.heard

    run(scenario)
