"""What a message that passed teaches the routing index about who is at both ends of an id."""

from dataclasses import dataclass

from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message
from hub.ocpi.module import End
from hub.routing.clues import NOT_AVAILABLE, inside, value_of


@dataclass(frozen=True, slots=True)
class Lesson:
    """`owner` gave the id, `other` is the party at its other end."""

    kind: str
    id: str
    owner: PartyId
    other: PartyId


def lessons(
    message: Message, from_party: PartyId, to: PartyId, answer: Answer
) -> tuple[Lesson, ...]:
    """The lessons of one accepted message and its answer."""
    found = []
    for link in message.match.operation.learns:
        if link.answer:
            data = answer.envelope.data if answer.envelope is not None else None
            value = inside(data, link.field)
            identifier = value if isinstance(value, str) and value != NOT_AVAILABLE else ""
        else:
            identifier = value_of(message, link.field)
        if identifier:
            owner, other = (from_party, to) if link.owner is End.FROM else (to, from_party)
            found.append(Lesson(link.kind, identifier, owner, other))
    return tuple(found)
