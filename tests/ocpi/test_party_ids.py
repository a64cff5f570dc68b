"""Party ids are folded, and what partners write without end is not kept in memory."""

import sys

from hub.ocpi.ids import REMEMBERED, PartyId


def test_a_party_is_the_same_however_it_is_spelled() -> None:
    assert PartyId.of(" nl", "cpo ") == PartyId.of("NL", "CPO") == PartyId("NL", "CPO")


def test_a_long_code_is_folded_and_let_go() -> None:
    country = "n" * REMEMBERED * 1000
    before = sys.getrefcount(country)
    assert PartyId.of(country, "cpo") == PartyId(country.upper(), "CPO")
    assert sys.getrefcount(country) == before
