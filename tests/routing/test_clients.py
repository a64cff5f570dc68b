"""Who is shown to whom, and as what."""

import pytest

from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.routing.agreements import Agreement, Relation
from hub.routing.clients import clients, fingerprint
from hub.routing.network import Network, Status
from tests.routing.networks import AWAY_CPO, AWAY_MSP, CPO, MSP, home, network, with_platform

MODULES = tuple(registry().values())
OTHER = PartyId("AT", "TWO")


def shown(net: Network, viewer: PartyId = MSP) -> dict[str, str]:
    found = clients(home(viewer, net).id, net, MODULES)
    return {f"{who} {role}": client.status.value for (who, role), client in found.items()}


def test_everybody_is_shown_but_oneself() -> None:
    """Section 3.3: all roles, not the client itself."""
    assert shown(network()) == {
        "NL/CPO CPO": "CONNECTED", "BE/CPO CPO": "OFFLINE", "FR/MSP EMSP": "OFFLINE",
    }  # fmt: skip


# relation of MSP and CPO, the CPO's status; as what it is shown
AS = (
    (Relation.ALLOWED, Status.CONNECTED, "CONNECTED"),
    (Relation.ALLOWED, Status.OFFLINE, "OFFLINE"),
    (Relation.ALLOWED, Status.PLANNED, "PLANNED"),
    (Relation.ALLOWED, Status.SUSPENDED, "SUSPENDED"),
    (Relation.PENDING, Status.CONNECTED, "PLANNED"),
    (Relation.PENDING, Status.OFFLINE, "PLANNED"),
    (Relation.PENDING, Status.SUSPENDED, "SUSPENDED"),
    (Relation.HIDDEN, Status.CONNECTED, None),
    (Relation.HIDDEN, Status.SUSPENDED, None),
)


@pytest.mark.parametrize(("relation", "status", "told"), AS)
@pytest.mark.parametrize("open_policy", [True, False])
def test_as_what_a_party_is_shown(
    relation: Relation, status: Status, told: str | None, open_policy: bool
) -> None:
    """H-04, H-12, D-08"""
    net = with_platform(
        network(relations={(CPO, MSP): relation}, open_policy=open_policy), CPO, status=status
    )
    assert shown(net).get("NL/CPO CPO") == told
    assert (len(shown(net)) > 1) is open_policy


def test_where_agreements_are_required_who_has_none_sees_nobody() -> None:
    assert shown(network(open_policy=False)) == {}


def test_an_agreement_on_one_module_is_enough() -> None:
    for names, told in ((frozenset({"tariffs"}), "CONNECTED"), (frozenset({"none"}), None)):
        pair = frozenset({CPO, MSP})
        net = Network(
            **{
                **{f: getattr(network(), f) for f in ("hub", "platforms", "parties", "hosted")},
                "agreements": {pair: (Agreement(pair, names, Relation.ALLOWED),)},
                "open_policy": False,
            }
        )
        assert shown(net).get("NL/CPO CPO") == told


def test_the_best_of_a_platforms_parties_counts() -> None:
    """ClientInfo is told to platforms, agreements are between parties."""
    net = network(relations={(CPO, MSP): Relation.PENDING})
    viewer = home(MSP, net)
    assert shown(net)["NL/CPO CPO"] == "PLANNED"
    (own,) = net.hosted[viewer.id]
    second = type(own)(OTHER, Role.EMSP, viewer, OTHER)
    both = Network(
        hub=net.hub,
        platforms=net.platforms,
        parties={**net.parties, OTHER: (second,)},
        hosted={**net.hosted, viewer.id: (own, second)},
        agreements=net.agreements,
    )
    assert shown(both)["NL/CPO CPO"] == "CONNECTED"
    assert "AT/TWO EMSP" not in shown(both)


def test_a_party_with_two_roles_is_shown_twice() -> None:
    """D-26"""
    members = ((MSP, Role.EMSP, Status.CONNECTED), (CPO, Role.CPO, Status.CONNECTED),
               (CPO, Role.EMSP, Status.OFFLINE))  # fmt: skip
    assert shown(network(members)) == {"NL/CPO CPO": "CONNECTED", "NL/CPO EMSP": "OFFLINE"}


def test_a_platform_without_parties_is_shown_nobody() -> None:
    assert clients(99, network(), MODULES) == {}


def test_some_can_be_asked_for() -> None:
    net = network()
    found = clients(home(MSP, net).id, net, MODULES, {AWAY_CPO, AWAY_MSP, OTHER, MSP})
    assert {who for who, _ in found} == {AWAY_CPO, AWAY_MSP}


def test_a_status_does_not_change_who_is_shown_to_whom() -> None:
    net = network(relations={(CPO, MSP): Relation.ALLOWED})
    away = with_platform(net, CPO, status=Status.OFFLINE, name="Other", token=None)
    assert fingerprint(away) == fingerprint(net)


CHANGED = (
    network(),
    network(relations={(CPO, MSP): Relation.PENDING}),
    network(relations={(CPO, AWAY_MSP): Relation.ALLOWED}),
    network(relations={(CPO, MSP): Relation.ALLOWED}, open_policy=False),
    network(((CPO, Role.CPO, Status.CONNECTED),), relations={(CPO, MSP): Relation.ALLOWED}),
    with_platform(network(relations={(CPO, MSP): Relation.ALLOWED}), CPO, version=""),
    with_platform(
        network(relations={(CPO, MSP): Relation.ALLOWED}),
        CPO,
        endpoints={("hubclientinfo", Interface.RECEIVER): "https://cpo.example"},
    ),
)


@pytest.mark.parametrize("changed", CHANGED)
def test_everything_else_that_matters_does(changed: Network) -> None:
    assert fingerprint(changed) != fingerprint(network(relations={(CPO, MSP): Relation.ALLOWED}))
