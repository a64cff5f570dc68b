"""Which class a message has, and descriptions that name a class that is not there."""

from typing import Any

import pytest

from hub.ocpi import Audience, By, Effect, Module, Operation, Part, Role, receiver, sender
from hub.ocpi.description import BadDescription
from hub.ocpi.registry import Match, Registry
from hub.ocpi.schema.messages import answer_class, body_class, result_class


def described(**change: Any) -> Module:
    given: dict[str, Any] = {
        "id": "x", "senders": frozenset({Role.CPO}), "receivers": frozenset({Role.EMSP}),
        "audience": Audience.ADDRESSEE, "key": {"x_id": "id"}, "object": "Location",
        "parts": (Part("evse_uid", "evses", "uid", "EVSE"),),
        "routes": (
            sender("", get=Effect.LIST, post=Effect.APPEND),
            sender("{country_code}/{party_id}/{x_id}", get=Effect.READ, put=Effect.REPLACE,
                   delete=Effect.REMOVE),
            sender("{country_code}/{party_id}/{x_id}/{evse_uid}", get=Effect.READ,
                   patch=Effect.MERGE),
            receiver("{command}", post=Operation(
                Effect.ASK, takes=By("command", {"GO": "StartSession"}),
                gives="ChargingPreferencesResponse", replies="CommandResult")),
        ), **change,
    }  # fmt: skip
    return Module(**given)


@pytest.mark.parametrize(
    ("route", "method", "body", "answer", "result"),
    [
        (0, "GET", None, "Location", None),
        (0, "POST", "Location", None, None),
        (1, "GET", None, "Location", None),
        (1, "PUT", "Location", None, None),
        (1, "DELETE", None, None, None),
        (2, "GET", None, "EVSE", None),
        (2, "PATCH", "EVSE", None, None),
        (3, "POST", "StartSession", "ChargingPreferencesResponse", "CommandResult"),
    ],
)
def test_the_class_of_a_message_follows_from_its_description(
    route: int, method: str, body: str | None, answer: str | None, result: str | None
) -> None:
    module = described()
    taken = module.routes[route]
    match = Match(module, taken.interface, taken, taken.operations[method], {"command": "GO"})
    of = [body_class(match, "2.2.1"), answer_class(match, "2.2.1"), result_class(match, "2.2.1")]
    assert [each and each.name for each in of] == [body, answer, result]


def test_what_no_table_knows_has_no_class() -> None:
    module = described(object="", parts=())
    for route in module.routes:
        for operation in route.operations.values():
            match = Match(module, route.interface, route, operation, {"command": "DANCE"})
            assert body_class(match, "2.2.1") is None
            assert answer_class(match, "1.9") is None


@pytest.mark.parametrize(
    "change",
    [
        {"object": "Locaton"},
        {"parts": (Part("evse_uid", "evses", "uid", "Locaton"),)},
        {"routes": (sender("", get=Operation(Effect.ASK, takes="Locaton")),)},
        {"routes": (sender("", get=Operation(Effect.ASK, takes=By("x", {"A": "Locaton"}))),)},
        {"routes": (sender("", get=Operation(Effect.ASK, gives="Locaton")),)},
        {"routes": (sender("", get=Operation(Effect.ASK, replies="Locaton")),)},
    ],
)
def test_a_description_that_names_an_unknown_class_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadDescription, match=r"x: OCPI 2\.2\.1 has no class 'Locaton'"):
        Registry([described(**change)])
