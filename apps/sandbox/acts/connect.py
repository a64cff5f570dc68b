"""Act one: both platforms connect with the hub, one from its own side, one from the hub's."""

import time

from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, as_seen, expect, settled
from hub.ocpi.module import Interface


async def emsp_registers(scene: Scene) -> Seen:
    msp = scene.msp
    versions_url, token_a = await scene.hub.invite(msp)
    reply = await msp.register(versions_url, token_a)
    expect(msp.state.connection.hub_party, scene.hub.party, "the hub's party in its credentials")
    fetched = [each for each in msp.received if each.module == "versions"]
    expect(len(fetched) >= 2, True, "the hub fetched the eMSP's versions and details")
    return as_seen(
        reply,
        f"token A was good for {versions_url} and for this one POST",
        f"during the POST the hub fetched the eMSP's versions and {len(msp.state.offers)} endpoints"
        " with token B",
    )


async def hub_registers(scene: Scene) -> Seen:
    cpo = scene.cpo
    versions_url, token_a = cpo.invite()
    began = time.perf_counter()
    await scene.hub.register(versions_url, token_a, cpo.name)
    elapsed = (time.perf_counter() - began) * 1000
    expect(cpo.is_registered, True, "the CPO platform has a token of the hub")
    expect(cpo.state.connection.hub_party, scene.hub.party, "the hub's party in its credentials")
    listed = sorted({module for module, _ in cpo.hub_endpoints if module != "credentials"})
    return Seen("registered", elapsed, (f"the CPO found at the hub: {', '.join(listed)}",))


async def the_way_is_open(scene: Scene) -> Seen:
    cpo, msp = scene.cpo, scene.msp
    there = await settled(
        lambda: msp.request("GET", "locations", Interface.SENDER, query="limit=1", to=cpo.party)
    )
    await settled(
        lambda: cpo.request("GET", "tokens", Interface.SENDER, query="limit=1", to=msp.party)
    )
    expect(there.headers["ocpi-from-party-id"], cpo.party[1], "who answered")
    return as_seen(there)
