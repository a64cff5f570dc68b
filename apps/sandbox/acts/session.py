"""Act four: the charging session as the eMSP sees it, from its first word to the bill."""

from collections.abc import Callable
from typing import Any

from apps.sandbox.charge import Charge
from apps.sandbox.memory import Received
from apps.sandbox.report import Seen
from apps.sandbox.scene import RESULT_SECONDS, Scene, Unexpected, answered, as_seen, expect, routed
from hub.ocpi.ids import fold

ENERGY_PATCHES = 3


async def session_begins(scene: Scene) -> Seen:
    cpo, msp, charge = scene.cpo, scene.msp, scene.running
    reply = await scene.told("PENDING")
    heard = await msp.heard(_of(charge), method="PUT", module="sessions")
    expect(heard.json["authorization_reference"], scene.reference, "authorization_reference")
    return as_seen(reply, routed(heard, cpo.party, msp.party))


async def evse_is_busy(scene: Scene) -> Seen:
    return await _evse(scene, "CHARGING")


async def evse_is_free(scene: Scene) -> Seen:
    return await _evse(scene, "AVAILABLE")


async def _evse(scene: Scene, status: str) -> Seen:
    msp, charge = scene.msp, scene.running
    reply = await scene.told(f"EVSE {status}")
    heard = await msp.heard(
        lambda each: each.json["status"] == status,
        method="PATCH",
        module="locations",
        within=RESULT_SECONDS,
    )
    kept = msp.objects.get("locations", scene.cpo.party, charge.at.location["id"])
    evse = next(e for e in kept["evses"] if e["uid"] == charge.at.evse["uid"])
    expect(evse["status"], status, "the EVSE's status as the eMSP knows it")
    return as_seen(reply, routed(heard, scene.hub.party, msp.party))


async def session_goes_on(scene: Scene) -> Seen:
    charge = scene.running
    await scene.told("ACTIVE")
    for number in range(ENERGY_PATCHES):
        scene.report.progress(number, ENERGY_PATCHES)
        reply = await scene.told("energy")
    kept = _kept_session(scene)
    expect(len(kept["charging_periods"]) >= ENERGY_PATCHES, True, "the eMSP has all periods")
    expect(kept["status"], "ACTIVE", "the session's status at the eMSP")
    price, currency = kept["total_cost"]["incl_vat"], kept["currency"]
    return as_seen(
        reply,
        f"{ENERGY_PATCHES + 1} PATCHes; every one added its charging period: "
        f"{kept['kwh']} kWh, {price} {currency} so far",
        f"session {charge.id}",
    )


async def session_completes(scene: Scene) -> Seen:
    reply = await scene.told("COMPLETED", passing=("energy",))
    expect(_kept_session(scene)["status"], "COMPLETED", "the session's status at the eMSP")
    return as_seen(reply, f"the eMSP has it as COMPLETED, {_kept_session(scene)['kwh']} kWh")


def _kept_session(scene: Scene) -> Any:
    return scene.msp.objects.get("sessions", scene.cpo.party, scene.running.id)


def _of(charge: Charge) -> Callable[[Received], bool]:
    return lambda received: fold(received.tail) == fold(charge.tail)


async def cdr(scene: Scene) -> Seen:
    cpo, msp, charge = scene.cpo, scene.msp, scene.running
    reply = await scene.told("CDR")
    heard = await msp.heard(module="cdrs", method="POST")
    location = reply.headers.get("location", "")
    if not location.startswith(scene.hub.url):
        raise Unexpected(f"the CDR's Location is {location!r}, which is not at the hub")
    read = await cpo.request("GET", "cdrs", url=location, to=msp.party)
    answered(read)
    expect(read.data, heard.json, "the CDR read back through its Location")
    assert charge.cdr is not None
    total, currency = read.data["total_cost"]["incl_vat"], read.data["currency"]
    return as_seen(
        reply,
        routed(heard, cpo.party, msp.party),
        f"read back through its Location: {read.data['total_energy']} kWh, {total} {currency}, "
        f"{read.milliseconds:.1f} ms",
    )
