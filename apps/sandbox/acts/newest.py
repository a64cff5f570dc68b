"""Act ten: what OCPI 2.3.0 has alone: taxes in CDRs, Bookings, Payments, Invoice Reconciliation."""

from typing import Any

from apps.sandbox import made_2_3_0
from apps.sandbox.acts.saying import DELIVERY_SECONDS, Put, exact, loss, now, right, untouched
from apps.sandbox.memory import Received
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.report import Seen
from apps.sandbox.scene import RESULT_SECONDS, Scene, answered, as_seen, expect, routed
from hub.ocpi.module import Interface

TERMINAL = "terminals"
CONFIRMATION = "financial-advice-confirmations"


async def taxed_cdr(scene: Scene) -> Seen:
    """From 2.3.0 to 2.2.1: the tax loses its name, and the money stays."""
    cpo, msp = scene.cast.new_cpo, scene.msp
    made = made_2_3_0.cdr(cpo.party, scene.card, "GRG-C-1", now())
    reply, heard = await _cdr(cpo, msp, made)
    cost = made["total_cost"]
    whole = cost["before_taxes"] + cost["taxes"][0]["amount"]
    said = {name: exact(amount) for name, amount in heard.json["total_cost"].items()}
    expect(said, {"excl_vat": cost["before_taxes"], "incl_vat": whole}, "the total cost")
    return as_seen(
        reply,
        routed(heard, cpo.party, msp.party),
        f"{said['excl_vat']} EUR, {said['incl_vat']} with tax",
        loss(reply, "$.total_cost"),
    )


async def _cdr(
    cpo: SandboxPlatform, msp: SandboxPlatform, made: dict[str, Any]
) -> tuple[Any, Received]:
    msp.received.clear()
    cpo.objects.put("cdrs", made)
    reply = await cpo.request("POST", "cdrs", Interface.RECEIVER, json=made, to=msp.party)
    answered(reply)
    return reply, right(msp, "CDR", await msp.heard(module="cdrs", method="POST"))


async def booking_location(scene: Scene) -> Seen:
    """For everybody who has the module; for 2.2.1 there is none."""
    cpo, msp = scene.cast.new_cpo, scene.cast.new_msp
    made = made_2_3_0.booking_location(cpo.party, now())
    cpo.objects.put("booking_locations", made)
    tail = f"{cpo.party[0]}/{cpo.party[1]}/booking_locations/{made['id']}"
    reply = await cpo.request(
        "PUT", "Booking", Interface.RECEIVER, tail, json=made, to=scene.everybody
    )
    answered(reply)
    heard = await msp.heard(module="Booking", method="PUT", tail=tail, within=DELIVERY_SECONDS)
    right(msp, "BookingLocation", heard)
    untouched(heard, made)
    return as_seen(reply, routed(heard, scene.hub.party, msp.party))


async def booking_request(scene: Scene) -> Seen:
    """The eMSP asks, and names nobody: the hub knows whose place it is."""
    cpo, msp = scene.cast.new_cpo, scene.cast.new_msp
    made = made_2_3_0.booking_request(msp.party, now())
    reply = await msp.request("POST", "Booking", Interface.SENDER, json=made)
    answered(reply)
    heard = await cpo.heard(module="Booking", method="POST")
    right(cpo, "BookingRequest", heard)
    untouched(heard, made)
    expect(reply.data["reservation_status"], "PENDING", "reservation_status")
    scene.booking = reply.data
    return as_seen(reply, routed(heard, msp.party, cpo.party), f"booking {reply.data['id']}")


async def booking_confirmed(scene: Scene) -> Seen:
    """The CPO names nobody either: the booking is that eMSP's, and nobody else hears of it."""
    cpo, msp = scene.cast.new_cpo, scene.cast.new_msp
    asked = {**scene.booking["booking_requests"][0], "request_status": "ACCEPTED"}
    put = Put(
        "Booking", "bookings",
        {**scene.booking, "reservation_status": "RESERVED", "booking_requests": [asked]}, cpo,
    )  # fmt: skip
    cpo.objects.put("bookings", put.content)
    reply = await cpo.request("PUT", "Booking", Interface.RECEIVER, put.tail, json=put.content)
    answered(reply)
    heard = await msp.heard(module="Booking", method="PUT", tail=put.tail)
    right(msp, "Booking", heard)
    expect(heard.json["reservation_status"], "RESERVED", "reservation_status")
    others = [each for each in scene.platforms.values() if each not in (cpo, msp)]
    told = [each.name for each in others if any(r.tail == put.tail for r in each.received)]
    expect(told, [], "who else heard of it")
    return as_seen(reply, routed(heard, cpo.party, msp.party))


async def terminal(scene: Scene) -> Seen:
    """A terminal of the PTP for the CPO, which says where it stands."""
    cpo, ptp = scene.cast.new_cpo, scene.cast.ptp
    made = made_2_3_0.terminal(now())
    ptp.objects.put(TERMINAL, made)
    reply = await ptp.request(
        "POST", "payments", Interface.RECEIVER, TERMINAL, json=made, to=cpo.party
    )
    answered(reply)
    heard = await cpo.heard(module="payments", tail=TERMINAL, method="POST")
    right(cpo, "Terminal", heard)
    change = {"location_ids": [made_2_3_0.SITE]}
    tail = f"{TERMINAL}/{made['terminal_id']}"
    answered(await cpo.request("PATCH", "payments", Interface.SENDER, tail, json=change))
    placed = await ptp.heard(module="payments", method="PATCH", tail=tail)
    kept = ptp.objects.get(TERMINAL, ptp.party, made["terminal_id"])
    expect(kept, {**made, **change}, "the terminal at the PTP")
    return as_seen(reply, routed(heard, ptp.party, cpo.party), routed(placed, cpo.party, ptp.party))


async def payer_starts(scene: Scene) -> Seen:
    """Somebody pays at the terminal: the PTP starts the session, as an eMSP would."""
    cpo, ptp = scene.cast.new_cpo, scene.cast.ptp
    response_url = ptp.callback_url()
    start = {
        "response_url": response_url,
        "token": made_2_3_0.payer(ptp.party, now()),
        "location_id": made_2_3_0.SITE,
        "evse_uid": made_2_3_0.EVSE,
        "authorization_reference": made_2_3_0.PAID,
    }
    reply = await ptp.request(
        "POST", "commands", Interface.RECEIVER, "START_SESSION", json=start, to=cpo.party
    )
    answered(reply)
    right(cpo, "StartSession", await cpo.heard(module="commands", tail="START_SESSION"))
    result = await ptp.heard(
        module="results", tail=response_url.rpartition("/")[2], within=RESULT_SECONDS
    )
    expect(result.json["result"], "ACCEPTED", "CommandResult")
    return as_seen(reply, routed(result, cpo.party, ptp.party) + "  with the result ACCEPTED")


async def financial_advice(scene: Scene) -> Seen:
    """What was captured. The PTP names nobody: the reference is that of the session's start."""
    cpo, ptp = scene.cast.new_cpo, scene.cast.ptp
    made = made_2_3_0.confirmation(now())
    ptp.objects.put(CONFIRMATION, made)
    reply = await ptp.request("POST", "payments", Interface.RECEIVER, CONFIRMATION, json=made)
    answered(reply)
    heard = await cpo.heard(module="payments", tail=CONFIRMATION)
    right(cpo, "FinancialAdviceConfirmation", heard)
    untouched(heard, made)
    costs = made["total_costs"]
    return as_seen(
        reply,
        routed(heard, ptp.party, cpo.party),
        f"captured: {costs['before_taxes'] + costs['taxes'][0]['amount']} {made['currency']}",
    )


async def invoice(scene: Scene) -> Seen:
    """Which CDRs an invoice is for: a record finds the eMSP that got them."""
    cpo, msp = scene.cast.new_cpo, scene.cast.new_msp
    payer = made_2_3_0.token(msp.party, now())
    cdr = made_2_3_0.cdr(cpo.party, payer, "GRG-C-2", now())
    _, heard = await _cdr(cpo, msp, cdr)
    untouched(heard, cdr)
    made = made_2_3_0.record(cpo.party, [cdr["id"]], now())
    cpo.objects.put("invoicereconciliation", made)
    reply = await cpo.request("POST", "invoicereconciliation", Interface.RECEIVER, json=made)
    answered(reply)
    heard = await msp.heard(module="invoicereconciliation", method="POST")
    right(msp, "InvoiceReconciliationRecord", heard)
    untouched(heard, made)
    return as_seen(
        reply,
        routed(heard, cpo.party, msp.party),
        f"invoice {made['invoice_id']} is for CDR {cdr['id']}, as that eMSP got it",
    )
