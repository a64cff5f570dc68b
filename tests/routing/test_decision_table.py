"""The decision table, row by row: every module, interface and method, every state of TO.

The expected columns are written out here from docs/routing.md; they are not computed from the code.
"""

from typing import NamedTuple

import pytest

from apps.modules import registry
from hub.ocpi.headers import HALF
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface
from hub.ocpi.status import Code, OcpiError
from hub.routing.agreements import Relation
from hub.routing.decide import Broadcast, Forward, FromStore, Resolve, decide
from hub.routing.guard import check
from hub.routing.network import Network
from tests.routing import networks
from tests.routing.networks import (
    AWAY_CPO,
    AWAY_MSP,
    AWAY_PTP,
    CPO,
    HUB,
    MSP,
    PTP,
    STRANGER,
)

S, R = Interface.SENDER, Interface.RECEIVER
WHEN = "2026-01-31T12:00:00Z"
CPO_SIDE, MSP_SIDE = CPO, MSP


class Case(NamedTuple):
    """One request and the rows it lands in for TO none, hub, up. A row with a code refuses."""

    method: str
    interface: Interface
    module: str
    tail: str
    asking: PartyId
    none: str
    hub: str
    up: str
    content: object = None
    query: str = ""
    version: str = "2.2.1"

    @property
    def other(self) -> PartyId:
        """The party at the other end: payments are between CPO and PTP."""
        if self.module == "payments":
            return PTP if self.asking == CPO else CPO
        return MSP if self.asking == CPO else CPO

    @property
    def away(self) -> PartyId:
        """One like it that cannot be reached."""
        return {CPO: AWAY_CPO, MSP: AWAY_MSP, PTP: AWAY_PTP}[self.other]


LOCATION = {"country_code": "NL", "party_id": "CPO", "id": "L1", "last_updated": WHEN}
EVSE = {"uid": "E1", "last_updated": WHEN}
CONNECTOR = {"id": "1", "last_updated": WHEN}
TARIFF = {"country_code": "NL", "party_id": "CPO", "id": "T1", "last_updated": WHEN}
TOKEN = {"country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID", "last_updated": WHEN}
SESSION = {"country_code": "NL", "party_id": "CPO", "id": "S1", "last_updated": WHEN}
CDR = {"country_code": "NL", "party_id": "CPO", "id": "C1", "last_updated": WHEN}
CHANGE = {"last_updated": WHEN}
REQUEST = {"country_code": "DE", "party_id": "MSP", "request_id": "R1"}
BOOKING = {"country_code": "NL", "party_id": "CPO", "id": "B1", "last_updated": WHEN}
# Its party is not its owner: that is the CPO it is for.
TERMINAL = {"country_code": "NL", "party_id": "CPO", "terminal_id": "T1"}
ASSIGNED = {"location_ids": ["L1"]}
CONFIRMATIONS = "financial-advice-confirmations"
REPLY = {"response_url": "https://demsp.example/result"}
PROFILE = "duration=900&response_url=https%3A%2F%2Fdemsp.example%2Fresult"

CASES = (
    # Public modules
    Case("GET", S, "locations", "", MSP, "2 2001", "3", "5"),
    Case("GET", S, "locations", "L1", MSP, "6", "7", "8"),
    Case("GET", S, "locations", "L1/E1", MSP, "6", "7", "8"),
    Case("GET", S, "locations", "L1/E1/1", MSP, "6", "7", "8"),
    Case("GET", R, "locations", "NL/CPO/L1", CPO, "9 2002", "10", "11"),
    Case("GET", R, "locations", "NL/CPO/L1/E1", CPO, "9 2002", "10", "11"),
    Case("GET", R, "locations", "NL/CPO/L1/E1/1", CPO, "9 2002", "10", "11"),
    Case("PUT", R, "locations", "NL/CPO/L1", CPO, "13", "12", "14", LOCATION),
    Case("PUT", R, "locations", "NL/CPO/L1/E1", CPO, "13", "12", "14", EVSE),
    Case("PUT", R, "locations", "NL/CPO/L1/E1/1", CPO, "13", "12", "14", CONNECTOR),
    Case("PATCH", R, "locations", "NL/CPO/L1", CPO, "13", "12", "14", CHANGE),
    Case("PATCH", R, "locations", "NL/CPO/L1/E1", CPO, "13", "12", "14", CHANGE),
    Case("PATCH", R, "locations", "NL/CPO/L1/E1/1", CPO, "13", "12", "14", CHANGE),
    Case("GET", S, "tariffs", "", MSP, "2 2001", "3", "5"),
    Case("GET", R, "tariffs", "NL/CPO/T1", CPO, "9 2002", "10", "11"),
    Case("PUT", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14", TARIFF),
    Case("DELETE", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14"),
    Case("GET", S, "tokens", "", CPO, "2 2001", "3", "5"),
    Case("POST", S, "tokens", "U1/authorize", CPO, "18", "18", "20"),
    Case("GET", R, "tokens", "DE/MSP/U1", MSP, "9 2002", "10", "11"),
    Case("PUT", R, "tokens", "DE/MSP/U1", MSP, "13", "12", "14", TOKEN),
    Case("PATCH", R, "tokens", "DE/MSP/U1", MSP, "13", "12", "14", CHANGE),
    # Private modules
    Case("GET", S, "sessions", "", MSP, "2 2001", "4", "5"),
    Case("PUT", S, "sessions", "S1/charging_preferences", MSP, "18", "19 2000", "20", {}),
    Case("GET", R, "sessions", "NL/CPO/S1", CPO, "9", "10", "11"),
    Case("PUT", R, "sessions", "NL/CPO/S1", CPO, "16", "15 2000", "17", SESSION),
    Case("PATCH", R, "sessions", "NL/CPO/S1", CPO, "16", "15 2000", "17", CHANGE),
    Case("GET", S, "cdrs", "", MSP, "2 2001", "4", "5"),
    Case("POST", R, "cdrs", "", CPO, "16", "15 2000", "17", CDR),
    Case("POST", R, "commands", "START_SESSION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "STOP_SESSION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "RESERVE_NOW", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "CANCEL_RESERVATION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "UNLOCK_CONNECTOR", MSP, "18", "19 2000", "20", REPLY),
    Case("GET", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", None, PROFILE),
    Case("PUT", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", REPLY),
    Case("DELETE", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", None, PROFILE),
    Case("PUT", S, "chargingprofiles", "S1", CPO, "18", "19 2000", "20", {}),
    # What one version has alone
    Case("PATCH", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14", CHANGE, version="2.1.1"),
    *(
        case._replace(version="2.3.0")
        for case in (
            Case("GET", S, "Booking", "booking_locations", MSP, "2 2001", "3", "5"),
            Case("GET", S, "Booking", "booking_locations/L1", MSP, "6", "7", "8"),
            Case("GET", S, "Booking", "booking_locations/L1/C1", MSP, "6", "7", "8"),
            Case("GET", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "9 2002", "10", "11"),
            Case("GET", R, "Booking", "NL/CPO/booking_locations/L1/C1", CPO, "9 2002", "10", "11"),
            Case(
                "PUT", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "13", "12", "14", LOCATION
            ),
            Case(
                "PUT",
                R,
                "Booking",
                "NL/CPO/booking_locations/L1/1",
                CPO,
                "13",
                "12",
                "14",
                CONNECTOR,
            ),
            Case(
                "PATCH", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "13", "12", "14", CHANGE
            ),
            Case(
                "PATCH",
                R,
                "Booking",
                "NL/CPO/booking_locations/L1/1",
                CPO,
                "13",
                "12",
                "14",
                CHANGE,
            ),
            Case(
                "PATCH", R, "Booking", "bookinglocations/NL/CPO/L1", CPO, "13", "12", "14", CHANGE
            ),
            Case(
                "PATCH", R, "Booking", "bookinglocations/NL/CPO/L1/1", CPO, "13", "12", "14", CHANGE
            ),
            Case("GET", S, "Booking", "", MSP, "2 2001", "4", "5"),
            Case("POST", S, "Booking", "", MSP, "18", "19 2000", "20", REQUEST),
            Case("GET", R, "Booking", "NL/CPO/B1", CPO, "9", "10", "11"),
            Case("PUT", R, "Booking", "NL/CPO/B1", CPO, "16", "15 2000", "17", BOOKING),
            Case("PATCH", R, "Booking", "NL/CPO/B1", CPO, "16", "15 2000", "17", CHANGE),
            Case("GET", S, "payments", "terminals", CPO, "2 2001", "4", "5"),
            Case("GET", S, "payments", "terminals/T1", CPO, "6", "7", "8"),
            Case("POST", S, "payments", "terminals/activate", CPO, "18", "19 2000", "20", {}),
            Case("POST", S, "payments", "terminals/T1/deactivate", CPO, "18", "19 2000", "20"),
            Case("PUT", S, "payments", "terminals/T1", CPO, "16", "15 2000", "17", TERMINAL),
            Case("PATCH", S, "payments", "terminals/T1", CPO, "16", "15 2000", "17", ASSIGNED),
            Case("POST", R, "payments", "terminals", PTP, "16", "15 2000", "17", TERMINAL),
            Case("GET", R, "payments", "terminals/T1", PTP, "9", "10", "11"),
            Case("GET", S, "payments", CONFIRMATIONS, CPO, "2 2001", "4", "5"),
            Case("GET", S, "payments", CONFIRMATIONS + "/F1", CPO, "6", "7", "8"),
            Case("POST", R, "payments", CONFIRMATIONS, PTP, "16", "15 2000", "17", {"id": "F1"}),
            Case("GET", R, "payments", CONFIRMATIONS + "/F1", PTP, "9", "10", "11"),
            Case("GET", S, "invoicereconciliation", "", MSP, "2 2001", "4", "5"),
            Case("POST", R, "invoicereconciliation", "", CPO, "16", "15 2000", "17", CDR),
            Case("GET", R, "invoicereconciliation", "NL/CPO/I1", CPO, "9", "10", "11"),
            Case("PUT", R, "invoicereconciliation", "NL/CPO/C1", CPO, "16", "15 2000", "17", CDR),
            Case("DELETE", R, "invoicereconciliation", "NL/CPO/I1", CPO, "16", "15 2000", "17"),
        )
    ),
    # A custom module's rows are those of its audience; see tests/modules.
)
NAMES = [f"{c.method} {c.interface} {c.version} {c.module}/{c.tail}" for c in CASES]

# What the table says for every request alike: the state of TO, the row, the code.
ANYWHERE = (
    ("down", "23", Code.CONNECTION_PROBLEM),
    ("unknown", "24", Code.UNKNOWN_RECEIVER),
    ("ended", "25", Code.UNKNOWN_RECEIVER),
    ("hidden", "25", Code.UNKNOWN_RECEIVER),
    ("pending", "25", Code.CONNECTION_PROBLEM),
)


def outcome(case: Case, to: PartyId | None, net: Network) -> str:
    """The row a request lands in, with the code when it is refused."""
    message = networks.message(
        case.method,
        case.interface,
        case.module,
        case.tail,
        from_=case.asking,
        to=to,
        content=case.content,
        query=case.query,
        version=case.version,
    )
    platform = networks.home(case.asking, net)
    from_party = check(message, platform, net)
    try:
        return str(decide(message, from_party, platform, net).row)
    except OcpiError as error:
        return f"refused {int(error.code)}"


def expected(cell: str) -> str:
    row, _, code = cell.partition(" ")
    return f"refused {code}" if code else row


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_without_to(case: Case) -> None:
    assert outcome(case, None, networks.network(networks.WITH_PTPS)) == expected(case.none)


@pytest.mark.ocpi("R-08", "R-10", "CM-10", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_to_the_hub(case: Case) -> None:
    assert outcome(case, HUB, networks.network(networks.WITH_PTPS)) == expected(case.hub)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_to_a_connected_party(case: Case) -> None:
    assert outcome(case, case.other, networks.network(networks.WITH_PTPS)) == expected(case.up)


@pytest.mark.ocpi("R-26", "R-28", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize(("state", "row", "code"), ANYWHERE, ids=[a[0] for a in ANYWHERE])
def test_to_somebody_who_cannot_be_reached(case: Case, state: str, row: str, code: Code) -> None:
    party = {"down": case.away, "unknown": STRANGER}.get(state, case.other)
    relations = {
        "ended": {(case.asking, party): Relation.HIDDEN},
        "pending": {(case.asking, party): Relation.PENDING},
    }.get(state, {})
    net = networks.network(networks.WITH_PTPS, relations=relations, open_policy=state != "hidden")
    assert outcome(case, party, net) == f"refused {int(code)}"


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_to_a_party_that_does_not_offer_the_interface(case: Case) -> None:
    target = case.other
    net = networks.with_platform(networks.network(networks.WITH_PTPS), target, endpoints={})
    assert outcome(case, target, net) == f"refused {int(Code.HUB_ERROR)}"  # row 26


@pytest.mark.ocpi("R-01", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_half_a_pair_is_2001_and_names_the_header(case: Case) -> None:
    net = networks.network(networks.WITH_PTPS)
    whole = networks.message(
        case.method, case.interface, case.module, case.tail,
        from_=case.asking, to=HALF, content=case.content, query=case.query, version=case.version,
    )  # fmt: skip
    with pytest.raises(OcpiError, match="OCPI-to") as caught:
        check(whole, networks.home(case.asking, net), net)
    assert caught.value.code == Code.INVALID_PARAMETERS


@pytest.mark.ocpi("R-30", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
@pytest.mark.parametrize("from_", [HALF, STRANGER, "other"], ids=["half", "stranger", "foreign"])
def test_from_must_be_a_party_of_the_platform(case: Case, from_: object) -> None:
    net = networks.network(networks.WITH_PTPS)
    speaking = case.other if from_ == "other" else from_
    spoken = networks.message(
        case.method, case.interface, case.module, case.tail,
        from_=speaking, to=case.other, content=case.content, query=case.query, version=case.version,  # type: ignore[arg-type]  # HALF or a party
    )  # fmt: skip
    with pytest.raises(OcpiError, match="OCPI-from") as caught:
        check(spoken, networks.home(case.asking, net), net)
    assert (caught.value.http, caught.value.code) == (200, Code.INVALID_PARAMETERS)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_from_is_inferred_where_the_platform_has_one_party(case: Case) -> None:
    net = networks.network(networks.WITH_PTPS)
    silent = networks.message(
        case.method, case.interface, case.module, case.tail,
        to=case.other, content=case.content, query=case.query, version=case.version,
    )  # fmt: skip
    assert check(silent, networks.home(case.asking, net), net) == case.asking


def one_role_calls(case: Case) -> bool:
    """Not so for profile updates: an eMSP runs the RECEIVER as well, towards its SCSP. And either
    role may issue invoices."""
    both = (case.module, case.interface) == ("chargingprofiles", S)
    return not both and case.module != "invoicereconciliation"


@pytest.mark.ocpi("R-36", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize("case", [c for c in CASES if one_role_calls(c)])
def test_the_wrong_role_is_refused(case: Case) -> None:
    """R-36: an eMSP pushes no locations, a CPO no tokens."""
    wrong = case.other
    tail = case.tail.replace("NL/CPO", "XX/XXX").replace("DE/MSP", "NL/CPO")
    tail = tail.replace("XX/XXX", "DE/MSP")
    content = case.content
    if isinstance(content, dict) and "party_id" in content and case.module != "payments":
        content = {**content, "country_code": wrong.country_code, "party_id": wrong.party_id}
    net = networks.network(networks.WITH_PTPS)
    spoken = networks.message(
        case.method, case.interface, case.module, tail,
        from_=wrong, to=HUB, content=content, query=case.query, version=case.version,
    )  # fmt: skip
    with pytest.raises(OcpiError, match="registered as") as caught:
        check(spoken, networks.home(wrong, net), net)
    assert caught.value.code == Code.INVALID_PARAMETERS


def test_every_module_route_and_method_has_its_case() -> None:
    """A route without a case would be a row nobody looks at."""

    covered = set()
    for case in CASES:
        segments = tuple(p for p in case.tail.split("/") if p)
        asked = case.version, case.interface, case.module, case.method, segments
        covered.add((registry().match(*asked).module.id, *asked[1:2], case.method, len(segments)))
    beyond_the_spec = {("tokens", S, "POST", 4), ("cdrs", R, "POST", 1)}
    for module in registry().values():
        if module.custom:
            continue
        for route in module.routes:
            for method in route.operations:
                key = (module.id, route.interface, method, len(route.segments))
                assert key in covered | beyond_the_spec, key


def test_kinds_of_decision() -> None:
    """Each row number stands for one kind of decision."""
    kinds = {
        "forward": (Forward, "5 8 11 14 17 20"),
        "resolve": (Resolve, "6 9 16 18"),
        "broadcast": (Broadcast, "12 13"),
        "store": (FromStore, "3 4 7 10"),
    }
    of_row = {row: kind for kind, rows in kinds.values() for row in rows.split()}
    net = networks.network(networks.WITH_PTPS)
    for case in CASES:
        for to, cell in ((None, case.none), (HUB, case.hub), (case.other, case.up)):
            if " " in cell:
                continue
            message = networks.message(
                case.method, case.interface, case.module, case.tail,
                from_=case.asking, to=to, content=case.content, query=case.query,
                version=case.version,
            )  # fmt: skip
            decision = decide(message, case.asking, networks.home(case.asking, net), net)
            assert isinstance(decision, of_row[cell]), (case, to)
