"""Decides where one message goes. Pure: a message and the network in, a decision out.

    request -> state of TO -> row of the table -> Forward | Broadcast | FromStore | Resolve
                                                   or an OcpiError that says what would have worked

`Resolve` is a question: look these things up, then call `placed` with the owners found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from hub.ocpi.clue import IssuedBy, Linked, Named, OwnerOf
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Audience, Interface, Module
from hub.ocpi.status import Code, OcpiError
from hub.routing.agreements import Relation
from hub.routing.clues import (
    Everyone,
    Issuer,
    Question,
    TheOnly,
    found_in,
    questions,
    values_of,
)
from hub.routing.network import Network, Party, Platform, Status
from hub.routing.table import NOT_OFFERED, ROWS, Action, Op, Row, To, operation_of
from hub.routing.translated import OLDEST


class Hop(Struct, frozen=True):
    """One onward leg: to whom, in whose name, below which URL."""

    to: Party
    from_party: PartyId
    base_url: str

    @property
    def platform(self) -> Platform:
        return self.to.platform


class Forward(Struct, frozen=True):
    """Send it to one party and wait for the answer."""

    row: int
    hop: Hop


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Keep it for everyone, answer at once, deliver to each hop."""

    row: int
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class FromStore:
    """Answer from the hub's own copies."""

    row: int
    action: Action


@dataclass(frozen=True, slots=True)
class Resolve:
    """Who is this for? The questions are to be answered in order, the first answer counts."""

    row: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class AskAround:
    """Ask all of them with one deadline; the first yes wins."""

    row: int
    hops: tuple[Hop, ...]


Decision = Forward | Broadcast | FromStore | Resolve | AskAround
MOST_FORWARDS = 100_000  # remembered of one network


def decide(message: Message, from_party: PartyId, platform: Platform, network: Network) -> Decision:
    """The decision for a message that passed the guard. Raises OcpiError for a refusal. A network
    remembers who was reached in it: most messages are like one before."""
    match = message.match
    alike = platform.id, from_party, message.to, match.module, match.route, match.operation
    known: Forward | None = network.forwards.get(alike)
    if known is not None:
        return known
    decision = _anew(message, from_party, platform, network)
    if isinstance(decision, Forward) and len(network.forwards) < MOST_FORWARDS:
        network.forwards[alike] = decision
    return decision


def _anew(message: Message, from_party: PartyId, platform: Platform, network: Network) -> Decision:
    match = message.match
    op = operation_of(message)
    party = meant(message, op, from_party, platform, network)
    state, target = state_of(party, from_party, match.module, match.interface, network)
    row = ROWS[op, match.module.audience, state]
    if row.action is Action.REFUSE:
        raise refusal(row, message, party, from_party, network)
    if row.action is Action.FORWARD and target is not None:
        return Forward(row.number, hop_to(target, message, from_party, network))
    if row.action is Action.RESOLVE:
        return Resolve(row.number, questions(message))
    if row.action is Action.BROADCAST:
        return Broadcast(row.number, receivers(match.module, from_party, platform, network))
    return FromStore(row.number, row.action)


def meant(
    message: Message, op: Op, from_party: PartyId, platform: Platform, network: Network
) -> PartyId | None:
    """The party that TO means, None for nobody in particular.

    TO naming the requesting party itself, where it does not run the interface, says nothing; some
    platforms copy FROM into it. The switches are an operator's, per platform.
    """
    match, to = message.match, message.to
    party = to if isinstance(to, PartyId) else None
    if party is None:
        return network.hub if _only_the_hub(message, op, platform) else None
    if party == from_party and not runs(party, match.module, match.interface, network):
        return None
    private = match.module.audience is Audience.ADDRESSEE and op in (Op.PUSH, Op.CALL)
    if party == network.hub and private and platform.hub_means_anyone:
        return None
    return party


def _only_the_hub(message: Message, op: Op, platform: Platform) -> bool:
    """Whether a request that names nobody can mean only what the hub keeps: a list, where an
    operator says so; in 2.1.1, which has no word for TO, an owner's look at its own object."""
    if op is Op.LIST:
        return platform.implicit_get_all or message.version == OLDEST
    public = message.match.module.audience is Audience.EVERYONE
    return op is Op.COPY and public and message.version == OLDEST


def runs(party: PartyId, module: Module, interface: Interface, network: Network) -> bool:
    """Whether a party has a role that runs this interface."""
    return any(p.role in module.roles(interface) for p in network.parties.get(party, ()))


def placed(
    message: Message,
    from_party: PartyId,
    platform: Platform,
    network: Network,
    row: int,
    owners: Sequence[PartyId],
) -> Decision:
    """The decision once the questions of a `Resolve` are answered: the same as if the party had
    been named. Raises OcpiError when nobody, or more than one party, was found."""
    match = message.match
    found = sorted(set(owners))
    if len(found) > 1:
        raise OcpiError(
            Code.NOT_ENOUGH_INFORMATION,
            f"several parties fit this {match.module.id} request ({', '.join(map(str, found))}); "
            "set OCPI-to to the one you mean.",
        )
    if found:
        state, target = state_of(found[0], from_party, match.module, match.interface, network)
        refused = ROWS[operation_of(message), match.module.audience, state]
        if target is None or refused.action is Action.REFUSE:
            raise refusal(refused, message, found[0], from_party, network)
        return Forward(row, hop_to(target, message, from_party, network))
    asked = questions(message)
    near = reachable(match.module, match.interface, from_party, platform, network)
    only = _only(asked, near)
    if only is not None:
        return Forward(row, hop_to(only, message, from_party, network))
    opted_in = [party for party in near if party.platform.answers_authorize]
    if Everyone() in asked and opted_in:
        return AskAround(row, tuple(hop_to(p, message, from_party, network) for p in opted_in))
    http, code = match.operation.unresolved
    raise OcpiError(code, _unplaced(message), http=http)


def _unplaced(message: Message) -> str:
    """Why nobody was found: by which fields somebody was looked for, and what would have worked.
    What they hold is not repeated: it may be a person's."""
    match = message.match
    clues = [c for c in match.operation.clues if isinstance(c, Named | Linked | OwnerOf | IssuedBy)]
    fields = dict.fromkeys(clue.field or "country_code and party_id" for clue in clues)
    there = [f for f in fields if values_of(message, f) or any(found_in(message.content, f))]
    why = f": it has none of {', '.join(fields)}" if fields else ""
    if there:
        why = f": nobody is known here by its {' or '.join(there)}"
    advice = "" if message.version == OLDEST else "; set OCPI-to to the party you mean"
    return f"the hub cannot tell who this {match.module.id} request is for{why}{advice}."


def _only(asked: Sequence[Question], near: Sequence[Party]) -> Party | None:
    """The one party that may be reached, of all or of those that an id is spelled after; None where
    there are several, or none."""
    issuers = {question.party for question in asked if isinstance(question, Issuer)}
    found = [party for party in near if TheOnly() in asked or party.id in issuers]
    return found[0] if len(found) == 1 else None


def state_of(
    party: PartyId | None,
    from_party: PartyId,
    module: Module,
    interface: Interface,
    network: Network,
) -> tuple[To, Party | None]:
    """The state of TO, and the registration it means when that party can be reached."""
    if party is None:
        return To.NONE, None
    if party == network.hub:
        return To.HUB, None
    target = network.find(party, module, interface)
    if target is None:
        return To.UNKNOWN, None
    relation = network.relation(from_party, party, module)
    if relation is Relation.HIDDEN:
        had_one = network.rule(from_party, party, module) is not None
        return To.ENDED if had_one else To.HIDDEN, None
    if relation is Relation.PENDING:
        return To.PENDING, None
    if target.platform.status is not Status.CONNECTED:
        return To.DOWN, None
    return To.UP, target


def hop_to(target: Party, message: Message, from_party: PartyId, network: Network) -> Hop:
    """The leg to a party. Raises OcpiError 4000 when it does not offer the interface (row 26)."""
    module, interface = message.match.module, message.match.interface
    url = target.platform.endpoints.get((module.identifier, interface))
    if url is None or target.role not in module.roles(interface):
        raise refusal(NOT_OFFERED, message, target.id, from_party, network)
    return Hop(target, network.spelled(from_party), url)


def receivers(
    module: Module, from_party: PartyId, platform: Platform, network: Network
) -> tuple[Hop, ...]:
    """Who gets a Broadcast Push: every connected party on the receiving side that offers the
    module and may exchange it with the pusher; of the pusher's own platform only where that is
    switched on. FROM is the hub."""
    interface = Interface.RECEIVER
    return tuple(
        Hop(party, network.hub, party.platform.endpoints[module.identifier, interface])
        for party in network.running(module, interface)
        if (platform.own_parties or party.platform.id != platform.id)
        and party.id != from_party
        and network.relation(from_party, party.id, module) is Relation.ALLOWED
    )


def reachable(
    module: Module, interface: Interface, from_party: PartyId, platform: Platform, network: Network
) -> tuple[Party, ...]:
    """Every connected party of another platform that runs the interface and may exchange the
    module with the requesting one."""
    return tuple(
        party
        for party in network.running(module, interface)
        if party.platform.id != platform.id
        and network.relation(from_party, party.id, module) is Relation.ALLOWED
    )


def refusal(
    row: Row, message: Message, party: PartyId | None, from_party: PartyId, network: Network
) -> OcpiError:
    """The error of a refusing row, with the names filled in. What the asker may not know of an
    agreement is in its `reason` only (D-08)."""
    module, why, status = message.match.module, "", ""
    target = network.find(party, module, message.match.interface) if party is not None else None
    if target is not None:
        why = network.why_not(from_party, target.id, module)
        status = target.platform.status.value
    named = party == message.to
    sentence = row.sentence.format(
        who=f"OCPI-to {party}" if named else f"{party}, whom this {module.id} request means,",
        status=status,
        hub=network.hub,
        module=module.id,
        interface=message.match.interface.value,
        why=why,
    )
    untold = bool(why) and why not in sentence
    return OcpiError(row.code, sentence, reason=f"{sentence} {why}." if untold else "")
