"""The picture of who is connected at one moment: immutable, and swapped as a whole on change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import CONSUMERS, Interface, Module, Role
from hub.ocpi.schema import Mode
from hub.routing.agreements import BEST, Agreement, Relation, deciding, no_agreement


class Status(StrEnum):
    """spec: mod_hub_client_info_hub_connection_type_enum"""

    CONNECTED = "CONNECTED"
    OFFLINE = "OFFLINE"
    PLANNED = "PLANNED"
    SUSPENDED = "SUSPENDED"


class TokenKind(StrEnum):
    """What a token in a request is good for."""

    INVITATION = "invitation"  # CREDENTIALS_TOKEN_A: versions and credentials only
    ISSUED = "issued"  # the hub's token for the platform
    THEIRS = "theirs"  # the platform's own token for the hub, which some send by mistake


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """Whose token a fingerprint is. `replaced`: a newer one was given, and this one still works
    until that is used or the grace ends."""

    platform_id: int
    kind: TokenKind
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Secret:
    """A token that must be sent but never shown."""

    value: str

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Platform:
    """One connected system.

    Attributes:
        endpoints: (ModuleID, interface) to URL, overrides of the operator applied.
        hosts: host names of its versions URL and endpoints; callbacks may go nowhere else.
        token: what the hub sends to it, None before registration.
        hidden_versions: versions of the hub that are closed to it, but for the one it speaks.
        presents_as: FROM of everything sent to it, where it accepts one party only.
        implicit_get_all: a list request without TO means GET All (D-05).
        hub_means_anyone: private messages TO the hub are placed by content (D-09).
        answers_authorize: may be asked about tokens whose owner is unknown.
        validation: which findings refuse its pushes.
        overwrites: its objects are kept even when they are older than what is kept.
        not_pulled: modules whose lists the hub does not pull from it.
        own_parties: what one of its parties pushes to everyone goes to its other parties as well.
        time_zone: that of its Locations which name none, where the country does not tell.
    """

    id: int
    name: str
    status: Status
    version: str = ""
    endpoints: Mapping[tuple[str, Interface], str] = field(default_factory=dict)
    hosts: frozenset[str] = frozenset()
    token: Secret | None = None
    token_form: TokenForm = TokenForm.BASE64
    hidden_versions: frozenset[str] = frozenset()
    presents_as: PartyId | None = None
    implicit_get_all: bool = False
    hub_means_anyone: bool = False
    answers_authorize: bool = False
    validation: Mode = Mode.LENIENT
    overwrites: bool = False
    not_pulled: frozenset[str] = frozenset()
    max_in_flight: int | None = None
    max_per_second: int | None = None
    own_parties: bool = False
    time_zone: str = ""

    def is_open(self, version: str) -> bool:
        """Whether it may send messages in a version: one that is not hidden from it, or the one
        that it is registered in."""
        return version == self.version or version not in self.hidden_versions


@dataclass(frozen=True, slots=True)
class Party:
    """A party in one role on one platform. `id` is folded; `spelled` is as it registered."""

    id: PartyId
    role: Role
    platform: Platform
    spelled: PartyId


@dataclass(frozen=True, slots=True)
class Network:
    """Everything a decision may know about platforms and parties.

    Attributes:
        tokens: a fingerprint to its token.
        retiring: platforms with replaced tokens.
        agreements: the newest first, by their two parties, or by the one who offers to all.
        open_policy: lets parties talk without an agreement.
        turns_at: when the picture changes by date alone; None when it does not.
        forwards: what hub.routing.decide found out about it.
        partners: with whom a party has agreements of its own.
        offering: the parties that offer to all.
    """

    hub: PartyId
    version: int = 0
    platforms: Mapping[int, Platform] = field(default_factory=dict)
    parties: Mapping[PartyId, tuple[Party, ...]] = field(default_factory=dict)
    hosted: Mapping[int, tuple[Party, ...]] = field(default_factory=dict)
    tokens: Mapping[str, TokenEntry] = field(default_factory=dict)
    retiring: frozenset[int] = frozenset()
    agreements: Mapping[frozenset[PartyId], tuple[Agreement, ...]] = field(default_factory=dict)
    open_policy: bool = True
    turns_at: datetime | None = None
    forwards: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    partners: Mapping[PartyId, frozenset[PartyId]] = field(init=False, repr=False, compare=False)
    _roles: Mapping[int, Mapping[PartyId, frozenset[Role]]] = field(
        init=False, repr=False, compare=False
    )
    offering: frozenset[PartyId] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Indexes parties and agreements, so that nobody has to walk all of them for one party."""
        partners: dict[PartyId, set[PartyId]] = defaultdict(set)
        offering: set[PartyId] = set()
        for parties in self.agreements:
            if len(parties) == 1:
                offering |= parties
            for party in parties:
                partners[party] |= parties - {party}
        found = {party: frozenset(others) for party, others in partners.items()}
        object.__setattr__(self, "partners", found)
        object.__setattr__(self, "offering", frozenset(offering))
        object.__setattr__(self, "_roles", {each: _roles(on) for each, on in self.hosted.items()})

    def roles(self, platform_id: int, party: PartyId) -> frozenset[Role]:
        """The roles in which a platform hosts a party; empty when it does not."""
        return self.hosts(platform_id).get(party, frozenset())

    def hosts(self, platform_id: int) -> Mapping[PartyId, frozenset[Role]]:
        """The parties on a platform, with the roles in which it hosts each."""
        return self._roles.get(platform_id, {})

    def spelled(self, party: PartyId) -> PartyId:
        """The party as it registered itself; the hub's own and unknown ones as they are."""
        registrations = self.parties.get(party, ())
        return registrations[0].spelled if registrations else party

    def relation(self, one: PartyId, other: PartyId, module: Module) -> Relation:
        """Whether the two may exchange the module. A custom module always needs an agreement."""
        rule = self.rule(one, other, module)
        if rule is not None and rule.relation is not None:
            return rule.relation
        if module.custom or not self.open_policy:
            return Relation.HIDDEN
        return Relation.ALLOWED

    def rule(self, one: PartyId, other: PartyId, module: Module) -> Agreement | None:
        """The agreement that decides on a module: one of the two, else the better of what either
        offers to all; None where the policy decides."""
        if one == other or not self.agreements:
            return None
        own = deciding(self.agreements.get(frozenset((one, other)), ()), module)
        if own is not None or not self.offering or not self.opposite(one, other):
            return own
        offers = [deciding(self.agreements.get(frozenset((p,)), ()), module) for p in (one, other)]
        return min(
            (offer for offer in offers if offer is not None),
            key=lambda offer: BEST.index(offer.relation or Relation.HIDDEN),
            default=None,
        )

    def why_not(self, one: PartyId, other: PartyId, module: Module) -> str:
        """Why the two may not exchange the module, for an operator; empty when they may."""
        if self.relation(one, other, module) is Relation.ALLOWED:
            return ""
        rule = self.rule(one, other, module)
        if rule is not None:
            return rule.said(module)
        rows = self.agreements.get(frozenset((one, other)), ())
        return no_agreement(one, other, module, [row for row in rows if row.relation is None])

    def opposite(self, one: PartyId, other: PartyId) -> bool:
        """Whether one is a CPO and the other is registered as anything else: what an offer to all
        is for. spec: transport_and_format_message_routing_broadcast_push"""
        ours, theirs = ({p.role for p in self.parties.get(party, ())} for party in (one, other))
        return bool(
            (Role.CPO in ours and theirs & CONSUMERS) or (Role.CPO in theirs and ours & CONSUMERS)
        )

    def find(self, party: PartyId, module: Module, interface: Interface) -> Party | None:
        """The party as it runs this interface. One that is registered twice is taken where its
        role fits, the endpoint is offered and the platform is connected, in that order."""
        roles = module.roles(interface)
        return max(
            self.parties.get(party, ()),
            key=lambda p: (
                p.role in roles,
                (module.identifier, interface) in p.platform.endpoints,
                p.platform.status is Status.CONNECTED,
            ),
            default=None,
        )

    def running(self, module: Module, interface: Interface) -> tuple[Party, ...]:
        """Every connected party that runs this interface, one entry per party and platform."""
        roles = module.roles(interface)
        found = {
            (p.id, p.platform.id): p
            for parties in self.parties.values()
            for p in parties
            if p.role in roles
            and p.platform.status is Status.CONNECTED
            and (module.identifier, interface) in p.platform.endpoints
        }
        return tuple(found.values())

    def sees_custom(self, platform_id: int, module: Module) -> bool:
        """Whether one of the platform's parties may exchange the custom module with anybody, or
        offers it to all."""
        own = {p.id for p in self.hosted.get(platform_id, ())}
        return any(
            self.relation(party, other, module) is Relation.ALLOWED
            for party in own
            for other in self.partners.get(party, frozenset()) | self.offering
        ) or any(
            offer is not None and offer.relation is Relation.ALLOWED
            for party in own & self.offering
            for offer in (deciding(self.agreements[frozenset((party,))], module),)
        )


def _roles(hosted: Iterable[Party]) -> Mapping[PartyId, frozenset[Role]]:
    roles: dict[PartyId, set[Role]] = defaultdict(set)
    for party in hosted:
        roles[party.id].add(party.role)
    return {party: frozenset(found) for party, found in roles.items()}
