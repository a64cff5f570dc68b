"""Who may exchange what: every combination of rows, offers and policies, beside the rule in words.

The rule is written a second time here, from docs/agreements.md.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.routing.agreements import LEADS, Act, Agreement, Relation, State, flaw, relation_at
from hub.routing.clients import clients, fingerprint
from hub.routing.decide import receivers
from hub.routing.network import Network
from hub.routing.newly import newly
from hub.routing.visible import view
from tests.routing.agreed import (
    BOTH,
    CPOS,
    CUSTOM,
    MEMBERS,
    MODULES,
    NAP,
    NOW,
    OTHER_CPO,
    OTHERS,
    PARTIES,
    TARIFFS,
    net_of,
    row,
)
from tests.routing.networks import CPO, MSP, home

rows = st.builds(
    lambda one, other, modules, relation: row(one, other, modules=modules, relation=relation),
    st.sampled_from(PARTIES),
    st.sampled_from(PARTIES),  # the same party twice is an offer to all
    st.sampled_from(((), ("tariffs",), ("tokens", "locations"), (CUSTOM.id,))),
    st.sampled_from((*Relation, None)),
)
agreed = st.lists(rows, max_size=6)


def by_the_words(one: PartyId, other: PartyId, module: Module, net: Network) -> Relation:
    """The newest row of the two that is in force and about the module; else one that has ended;
    else the better of what either offers to all and the other is for; else the policy."""

    def says(*parties: PartyId) -> Relation | None:
        about = [
            each.relation
            for each in net.agreements.get(frozenset(parties), ())
            if each.relation is not None
            and (module.id in each.modules or (not each.modules and not module.custom))
        ]
        alive = [relation for relation in about if relation is not Relation.HIDDEN]
        return (alive or about or [None])[0]

    own = says(one, other)
    if own is not None:
        return own
    if (one in CPOS and other in OTHERS) or (one in OTHERS and other in CPOS):
        offers = {says(one), says(other)}
        for better in (Relation.ALLOWED, Relation.PENDING, Relation.HIDDEN):
            if better in offers:
                return better
    return Relation.ALLOWED if net.open_policy and not module.custom else Relation.HIDDEN


def pairs() -> Iterator[tuple[PartyId, PartyId]]:
    return permutations(PARTIES, 2)


@given(agreed, st.booleans())
def test_the_rule_of_relations(found: list[Agreement], open_policy: bool) -> None:
    net = net_of(found, open_policy)
    for one, other in pairs():
        for module in MODULES:
            relation = net.relation(one, other, module)
            assert relation is by_the_words(one, other, module, net), (one, other, module.id)
            assert relation is net.relation(other, one, module)
            why = net.why_not(one, other, module)
            assert (why == "") is (relation is Relation.ALLOWED)
            assert not why or module.id in why


@given(agreed, st.booleans(), st.sampled_from(PARTIES), st.sampled_from(list(Relation)))
def test_a_row_of_the_two_goes_before_every_offer(
    found: list[Agreement], open_policy: bool, offering: PartyId, offered: Relation
) -> None:
    before = net_of(found, open_policy)
    after = net_of([row(offering, relation=offered), *found], open_policy)
    for one, other in pairs():
        own = before.agreements.get(frozenset((one, other)), ())
        if any(each.relation is not None and each.covers(TARIFFS) for each in own):
            is_same = before.relation(one, other, TARIFFS) is after.relation(one, other, TARIFFS)
            assert is_same, (one, other)


@given(agreed, st.booleans())
def test_views_receivers_and_clients_follow_it(found: list[Agreement], open_policy: bool) -> None:
    net = net_of(found, open_policy)
    for viewer in PARTIES:
        seen = view(viewer, TARIFFS, net)
        for owner in PARTIES:
            allowed = net.relation(viewer, owner, TARIFFS) is Relation.ALLOWED
            assert ((owner in seen.owners) is seen.only) == (allowed and owner != viewer)
        told = {who for who, _ in clients(home(viewer, net).id, net, MODULES)}
        for other in set(PARTIES) - {viewer}:
            best = {net.relation(viewer, other, module) for module in MODULES}
            assert (other in told) == (best != {Relation.HIDDEN}), (viewer, other)
    pushed = {hop.to.id for hop in receivers(TARIFFS, CPO, home(CPO, net), net)}
    assert pushed == {
        party for party in (MSP, NAP, BOTH) if net.relation(CPO, party, TARIFFS) is Relation.ALLOWED
    }


@given(agreed, agreed, st.booleans(), st.booleans())
def test_what_is_newly_allowed_is_the_difference(
    former: list[Agreement], found: list[Agreement], was_open: bool, is_open: bool
) -> None:
    """Of parties whose own rows, or whose offers to all, say something else than before."""
    before, after = net_of(former, was_open), net_of(found, is_open)
    new = {(each.owner, each.party, each.module.id) for each in newly(before, after, MODULES)}

    def says(net: Network, *parties: PartyId) -> list[Any]:
        rows = net.agreements.get(frozenset(parties), ())
        return [(each.modules, each.relation) for each in rows if each.relation is not None]

    for owner, party in pairs():
        touched = says(before, owner, party) != says(after, owner, party) or (
            ((owner in CPOS and party in OTHERS) or (owner in OTHERS and party in CPOS))
            and any(says(before, each) != says(after, each) for each in (owner, party))
        )
        for module in MODULES:
            roles = [{r for p, r, _ in MEMBERS if p == each} for each in (owner, party)]
            runs = roles[0] & module.senders and roles[1] & module.receivers
            begins = (
                after.relation(owner, party, module) is Relation.ALLOWED
                and before.relation(owner, party, module) is not Relation.ALLOWED
            )
            there = (owner, party, module.id) in new
            assert there == bool(touched and runs and begins), (owner, party, module.id)


def test_private_modules_are_not_given() -> None:
    net = net_of([row(CPO, MSP, relation=Relation.ALLOWED)], open_policy=False)
    given_ = {each.module.id for each in newly(net_of([], False), net, registry().values())}
    assert given_ == {"locations", "tariffs", "tokens", "booking_locations"}


def test_nobody_walks_all_agreements_for_one_party() -> None:
    """In a large network that would cost platforms times agreements for each comparison."""

    class Indexed(dict):
        walked = False

        def walk(self) -> Any:
            self.walked = True
            return super().items()

        __iter__ = keys = items = values = walk

    net = net_of([row(CPO, MSP, relation=Relation.ALLOWED), row(BOTH, relation=Relation.PENDING)])
    watched = Indexed(net.agreements)
    net = replace(net, agreements=net.agreements)
    object.__setattr__(net, "agreements", watched)
    clients(home(MSP, net).id, net, MODULES)
    view(MSP, TARIFFS, net)
    receivers(TARIFFS, CPO, home(CPO, net), net)
    net.sees_custom(home(MSP, net).id, CUSTOM)
    assert not watched.walked
    fingerprint(net)
    assert watched.walked  # it would have been noticed


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([], False),
        ([row(CPO, MSP, relation=Relation.ALLOWED)], False),  # not by name
        ([row(CPO, MSP, modules=(CUSTOM.id,), relation=Relation.ALLOWED)], True),
        ([row(CPO, MSP, modules=(CUSTOM.id,), relation=Relation.PENDING)], False),
        ([row(CPO, modules=(CUSTOM.id,), relation=Relation.ALLOWED)], True),
        ([row(OTHER_CPO, modules=(CUSTOM.id,), relation=Relation.ALLOWED)], True),
        ([row(NAP, modules=(CUSTOM.id,), relation=Relation.ALLOWED)], False),
        ([row(MSP, modules=(CUSTOM.id,), relation=Relation.ALLOWED)], True),
    ],
)
@pytest.mark.parametrize("open_policy", [True, False])
def test_custom_modules_are_shown_by_agreement(
    found: list[Agreement], shown: bool, open_policy: bool
) -> None:
    """A-05"""
    net = net_of(found, open_policy)
    assert net.sees_custom(home(MSP, net).id, CUSTOM) is shown


DATES = (
    # state, starts and ends in days from now, what it says
    (State.OFFERED, None, None, Relation.PENDING),
    (State.ACTIVE, None, None, Relation.ALLOWED),
    (State.ACTIVE, -1, 1, Relation.ALLOWED),
    (State.ACTIVE, 0, 1, Relation.ALLOWED),
    (State.ACTIVE, 1, 2, None),
    (State.ACTIVE, -2, -1, Relation.HIDDEN),
    (State.ACTIVE, -2, 0, Relation.HIDDEN),
    (State.PAUSED, None, 1, Relation.PENDING),
    (State.PAUSED, None, -1, Relation.HIDDEN),
    (State.ENDED, None, None, Relation.HIDDEN),
    (State.ENDED, 1, 2, Relation.HIDDEN),
)


@pytest.mark.parametrize(("state", "starts", "ends", "relation"), DATES)
def test_states_and_dates(
    state: State, starts: int | None, ends: int | None, relation: Relation | None
) -> None:
    begin, end = (None if n is None else NOW + timedelta(days=n) for n in (starts, ends))
    assert relation_at(state, begin, end, NOW) is relation


def test_an_ended_agreement_stays_ended_and_no_act_leads_where_it_began() -> None:
    assert not any(State.ENDED in leads for leads in LEADS.values())
    assert all(
        State(before) is not after for leads in LEADS.values() for before, after in leads.items()
    )
    assert {act for act, leads in LEADS.items() if State.OFFERED in leads} == {
        Act.ACTIVATE, Act.END,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "wrong"),
    [
        ("NL/CPO", "DE/MSP", ""),
        ("NL/CPO", "*", ""),
        ("*", "NL/CPO", "comes first"),
        ("*", "*", "comes first"),
        ("NL/CPO", "NL/CPO", "two different"),
        ("NL-CPO", "DE/MSP", "'NL-CPO' is no party"),
        ("NL/CPO", "", "'' is no party"),
    ],
)
def test_what_is_wrong_with_an_agreement(one: str, other: str, wrong: str) -> None:
    said = flaw(one, other, None, None)
    assert (wrong in said) if wrong else said == ""
    assert "after it starts" in flaw("NL/CPO", "*", NOW, NOW)
