"""Which modules, URLs and methods each version has, and several modules behind one ModuleID."""

from dataclasses import replace
from typing import Any

import pytest

from apps.modules import registry
from hub.ocpi.description import BadDescription
from hub.ocpi.module import (
    CONSUMERS,
    Audience,
    Effect,
    Interface,
    Module,
    Operation,
    Role,
    receiver,
    sender,
)
from hub.ocpi.registry import Registry
from hub.ocpi.status import OcpiError

S, R = Interface.SENDER, Interface.RECEIVER
VERSIONS = ("2.1.1", "2.2.1", "2.3.0")
OLD, NEW, ALL = ("2.1.1",), ("2.3.0",), VERSIONS
SINCE_2_2_1 = ("2.2.1", "2.3.0")

# Each request, and the versions in which it is one.
REQUESTS = (
    (S, "locations", "GET", "", ALL),
    (S, "locations", "GET", "L1/E1/1", ALL),
    (R, "locations", "PATCH", "NL/CPO/L1/E1", ALL),
    (R, "locations", "DELETE", "NL/CPO/L1", ()),
    (S, "tariffs", "GET", "", ALL),
    (R, "tariffs", "PUT", "NL/CPO/T1", ALL),
    (R, "tariffs", "PATCH", "NL/CPO/T1", OLD),
    (R, "tariffs", "DELETE", "NL/CPO/T1", ALL),
    (S, "tokens", "POST", "U1/authorize", ALL),
    (R, "tokens", "PATCH", "DE/MSP/U1", ALL),
    (R, "sessions", "PATCH", "NL/CPO/S1", ALL),
    (S, "sessions", "PUT", "S1/charging_preferences", SINCE_2_2_1),
    (S, "cdrs", "GET", "", ALL),
    (R, "cdrs", "POST", "", ALL),
    (R, "cdrs", "PUT", "", ()),
    (R, "commands", "POST", "RESERVE_NOW", ALL),
    (R, "commands", "POST", "CANCEL_RESERVATION", SINCE_2_2_1),
    (R, "commands", "POST", "SING", ALL),  # CM-12: what no version names passes
    (R, "chargingprofiles", "PUT", "S1", SINCE_2_2_1),
    (S, "payments", "GET", "terminals", NEW),
    (S, "payments", "POST", "terminals/activate", NEW),
    (S, "payments", "DELETE", "terminals/T1", ()),
    (R, "payments", "POST", "financial-advice-confirmations", NEW),
    (S, "Booking", "POST", "", NEW),
    (S, "Booking", "GET", "booking_locations", NEW),
    (R, "Booking", "PUT", "NL/CPO/B1", NEW),
    (R, "Booking", "PUT", "NL/CPO/booking_locations/B1/C1", NEW),
    (R, "Booking", "DELETE", "NL/CPO/B1", ()),
    (R, "invoicereconciliation", "POST", "", NEW),
    (R, "invoicereconciliation", "PATCH", "NL/CPO/I1", ()),
)


def there(version: str, interface: Interface, module: str, method: str, tail: str) -> bool:
    segments = tuple(part for part in tail.split("/") if part)
    try:
        registry().match(version, interface, module, method, segments)
    except OcpiError as error:
        assert error.http in (404, 405)
        return False
    return True


@pytest.mark.parametrize("request_", REQUESTS, ids=[" ".join(r[1:4]) for r in REQUESTS])
def test_each_version_has_its_own_urls_and_methods(request_: tuple[Any, ...]) -> None:
    *asked, expected = request_
    assert tuple(v for v in VERSIONS if there(v, *asked)) == expected


def test_what_a_version_does_not_have_is_said() -> None:
    with pytest.raises(OcpiError, match=r"PATCH") as caught:
        registry().match("2.2.1", R, "tariffs", "PATCH", ("NL", "CPO", "T1"))
    assert caught.value.http == 405
    with pytest.raises(OcpiError, match=r"OCPI 2\.1\.1 has no CANCEL_RESERVATION"):
        registry().match("2.1.1", R, "commands", "POST", ("CANCEL_RESERVATION",))
    with pytest.raises(OcpiError, match=r"OCPI 2\.2\.1 has no module 'payments' here"):
        registry().match("2.2.1", S, "payments", "GET", ("terminals",))
    with pytest.raises(OcpiError, match=r"/terminals/activate.*/financial-advice-confirmations"):
        registry().match("2.3.0", S, "payments", "GET", ("invoices",))


@pytest.mark.parametrize(
    ("module", "sent", "received"),
    [
        ("locations", False, True), ("tariffs", False, True), ("sessions", False, True),
        ("cdrs", False, True), ("commands", True, False), ("terminals", True, False),
        ("financial-advice-confirmations", True, False), ("tokens", False, False),
    ],
)  # fmt: skip
def test_what_a_ptp_sends_and_receives(module: str, sent: bool, received: bool) -> None:
    """hub-side of D-27: the role is known though the enum lacks it."""
    described = registry()[module]
    assert (Role.PTP in described.senders, Role.PTP in described.receivers) == (sent, received)


CPO = frozenset({Role.CPO})


def part(**change: Any) -> Module:
    described: dict[str, Any] = {
        "id": "one", "identifier": "shared", "senders": CPO, "receivers": CONSUMERS,
        "audience": Audience.EVERYONE, "routes": (sender("one/{id}", get=Effect.READ),), **change,
    }  # fmt: skip
    return Module(**described)


OTHER = (sender("other/{id}", get=Effect.READ),)


def test_modules_behind_one_module_id_are_told_apart_by_their_urls() -> None:
    found = Registry([part(), part(id="other", routes=OTHER)])
    assert [m.id for m in found.sharing("shared", "2.2.1")] == ["one", "other"]
    for name in ("one", "other"):
        match = found.match("2.2.1", S, "shared", "GET", (name, "X"))
        assert (match.module.id, match.parameters) == (name, {"id": "X"})
    with pytest.raises(OcpiError):
        found.match("2.2.1", S, "one", "GET", ("one", "X"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"routes": (sender("{id}/x", get=Effect.READ),)}, "cannot be told apart"),
        ({"routes": (sender("one/{other}", put=Effect.ASK),)}, "cannot be told apart"),
        ({"identifier": "two", "spellings": frozenset({"shared"}), "routes": OTHER}, "both are"),
        ({"identifier": "a/b", "routes": OTHER}, "module id"),
        (
            {"routes": (sender("other", get=Operation(Effect.ASK, versions=frozenset({"3.0"}))),)},
            "a version that the module is not in",
        ),
        (
            {"routes": (receiver("x/{id}", "{other}/x", get=Effect.READ),)},
            "has not the parameters",
        ),
    ],
)
def test_modules_that_cannot_be_told_apart_are_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(BadDescription, match=says):
        Registry([part(), part(**{"id": "other", "routes": OTHER, **change})])


def test_the_same_urls_in_other_versions_are_no_conflict() -> None:
    one = part(versions=frozenset({"2.2.1"}))
    other = replace(one, id="other", versions=frozenset({"2.3.0"}))
    found = Registry([one, other])
    assert found.match("2.3.0", S, "shared", "GET", ("one", "X")).module is other
