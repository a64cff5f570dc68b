"""The decision table, row by row: every module, interface and method, every state of TO.

The expected columns are written out here from docs/routing.md; they are not computed from the code.
"""

import pytest

from apps.modules import registry
from hub.ocpi.headers import HALF
from hub.ocpi.ids import PartyId
from hub.ocpi.status import Code, OcpiError
from hub.routing.agreements import Relation
from hub.routing.decide import Broadcast, Forward, FromStore, Resolve, decide
from hub.routing.guard import check
from hub.routing.network import Network
from tests.routing import networks
from tests.routing.cases import CASES, NAMES, Case, R, S
from tests.routing.networks import (
    HUB,
    STRANGER,
)

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
    message = case.message(to)
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
