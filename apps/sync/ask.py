"""Asks a platform for one page, as the hub, and leaves a row in the message log for each attempt.

Bodies of pages are not in the log: what came of them is in the store.
"""

import time
import uuid

from apps.database import in_thread
from apps.parties import platforms
from apps.sync.turn import Turn
from apps.traffic.legs import Between, onward
from apps.transport.forms import Send, in_either_form
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.module import Interface
from hub.ocpi.status import OcpiError
from hub.routing.hop import addressed, identity
from hub.routing.pulled import list_operation


async def ask(turn: Turn) -> Answer:
    """The platform's answer, whatever it says; a token form that turns out to be the right one is
    remembered. Raises OcpiError when there is no answer."""
    platform = turn.platform
    answer, form = await in_either_form(_logged(turn), _request(turn), platform)
    if form is not None:
        await in_thread(platforms.remember_form, platform.id, form)
    return answer


def _request(turn: Turn) -> Outgoing:
    network, platform, walk = turn.network, turn.platform, turn.walk
    operation = list_operation(turn.module)
    assert operation is not None  # else it would be no source
    request_id = str(uuid.uuid4())
    return Outgoing(
        method="GET",
        url=walk.next_url,
        headers=identity(platform, request_id, walk.correlation_id)
        + addressed(platform, network.spelled(turn.party), network.hub),
        body=b"",
        time_limit=operation.time_limit,
        id=request_id,
    )


def _logged(turn: Turn) -> Send:
    """A sender that hands a row of every attempt to the recorder."""
    means, platform, walk = turn.means, turn.platform, turn.walk
    hub, interface = str(turn.network.hub), Interface.SENDER.value
    between = Between(platform.id, hub, walk.party, walk.module, interface, platform.version)

    async def send(request: Outgoing) -> Answer:
        began, started = means.clock(), time.perf_counter()
        answer: Answer | None = None
        error: OcpiError | None = None
        try:
            answer = await means.send(request, platform.id, platform.max_in_flight)
        except OcpiError as failure:
            error = failure
            raise
        finally:
            row = onward(
                request,
                answer,
                error,
                between,
                ids=(walk.correlation_id, request.request_id, ""),
                at=began,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            means.recorder.add(row)
        return answer

    return send
