"""Connections to partners: used again where that is sure, not in doubt; answers are bounded."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import uvloop

from apps.transport import guard, pool
from apps.transport.client import Client
from apps.transport.errors import TimedOut, Unreachable
from apps.transport.guard import Origin
from hub.ocpi.message import Answer, Headers, Outgoing
from tests.transport.servers import OK, Server, certificate

LOOPBACK = (ip_network("127.0.0.0/8"),)
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
Scenario = Callable[[Client], Coroutine[Any, Any, None]]


def run(scenario: Scenario) -> None:
    async def whole() -> None:
        client = Client(LOOPBACK, max_answer_bytes=4096)
        try:
            await scenario(client)
        finally:
            await client.close()

    uvloop.run(whole())


async def send(
    client: Client, server: Server, method: str = "GET", seconds: float = 5.0, body: bytes = b""
) -> Answer:
    url = f"http://127.0.0.1:{server.port}/a?b=c"
    return await client.send(Outgoing(method, url, (("X-A", "1"),), body, seconds))


@pytest.mark.parametrize(
    "answer",
    [OK, CHUNKED + b"2\r\n{}\r\n0\r\n\r\n", CHUNKED + b"1\r\n{\r\n1\r\n}\r\n0\r\nx-t: 1\r\n\r\n",
     b"HTTP/1.1 103 Early Hints\r\nlink: /a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + OK],
    ids=["with a length", "in chunks", "with a trailer", "after others"],
)  # fmt: skip
def test_a_connection_is_used_again(answer: bytes) -> None:
    async def scenario(client: Client) -> None:
        async with Server(answer) as server:
            for _ in range(5):
                got = await send(client, server)
                assert (got.status, got.body) == (200, b"{}")
                assert not {"link", "x-t"} & {name for name, _ in got.headers}
            assert server.connections == 1

    run(scenario)


@pytest.mark.parametrize(
    "answer",
    [OK.replace(b"OK\r\n", b"OK\r\nconnection: close\r\n"), OK.replace(b"HTTP/1.1", b"HTTP/1.0"),
     OK.replace(b"OK\r\n", b"OK\r\ntransfer-encoding: chunked\r\n").replace(
         b"{}", b"2\r\n{}\r\n0\r\n\r\n"),
     OK + b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nwrong", OK + b"{"],
    ids=["says so", "1.0", "two lengths", "two answers", "more than it said"],
)  # fmt: skip
def test_a_connection_in_doubt_is_not_used_again(answer: bytes) -> None:
    async def scenario(client: Client) -> None:
        async with Server(answer) as server:
            for number in range(1, 4):
                assert (await send(client, server)).body == b"{}"
                assert server.connections == number

    run(scenario)


def test_what_says_more_later_is_not_used_again() -> None:
    """A partner that writes when nobody asked has not written an answer to the next question."""

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            await send(client, server)
            server.say(OK.replace(b"{}", b"[]"))
            async with asyncio.timeout(5):
                await server.ended.wait()
            assert (await send(client, server)).body == b"{}"
            assert server.connections == 2

    run(scenario)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_be_said_twice_is_said_again_on_a_new_connection(method: str) -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK, b"", OK) as server:
            await send(client, server)
            assert (await send(client, server, method)).status == 200
            assert (server.connections, len(server.heard)) == (2, 3)

    run(scenario)


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_not_be_said_twice_is_not(method: str) -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK, b"", OK) as server:
            await send(client, server)
            with pytest.raises(Unreachable):
                await send(client, server, method, body=b"{}")
            assert len(server.heard) == 2

    run(scenario)


def test_a_request_is_said_again_once() -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK, b"") as server:
            await send(client, server)
            with pytest.raises(Unreachable):
                await send(client, server)
            assert len(server.heard) == 3

    run(scenario)


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


@pytest.mark.parametrize(
    ("answer", "body"),
    [(b"HTTP/1.1 200 OK\r\n\r\n{}", b"{}"), (b"HTTP/1.1 204 No Content\r\n\r\n", b"")],
    ids=["to the end of the connection", "without a body"],
)
def test_an_answer_without_a_length(answer: bytes, body: bytes) -> None:
    async def scenario(client: Client) -> None:
        async with Server(answer, closes=True) as server:
            assert (await send(client, server)).body == body

    run(scenario)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\nx-a: %b\r\n" % (b"a" * 70_000),
     b"HTTP/1.1 200 OK\r\n" + b"x-a: 1\r\n" * 20_000,
     b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
     b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}"],
    ids=["a long header", "many headers", "still to come", "two lengths"],
)  # fmt: skip
def test_an_answer_that_is_none_ends_the_connection(answer: bytes) -> None:
    """At once: the server keeps it open."""

    async def scenario(client: Client) -> None:
        async with Server(answer) as server:
            with pytest.raises(Unreachable):
                await send(client, server)
            async with asyncio.timeout(5):
                await server.ended.wait()

    run(scenario)


def test_an_answer_byte_by_byte_is_an_answer_until_the_time_is_over() -> None:
    async def scenario(client: Client) -> None:
        async with Server(OK, pause=0) as server:
            assert (await send(client, server)).body == b"{}"
        async with Server(OK, pause=0.1) as server:
            with pytest.raises(TimedOut):
                await send(client, server, seconds=0.3)

    run(scenario)


def test_who_no_longer_waits_ends_the_connection() -> None:
    async def scenario(client: Client) -> None:
        async with Server(b"HTTP/1.1 200 OK\r\n") as server:
            waiting = asyncio.create_task(send(client, server))
            await server.asked()
            waiting.cancel()
            async with asyncio.timeout(5):
                await server.ended.wait()

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
    tls, public = certificate(tmp_path, *names)
    if trusts:
        trusting(public)

    async def scenario(client: Client) -> None:
        async with Server(OK, tls=tls) as server:
            request = Outgoing("GET", f"https://localhost:{server.port}/", (), b"", 5.0)
            if reached:
                assert [(await client.send(request)).body for _ in "ab"] == [b"{}", b"{}"]
                assert server.connections == 1
            else:
                with pytest.raises(Unreachable):
                    await client.send(request)
                assert not server.heard

    run(scenario)
