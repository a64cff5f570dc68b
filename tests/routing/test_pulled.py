"""Whose a pulled object is, and for whom, case by case; and which modules can be pulled."""

from typing import Any

import pytest

from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.routing.network import Network, Party, Platform, Status
from hub.routing.pulled import Place, Refused, can_be_pulled, naming_fields, place_of

HERE = Platform(1, "here", Status.CONNECTED)
THERE = Platform(2, "there", Status.CONNECTED)
ASKED = PartyId("NL", "CPO")


def network(*parties: tuple[str, Role, Platform]) -> Network:
    rows = [Party(PartyId.parse(n), role, p, PartyId.parse(n)) for n, role, p in parties]
    return Network(
        hub=PartyId("NL", "HUB"),
        parties={row.id: tuple(r for r in rows if r.id == row.id) for row in rows},
        hosted={p.id: tuple(r for r in rows if r.platform is p) for p in (HERE, THERE)},
    )


NETWORK = network(
    ("NL/CPO", Role.CPO, HERE),
    ("NL/TWO", Role.CPO, HERE),
    ("NL/EMP", Role.EMSP, HERE),
    ("BE/CPO", Role.CPO, THERE),
    ("DE/MSP", Role.EMSP, THERE),
)


def placed(content: dict[str, Any], module: str = "locations") -> Place:
    return place_of(content, registry()[module], ASKED, HERE.id, NETWORK)


@pytest.mark.parametrize(
    ("content", "owner"),
    [
        ({"country_code": "NL", "party_id": "CPO"}, "NL/CPO"),
        ({"country_code": "nl", "party_id": "two"}, "NL/TWO"),
        ({}, "NL/CPO"),
        ({"country_code": None, "party_id": ""}, "NL/CPO"),
        ({"party_id": "TWO"}, "NL/TWO"),
    ],
)
def test_owners(content: dict[str, Any], owner: str) -> None:
    assert placed(content) == Place(PartyId.parse(owner), None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"country_code": "BE", "party_id": "CPO"}, "BE/CPO is no party of this platform"),
        ({"country_code": "NL", "party_id": "EMP"}, "NL/EMP is no party of this platform"),
        ({"country_code": "XX", "party_id": "XXX"}, "XX/XXX is no party of this platform"),
        ({"country_code": "X" * 999, "party_id": "X"}, "is no party of this platform"),
        ({"country_code": 31, "party_id": "CPO"}, "field country_code is not a text"),
    ],
)
def test_refused_owners(content: dict[str, Any], why: str) -> None:
    with pytest.raises(Refused) as refused:
        placed(content)
    assert why in str(refused.value)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("module", ["sessions", "cdrs"])
def test_private_objects_are_for_the_party_they_name(module: str) -> None:
    named = {"cdr_token": {"country_code": "de", "party_id": "msp"}}
    assert placed(named, module).audience == PartyId("DE", "MSP")
    for token in (None, {}, {"country_code": "DE"}, {"country_code": "DE", "party_id": "NEW"}, "x"):
        with pytest.raises(Refused):
            placed({"cdr_token": token}, module)


def test_what_can_be_pulled_follows_from_the_descriptions() -> None:
    found = {module.id for module in registry().values() if can_be_pulled(module)}
    named = {"sessions", "cdrs", "bookings", "terminals"}
    assert found == {"locations", "tariffs", "tokens", "booking_locations"} | named
    assert naming_fields(registry()["cdrs"]) == ("cdr_token",)
    assert naming_fields(registry()["locations"]) == ()
