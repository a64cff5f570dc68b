"""The load generator: keep-alive connections on one epoll, every answer checked.

`saturate` sends the next request of a connection when its answer is there; `pace` sends at fixed
moments, answered or not, and counts the time from the moment a request was due. Neither counts
an answer that is not HTTP 200 with status_code 1000.
"""

import fcntl
import select
import socket
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from bench.messages import OK

HEAD_END = b"\r\n\r\n"
CHUNK = 256 * 1024
PATIENCE = 40.0  # for what is under way when the time is up
MOST_FAILURES = 100
HIGH = 2048  # file numbers from here on are the crowd's: select() takes none above 1023


class Broken(Exception):
    """The target does not answer as it must; the text shows what it did."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run showed. `per_second` and the percentiles are of good answers only."""

    per_second: float
    p50: float
    p99: float
    answered: int
    failed: int = 0
    failure: str = ""


class Connection:
    """One connection with at most one request under way."""

    def __init__(self, address: tuple[str, int], high: bool = False) -> None:
        self.address = address
        self.buffer = b""
        self.since = 0.0
        self.socket = self._connected(high)

    def _connected(self, high: bool = False) -> socket.socket:
        made = socket.create_connection(self.address, timeout=PATIENCE)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if high:
            number = fcntl.fcntl(made.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH)
            made.close()
            made = socket.socket(fileno=number)
            made.settimeout(PATIENCE)
        return made

    def send(self, request: bytes, since: float) -> None:
        self.since = since
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None while it is not complete. Raises ConnectionError."""
        chunk = self.socket.recv(CHUNK)
        if not chunk:
            raise ConnectionError("closed before an answer")
        data = self.buffer + chunk if self.buffer else chunk
        end = data.find(HEAD_END)
        if end < 0 or len(data) < end + 4 + content_length(data[:end]):
            self.buffer = data
            return None
        self.buffer = b""
        return data

    def reopen(self) -> None:
        self.socket.close()
        self.buffer = b""
        self.socket = self._connected()


def content_length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    if not found:
        raise Broken(f"an answer without Content-Length: {head[:200]!r}")
    return int(rest.partition(b"\r\n")[0])


def is_good(answer: bytes) -> bool:
    return answer.startswith(b"HTTP/1.1 200 ") and OK in answer


class Crew:
    """The connections of one run, and what came back on them."""

    def __init__(self, address: tuple[str, int], connections: int, requests: Sequence[bytes]):
        self.poll = select.epoll()
        self.members = [Connection(address) for _ in range(connections)]
        self.requests: Iterator[bytes] = cycle(requests)
        self.times: list[float] = []
        self.failed = 0
        self.failure = ""
        self.by_number: dict[int, Connection] = {}
        for member in self.members:
            self._watch(member)

    def _watch(self, member: Connection) -> None:
        self.by_number[member.socket.fileno()] = member
        self.poll.register(member.socket, select.EPOLLIN)

    def send(self, member: Connection, since: float) -> None:
        request = next(self.requests)
        try:
            member.send(request, since)
        except ConnectionError as error:
            self._again(member, error)
            member.send(request, since)

    def take(self, number: int, until: float) -> Connection | None:
        """The connection if its answer is complete; what comes after `until` is not counted."""
        member = self.by_number[number]
        try:
            answer = member.receive()
        except ConnectionError as error:
            self._again(member, error)
            return member
        if answer is None:
            return None
        now = time.perf_counter()
        if not is_good(answer):
            self._fail(answer[:400].decode("latin-1"))
        elif now <= until:
            self.times.append(now - member.since)
        return member

    def _again(self, member: Connection, error: ConnectionError) -> None:
        self._fail(str(error))
        del self.by_number[member.socket.fileno()]
        member.reopen()
        self._watch(member)

    def _fail(self, text: str) -> None:
        self.failed += 1
        self.failure = self.failure or text
        if self.failed > MOST_FAILURES:
            raise Broken(f"more than {MOST_FAILURES} bad answers; the first: {self.failure}")

    def close(self) -> None:
        for member in self.members:
            member.socket.close()
        self.poll.close()

    def outcome(self, seconds: float) -> Outcome:
        if not self.times:
            raise Broken(f"no good answer in {seconds:.1f} s: {self.failure or 'none at all'}")
        times = sorted(self.times)
        return Outcome(
            per_second=len(times) / seconds,
            p50=percentile(times, 0.50),
            p99=percentile(times, 0.99),
            answered=len(times),
            failed=self.failed,
            failure=self.failure,
        )


def percentile(times: Sequence[float], share: float) -> float:
    """Of sorted times."""
    return times[min(len(times) - 1, int(len(times) * share))]


def saturate(
    address: tuple[str, int], requests: Sequence[bytes], connections: int, seconds: float
) -> Outcome:
    """As many requests as the target answers over these connections."""
    crew = Crew(address, connections, requests)
    try:
        began = time.perf_counter()
        until = began + seconds
        for member in crew.members:
            crew.send(member, time.perf_counter())
        under_way = connections
        while under_way and time.perf_counter() < until + PATIENCE:
            for number, _ in crew.poll.poll(1.0):
                done_with = crew.take(number, until)
                if done_with is None:
                    continue
                now = time.perf_counter()
                if now < until:
                    crew.send(done_with, now)
                else:
                    under_way -= 1
        return crew.outcome(seconds)
    finally:
        crew.close()


def pace(
    address: tuple[str, int],
    requests: Sequence[bytes],
    connections: int,
    seconds: float,
    per_second: float,
) -> Outcome:
    """Requests at fixed moments; one that finds no free connection waits, and its time runs."""
    crew = Crew(address, connections, requests)
    free = deque(crew.members)
    try:
        began = time.perf_counter()
        total = int(seconds * per_second)
        sent = done = 0
        while done < total and time.perf_counter() < began + seconds + PATIENCE:
            now = time.perf_counter()
            while free and sent < total and began + sent / per_second <= now:
                crew.send(free.popleft(), began + sent / per_second)
                sent += 1
            due = began + sent / per_second if free and sent < total else now + 1.0
            # Not epoll's own timeout, which counts whole milliseconds.
            ready, _, _ = select.select([crew.poll], [], [], max(0.0, due - time.perf_counter()))
            for number, _ in crew.poll.poll(0) if ready else ():
                done_with = crew.take(number, float("inf"))
                if done_with is not None:
                    free.append(done_with)
                    done += 1
        return crew.outcome(seconds)
    finally:
        crew.close()
