"""Act five: a party goes away and comes back, and a stranger knocks."""

from apps.sandbox.calls import Reply
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, answered, as_seen, expect, settled
from apps.sandbox.state import new_token
from hub.ocpi.module import Interface
from hub.ocpi.status import Code


async def goes_away(scene: Scene) -> Seen:
    await scene.msp.stop()
    reply = await _push(scene)
    answered(reply, (200,), Code.CONNECTION_PROBLEM)
    return as_seen(reply, f"the hub says why: {reply.message}")


async def comes_back(scene: Scene) -> Seen:
    msp = scene.msp
    await msp.start()
    answered(await msp.request("GET", "versions"))  # to be heard from is to be back
    msp.received.clear()
    reply = await settled(lambda: _push(scene))
    await msp.heard(module="tariffs", method="PUT")
    return as_seen(reply, "a word from the eMSP was enough for the hub to know it is back")


async def _push(scene: Scene) -> Reply:
    """One tariff for this eMSP alone."""
    cpo = scene.cpo
    tariff = cpo.objects.all("tariffs")[0]
    tail = f"{cpo.party[0]}/{cpo.party[1]}/{tariff['id']}"
    return await cpo.request(
        "PUT", "tariffs", Interface.RECEIVER, tail, json=tariff, to=scene.msp.party
    )


async def stranger(scene: Scene) -> Seen:
    reply = await scene.msp.request(
        "GET", "locations", Interface.SENDER, to=scene.cpo.party, token=new_token()
    )
    expect(reply.status, 401, "the HTTP status")
    return Seen(f"HTTP {reply.status}", reply.milliseconds, (f"the hub says: {reply.message}",))
