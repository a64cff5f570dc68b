"""Act nine: a driver of the 2.2.1 eMSP charges at the 2.1.1 CPO; each side in its own words."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from apps.sandbox import made_2_1_1
from apps.sandbox.acts.command import ordered
from apps.sandbox.acts.saying import Put, exact, lettered, loss, now, right
from apps.sandbox.made_2_1_1 import TICK, stamp
from apps.sandbox.memory import Received
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, Unexpected, answered, as_seen, expect, heard_by
from hub.ocpi.ids import fold
from hub.ocpi.module import Interface

KWH = (Decimal("5.25"), Decimal("4.75"))
COST = Decimal("4.20")


async def authorize(scene: Scene) -> Seen:
    """The CPO has nobody to name in 2.1.1; the hub knows whose card it is."""
    cpo, msp = scene.cast.old_cpo, scene.msp
    msp.received.clear()
    reply = await cpo.request(
        "POST",
        "tokens",
        Interface.SENDER,
        f"{scene.card['uid']}/authorize",
        json={"location_id": made_2_1_1.SITE},
    )
    answered(reply)
    expect(reply.data["allowed"], "ALLOWED", "what the eMSP says of its token")
    lettered(cpo, "AuthorizationInfo", reply.data)
    heard = await msp.heard(module="tokens", method="POST")
    right(msp, "LocationReferences", heard)
    lost = loss(reply, "$.token", "$.authorization_reference")
    return as_seen(reply, heard_by(msp, heard, cpo.party), lost)


async def start_session(scene: Scene) -> Seen:
    cpo = scene.cast.old_cpo
    site = made_2_1_1.location(now())
    content = {
        "token": scene.card,
        "location_id": site["id"],
        "evse_uid": site["evses"][0]["uid"],
        "connector_id": site["evses"][0]["connectors"][0]["id"],
    }
    seen = await ordered(scene, cpo, "START_SESSION", content)
    heard = await cpo.heard(module="commands", tail="START_SESSION")
    right(cpo, "StartSession", heard)
    expect(heard.json["token"]["auth_id"], scene.card["contract_id"], "auth_id of its token")
    return seen


async def session_begins(scene: Scene) -> Seen:
    """The 2.1.1 Session has its Location in it and the driver as an auth_id."""
    cpo, msp = scene.cast.old_cpo, scene.msp
    moment = now()
    begin = moment - len(KWH) * TICK
    session = made_2_1_1.session(scene.card["contract_id"], begin, moment)
    put = Put("Session", "sessions", session, cpo)
    reply = await put.send(msp.party)
    answered(reply)
    heard = await put.heard(msp)
    expect(fold(heard.json["cdr_token"]["uid"]), fold(scene.card["uid"]), "the card it began with")
    expect(heard.json["location_id"], made_2_1_1.SITE, "location_id")
    return as_seen(
        reply,
        heard_by(msp, heard, cpo.party),
        f"auth_id {session['auth_id']} is cdr_token {heard.json['cdr_token']['uid']} there; the"
        " Location in it is a location_id",
    )


async def session_goes_on(scene: Scene) -> Seen:
    """All charging periods so far, as 2.1.1 has it: the eMSP gets the whole Session."""
    session = _session(scene)
    begin = now() - len(KWH) * TICK
    periods = [made_2_1_1.period(begin + i * TICK, kwh) for i, kwh in enumerate(KWH)]
    return await _patched(
        scene, session, {"charging_periods": periods, "kwh": sum(KWH), "total_cost": COST}
    )


async def stop_session(scene: Scene) -> Seen:
    return await ordered(
        scene, scene.cast.old_cpo, "STOP_SESSION", {"session_id": made_2_1_1.SESSION}
    )


async def session_completes(scene: Scene) -> Seen:
    change = {"status": "COMPLETED", "end_datetime": stamp(now())}
    return await _patched(scene, _session(scene), change)


async def _patched(scene: Scene, session: dict[str, Any], change: dict[str, Any]) -> Seen:
    """A PATCH by the CPO; the eMSP must have the Session as the CPO has it."""
    cpo, msp = scene.cast.old_cpo, scene.msp
    msp.received.clear()
    change["last_updated"] = stamp(now() + timedelta(seconds=1))
    session |= change
    cpo.objects.put("sessions", session)
    tail = f"{cpo.party[0]}/{cpo.party[1]}/{session['id']}"
    reply = await cpo.request("PATCH", "sessions", Interface.RECEIVER, tail, json=change)
    answered(reply)
    heard = await msp.heard(_changes(tail))
    kept = msp.objects.get("sessions", cpo.party, session["id"])
    lettered(msp, "Session", kept)
    expect((kept["kwh"], kept["status"]), (session["kwh"], session["status"]), "the eMSP's Session")
    expect(exact(kept["total_cost"]["excl_vat"]), COST, "its cost without VAT")
    return as_seen(reply, heard_by(msp, heard, cpo.party), f"the eMSP has {kept['kwh']} kWh")


def _changes(tail: str) -> Any:
    def fits(received: Received) -> bool:
        return received.method in ("PUT", "PATCH") and received.tail == tail

    return fits


def _session(scene: Scene) -> dict[str, Any]:
    """The Session as the CPO has it."""
    cpo = scene.cast.old_cpo
    kept: dict[str, Any] = cpo.objects.get("sessions", cpo.party, made_2_1_1.SESSION)
    return kept


async def cdr(scene: Scene) -> Seen:
    """Its Location header is one at the hub, and what is read there is of 2.1.1 again."""
    cpo, msp = scene.cast.old_cpo, scene.msp
    msp.received.clear()
    made = made_2_1_1.cdr(_session(scene), now())
    cpo.objects.put("cdrs", made)
    reply = await cpo.request("POST", "cdrs", Interface.RECEIVER, json=made)
    answered(reply)
    heard = right(msp, "CDR", await msp.heard(module="cdrs", method="POST"))
    expect(exact(heard.json["total_cost"]["excl_vat"]), COST, "the cost without VAT at the eMSP")
    expect(heard.json["cdr_token"]["contract_id"], made["auth_id"], "whose contract it is")
    location = reply.headers.get("location", "")
    if not location.startswith(scene.hub.url):
        raise Unexpected(f"the CDR's Location is {location!r}, which is not at the hub")
    read = await cpo.request("GET", "cdrs", url=location)
    answered(read)
    lettered(cpo, "CDR", read.data)
    expect(exact(read.data["total_cost"]), COST, "the cost in the CDR read back")
    return as_seen(
        reply,
        heard_by(msp, heard, cpo.party),
        f"{heard.json['total_energy']} kWh for {heard.json['total_cost']['excl_vat']} EUR, the same"
        " in both versions",
    )
