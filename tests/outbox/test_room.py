"""Room for requests under way: bounded, and never filled by those that are not answered."""

import asyncio

import pytest

from apps.outbox.room import Room


def test_no_more_than_there_are_places_and_all_in_the_end() -> None:
    async def run() -> tuple[int, int]:
        room, now, most = Room(3, 60.0), 0, 0

        async def one() -> None:
            nonlocal now, most
            async with room.place():
                now += 1
                most = max(most, now)
                await asyncio.sleep(0)
                now -= 1

        await asyncio.gather(*(one() for _ in range(20)))
        return now, most

    assert asyncio.run(run()) == (0, 3)


def test_who_is_not_answered_makes_place_for_others() -> None:
    async def run() -> list[str]:
        room, answered, order = Room(2, 0.01), asyncio.Event(), []

        async def slow(name: str) -> None:
            async with room.place():
                await answered.wait()
                order.append(name)

        async def quick() -> None:
            async with room.place():
                order.append("quick")
            answered.set()

        await asyncio.gather(slow("one"), slow("two"), quick())
        async with room.place(), room.place():  # each was given back once
            order.append("room for two")
        return order

    assert asyncio.run(run()) == ["quick", "one", "two", "room for two"]


def test_a_place_is_given_back_after_an_error() -> None:
    async def run() -> None:
        room = Room(1, 60.0)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with room.place():
                    1 / 0  # noqa: B018

    asyncio.run(asyncio.wait_for(run(), 5))
