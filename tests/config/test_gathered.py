"""What is written in one turn of the event loop goes out as one, in order, and nothing is lost."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from config import gathered
from config.gathered import Gathered


class Recorded(asyncio.Transport):
    """A transport that keeps what was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closed
        self.written.append(bytes(data))

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        return None

    def resume_reading(self) -> None:
        return None


def run(scenario: Callable[[Gathered, Recorded], Coroutine[Any, Any, None]]) -> None:
    async def whole() -> None:
        recorded = Recorded()
        await scenario(Gathered(recorded, asyncio.get_running_loop()), recorded)

    uvloop.run(whole())


def test_head_and_body_are_one() -> None:
    async def scenario(transport: Gathered, recorded: Recorded) -> None:
        transport.write(b"head ")
        transport.write(bytearray(b"body"))
        assert recorded.written == []
        await asyncio.sleep(0)
        assert recorded.written == [b"head body"]
        transport.write(b"next")
        await asyncio.sleep(0)
        assert recorded.written == [b"head body", b"next"]

    run(scenario)


def test_what_is_written_before_the_end_goes_out() -> None:
    async def scenario(transport: Gathered, recorded: Recorded) -> None:
        transport.write(b"last words")
        transport.close()
        assert (recorded.written, recorded.closed) == ([b"last words"], True)
        await asyncio.sleep(0)
        assert transport.is_closing()

    run(scenario)


def test_what_the_partner_has_ended_is_not_written_to() -> None:
    async def scenario(transport: Gathered, recorded: Recorded) -> None:
        transport.write(b"too late")
        recorded.closed = True
        await asyncio.sleep(0)
        assert recorded.written == []

    run(scenario)


def test_much_is_not_held_back() -> None:
    async def scenario(transport: Gathered, recorded: Recorded) -> None:
        piece = b"x" * (gathered.MOST // 2 + 1)
        transport.write(piece)
        transport.write(piece)
        assert recorded.written == [piece + piece]
        await asyncio.sleep(0)
        assert recorded.written == [piece + piece]

    run(scenario)
