"""How ids, moments and owners become those of 2.1.1."""

import re

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Lose, Turn
from hub.ocpi.ids import fold

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z?")
LONGEST_CDR_ID = 36

NO_FIELD = Lose("2.1.1 has no field for it.")


def _owner(name: str) -> Turn:
    def how(value: object, spot: Spot) -> Object:
        owner = spot.context.owner
        known = owner._asdict()[name] if owner is not None else None
        if not isinstance(value, str) or known is None or fold(value) != fold(known):
            spot.note(What.LOST, "2.1.1 does not tell whose it is, and it is another party's.")
        return {}

    return Turn((), how, "Gone: the owner is known from the connection, or from the URL.")


OWNER = {"country_code": _owner("country_code"), "party_id": _owner("party_id")}


def moment(value: str, spot: Spot) -> str:
    """A DateTime in whole seconds, with its Z. What is no such DateTime stays as it is."""
    found = _MOMENT.fullmatch(value)
    if found is None:
        return value
    seconds, fraction = found.groups()
    if fraction:
        spot.note(What.CHANGED, "2.1.1 has whole seconds.")
    return f"{seconds}Z"


def known_id(value: object, spot: Spot) -> object:
    """An id as the other side knows it: an alias where it has one, else the same."""
    return spot.context.ids.get(value, value) if isinstance(value, str) else value


def known_ids(value: object, spot: Spot) -> object:
    """A list of ids, each as the other side knows it."""
    return [known_id(each, spot) for each in value] if isinstance(value, list) else value


def an_id(name: str) -> Turn:
    """The field is an id, known by an alias where it has one."""
    return Turn(
        (name,), lambda value, spot: {name: known_id(value, spot)}, "The same, or its alias."
    )


def some_ids(name: str) -> Turn:
    """The field is a list of ids."""
    return Turn(
        (name,), lambda value, spot: {name: known_ids(value, spot)}, "The same, or aliases."
    )


def cdr_id(value: object, spot: Spot) -> Object:
    """The id of a CDR, which is shorter in 2.1.1. Raises Refused."""
    known = known_id(value, spot)
    if isinstance(known, str) and len(known) > LONGEST_CDR_ID:
        spot.refuse(
            Verdict.LACKING, f"An id of more than {LONGEST_CDR_ID} characters needs an alias."
        )
    return {"id": known}
