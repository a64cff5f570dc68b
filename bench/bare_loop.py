"""A bare loop: the pushes of a broadcast from the hub's client, with nothing before it or behind.

It sends what the hub has to send, to the same platforms: as many requests to each, and those that
answer late are late here too. Who never answers is left out, which only helps the loop.
"""

import asyncio
import time
from collections.abc import Sequence

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
    return _sent(upstream, prompt * objects, late * objects)


def one_answers_at_once(upstream: tuple[str, int], number: int) -> float:
    """The same for so many requests to one platform, which answers at once."""
    return _sent(upstream, [MSP] * number, [])


def _sent(upstream: tuple[str, int], prompt: Sequence[Party], late: Sequence[Party]) -> float:
    """Requests per second of CPU, a few at a time to those that answer at once. Who answers late
    gets everything at once: others need not wait for it."""
    base = f"http://{upstream[0]}:{upstream[1]}"
    body = encode(location(KILOBYTE))

    async def send_all() -> None:
        client = Client(networks("127.0.0.0/8"))
        left = enumerate(prompt)

        async def push(n: int, to: Party) -> None:
            url = f"{base}{endpoint(to, 'locations', 'RECEIVER')}/NL/CPO/D{n:06}"
            lines = (*headers("a-token", CPO, to), ("Content-Type", "application/json"))
            await client.send(Outgoing("PUT", url, lines, body, SECONDS))

        async def one_after_another() -> None:
            for n, to in left:
                await push(n, to)

        hands = (one_after_another() for _ in range(AT_ONCE))
        await asyncio.gather(*hands, *(push(n, to) for n, to in enumerate(late)))
        await client.close()

    before = time.process_time()
    uvloop.run(send_all())
    return (len(prompt) + len(late)) / (time.process_time() - before)
