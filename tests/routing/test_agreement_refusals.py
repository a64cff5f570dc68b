"""What a refusal for want of an agreement says, and to whom."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.status import Code, OcpiError
from hub.routing.agreements import Agreement, Relation, State
from hub.routing.decide import decide, receivers
from hub.routing.network import Network, Status
from tests.routing.agreed import GONE, MEMBERS, NOW, OTHER_CPO, TARIFFS, net_of
from tests.routing.networks import CPO, MSP, home, message, network, with_platform


def refused(net: Network, to: PartyId | None = CPO) -> OcpiError:
    asked = message("GET", Interface.SENDER, "tariffs", from_=MSP, to=to)
    with pytest.raises(OcpiError) as caught:
        decide(asked, MSP, home(MSP, net), net)
    return caught.value


def between(**more: Any) -> Network:
    return net_of([Agreement(frozenset({CPO, MSP}), frozenset(), **more)], open_policy=False)


ENDS = NOW + timedelta(days=1)
REFUSALS = (
    (
        between(relation=Relation.PENDING, state=State.PAUSED, ends_at=ENDS),
        Code.CONNECTION_PROBLEM,
        "OCPI-to NL/CPO is planned: the agreement of DE/MSP and NL/CPO for tariffs is paused "
        "(until 2026-06-02T12:00:00.000Z).",
    ),
    (
        between(relation=Relation.PENDING, state=State.OFFERED),
        Code.CONNECTION_PROBLEM,
        "OCPI-to NL/CPO is planned: the agreement of DE/MSP and NL/CPO for tariffs is offered, not "
        "active yet.",
    ),
    (
        between(relation=Relation.HIDDEN, state=State.ACTIVE, ends_at=NOW),
        Code.UNKNOWN_RECEIVER,
        "OCPI-to NL/CPO is not a party you can reach any more: the agreement of DE/MSP and NL/CPO "
        "for tariffs ended at 2026-06-01T12:00:00.000Z.",
    ),
    (
        between(relation=Relation.HIDDEN, state=State.ENDED),
        Code.UNKNOWN_RECEIVER,
        "OCPI-to NL/CPO is not a party you can reach any more: the agreement of DE/MSP and NL/CPO "
        "for tariffs has ended.",
    ),
    (
        net_of([Agreement(frozenset({CPO}), frozenset(), Relation.PENDING, State.OFFERED)]),
        Code.CONNECTION_PROBLEM,
        "OCPI-to NL/CPO is planned: NL/CPO's offer to all for tariffs is offered, not active yet.",
    ),
)


@pytest.mark.parametrize(("net", "code", "sentence"), REFUSALS)
def test_a_refusal_names_the_agreement(net: Network, code: Code, sentence: str) -> None:
    error = refused(net)
    assert (error.code, error.message, error.reason) == (code, sentence, sentence)


def test_who_never_had_one_learns_nothing_and_the_operator_does() -> None:
    """D-08"""
    later = between(relation=None, state=State.ACTIVE, starts_at=ENDS)
    for net, reason in (
        (net_of([], open_policy=False), "no agreement between DE/MSP and NL/CPO for tariffs "
         "(HUB_AGREEMENTS=required)."),
        (later, "no agreement between DE/MSP and NL/CPO for tariffs (HUB_AGREEMENTS=required); the "
         "agreement of DE/MSP and NL/CPO for tariffs begins at 2026-06-02T12:00:00.000Z."),
    ):  # fmt: skip
        error = refused(net)
        assert error.code == Code.UNKNOWN_RECEIVER
        assert error.message == "OCPI-to NL/CPO is not a party you can reach through this hub."
        assert error.reason == f"{error.message} {reason}"


def test_refusals_without_an_agreement_name_what_is_the_matter() -> None:
    net = network(MEMBERS)
    assert refused(net, OTHER_CPO).message == (
        "OCPI-to NL/TWO is OFFLINE, not CONNECTED; nothing of tariffs was sent."
    )
    assert refused(net, GONE).message.startswith("OCPI-to NL/OFF is not a party of this hub")
    bare = with_platform(net, CPO, endpoints={})
    assert refused(bare).message == (
        "OCPI-to NL/CPO does not offer the SENDER interface of tariffs; nothing was sent."
    )


def test_own_parties_get_pushes_where_that_is_switched_on() -> None:
    net = network(((CPO, Role.CPO, Status.CONNECTED), (MSP, Role.EMSP, Status.CONNECTED)))
    here = home(CPO, net)
    (away,) = net.parties[MSP]
    beside = replace(away, platform=here)
    together = replace(
        net,
        parties={CPO: net.parties[CPO], MSP: (beside,)},
        hosted={here.id: (*net.parties[CPO], beside)},
    )
    assert receivers(TARIFFS, CPO, here, together) == ()
    switched = with_platform(together, CPO, own_parties=True)
    switched = with_platform(
        switched,
        CPO,
        endpoints={**here.endpoints, ("tariffs", Interface.RECEIVER): "https://x.example"},
    )
    found = receivers(TARIFFS, CPO, home(CPO, switched), switched)
    assert [hop.to.id for hop in found] == [MSP]
