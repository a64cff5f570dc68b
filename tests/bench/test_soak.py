"""What judges a soak: it must notice what is lost, late or piling up."""

import asyncio
from typing import Any

import msgspec

from apps.sandbox.memory import Received
from bench.flapping import NUMBER, Judge, Pusher, Receiver
from bench.soak import MOST_GROWN, MOST_ROWS, Samples, problems_of_memory, problems_of_tables
from hub.ocpi.module import Interface


def heard(judge: Judge, tail: str, body: dict[str, Any]) -> None:
    text = msgspec.json.encode(body)
    asyncio.run(
        judge.add(
            Received("PATCH", "", "", {}, text, "locations", Interface.RECEIVER, tail,
                     (None, None), (None, None), 0.0)  # type: ignore[arg-type]
        )
    )  # fmt: skip


def test_an_older_state_over_a_newer_one_is_noticed() -> None:
    judge = Judge()
    for number in (1, 2, 2, 4):
        heard(judge, "NL/C00/L1/E1", {NUMBER: number})
    heard(judge, "NL/C00/L1/E2", {NUMBER: 3})
    assert judge.wrong == []
    heard(judge, "NL/C00/L1", {"evses": [{"uid": "E1", NUMBER: 3}, {"uid": "E2", NUMBER: 3}]})
    assert judge.wrong == ["NL/C00/L1/E1: 3 after 4"]


def test_what_an_emsp_lacks_is_noticed() -> None:
    receiver, pusher = Receiver(1), Pusher(1)
    evses = sum(len(site["evses"]) for site in pusher.sites.values())
    assert len(receiver.lacks(pusher.sites, pusher.party)) == evses
    receiver.platform.objects.put_all("locations", pusher.sites.values())
    assert receiver.lacks(pusher.sites, pusher.party) == []
    changed = next(iter(pusher.sites.values()))["evses"][0]
    changed[NUMBER] = 7
    [text] = receiver.lacks(pusher.sites, pusher.party)
    assert changed["uid"] in text


def test_memory_and_tables_that_grow_are_noticed() -> None:
    flat, grown = [100.0] * 9, [100.0] * 6 + [100.0 + MOST_GROWN + 1] * 3
    assert problems_of_memory(Samples({"web": flat})) == []
    assert len(problems_of_memory(Samples({"web": flat, "worker": grown}))) == 1
    first = {"store_tally": 1, "traffic_leg": 0, "waiting deliveries": 0}
    last = {"store_tally": 2 + MOST_ROWS, "traffic_leg": 10 * MOST_ROWS, "waiting deliveries": 1}
    assert len(problems_of_tables(Samples({}, [first, last]))) == 2
