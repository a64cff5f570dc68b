"""Work that is done once for all who ask for it at the same moment: hundreds of lanes want the same
picture, and what one statement does for a lane, it does for twenty at nearly the same price.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from psycopg import DataError

A = TypeVar("A")
R = TypeVar("R")


class Together(Generic[A, R]):
    """Work on what many ask: given all that was asked, it returns an answer to each. Nobody gets
    what began before it asked: that may have missed what it is looking for. Where the database
    does not take what all asked together, each is asked alone, and the error is only of one."""

    def __init__(self, work: Callable[[Sequence[A]], Awaitable[Sequence[R]]]) -> None:
        self._work = work
        self._asked: list[tuple[A, asyncio.Future[R]]] = []
        self._turns: asyncio.Task[None] | None = None

    async def __call__(self, asked: A) -> R:
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._asked.append((asked, answer))
        if self._turns is None:
            self._turns = asyncio.create_task(self._take_turns())
        return await answer

    async def _take_turns(self) -> None:
        try:
            while self._asked:
                turn, self._asked = self._asked, []
                await self._turn(turn)
        finally:
            self._turns = None

    async def _turn(self, turn: Sequence[tuple[A, asyncio.Future[R]]]) -> None:
        try:
            answers = await self._work([asked for asked, _ in turn])
        except DataError as error:
            if len(turn) > 1:
                for each in turn:
                    await self._turn([each])
                return
            _refuse(turn, error)
        except Exception as error:
            _refuse(turn, error)
        except BaseException:
            for _, answer in (*turn, *self._asked):
                answer.cancel()
            self._asked = []
            raise
        else:
            for (_, answer), found in zip(turn, answers, strict=True):
                if not answer.done():  # who asked may have gone
                    answer.set_result(found)


def _refuse(turn: Sequence[tuple[object, asyncio.Future[R]]], error: Exception) -> None:
    for _, answer in turn:
        if not answer.done():
            answer.set_exception(error)
