"""Hands for requests: bounded, and never all taken by those that are not answered."""

import asyncio

import pytest

from apps.outbox.crew import Crew


def test_no_more_at_once_than_there_are_hands_and_all_in_their_order() -> None:
    async def run() -> tuple[list[int], list[int], int]:
        crew, now, most = Crew(3, 60.0), 0, 0

        async def one(n: int) -> int:
            nonlocal now, most
            now += 1
            most = max(most, now)
            for _ in range(n % 4):
                await asyncio.sleep(0)
            now -= 1
            return n

        some, others = await asyncio.gather(crew.do(one, range(20)), crew.do(one, range(20, 30)))
        return some, others, most

    assert asyncio.run(run()) == (list(range(20)), list(range(20, 30)), 3)


def test_who_is_not_answered_makes_place_for_others() -> None:
    async def run() -> list[str]:
        crew, answered, order = Crew(2, 0.01), asyncio.Event(), []

        async def slow(name: str) -> None:
            await answered.wait()
            order.append(name)

        async def quick(name: str) -> None:
            order.append(name)
            answered.set()

        await asyncio.gather(crew.do(slow, ["one", "two"]), crew.do(quick, ["quick"]))
        return order

    assert asyncio.run(asyncio.wait_for(run(), 5)) == ["quick", "one", "two"]


def test_who_was_slow_does_not_count_twice() -> None:
    """Its place was given away once: afterwards there are as many as before, and no more."""

    async def run() -> int:
        crew, answered, now, most = Crew(2, 0.01), asyncio.Event(), 0, 0

        async def slow(_: int) -> None:
            await answered.wait()

        async def one(_: int) -> None:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1
            answered.set()

        await asyncio.gather(crew.do(slow, range(2)), crew.do(one, range(5)))
        most = 0
        await crew.do(one, range(20))
        return most

    assert asyncio.run(asyncio.wait_for(run(), 5)) == 2


def test_an_error_is_of_who_asked_and_the_others_go_on() -> None:
    async def run() -> tuple[str, list[int], int]:
        crew, begun = Crew(2, 60.0), 0

        async def breaks(n: int) -> int:
            nonlocal begun
            begun += 1
            await asyncio.sleep(0)
            return 1 // n

        async def works(n: int) -> int:
            await asyncio.sleep(0)
            return n

        async def broken() -> str:
            with pytest.raises(ZeroDivisionError) as raised:
                await crew.do(breaks, [0] * 50)
            return str(raised.value)

        said, fine = await asyncio.gather(broken(), crew.do(works, range(5)))
        return said, fine, begun

    said, fine, begun = asyncio.run(asyncio.wait_for(run(), 5))
    assert (said, fine) == ("integer division or modulo by zero", [0, 1, 2, 3, 4])
    assert begun <= 2  # what waited behind it was not even begun


def test_the_others_follow_the_first_that_comes_to_what_was_hoped_for() -> None:
    async def run() -> tuple[list[int], list[int]]:
        crew, all_begun, begun = Crew(20, 60.0), asyncio.Event(), list[int]()

        async def one(n: int) -> int:
            begun.append(n)
            if len(begun) == 6:
                all_begun.set()
            if n != 1:
                await all_begun.wait()
            return n

        return begun, await crew.do(one, range(6), 3, lambda n: n == 1)

    every = [0, 1, 2, 3, 4, 5]
    assert asyncio.run(asyncio.wait_for(run(), 5)) == (every, every)


def test_the_others_are_left_where_none_of_the_first_does() -> None:
    async def run() -> tuple[list[int], list[int]]:
        crew, begun = Crew(20, 60.0), list[int]()

        async def one(n: int) -> int:
            begun.append(n)
            await asyncio.sleep(0)
            return n

        return await crew.do(one, range(6), 3, lambda n: n == 4), begun

    assert asyncio.run(asyncio.wait_for(run(), 5)) == ([0, 1, 2], [0, 1, 2])


def test_what_nobody_waits_for_any_more_is_broken_off() -> None:
    async def run() -> list[int]:
        crew, begun, broken_off = Crew(2, 60.0), asyncio.Event(), list[int]()

        async def never(n: int) -> None:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                broken_off.append(n)
                raise

        asking = asyncio.create_task(crew.do(never, range(5)))
        await begun.wait()
        asking.cancel()
        await asyncio.wait([asking])

        async def quick(n: int) -> int:
            return n

        assert await crew.do(quick, range(3)) == [0, 1, 2]
        return sorted(broken_off)

    assert asyncio.run(asyncio.wait_for(run(), 5)) == [0, 1]
