"""Hands that do what many lanes ask for: so many pieces of work at once in a process.

Without it hundreds of lanes open thousands of connections at once. A hand goes from one piece to
the next, whoever's it is. Who waits long for an answer does not count any more, and another takes
its place, so that a slow platform delays nobody else.

Of what a lane asks for a few pieces may be begun alone: the others follow when one of these has
come to what was hoped for, and are left undone when none has.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

HANDS = 128
SOON_SECONDS = 0.2
LOOKS = 4  # in that time

T = TypeVar("T")
R = TypeVar("R")


class _Batch(Generic[T, R]):
    """Pieces of one who asked, and what came of them so far."""

    def __init__(
        self,
        work: Callable[[T], Awaitable[R]],
        pieces: Sequence[T],
        hoped: Callable[[R], bool],
    ) -> None:
        self.results: dict[int, R] = {}
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._work = work
        self._pieces = iter(enumerate(pieces))
        self._hoped = hoped
        self._under_way = 0

    def next(self, number: int | None) -> Iterator[tuple["_Batch[T, R]", int, T]]:
        """The next pieces for the hands, at most so many; None: all that are left."""
        for place, piece in islice(self._pieces, number):
            self._under_way += 1
            yield self, place, piece

    async def do(self, place: int, piece: T) -> bool:
        """Does a piece, unless the whole has ended before its time. Whether it came to what was
        hoped for."""
        if self.ended.done():
            return False
        try:
            result = self.results[place] = await self._work(piece)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # who asked gets it
            if not self.ended.done():
                self.ended.set_exception(error)
            return False
        self._under_way -= 1
        return self._hoped(result)

    def end(self) -> None:
        """Ends it where nothing is under way any more."""
        if not self._under_way and not self.ended.done():
            self.ended.set_result(None)


class _Hand:
    """One task: what it is at, and since when."""

    __slots__ = ("batch", "since", "task")

    def __init__(self) -> None:
        self.batch: _Batch[Any, Any] | None = None
        self.since = 0.0
        self.task: asyncio.Task[None] | None = None


class Crew:
    """The hands of one event loop; they come when there is work, and go when there is none."""

    def __init__(self, hands: int = HANDS, soon: float = SOON_SECONDS) -> None:
        self._most = hands
        self._soon = soon
        self._waiting: deque[tuple[_Batch[Any, Any], int, Any]] = deque()
        self._prompt: set[_Hand] = set()
        self._late: set[_Hand] = set()
        self._looks = False

    async def do(
        self,
        work: Callable[[T], Awaitable[R]],
        pieces: Sequence[T],
        first: int | None = None,
        hoped: Callable[[R], bool] = bool,
    ) -> list[R]:
        """What the work makes of the pieces, in their order. With `first`, so many of them are
        begun, the others once what came of one is `hoped` for; without such a one they are left,
        and the answer is that much shorter. Raises what the work raises; the others are broken off
        then, as they are when nobody waits for them any more."""
        batch = _Batch(work, pieces, hoped)
        self._waiting.extend(batch.next(first))
        batch.end()
        self._call()
        try:
            await batch.ended
        except BaseException:
            self._break_off(batch)
            raise
        return [batch.results[place] for place in sorted(batch.results)]

    def _call(self) -> None:
        """Lets as many hands come as there is work for."""
        loop = asyncio.get_running_loop()
        for _ in range(min(self._most - len(self._prompt), len(self._waiting))):
            hand = _Hand()
            hand.since = loop.time()
            hand.task = loop.create_task(self._at_work(hand))
            self._prompt.add(hand)
        if self._prompt and not self._looks:
            self._looks = True
            loop.call_later(self._soon / LOOKS, self._look)

    async def _at_work(self, hand: _Hand) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting and hand in self._prompt:
                batch, place, piece = self._waiting.popleft()
                hand.batch, hand.since = batch, loop.time()
                if await batch.do(place, piece):
                    self._go_on(batch)
                batch.end()
        finally:
            self._prompt.discard(hand)
            self._late.discard(hand)
            self._call()

    def _go_on(self, batch: _Batch[Any, Any]) -> None:
        """Begins what is left of a batch."""
        waiting = len(self._waiting)
        self._waiting.extend(batch.next(None))
        if len(self._waiting) > waiting:
            self._call()

    def _look(self) -> None:
        """Counts no longer who has been at one piece for long; again while somebody counts."""
        self._looks = False
        begun = asyncio.get_running_loop().time() - self._soon
        late = {hand for hand in self._prompt if hand.since <= begun}
        self._prompt -= late
        self._late |= late
        self._call()

    def _break_off(self, batch: _Batch[Any, Any]) -> None:
        for hand in self._prompt | self._late:
            if hand.batch is batch and hand.task is not None:
                hand.task.cancel()
