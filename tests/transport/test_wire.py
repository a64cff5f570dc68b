"""Connections to partners: used again where that is sure, not in doubt; answers are bounded."""

import asyncio

import pytest

from apps.transport.client import Client
from apps.transport.errors import TimedOut, Unreachable
from apps.transport.wire import Wire
from tests.transport.servers import OK, Server, run, send

CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


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


def test_who_is_cancelled_as_the_answer_comes_leaves_no_connection_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody else knows of it: the hub would keep it until the partner closes it."""
    whole = Wire._take_whole

    async def scenario(client: Client) -> None:
        async with Server(OK) as server:
            sending = asyncio.create_task(send(client, server))

            def cancelled_then(wire: Wire) -> None:
                whole(wire)
                sending.cancel()

            monkeypatch.setattr(Wire, "_take_whole", cancelled_then)
            with pytest.raises(asyncio.CancelledError):
                await sending
            async with asyncio.timeout(5):
                await server.ended.wait()

    run(scenario)
