"""Where a message says who it is for, and what it teaches: words of module descriptions.

A `field` is a URL parameter, a query parameter, or a dotted path into the body. A path goes into
every item of a list on its way.
"""

from dataclasses import dataclass
from enum import Enum


class End(Enum):
    """One end of a message."""

    FROM = "from"
    TO = "to"


@dataclass(frozen=True, slots=True)
class Named:
    """A clue: the content names the party, in `field` (a path to objects that have country_code
    and party_id; "" is the body itself). Where it names several, it is no clue."""

    field: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A clue: the routing index knows who is at the other end of this id; of a list of ids, of
    those that it knows."""

    kind: str
    field: str


@dataclass(frozen=True, slots=True)
class OwnerOf:
    """A clue: the owner of a kept object of another module, or of the objects in a list of ids.
    `qualifier` names the second half of a two-part key (a token's type) and its default."""

    module: str
    field: str
    qualifier: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class IssuedBy:
    """A clue of little weight: an id that begins with the country code and the party id of its
    issuer, as an EMAID does. `only` is the field, and the value of it, that say it is such an id.
    It counts where that party may be reached, and nothing better is known."""

    field: str
    only: tuple[str, str]


@dataclass(frozen=True, slots=True)
class AskAround:
    """A last resort: ask every party of the target side that opted in, first yes wins."""


@dataclass(frozen=True, slots=True)
class OnlyOne:
    """A last resort: the party of the target side, if there is just one that may be reached."""


Clue = Named | Linked | OwnerOf | IssuedBy | AskAround | OnlyOne


@dataclass(frozen=True, slots=True)
class Link:
    """What a message that passed teaches the routing index: `owner` is the end that gave the id.
    The field is looked up in the URL, the query, the body, or in the `answer`."""

    kind: str
    field: str
    owner: End
    answer: bool = False


@dataclass(frozen=True, slots=True)
class Admits:
    """What a yes to a message teaches: a token that may charge at a place. 2.1.1 tells later who
    charged by a contract only, which may have several tokens.

    Attributes:
        cpo: the end that has the place.
        uid, type: the fields of the token; `default` is the type that goes without saying.
        evses: the field of one EVSE uid or several, beside `location_id`.
        yes: the member of the answer's `data`, and its value, that says so.
    """

    cpo: End
    uid: str
    type: str
    evses: str
    yes: tuple[str, str]
    default: str = ""
