"""The steps of the demo: a roaming session, then the same network with all versions in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from apps.sandbox.acts import (
    abroad,
    across,
    command,
    connect,
    everything,
    join,
    newest,
    publish,
    session,
    trouble,
    upgrade,
)
from apps.sandbox.report import Seen
from apps.sandbox.scene import Scene


@dataclass(frozen=True, slots=True)
class Step:
    """`who` and `what` in terms of those on the stage: {hub}, {cpo}, {msp}, {old_cpo}, ..."""

    who: str
    what: str
    act: Callable[[Scene], Awaitable[Seen]]


CPO_TO_ALL = "{cpo} > {hub} > all"
CPO_TO_MSP = "{cpo} > {hub} > {msp}"
MSP_TO_CPO = "{msp} > {hub} > {cpo}"
ROAMING = (
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

OLD_TO_ALL, NEW_TO_ALL = "{old_cpo} > {hub} > all", "{new_cpo} > {hub} > all"
OLD_TO_MSP, MSP_TO_OLD = "{old_cpo} > {hub} > {msp}", "{msp} > {hub} > {old_cpo}"
NEW_TO_MSP, NEW_TO_OLD_MSP = "{new_cpo} > {hub} > {msp}", "{new_cpo} > {hub} > {old_msp}"
NEW_TO_NEW, NEW_BACK = "{new_cpo} > {hub} > {new_msp}", "{new_msp} > {hub} > {new_cpo}"
PTP_TO_NEW = "{ptp} > {hub} > {new_cpo}"
MIXED = (
    Step("{old_cpo} > {hub}", "a CPO registers in OCPI 2.1.1", join.old_cpo),
    Step("{old_msp} > {hub}", "an eMSP registers in OCPI 2.1.1", join.old_msp),
    Step("{new_cpo} > {hub}", "a CPO registers in OCPI 2.3.0", join.new_cpo),
    Step("{new_msp} > {hub}", "an eMSP registers in OCPI 2.3.0", join.new_msp),
    Step("{ptp} > {hub}", "a PTP registers in OCPI 2.3.0", join.ptp),
    Step(
        "all > {hub} > all",
        "GET, from version to version: the ways are open",
        join.the_ways_are_open,
    ),
    Step("{msp} > {hub} > all", "PUT token of 2.2.1: a card", across.card),
    Step("{new_msp} > {hub} > all", "PUT token of 2.3.0: an EMAID", across.contract),
    Step(NEW_TO_MSP, "PUT location with parking, 2.3.0 to 2.2.1", across.car_park_to_2_2_1),
    Step(NEW_TO_OLD_MSP, "PUT location with parking, 2.3.0 to 2.1.1", across.car_park_to_2_1_1),
    Step(NEW_TO_ALL, "PUT the same location, for everybody", across.car_park_to_all),
    Step(NEW_TO_MSP, "PUT tariff with tax in it, 2.3.0 to 2.2.1", across.tariff_to_2_2_1),
    Step(NEW_TO_OLD_MSP, "PUT tariff with tax in it, 2.3.0 to 2.1.1", across.tariff_to_2_1_1),
    Step("{new_cpo} > {hub} > older", "PUT tariff with an untold tax: withheld", across.withheld),
    Step(OLD_TO_ALL, "PUT tariff and location of 2.1.1, for everybody", across.kerbside),
    Step("all > {hub}", "GET new locations, each in its own version", across.listed),
    Step(OLD_TO_MSP, "POST authorize, 2.1.1 to 2.2.1", abroad.authorize),
    Step(MSP_TO_OLD, "POST START_SESSION, 2.2.1 to 2.1.1, and its result", abroad.start_session),
    Step(OLD_TO_MSP, "PUT session: ACTIVE", abroad.session_begins),
    Step(OLD_TO_MSP, "PATCH session: energy, charging periods", abroad.session_goes_on),
    Step(MSP_TO_OLD, "POST STOP_SESSION, and its result", abroad.stop_session),
    Step(OLD_TO_MSP, "PATCH session: COMPLETED", abroad.session_completes),
    Step(OLD_TO_MSP, "POST CDR, GET it through its Location", abroad.cdr),
    Step(NEW_TO_MSP, "POST CDR with taxes, 2.3.0 to 2.2.1", newest.taxed_cdr),
    Step(NEW_TO_ALL, "PUT booking location, for everybody", newest.booking_location),
    Step(NEW_BACK, "POST booking request: PENDING", newest.booking_request),
    Step(NEW_TO_NEW, "PUT booking: RESERVED", newest.booking_confirmed),
    Step(PTP_TO_NEW, "POST terminal; PATCH: where it stands", newest.terminal),
    Step(PTP_TO_NEW, "POST START_SESSION of a payer, and its result", newest.payer_starts),
    Step(PTP_TO_NEW, "POST financial advice: what was captured", newest.financial_advice),
    Step(NEW_TO_NEW, "POST CDR, and the invoice that it is on", newest.invoice),
    Step("{old_msp} > {hub}", "PUT credentials: from OCPI 2.1.1 to 2.3.0", upgrade.switches),
    Step(NEW_TO_OLD_MSP, "PUT tariff: nothing is lost any more", upgrade.next_push),
)
