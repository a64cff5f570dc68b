"""Work that many wait for is done once for them, and never with what began before they asked."""

import asyncio

from apps.outbox.shared import Shared


def test_who_asks_at_once_gets_one_look() -> None:
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        return looks

    async def run() -> list[int]:
        shared = Shared(look)
        return await asyncio.gather(*(shared() for _ in range(200)))

    assert asyncio.run(run()) == [1] * 200


def test_who_asks_during_a_look_gets_the_next_one() -> None:
    looks = 0

    async def run() -> tuple[int, int]:
        begun, go_on = asyncio.Event(), asyncio.Event()

        async def look() -> int:
            nonlocal looks
            looks += 1
            mine = looks
            begun.set()
            await go_on.wait()
            return mine

        shared = Shared(look)
        first = asyncio.create_task(shared())
        await begun.wait()
        second = asyncio.create_task(shared())
        await asyncio.sleep(0)
        go_on.set()
        return await first, await second

    assert asyncio.run(run()) == (1, 2)


def test_an_error_is_everybodys_and_the_next_look_is_a_new_one() -> None:
    looks = 0

    async def look() -> int:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise OSError("no database")
        return looks

    async def run() -> tuple[list[object], int]:
        shared = Shared(look)
        asked = [shared(), shared()]
        return list(await asyncio.gather(*asked, return_exceptions=True)), await shared()

    failed, after = asyncio.run(run())
    assert [type(error) for error in failed] == [OSError, OSError]
    assert after == 2
