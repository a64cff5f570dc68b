"""Work that many ask for is done once for them, and never with what began before they asked."""

import asyncio
from collections.abc import Sequence

from psycopg import DataError

from apps.outbox.together import Together


class Look:
    """What is asked at each look; the first one ends when it is told to."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, asked: Sequence[int]) -> list[tuple[int, int]]:
        self.asked.append(list(asked))
        number = len(self.asked)
        self.begun.set()
        await self.go_on.wait()
        return [(each, number) for each in asked]


def test_who_asks_at_once_gets_one_look_and_an_answer_of_its_own() -> None:
    async def run() -> None:
        look = Look()
        look.go_on.set()
        together = Together(look)
        answers = await asyncio.gather(*(together(n) for n in range(200)))
        assert answers == [(n, 1) for n in range(200)]

    asyncio.run(run())


def test_who_asks_during_a_look_gets_the_next_one() -> None:
    async def run() -> None:
        look = Look()
        together = Together(look)
        first = asyncio.create_task(together(1))
        await look.begun.wait()
        later = [asyncio.create_task(together(n)) for n in (2, 3)]
        await asyncio.sleep(0)
        look.go_on.set()
        assert [await first, *(await asyncio.gather(*later))] == [(1, 1), (2, 2), (3, 2)]

    asyncio.run(run())


def test_an_error_is_everybodys_and_the_next_look_is_a_new_one() -> None:
    looks = 0

    async def look(asked: Sequence[int]) -> Sequence[int]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise OSError("no database")
        return asked

    async def run() -> tuple[list[object], int]:
        together = Together(look)
        asked = [together(1), together(2)]
        return list(await asyncio.gather(*asked, return_exceptions=True)), await together(3)

    failed, after = asyncio.run(run())
    assert [type(error) for error in failed] == [OSError, OSError]
    assert (looks, after) == (2, 3)


def test_what_the_database_does_not_take_is_an_error_of_one_alone() -> None:
    async def look(asked: Sequence[int]) -> Sequence[int]:
        if 2 in asked:
            raise DataError("not a value of its column")
        return asked

    async def run() -> list[object]:
        together = Together(look)
        return list(await asyncio.gather(*(together(n) for n in (1, 2, 3)), return_exceptions=True))

    one, two, three = asyncio.run(run())
    assert (one, three) == (1, 3)
    assert isinstance(two, DataError)


def test_who_went_away_keeps_nobody_else_from_an_answer() -> None:
    async def run() -> None:
        look = Look()
        together = Together(look)
        asked = [asyncio.create_task(together(n)) for n in (1, 2)]
        await look.begun.wait()
        asked[0].cancel()
        await asyncio.wait(asked[:1])
        look.go_on.set()
        assert await asked[1] == (2, 1)

    asyncio.run(asyncio.wait_for(run(), 5))
