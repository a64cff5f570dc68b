"""Act seven: platforms of other versions register, each by the handshake of its version."""

from functools import partial
from typing import Any

from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, as_seen, expect, settled
from apps.sandbox.state import BASE
from hub.ocpi.module import Interface


async def old_cpo(scene: Scene) -> Seen:
    return await _registers(scene, scene.cast.old_cpo)


async def old_msp(scene: Scene) -> Seen:
    return await _registers(scene, scene.cast.old_msp)


async def new_cpo(scene: Scene) -> Seen:
    return await _registers(scene, scene.cast.new_cpo)


async def new_msp(scene: Scene) -> Seen:
    return await _registers(scene, scene.cast.new_msp)


async def ptp(scene: Scene) -> Seen:
    return await _registers(scene, scene.cast.ptp)


async def _registers(scene: Scene, platform: SandboxPlatform) -> Seen:
    """The hub's Credentials object must be of that version: one party without a role in 2.1.1, the
    parties that are reached, and the hub beside them, in 2.3.0."""
    versions_url, token_a = await scene.hub.invite(platform)
    reply = await platform.register(versions_url, token_a)
    expect(platform.hub_party, scene.hub.party, "the hub's party in its credentials")
    fetched = [each.path for each in platform.received if each.module == "versions"]
    expect(f"{BASE}/{platform.version}" in fetched, True, "the hub read the version's details")
    expect("roles" in reply.data, platform.state.has_roles, "roles in the hub's credentials")
    said = f"the hub is one party, {scene.hub.party}, and its token is plain"
    if platform.state.has_roles:
        said = f"hub_party_id {reply.data['hub_party_id']}; {_reached(scene, platform, reply.data)}"
    return as_seen(reply, f"began at {versions_url}", f"its credentials: {said}")


def _reached(scene: Scene, platform: SandboxPlatform, given: dict[str, Any]) -> str:
    """Which parties the hub's credentials name in 2.3.0. None is a HUB."""
    named = {f"{role['country_code']}/{role['party_id']}" for role in given["roles"]}
    expect("HUB" in {role["role"] for role in given["roles"]}, False, "a role HUB")
    other = scene.msp if platform is scene.cast.new_cpo else scene.cpo
    expect(str(other.party) in named, True, f"{other.party} among the parties it reaches")
    return f"reached are {', '.join(sorted(named))}"


async def the_ways_are_open(scene: Scene) -> Seen:
    """Every process of the hub knows every newcomer, in either direction."""
    cast = scene.cast
    ways = (
        (scene.msp, "locations", "", cast.old_cpo),
        (cast.new_msp, "locations", "", cast.new_cpo),
        (scene.cpo, "tokens", "", cast.old_msp),
        (scene.cpo, "tokens", "", cast.new_msp),
        (cast.new_cpo, "payments", "terminals", cast.ptp),
    )
    for asking, module, tail, asked in ways:
        get = partial(asking.request, "GET", module, Interface.SENDER, tail)
        reply = await settled(partial(get, query="limit=1", to=asked.party))
    versions = sorted({each.version for each in scene.platforms.values()})
    return as_seen(reply, f"{len(scene.platforms)} platforms speak OCPI {', '.join(versions)}")
