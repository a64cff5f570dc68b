"""Act two: what everybody may know is broadcast."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from apps.sandbox import drivers, prices
from apps.sandbox.memory import Pattern
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, answered, expect, routed
from hub.ocpi.module import Interface

AT_ONCE = 8
DELIVERY_SECONDS = 60.0
DRIVERS = 25


async def tariffs(scene: Scene) -> Seen:
    made = list(prices.tariffs(scene.cpo.party, prices.WORTH, moment=datetime.now(UTC)))
    return await _broadcast(scene, scene.cpo, scene.msp, "tariffs", made)


async def locations(scene: Scene) -> Seen:
    """Those that have just opened; the others are for the hub to pull."""
    scene.site = scene.opened[0]
    return await _broadcast(scene, scene.cpo, scene.msp, "locations", scene.opened)


async def tokens(scene: Scene) -> Seen:
    made = list(drivers.tokens(scene.msp.party, DRIVERS, moment=datetime.now(UTC)))
    scene.card = made[0]
    return await _broadcast(scene, scene.msp, scene.cpo, "tokens", made)


async def _broadcast(
    scene: Scene,
    owner: SandboxPlatform,
    hearer: SandboxPlatform,
    module: str,
    made: list[dict[str, Any]],
) -> Seen:
    """Pushes objects to the hub, for everybody; each must reach the other side, from the hub."""
    owner.objects.put_all(module, made)
    times: list[float] = []
    waiting = iter(made)
    began = time.perf_counter()

    async def push(contents: Iterable[dict[str, Any]]) -> None:
        for content in contents:
            identifier = content.get("id") or content["uid"]
            query = f"type={content['type']}" if module == "tokens" else ""
            tail = f"{owner.party[0]}/{owner.party[1]}/{identifier}"
            reply = await owner.request(
                "PUT",
                module,
                Interface.RECEIVER,
                tail,
                query=query,
                json=content,
                to=scene.everybody,
            )
            answered(reply)
            times.append(reply.milliseconds)
            scene.report.progress(len(times), len(made))

    await asyncio.gather(*(push(waiting) for _ in range(AT_ONCE)))
    heard = await hearer.heard_all(
        len(made), Pattern(method="PUT", module=module), DELIVERY_SECONDS
    )
    delivered = time.perf_counter() - began
    for each in heard:
        routed(each, scene.hub.party, hearer.party)
    expect(hearer.objects.count(module), len(made), f"{module} kept by {hearer.name}")
    return Seen(
        "HTTP 201, OCPI 1000 each",
        sum(times) / len(times),
        (
            routed(heard[0], scene.hub.party, hearer.party),
            f"{len(made)} {module} accepted and delivered to {hearer.name} in {delivered:.1f} s",
        ),
    )
