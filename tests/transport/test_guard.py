"""The guard: which addresses the hub may call, and that it calls no other than it checked."""

import asyncio
import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from apps.transport import guard
from apps.transport.client import Client
from apps.transport.errors import AnswerTooLarge, Forbidden, TimedOut, TooManyInFlight, Unreachable
from apps.transport.guard import Origin, addresses, origin_of, permitted
from hub.ocpi.message import Outgoing

LOOPBACK = (ip_network("127.0.0.0/8"),)

REFUSED = (
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
    "::1", "::", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1", "2002:a00:1::", "2002:7f00:1::", "::7f00:1",
)  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_addresses_that_are_never_called(address: str, scheme: str) -> None:
    assert not permitted(ip_address(address), scheme, ())


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_public_addresses_are_called_by_https_only(address: str) -> None:
    assert permitted(ip_address(address), "https", ())
    assert not permitted(ip_address(address), "http", ())


def test_an_allowed_network_opens_both_schemes_and_nothing_else() -> None:
    allow = (ip_network("10.1.0.0/16"),)
    for scheme in ("http", "https"):
        assert permitted(ip_address("10.1.2.3"), scheme, allow)
        assert permitted(ip_address("::ffff:10.1.2.3"), scheme, allow)
        assert not permitted(ip_address("10.2.0.1"), scheme, allow)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "//a.example/", "a.example", "", "http://",
     "https://user@a.example/", "https://user:pw@a.example/", "https://a.example:22/",
     "https://a.example:99999/", "https://[::1/", "gopher://a.example/", "HTTPS",
     "https://[fe80::1%25lo]/", "https://[a.example]/", "https://a.example:-1/"],
)  # fmt: skip
def test_urls_that_are_never_called(url: str) -> None:
    with pytest.raises(Forbidden):
        origin_of(url)


@pytest.mark.parametrize(
    "host",
    ["%6cocalhost", "local%68ost", "127.0.0.1\\x.evil.example", "localhost\\.evil.example",
     "%31%32%37.0.0.1", "2130706433", "0x7f.1", "127.1", "127.0.0.1.", "0177.0.0.1",
     "\uff11\uff12\uff17.0.0.1", "\u24dbocalhost", "local\u00adhost", "b\u00fccher.example",
     "127.0.0.1 .evil.example", "localhost%00", "local\thost"],
)  # fmt: skip
def test_a_host_that_the_client_would_read_otherwise_is_never_called(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name, as it stands, may well lead to a public address; what the client makes of it does
    not."""

    async def resolve(origin: Origin) -> list[Any]:
        return [ip_address("127.0.0.9")]

    monkeypatch.setattr(guard, "_resolve", resolve)

    async def scenario() -> None:
        async with _Server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as port:
            client = Client((ip_network("127.0.0.9/32"),))
            try:
                await _send(client, f"http://{host}:{port}/")
            finally:
                await client.close()

    with pytest.raises(Forbidden):
        asyncio.run(scenario())


def test_what_is_checked_is_the_resolved_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name may resolve to a private address."""

    async def resolve(origin: Origin) -> list[Any]:
        return [ip_address("10.0.0.1"), ip_address("93.184.216.34")]

    monkeypatch.setattr(guard, "_resolve", resolve)
    found = asyncio.run(addresses(Origin("https", "a.example", 443), ()))
    assert found == ("93.184.216.34",)
    with pytest.raises(Forbidden):
        asyncio.run(addresses(Origin("http", "a.example", 80), ()))


@pytest.mark.parametrize("url", ["https://169.254.169.254/latest", "http://[::ffff:127.0.0.1]:1/"])
def test_literal_addresses_are_checked_too(url: str) -> None:
    with pytest.raises(Forbidden):
        asyncio.run(_send(Client(), url))


def test_the_connection_goes_to_the_address_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: the name is resolved once, and the pool is pinned to the answer."""
    answers = [[ip_address("127.0.0.1")], [ip_address("10.0.0.1")]]

    async def resolve(origin: Origin) -> list[Any]:
        return answers.pop(0)

    monkeypatch.setattr(guard, "_resolve", resolve)

    async def scenario() -> list[int]:
        async with _Server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as port:
            client = Client(LOOPBACK)
            url = f"http://rebinding.example:{port}/"
            found = [(await _send(client, url)).status for _ in range(3)]
            await client.close()
            return found

    assert asyncio.run(scenario()) == [200, 200, 200]
    assert answers == [[ip_address("10.0.0.1")]]


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    async def scenario() -> int:
        async with _Server(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}") as port:
            client = Client(LOOPBACK)
            answer = await _send(client, f"http://127.0.0.1:{port}/")
            await client.close()
            return int(answer.status)

    assert asyncio.run(scenario()) == 200


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b"x" * 5000, AnswerTooLarge),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"1000\r\n" + b"x" * 4096
         + b"\r\n0\r\n\r\n", AnswerTooLarge),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n"
         b"1000\r\n" + b"x" * 4096 + b"\r\n0\r\n\r\n", AnswerTooLarge),
        (b"HTTP/1.1 999 Odd\r\ncontent-length: 2\r\n\r\n{}", Unreachable),
        (b"HTTP/1.1 101 Switch\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", Unreachable),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nxx", Unreachable),
        (b"garbage\r\n\r\n", Unreachable),
        (b"", Unreachable),
        (None, TimedOut),
    ],
    ids=["too long", "too long, chunked", "longer than announced", "no status", "switched", "cut",
         "garbage", "closed", "silent"],
)  # fmt: skip
def test_bad_answers(response: bytes | None, error: type[Exception]) -> None:
    async def scenario() -> None:
        async with _Server(response) as port:
            client = Client(LOOPBACK, max_answer_bytes=1000)
            try:
                await _send(client, f"http://127.0.0.1:{port}/", seconds=0.5)
            finally:
                await client.close()

    with pytest.raises(error):
        asyncio.run(scenario())


@pytest.mark.parametrize("location", ["http://[::1", "//a.example\\@127.0.0.1/", "http://a:b/"])
def test_an_answer_that_leads_nowhere_is_the_answer(location: str) -> None:
    async def scenario() -> int:
        answer = f"HTTP/1.1 307 Go\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
        async with _Server(answer.encode()) as port:
            client = Client(LOOPBACK)
            status = (await _send(client, f"http://127.0.0.1:{port}/")).status
            await client.close()
            return int(status)

    assert asyncio.run(scenario()) == 307


@pytest.mark.parametrize("odd", [b"\xff", "\u2713".encode(), b"caf\xe9"])
def test_headers_that_are_not_ascii_are_left_out(odd: bytes) -> None:
    async def scenario() -> Any:
        answer = b"HTTP/1.1 200 OK\r\nx-a: 1\r\nx-b: %b\r\nlocation: /%b\r\nx-a: 2\r\n"
        answer = answer % (odd, odd) + b"content-length: 2\r\n\r\n{}"
        async with _Server(answer) as port:
            client = Client(LOOPBACK)
            found = await _send(client, f"http://127.0.0.1:{port}/")
            await client.close()
            return found

    found = asyncio.run(scenario())
    assert (found.status, found.body) == (200, b"{}")
    assert [(n, v) for n, v in found.headers if n != "content-length"] == [
        ("x-a", "1"),
        ("x-a", "2"),
    ]


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://127.0.0.1:9999/", (("x-a", "a\r\nx-b: c"),)),
        ("http://127.0.0.1:9999/", (("x a", "b"),)),
        ("http://127.0.0.1:9999/\ud800", ()),
    ],
)
def test_what_is_no_http_is_not_sent(
    url: str, headers: tuple[tuple[str, str], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolve(origin: Origin) -> list[Any]:
        return [ip_address("127.0.0.1")]

    monkeypatch.setattr(guard, "_resolve", resolve)
    with pytest.raises(Forbidden):
        asyncio.run(Client(LOOPBACK).send(Outgoing("GET", url, headers, b"", 1.0)))


def test_nothing_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(Unreachable):
        asyncio.run(_send(Client(LOOPBACK), f"http://127.0.0.1:{port}/"))
    with pytest.raises(Unreachable):
        asyncio.run(_send(Client(LOOPBACK), "https://no-such-host.invalid/"))


def test_requests_in_flight_are_capped_per_lane() -> None:
    async def scenario() -> list[str]:
        async with _Server(None) as port:
            client = Client(LOOPBACK, max_in_flight=2)
            url = f"http://127.0.0.1:{port}/"
            request = Outgoing("GET", url, (), b"", 0.5)
            results = await asyncio.gather(
                *(client.send(request, lane) for lane in (1, 1, 1, 2)), return_exceptions=True
            )
            await client.close()
            return [type(r).__name__ for r in results]

    assert asyncio.run(scenario()) == [
        "TimedOut", "TimedOut", TooManyInFlight.__name__, "TimedOut",
    ]  # fmt: skip


async def _send(client: Client, url: str, seconds: float = 3.0) -> Any:
    return await client.send(Outgoing("GET", url, (), b"", seconds))


class _Server:
    """Answers every request on every connection with the same bytes; None never answers."""

    def __init__(self, response: bytes | None) -> None:
        self._response = response

    async def __aenter__(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                if self._response is None:
                    await reader.read()
                    return
                writer.write(self._response)
                await writer.drain()
                if b"200 OK\r\ncontent-length: 2\r\n" not in self._response:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()
