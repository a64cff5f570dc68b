"""What a message that passed teaches the routing index about who is at both ends of an id."""

from dataclasses import dataclass

from hub.ocpi.clue import End
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message
from hub.routing.clues import found_in, single, value_of, values_of


@dataclass(frozen=True, slots=True)
class Lesson:
    """`owner` gave the id, `other` is the party at its other end."""

    kind: str
    id: str
    owner: PartyId
    other: PartyId


@dataclass(frozen=True, slots=True)
class Admission:
    """A token of `emsp` that may charge at an EVSE of `cpo`, or at any of the Location where none
    was named."""

    cpo: PartyId
    emsp: PartyId
    location: str
    evse: str
    uid: str
    type: str


def ends(message: Message, from_party: PartyId, to: PartyId) -> tuple[PartyId, PartyId]:
    """The owner of the object that a message pushes, and the other party."""
    pair = from_party, to
    return pair if message.match.operation.owner is End.FROM else pair[::-1]


def lessons(
    message: Message, from_party: PartyId, to: PartyId, answer: Answer
) -> tuple[Lesson, ...]:
    """The lessons of one accepted message and its answer."""
    found = []
    for link in message.match.operation.learns:
        if link.answer:
            data = answer.envelope.data if answer.envelope is not None else None
            identifier = single(found_in(data, link.field))
        else:
            identifier = value_of(message, link.field)
        if identifier:
            owner, other = (from_party, to) if link.owner is End.FROM else (to, from_party)
            found.append(Lesson(link.kind, identifier, owner, other))
    return tuple(found)


def admissions(
    message: Message, from_party: PartyId, to: PartyId, answer: Answer
) -> tuple[Admission, ...]:
    """The tokens that one message and its answer let charge, with the places."""
    says = message.match.operation.admits
    found = answer.envelope
    if says is None or found is None:
        return ()
    member, yes = says.yes
    uid = value_of(message, says.uid)
    location = value_of(message, "location_id")
    if not (uid and location and single(found_in(found.data, member)) == yes):
        return ()
    cpo, emsp = (from_party, to) if says.cpo is End.FROM else (to, from_party)
    kind = value_of(message, says.type) or says.default
    evses = values_of(message, says.evses) or ("",)
    return tuple(Admission(cpo, emsp, location, evse, uid, kind) for evse in evses)
