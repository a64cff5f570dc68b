"""Sessions, CDRs, tokens and commands, rule by rule."""

from dataclasses import replace
from typing import Any

import pytest

from hub.ocpi.bridge import Context, Verdict
from tests.bridge.facts import KNOWN, MIDDLE, NEW, NOW, OLD, notes, over, said, text
from tests.ocpi.examples import EXAMPLES

START = "2026-03-01T10:00:00Z"
TIME_0 = [{"type": "TIME", "volume": 0}]
ENERGY = [{"type": "ENERGY", "volume": 1.5}]


def change(
    source: str, target: str, name: str, made: dict[str, Any], known: Context = KNOWN
) -> Any:
    return over(source, target, name, EXAMPLES[source][name] | made, known)


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize("name", ["Session", "CDR"])
def test_who_charged_is_known_or_the_object_is_held(name: str) -> None:
    done = change(OLD, MIDDLE, name, {})
    assert said(done)["cdr_token"] == {
        "country_code": "DE", "party_id": "DOM", "uid": "04AB", "type": "RFID",
        "contract_id": "DE-DOM-C4711-X",
    }  # fmt: skip
    done = change(OLD, MIDDLE, name, {"auth_id": "SOMEBODY"})
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.LACKING, "$.auth_id")
    assert said(change(MIDDLE, OLD, name, {}))["auth_id"] == "DE-DOM-C4711-X"


def test_a_session_of_2_1_1_has_ids_in_2_2_1() -> None:
    session = said(change(OLD, MIDDLE, "Session", {}))
    assert (session["location_id"], session["evse_uid"], session["connector_id"]) == (
        "GARAGE", "GRG-7", "1",
    )  # fmt: skip
    assert (session["start_date_time"], session["end_date_time"]) == (START, "2026-03-01T11:00:00Z")
    assert session["total_cost"] == {"excl_vat": 12.5}


@pytest.mark.parametrize(
    ("status", "evses", "expected"),
    [
        ("PENDING", [], "#NA"),
        ("ACTIVE", [], None),
        ("ACTIVE", EXAMPLES[OLD]["Location"]["evses"] * 2, None),
    ],
)
def test_which_evse_was_used_is_told_or_the_session_is_withheld(
    status: str, evses: list[Any], expected: str | None
) -> None:
    place = EXAMPLES[OLD]["Location"] | {"evses": evses}
    done = change(OLD, MIDDLE, "Session", {"status": status, "location": place})
    if expected is None:
        assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, "$.location.evses")
    else:
        assert (said(done)["evse_uid"], said(done)["connector_id"]) == (expected, expected)
        assert ("assumed", "$.location.evses") in notes(done)


def test_a_session_for_2_1_1_holds_the_location_that_is_kept() -> None:
    place = said(change(MIDDLE, OLD, "Session", {}))["location"]
    assert (place["id"], place["type"]) == ("GARAGE", "PARKING_GARAGE")
    (evse,) = place["evses"]
    (connector,) = evse["connectors"]
    assert (evse["uid"], connector["id"], connector["voltage"]) == ("GRG-7", "1", 230)


@pytest.mark.parametrize(
    ("made", "kept", "verdict"),
    [
        ({"location_id": "ELSEWHERE"}, {}, Verdict.LACKING),
        ({"evse_uid": "GRG-8"}, {}, Verdict.LACKING),
        ({"connector_id": "2"}, {}, Verdict.LACKING),
        ({}, {"publish": False}, Verdict.WITHHELD),
    ],
)
def test_a_session_at_a_place_that_cannot_be_told_is_not_sent(
    made: dict[str, Any], kept: dict[str, Any], verdict: Verdict
) -> None:
    place = text(EXAMPLES[MIDDLE]["Location"] | kept)
    done = change(MIDDLE, OLD, "Session", made, replace(KNOWN, locations={"GARAGE": place}))
    assert done.refusal.verdict is verdict
    assert done.refusal.path.startswith("$.location_id")


def test_a_reservation_without_evse_has_none_in_2_1_1() -> None:
    made = {"evse_uid": "#NA", "connector_id": "#NA", "status": "RESERVATION"}
    session = said(change(MIDDLE, OLD, "Session", made))
    assert (session["location"]["evses"], session["status"]) == ([], "PENDING")


@pytest.mark.parametrize(
    ("source", "target", "name", "periods", "expected"),
    [
        (OLD, MIDDLE, "Session", [["FLAT"]], [TIME_0]),
        (OLD, MIDDLE, "Session", [["ENERGY", "FLAT"], ["FLAT"]], [ENERGY, TIME_0]),
        (MIDDLE, OLD, "Session", [["POWER"], ["ENERGY"], ["CURRENT"]], [TIME_0, ENERGY]),
        (MIDDLE, OLD, "CDR", [["RESERVATION_TIME"]], [TIME_0]),
        (NEW, MIDDLE, "CDR", [["ENERGY"], ["RESERVATION_OVERTIME"]], [ENERGY]),
        (NEW, OLD, "CDR", [["RESERVATION_EXPIRES"], ["ENERGY"]], [TIME_0, ENERGY]),
    ],
)
def test_dimensions_that_cannot_be_said_are_lost_and_a_period_keeps_one(
    source: str, target: str, name: str, periods: list[list[str]], expected: list[Any]
) -> None:
    made = [
        {"start_date_time": START, "dimensions": [{"type": kind, "volume": 1.5} for kind in kinds]}
        for kinds in periods
    ]
    done = change(source, target, name, {"charging_periods": made})
    assert [each["dimensions"] for each in said(done)["charging_periods"]] == expected
    assert all(each["start_date_time"] == START for each in said(done)["charging_periods"])
    lost = [path for what, path in notes(done) if what == "lost" and ".dimensions[" in path]
    kinds = {"FLAT", "POWER", "CURRENT", "RESERVATION_TIME", "RESERVATION_EXPIRES",
             "RESERVATION_OVERTIME"}  # fmt: skip
    assert len(lost) == sum(kind in kinds for period in periods for kind in period)


@pytest.mark.parametrize(("tariffs", "expected"), [(1, "DAY"), (0, None), (2, None)])
def test_the_only_tariff_of_a_cdr_is_that_of_its_periods(tariffs: int, expected: Any) -> None:
    done = change(OLD, MIDDLE, "CDR", {"tariffs": [EXAMPLES[OLD]["Tariff"]] * tariffs})
    assert said(done)["charging_periods"][0].get("tariff_id") == expected


def test_a_cdr_there_and_back() -> None:
    cdr = EXAMPLES[OLD]["CDR"]
    up = said(over(OLD, NEW, "CDR", cdr))
    assert up["total_cost"] == {"before_taxes": 12.5}
    assert up["cdr_location"]["evse_id"] == "NL*GRG*E7"
    back = said(over(NEW, OLD, "CDR", up))
    assert back["location"]["type"] == "UNKNOWN"
    (evse,) = back["location"]["evses"]
    assert (evse["status"], evse["last_updated"]) == ("UNKNOWN", cdr["last_updated"])
    (connector,) = evse["connectors"]
    assert (connector["voltage"], connector["amperage"]) == (230, 32)
    same = cdr.keys() - {"location", "charging_periods"}
    assert {name: back[name] for name in same} == {name: cdr[name] for name in same}


@pytest.mark.parametrize(("party", "named"), [("grg", False), ("XYZ", True)])
def test_the_owner_of_a_tariff_is_lost_where_it_is_another_than_that_of_its_cdr(
    party: str, named: bool
) -> None:
    tariff = EXAMPLES[MIDDLE]["Tariff"] | {"party_id": party, "min_price": None, "max_price": None}
    tariff["elements"] = tariff["elements"][:1]
    done = change(MIDDLE, OLD, "CDR", {"tariffs": [tariff]})
    assert (("lost", "$.tariffs[0].party_id") in notes(done)) == named


def test_a_cdr_of_a_connector_that_is_not_kept_says_so() -> None:
    done = change(MIDDLE, OLD, "CDR", {}, replace(KNOWN, locations={}))
    connector = said(done)["location"]["evses"][0]["connectors"][0]
    assert (connector["voltage"], connector["amperage"]) == (0, 0)
    assert ("assumed", "$.cdr_location.connector_id") in notes(done)


@pytest.mark.parametrize(
    ("source", "target", "standard", "evses"),
    [(MIDDLE, OLD, "GBT_DC", 0), (NEW, OLD, "MCS", 0), (MIDDLE, OLD, "CHADEMO", 1)],
)
def test_a_cdr_passes_whatever_the_connector(
    source: str, target: str, standard: str, evses: int
) -> None:
    place = EXAMPLES[source]["CDR"]["cdr_location"] | {"connector_standard": standard}
    done = change(source, target, "CDR", {"cdr_location": place})
    assert len(said(done)["location"]["evses"]) == evses


def test_2_2_1_has_no_place_for_a_connector_it_does_not_know() -> None:
    place = EXAMPLES[NEW]["CDR"]["cdr_location"] | {"connector_standard": "MCS"}
    done = change(NEW, MIDDLE, "CDR", {"cdr_location": place})
    assert done.refusal.verdict is Verdict.WITHHELD
    assert done.refusal.path == "$.cdr_location.connector_standard"


@pytest.mark.parametrize(
    ("made", "verdict", "path"),
    [
        ({"credit": True}, Verdict.WITHHELD, "$.credit"),
        ({"id": "x" * 37}, Verdict.LACKING, "$.id"),
    ],
)
def test_a_cdr_that_2_1_1_cannot_hold_is_not_sent(
    made: dict[str, Any], verdict: Verdict, path: str
) -> None:
    done = change(MIDDLE, OLD, "CDR", made)
    assert (done.refusal.verdict, done.refusal.path) == (verdict, path)


@pytest.mark.ocpi("V-08", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.ocpi("O-09", versions=("2.2.1", "2.3.0"))
def test_last_updated_is_copied() -> None:
    for source, target in [(MIDDLE, NEW), (NEW, MIDDLE), (OLD, MIDDLE)]:
        for name in ("Location", "Session", "CDR", "Token", "Tariff"):
            done = change(source, target, name, {"last_updated": "2020-02-02T02:02:02.002Z"})
            assert said(done)["last_updated"] == "2020-02-02T02:02:02.002Z"


@pytest.mark.parametrize(
    ("source", "target", "kind", "expected"),
    [
        (NEW, MIDDLE, "EMAID", "OTHER"), (NEW, MIDDLE, "PALM", "OTHER"),
        (NEW, MIDDLE, "APP_USER", "APP_USER"), (MIDDLE, OLD, "APP_USER", "OTHER"),
        (MIDDLE, OLD, "AD_HOC_USER", "OTHER"), (MIDDLE, OLD, "RFID", "RFID"),
        (NEW, OLD, "EMAID", "OTHER"),
    ],
)  # fmt: skip
def test_a_type_of_token_that_is_not_known_there_is_other(
    source: str, target: str, kind: str, expected: str
) -> None:
    done = change(source, target, "Token", {"type": kind})
    assert said(done)["type"] == expected
    assert (("changed", "$.type") in notes(done)) == (kind != expected)
    known = replace(KNOWN, token_types={"04AB": kind} if kind != expected else {})
    assert said(over(target, source, "Token", said(done), known))["type"] == kind


@pytest.mark.parametrize(
    ("source", "target", "name", "result", "expected"),
    [
        (OLD, MIDDLE, "CommandResponse", "TIMEOUT", "REJECTED"),
        (OLD, MIDDLE, "CommandResponse", "UNKNOWN_SESSION", "UNKNOWN_SESSION"),
        (OLD, MIDDLE, "CommandResult", "TIMEOUT", "TIMEOUT"),
        (OLD, MIDDLE, "CommandResult", "UNKNOWN_SESSION", "FAILED"),
        (OLD, NEW, "CommandResult", "ACCEPTED", "ACCEPTED"),
        (MIDDLE, OLD, "CommandResponse", "UNKNOWN_SESSION", "UNKNOWN_SESSION"),
        (MIDDLE, OLD, "CommandResult", "TIMEOUT", "TIMEOUT"),
        (MIDDLE, OLD, "CommandResult", "NOT_SUPPORTED", "NOT_SUPPORTED"),
        (MIDDLE, OLD, "CommandResult", "EVSE_OCCUPIED", "REJECTED"),
        (NEW, OLD, "CommandResult", "CANCELED_RESERVATION", "REJECTED"),
    ],
)
def test_answers_and_results_of_commands(
    source: str, target: str, name: str, result: str, expected: str
) -> None:
    done = over(source, target, name, {"result": result}, Context(timeout=45))
    assert said(done)["result"] == expected
    assert said(done).get("timeout") == (
        45 if name == "CommandResponse" and source == OLD else None
    )
    assert (("changed", "$.result") in notes(done)) == (result != expected)


def test_reservations_are_numbers_in_2_1_1() -> None:
    assert said(change(OLD, MIDDLE, "ReserveNow", {}))["reservation_id"] == "17"
    assert said(change(MIDDLE, OLD, "ReserveNow", {}))["reservation_id"] == 17
    done = change(MIDDLE, OLD, "ReserveNow", {"reservation_id": "18"})
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.LACKING, "$.reservation_id")


def test_a_start_that_needs_its_connector_is_not_sent_to_2_1_1() -> None:
    evse = EXAMPLES[MIDDLE]["Location"]["evses"][0]
    strict = evse | {"capabilities": ["START_SESSION_CONNECTOR_REQUIRED"]}
    place = text(EXAMPLES[MIDDLE]["Location"] | {"evses": [strict]})
    done = change(MIDDLE, OLD, "StartSession", {}, replace(KNOWN, locations={"GARAGE": place}))
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.WITHHELD, "$.connector_id")
    assert "connector_id" not in said(change(MIDDLE, OLD, "StartSession", {}))


def test_an_authorization_names_the_token_that_was_asked_about() -> None:
    done = change(OLD, MIDDLE, "AuthorizationInfo", {})
    assert said(done)["token"] == EXAMPLES[MIDDLE]["Token"]
    done = change(OLD, MIDDLE, "AuthorizationInfo", {}, Context(now=NOW))
    assert (done.refusal.verdict, done.refusal.path) == (Verdict.LACKING, "$.token")
    assert said(change(MIDDLE, OLD, "AuthorizationInfo", {})).keys() == {
        "allowed", "info", "location",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("source", "target", "role", "expected"),
    [(MIDDLE, NEW, "HUB", "OTHER"), (NEW, MIDDLE, "PTP", "OTHER"), (MIDDLE, NEW, "NSP", "NSP")],
)
def test_roles_of_other_parties(source: str, target: str, role: str, expected: str) -> None:
    assert said(change(source, target, "ClientInfo", {"role": role}))["role"] == expected


@pytest.mark.parametrize(
    ("method", "expected"), [("COMMAND", "AUTH_REQUEST"), ("WHITELIST", "WHITELIST")]
)
def test_2_1_1_knows_no_commands_as_a_way_to_authorize(method: str, expected: str) -> None:
    assert said(change(MIDDLE, OLD, "CDR", {"auth_method": method}))["auth_method"] == expected
