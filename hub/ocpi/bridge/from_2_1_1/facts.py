"""What 2.1.1 leaves out of its objects and the connection knows: owner, time of a PATCH, ids."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Add, Turn

LONGEST_ID = 36


def _country_code(spot: Spot) -> Object:
    if spot.context.owner is None:
        spot.refuse(Verdict.LACKING, "Whose object it is is not known.")
    return {"country_code": spot.context.owner.country_code}


def _party_id(spot: Spot) -> Object:
    if spot.context.owner is None:
        spot.refuse(Verdict.LACKING, "Whose object it is is not known.")
    return {"party_id": spot.context.owner.party_id}


def _last_updated(spot: Spot) -> Object:
    if not spot.is_patch:
        return {}
    if not spot.context.received:
        spot.refuse(Verdict.LACKING, "When the PATCH came is not known.")
    spot.at("last_updated").note(What.ASSUMED, "The time of receipt: 2.2.1 requires one.")
    return {"last_updated": spot.context.received}


OWNER = (
    Add("country_code", _country_code, "The party of the connection."),
    Add("party_id", _party_id, "The party of the connection."),
)
UPDATED = Add("last_updated", _last_updated, "In a PATCH without one, when it came.", in_patch=True)


def known_id(value: object, spot: Spot) -> object:
    """An id as the other side knows it: an alias where it has one, else the same. Raises Refused
    where it is longer than 2.2.1 allows and has no alias."""
    if not isinstance(value, str):
        return value
    alias = spot.context.ids.get(value, value)
    if len(alias) > LONGEST_ID:
        spot.refuse(Verdict.LACKING, f"An id of more than {LONGEST_ID} characters needs an alias.")
    return alias


def known_ids(value: object, spot: Spot) -> object:
    """A list of ids, each as the other side knows it."""
    if not isinstance(value, list):
        return value
    return [known_id(each, spot.at(number)) for number, each in enumerate(value)]


def an_id(name: str) -> Turn:
    """The field is an id, known by an alias where it is too long."""
    says = f"The same, or the alias of an id of more than {LONGEST_ID} characters."
    return Turn((name,), lambda value, spot: {name: known_id(value, spot)}, says)


def some_ids(name: str) -> Turn:
    """The field is a list of ids."""
    says = f"The same, or the aliases of ids of more than {LONGEST_ID} characters."
    return Turn((name,), lambda value, spot: {name: known_ids(value, spot)}, says)
