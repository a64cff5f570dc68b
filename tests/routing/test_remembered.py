"""What is remembered of one message never decides on another; each network begins anew."""

import pytest

from hub.ocpi.ids import PartyId
from hub.ocpi.status import Code, OcpiError
from hub.routing.decide import Decision, Forward, decide
from hub.routing.guard import check
from hub.routing.network import Network, Status
from tests.routing import networks
from tests.routing.cases import CASES, Case


def decided(case: Case, to: PartyId, net: Network) -> Decision | Code:
    """The decision, or the code of a refusal."""
    message = case.message(to)
    platform = networks.home(case.asking, net)
    try:
        return decide(message, check(message, platform, net), platform, net)
    except OcpiError as error:
        return error.code


def targets(case: Case) -> tuple[PartyId, ...]:
    return (case.other, case.away, networks.HUB, networks.STRANGER, case.other)


def test_one_network_decides_on_all_as_a_new_one_does_on_each() -> None:
    one = networks.network(networks.WITH_PTPS)
    asked = [(case, to) for case in CASES for to in targets(case)]
    there = [decided(case, to, one) for case, to in [*asked, *reversed(asked)]]
    alone = [decided(case, to, networks.network(networks.WITH_PTPS)) for case, to in asked]
    assert there == alone + alone[::-1]
    assert {type(each) for each in there} >= {Forward, Code}


def test_a_forward_is_found_once_in_a_network() -> None:
    net = networks.network(networks.WITH_PTPS)
    case = CASES[0]
    assert decided(case, case.other, net) is decided(case, case.other, net)


def test_a_party_that_went_away_is_not_reached_by_memory() -> None:
    net = networks.network(networks.WITH_PTPS)
    case = CASES[0]
    assert isinstance(decided(case, case.other, net), Forward)
    later = networks.with_platform(net, case.other, status=Status.OFFLINE)
    assert decided(case, case.other, later) is Code.CONNECTION_PROBLEM


@pytest.mark.parametrize("to", [networks.HUB, networks.STRANGER])
def test_what_is_no_forward_is_not_kept(to: PartyId) -> None:
    net = networks.network(networks.WITH_PTPS)
    for case in CASES:
        decided(case, to, net)
    assert net.forwards == {}
