"""What a message that passed teaches the routing index about who is at both ends of an id."""

from dataclasses import dataclass

from hub.ocpi.clue import End
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message
from hub.routing.clues import found_in, single, value_of


@dataclass(frozen=True, slots=True)
class Lesson:
    """`owner` gave the id, `other` is the party at its other end."""

    kind: str
    id: str
    owner: PartyId
    other: PartyId


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
