"""Reads from a request without TO what tells who it is for.

The answer is a list of questions for whoever can look things up; nothing is looked up here.
spec: transport_and_format_message_routing_open_routing_request
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import AskAround, Linked, Named, OwnerOf

NOT_AVAILABLE = "#NA"  # never a real id (spec: transport_and_format_not_available)


@dataclass(frozen=True, slots=True)
class KnownParty:
    """The content names the party itself."""

    party: PartyId


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """Who is at the other end of this id from the requesting party, says the routing index."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Owners:
    """Who owns a kept object with this id that the requesting party may see."""

    module: str
    id: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Everyone:
    """Ask the parties that opted in."""


Question = KnownParty | OtherEnd | Owners | Everyone


def questions(message: Message) -> tuple[Question, ...]:
    """The questions that may place a request, in order of trust."""
    found: list[Question] = []
    for clue in message.match.operation.clues:
        match clue:
            case Named(field):
                party = party_in(message.content, field)
                if party is not None:
                    found.append(KnownParty(party))
            case Linked(kind, field):
                identifier = value_of(message, field)
                if identifier:
                    found.append(OtherEnd(kind, identifier))
            case OwnerOf(module, field, qualifier):
                identifier = value_of(message, field)
                if identifier:
                    second = ""
                    if qualifier is not None:
                        second = value_of(message, qualifier[0]) or qualifier[1]
                    found.append(Owners(module, identifier, second))
            case AskAround():
                found.append(Everyone())
    return tuple(found)


def value_of(message: Message, field: str) -> str:
    """A field's text from the URL, the query, or the body (dotted path); empty when absent or
    `#NA`."""
    value = message.match.parameters.get(field)
    if value is None and message.query:
        value = dict(parse_qsl(message.query)).get(field)
    if value is None:
        found = inside(message.content, field)
        value = found if isinstance(found, str) else None
    return "" if value is None or value == NOT_AVAILABLE else value


def inside(content: object, path: str) -> object:
    """The value at a dotted path of decoded JSON, None when any step is missing."""
    for name in path.split("."):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def party_in(content: object, field: str) -> PartyId | None:
    """The party named by country_code and party_id of the object in `field`."""
    named = inside(content, field)
    if not isinstance(named, dict):
        return None
    country, party = named.get("country_code"), named.get("party_id")
    if not (isinstance(country, str) and isinstance(party, str) and country and party):
        return None
    return PartyId.of(country, party)
