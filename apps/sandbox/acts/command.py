"""Act three: the eMSP's driver asks and commands, and the CPO answers, now and later."""

from apps.sandbox.memory import Pattern, Received
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Seen
from apps.sandbox.scene import (
    RESULT_SECONDS,
    Scene,
    Unexpected,
    answered,
    as_seen,
    expect,
    heard_by,
    routed,
)
from hub.ocpi.module import Interface


async def authorize(scene: Scene) -> Seen:
    cpo, msp = scene.cpo, scene.msp
    reply = await cpo.request(
        "POST",
        "tokens",
        Interface.SENDER,
        f"{scene.card['uid']}/authorize",
        query="type=RFID",
        json={"location_id": scene.site["id"]},
    )
    answered(reply)
    expect(reply.data["allowed"], "ALLOWED", "what the eMSP says of its token")
    scene.reference = reply.data["authorization_reference"]
    heard = await msp.heard(module="tokens", method="POST")
    answerer = (reply.headers["ocpi-from-country-code"], reply.headers["ocpi-from-party-id"])
    expect(answerer, msp.party, "who answered")
    return as_seen(
        reply,
        "the CPO named nobody; the hub knew whose card it is",
        routed(heard, cpo.party, msp.party),
    )


async def start_session(scene: Scene) -> Seen:
    evse = scene.site["evses"][0]
    content = {
        "token": scene.card,
        "location_id": scene.site["id"],
        "evse_uid": evse["uid"],
        "connector_id": evse["connectors"][0]["id"],
        "authorization_reference": scene.reference,
    }
    seen = await ordered(scene, scene.cpo, "START_SESSION", content)
    charges = scene.charging.charges
    scene.charge = charges[next(reversed(charges))]
    return seen


async def stop_session(scene: Scene) -> Seen:
    return await ordered(scene, scene.cpo, "STOP_SESSION", {"session_id": scene.running.id})


async def ordered(
    scene: Scene, cpo: SandboxPlatform, name: str, content: dict[str, object]
) -> Seen:
    """A command to a CPO, and its result, which comes on its own to the response_url."""
    msp = scene.msp
    response_url = msp.callback_url()
    reply = await msp.request(
        "POST",
        "commands",
        Interface.RECEIVER,
        name,
        json={"response_url": response_url, **content},
        to=cpo.party,
    )
    answered(reply)
    expect(reply.data["result"], "ACCEPTED", "CommandResponse")
    heard = await cpo.heard(module="commands", tail=name)
    arrived = heard_by(cpo, heard, msp.party)
    _at_the_hub(scene, heard.json["response_url"])
    result = await _result(scene, response_url)
    expect(result.json["result"], "ACCEPTED", "CommandResult")
    return as_seen(
        reply,
        *((arrived,) if cpo.version != msp.version else ()),
        *((f"status_message: {reply.message}",) if reply.message else ()),
        "the CPO got a response_url at the hub in place of the eMSP's own",
        routed(result, cpo.party, msp.party) + "  with the result ACCEPTED",
    )


def _at_the_hub(scene: Scene, url: str) -> None:
    if not url.startswith(scene.hub.url):
        raise Unexpected(f"the CPO was given the response_url {url}, which is not the hub's")


async def _result(scene: Scene, response_url: str) -> Received:
    tail = response_url.rpartition("/")[2]
    return await scene.msp.heard(module="results", tail=tail, within=RESULT_SECONDS)


async def charging_profile(scene: Scene) -> Seen:
    """A second car charges; its eMSP slows it down, and does not say at whom."""
    cpo, msp = scene.cpo, scene.msp
    evse = scene.site["evses"][1]
    charge = scene.charging.new(scene.card, scene.site, evse, evse["connectors"][0])
    scene.charging.begin(charge)
    await scene.told("PENDING", charge)
    response_url = msp.callback_url("chargingprofiles")
    profile = {
        "charging_rate_unit": "W",
        "charging_profile_period": [{"start_period": 0, "limit": 7400}],
    }
    reply = await msp.request(
        "PUT",
        "chargingprofiles",
        Interface.RECEIVER,
        charge.id,
        json={"charging_profile": profile, "response_url": response_url},
    )
    answered(reply)
    expect(reply.data["result"], "ACCEPTED", "ChargingProfileResponse")
    heard = await cpo.heard(module="chargingprofiles", method="PUT")
    routed(heard, msp.party, cpo.party)
    _at_the_hub(scene, heard.json["response_url"])
    result = await _result(scene, response_url)
    expect(result.json, {"result": "ACCEPTED"}, "ChargingProfileResult")
    expect(cpo.state.profiles[charge.id], profile, "the profile at the CPO")
    charge.stopped.set()
    await msp.heard_all(2, Pattern(module="cdrs", method="POST"), RESULT_SECONDS)
    await cpo.finished()
    return as_seen(
        reply,
        "the eMSP named nobody; the hub knew where the session runs",
        routed(result, cpo.party, msp.party) + "  with the result ACCEPTED",
    )
