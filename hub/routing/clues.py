"""Reads from a request without TO what tells who it is for.

The answer is a list of questions for whoever can look things up; nothing is looked up here.
spec: transport_and_format_message_routing_open_routing_request
"""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from hub.ocpi.clue import AskAround, IssuedBy, Linked, Named, OnlyOne, OwnerOf
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Message

NOT_AVAILABLE = "#NA"  # never a real id (spec: transport_and_format_not_available)
NUL = "\x00"  # nothing that is kept has it in its id
# Ids have 36 characters at most, 255 in one field; longer than this nothing is kept or looked up.
LONGEST = 255


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
class Each:
    """All of these at once: a message that names several ids is for one party only."""

    questions: tuple[OtherEnd | Owners, ...]


@dataclass(frozen=True, slots=True)
class Issuer:
    """The party that an id is spelled after, if it may be reached."""

    party: PartyId


@dataclass(frozen=True, slots=True)
class Everyone:
    """Ask the parties that opted in."""


@dataclass(frozen=True, slots=True)
class TheOnly:
    """The party that runs the interface, if just one may be reached."""


Question = KnownParty | OtherEnd | Owners | Each | Issuer | Everyone | TheOnly


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
                found += _each([OtherEnd(kind, each) for each in values_of(message, field)])
            case OwnerOf(module, field, qualifier):
                second = ""
                if qualifier is not None:
                    second = value_of(message, qualifier[0]) or qualifier[1]
                found += _each([Owners(module, each, second) for each in values_of(message, field)])
            case IssuedBy(field, (name, value)):
                issuer = issuer_of(value_of(message, field))
                if issuer is not None and fold(value_of(message, name)) == value:
                    found.append(Issuer(issuer))
            case AskAround():
                found.append(Everyone())
            case OnlyOne():
                found.append(TheOnly())
    return tuple(found)


def _each(found: Sequence[OtherEnd | Owners]) -> Sequence[Question]:
    return found if len(found) < 2 else [Each(tuple(found))]


def value_of(message: Message, field: str) -> str:
    """A field's text from the URL, the query, or the body (dotted path); empty when absent, `#NA`,
    or several."""
    return single(values_of(message, field))


def single(found: Sequence[object]) -> str:
    """The one text that was found; empty when there is none, several, or `#NA`."""
    texts = _texts(found)
    return texts[0] if len(texts) == 1 else ""


def values_of(message: Message, field: str) -> tuple[str, ...]:
    """The texts of a field from the URL, the query, or the body, without repetitions and without
    what no id is: `#NA`, a text that holds a NUL, and one that is longer than any."""
    value = message.match.parameters.get(field)
    if value is None and message.query:
        value = dict(parse_qsl(message.query)).get(field)
    return _texts([value] if value is not None else found_in(message.content, field))


def _texts(found: Sequence[object]) -> tuple[str, ...]:
    texts = [each for each in found if isinstance(each, str) and each and each != NOT_AVAILABLE]
    return tuple(dict.fromkeys(each for each in texts if NUL not in each and len(each) <= LONGEST))


def found_in(content: object, path: str) -> list[object]:
    """Every value at a dotted path of decoded JSON that leads into the items of lists; the empty
    path is the content itself."""
    found = [content]
    for name in path.split(".") if path else ():
        inner = [each.get(name) for each in found if isinstance(each, dict)]
        found = [i for each in inner for i in (each if isinstance(each, list) else [each])]
    return found


def party_in(content: object, field: str) -> PartyId | None:
    """The party named by country_code and party_id of the object in `field`; of a list, the party
    that all its objects name."""
    parties = {named_in(each) for each in found_in(content, field)}
    return parties.pop() if len(parties) == 1 else None


def issuer_of(identifier: str) -> PartyId | None:
    """The party whose country code and party id are the first five characters of an id, without
    the separators that some write between them (`DE-MSP-...`); None where there are no five."""
    letters = identifier.replace("-", "").replace("*", "")
    return PartyId.of(letters[:2], letters[2:5]) if len(letters) > 5 else None


def named_in(content: object) -> PartyId | None:
    """The party named by country_code and party_id of an object."""
    if not isinstance(content, dict):
        return None
    country, party = content.get("country_code"), content.get("party_id")
    if not (isinstance(country, str) and isinstance(party, str) and country and party):
        return None
    return PartyId.of(country, party)
