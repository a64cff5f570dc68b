"""A bare loop: the pushes of a broadcast from the hub's client, with nothing before it or behind.

It sends what the hub has to send, to the same platforms: as many requests to each, and those that
answer late are late here too. Who never answers is left out, which only helps the loop.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence

import uvloop

from apps.transport.client import Client
from bench.messages import (
    CPO,
    CROWD,
    KILOBYTE,
    LATE,
    MSP,
    OTHER_MSP,
    RECEIVERS,
    SILENT,
    Party,
    encode,
    endpoint,
    headers,
    location,
)
from config.parsers import networks
from hub.ocpi.message import Outgoing

AT_ONCE = 50
SECONDS = 30.0


def per_core_second(upstream: tuple[str, int], receivers: int, objects: int) -> float:
    """Requests per second of CPU, for so many objects to so many receivers."""
    asked = (MSP, OTHER_MSP, *RECEIVERS, *CROWD)[:receivers]
    prompt = [party for party in asked if party not in (*LATE, *SILENT)]
    late = [party for party in asked if party in LATE]
    return _sent(upstream, [prompt * objects, *([party] * objects for party in late)])


def one_answers_at_once(upstream: tuple[str, int], number: int) -> float:
    """The same for so many requests to one platform, which answers at once."""
    return _sent(upstream, [[MSP] * number])


def _sent(upstream: tuple[str, int], queues: Sequence[Sequence[Party]]) -> float:
    """Requests per second of CPU, a few at a time from each queue of receivers. Who answers late
    has one alone: the others need not wait for it."""
    base = f"http://{upstream[0]}:{upstream[1]}"
    body = encode(location(KILOBYTE))

    async def send_all() -> None:
        client = Client(networks("127.0.0.0/8"))

        async def one_after_another(left: Iterator[tuple[int, Party]]) -> None:
            for n, to in left:
                url = f"{base}{endpoint(to, 'locations', 'RECEIVER')}/NL/CPO/D{n:06}"
                lines = (*headers("a-token", CPO, to), ("Content-Type", "application/json"))
                await client.send(Outgoing("PUT", url, lines, body, SECONDS))

        left = [enumerate(queue) for queue in queues]
        await asyncio.gather(*(one_after_another(each) for each in left * AT_ONCE))
        await client.close()

    before = time.process_time()
    uvloop.run(send_all())
    return sum(map(len, queues)) / (time.process_time() - before)
