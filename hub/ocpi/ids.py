"""Who a message is from and for: party ids, compared without case as OCPI's CiString demands."""

from functools import lru_cache
from typing import NamedTuple

# Characters of both codes, five in any real id. What is longer is somebody's mistake, and not kept.
REMEMBERED = 16


class PartyId(NamedTuple):
    """A country code and a party id, folded to upper case so that equal parties compare equal.

    spec: types_cistring_type
    """

    country_code: str
    party_id: str

    @classmethod
    def of(cls, country_code: str, party_id: str) -> "PartyId":
        """The folded id of a party as it was spelled."""
        short = len(country_code) + len(party_id) <= REMEMBERED
        return (_remembered if short else _folded)(country_code, party_id)

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str) -> "PartyId":
        """`NL/CPO` as a party id; raises ValueError when there is no slash."""
        country_code, slash, party_id = text.partition("/")
        if not (slash and country_code and party_id):
            raise ValueError(f"{text!r} is not of the form CC/PID, for example NL/CPO")
        return cls.of(country_code, party_id)

    def __str__(self) -> str:
        return f"{self.country_code}/{self.party_id}"


def _folded(country_code: str, party_id: str) -> PartyId:
    return PartyId(country_code.strip().upper(), party_id.strip().upper())


_remembered = lru_cache(maxsize=4096)(_folded)  # the same few thousand, in every message


def fold(identifier: str) -> str:
    """An OCPI id as it is compared: without case (spec: types_cistring_type)."""
    return identifier.upper()
