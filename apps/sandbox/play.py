"""The session that the demo plays: its steps in order, each checked on both sides of the hub."""

import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apps.sandbox.acts import command, connect, everything, publish, session, trouble
from apps.sandbox.handshake import HandshakeFailed
from apps.sandbox.memory import NotHeard
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene, Unexpected
from hub.ocpi.status import OcpiError


@dataclass(frozen=True, slots=True)
class Step:
    """`who` in terms of the three on the stage: {cpo}, {hub}, {msp}."""

    who: str
    what: str
    act: Callable[[Scene], Awaitable[Seen]]


CPO_TO_ALL = "{cpo} > {hub} > all"
CPO_TO_MSP = "{cpo} > {hub} > {msp}"
MSP_TO_CPO = "{msp} > {hub} > {cpo}"
STEPS = (
    Step("{msp} > {hub}", "registers: versions, details, POST credentials", connect.emsp_registers),
    Step("{hub} > {cpo}", "the hub registers with a platform", connect.hub_registers),
    Step(
        MSP_TO_CPO, "GET one location, and a token back: the way is open", connect.the_way_is_open
    ),
    Step(CPO_TO_ALL, "PUT tariffs, for everybody", publish.tariffs),
    Step(CPO_TO_ALL, "PUT new locations, for everybody", publish.locations),
    Step("{msp} > {hub} > all", "PUT tokens, for everybody", publish.tokens),
    Step(CPO_TO_MSP, "POST authorize: may this card charge?", command.authorize),
    Step(MSP_TO_CPO, "POST START_SESSION, and its result", command.start_session),
    Step(CPO_TO_MSP, "PUT session: PENDING", session.session_begins),
    Step(CPO_TO_ALL, "PATCH EVSE: CHARGING", session.evse_is_busy),
    Step(CPO_TO_MSP, "PATCH session: ACTIVE, energy, charging periods", session.session_goes_on),
    Step(MSP_TO_CPO, "POST STOP_SESSION, and its result", command.stop_session),
    Step(CPO_TO_MSP, "PATCH session: COMPLETED", session.session_completes),
    Step(CPO_TO_MSP, "POST CDR, GET it through its Location", session.cdr),
    Step(CPO_TO_ALL, "PATCH EVSE: AVAILABLE", session.evse_is_free),
    Step(MSP_TO_CPO, "PUT charging profile, and its result", command.charging_profile),
    Step(CPO_TO_MSP, "{msp} goes away: PUT tariff is 4003", trouble.goes_away),
    Step(CPO_TO_MSP, "{msp} is back: PUT tariff", trouble.comes_back),
    Step("a stranger > {hub}", "GET locations with a token nobody gave out", trouble.stranger),
    Step("{hub} > {cpo}", "has pulled all its locations, page by page", everything.pulled),
    Step("{msp} > {hub}", "GET all locations, page by page", everything.all_locations),
    Step(CPO_TO_ALL, "PATCH one EVSE of them", everything.one_evse_changes),
    Step("{msp} > {hub}", "GET locations that have changed since", everything.what_changed),
)


FORESEEN = (Unexpected, NotHeard, HandshakeFailed)


async def play(scene: Scene) -> str | None:
    """Plays all steps; stops at the first that is not as expected and returns its name."""
    names = {"cpo": scene.cpo.name, "msp": scene.msp.name, "hub": "hub"}
    for number, step in enumerate(STEPS, start=1):
        what = step.what.format(**names)
        with scene.report.step(number, step.who.format(**names), what):
            try:
                seen = await step.act(scene)
                _nobody_complains(scene)
            except Exception as error:
                scene.report.failed(_said(error))
                return f"{number}, {what}"
            scene.report.done(seen)
    return None


def _said(error: Exception) -> str:
    """What went wrong; for what no step foresees, where as well."""
    if isinstance(error, OcpiError):
        return error.message
    if isinstance(error, FORESEEN):
        return str(error)
    return "".join(traceback.format_exception(error))


def _nobody_complains(scene: Scene) -> None:
    for platform in (scene.cpo, scene.msp):
        if platform.complaints:
            first, more = platform.complaints[0], len(platform.complaints) - 1
            raise Unexpected(
                f"{platform.name} complains: {first}" + (f" (and {more} more)" if more else "")
            )
