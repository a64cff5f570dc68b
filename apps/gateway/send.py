"""The onward leg: sends it, tries the other token form once on a refusal, and logs what happened."""

import time
from dataclasses import replace

from apps.gateway.call import Call, Passage
from apps.traffic import metrics
from apps.traffic.legs import onward, with_bodies
from hub.ocpi import envelope
from hub.ocpi.headers import TokenForm
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError
from hub.routing.hop import with_form
from hub.routing.network import Platform

OTHER_FORM = {TokenForm.BASE64: TokenForm.PLAIN, TokenForm.PLAIN: TokenForm.BASE64}


async def send(
    call: Call, passage: Passage, request: Outgoing, platform: Platform, to_party: str
) -> Answer:
    """The platform's answer. A 401 means that it did nothing, so the request is sent once more with
    the token written the other way; the form that works is remembered. Raises OcpiError."""
    answer = await _logged(call, passage, request, platform, to_party)
    if answer.status != 401 or platform.token is None:
        return answer
    form = OTHER_FORM[platform.token_form]
    again = with_form(request, platform, form)
    second = await _logged(call, passage, again, platform, to_party)
    if second.status != 401:
        call.process.noticed.forms[platform.id] = form
    return second


async def _logged(
    call: Call, passage: Passage, request: Outgoing, platform: Platform, to_party: str
) -> Answer:
    began, started = call.process.clock(), time.perf_counter()
    answer: Answer | None = None
    error: OcpiError | None = None
    try:
        answer = await call.process.client.send(request, platform.id, platform.max_in_flight)
        return answer
    except OcpiError as failure:
        error = failure
        raise
    finally:
        seconds = time.perf_counter() - started
        passage.waited += seconds
        found = envelope.parse(answer.body) if answer is not None else None
        row = onward(
            request,
            answer,
            error,
            found.status_code if found is not None else None,
            began,
            seconds * 1000,
        )
        message = call.message
        row = replace(
            row,
            parent=message.request_id[:64],
            platform_id=platform.id,
            from_party=str(call.from_party),
            to_party=to_party,
            module=message.match.module.id,
            interface=message.match.interface.value,
        )
        with_bodies(
            row,
            call.process.bodies,
            request.body,
            answer.body if answer is not None else b"",
            call.private,
        )
        call.process.recorder.add(row)
        outcome = "answered" if error is None else type(error).__name__
        metrics.FORWARDS.labels(row.module, outcome).inc()
        metrics.PARTNER_SECONDS.observe(seconds)
