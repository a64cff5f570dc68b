"""Small objects for tests that do not care what is in them."""

from typing import Any

STAMP = "2026-03-01T10:00:00Z"


def location(identifier: str = "L1", **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": identifier,
        "evses": [{"uid": "E1", "status": "AVAILABLE", "connectors": [{"id": "1"}]}],
        "last_updated": STAMP,
        **more,
    }


def session(identifier: str = "S1", **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL",
        "party_id": "CPO",
        "id": identifier,
        "status": "ACTIVE",
        "cdr_token": {"country_code": "DE", "party_id": "MSP", "uid": "T1"},
        "charging_periods": [{"start_date_time": STAMP}],
        "last_updated": STAMP,
        **more,
    }


def token(uid: str = "T1", **more: Any) -> dict[str, Any]:
    return {
        "country_code": "DE",
        "party_id": "MSP",
        "uid": uid,
        "type": "RFID",
        "contract_id": "DE-MSP-C00000001-X",
        "valid": True,
        "last_updated": STAMP,
        **more,
    }
