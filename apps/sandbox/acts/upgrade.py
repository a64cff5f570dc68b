"""Act eleven: a platform goes over to another version, and nobody else has to know."""

from apps.sandbox import made_2_3_0
from apps.sandbox.acts.saying import Put, now, untouched
from apps.sandbox.calls import Reply
from apps.sandbox.cast import NEW
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, answered, as_seen, expect, routed, settled
from hub.ocpi.module import Interface


async def switches(scene: Scene) -> Seen:
    """PUT credentials on the endpoint of the newer version."""
    msp = scene.cast.old_msp
    before = msp.version
    reply = await msp.switch(NEW)
    answered(reply)
    expect(reply.data["hub_party_id"], "".join(scene.hub.party), "hub_party_id")
    there = await settled(
        lambda: msp.request(
            "GET", "locations", Interface.SENDER, query="limit=1", to=scene.cast.new_cpo.party
        )
    )
    expect("parking_places" in there.data[0], True, "parking places in what it is answered")
    return as_seen(reply, f"{msp.name} spoke {before}, and speaks {msp.version} with new tokens")


async def next_push(scene: Scene) -> Seen:
    """The same tariff that came to it without its tax comes as it was written. A process of the hub
    may for a moment not know of the switch; what it says then is no matter."""
    cpo, msp = scene.cast.new_cpo, scene.cast.old_msp
    put = Put("Tariff", "tariffs", made_2_3_0.tariff(cpo.party, now()), cpo)

    async def push() -> Reply:
        msp.clear()
        return await put.send(msp.party)

    reply = await settled(push)
    heard = await put.heard(msp)
    untouched(heard, put.content)
    expect(reply.message, "", "what was lost")
    return as_seen(reply, routed(heard, cpo.party, msp.party), "nothing is lost any more")
