"""Objects of our own for the gateway's tests, small, and valid in the version that is spoken: 2.2.1
or 2.3.0."""

from typing import Any

SPOKEN = "2.2.1"  # the fixture `spoken` says which

WHEN = "2026-03-01T10:00:00Z"
LATER = "2026-03-01T10:05:00Z"


def connector(identifier: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "standard": "IEC_62196_T2", "format": "SOCKET",
        "power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32,
        "tariff_ids": ["T1"], "last_updated": WHEN, **more,
    }  # fmt: skip


def evse(uid: str = "E1", **more: Any) -> dict[str, Any]:
    return {
        "uid": uid, "evse_id": f"NL*CPO*{uid}", "status": "AVAILABLE",
        "connectors": [connector()], "last_updated": WHEN, **more,
    }  # fmt: skip


def location(identifier: str = "L1", owner: str = "NL/CPO", **more: Any) -> dict[str, Any]:
    country, party = owner.split("/")
    return {
        "country_code": country, "party_id": party, "id": identifier, "publish": True,
        "name": "Weerplein", "address": "Weerplein 1", "city": "Utrecht", "country": "NLD",
        "coordinates": {"latitude": "52.090736", "longitude": "5.121420"},
        "time_zone": "Europe/Amsterdam", "evses": [evse()], "last_updated": WHEN, **more,
    }  # fmt: skip


def tariff(identifier: str = "T1", owner: str = "NL/CPO", **more: Any) -> dict[str, Any]:
    country, party = owner.split("/")
    return {
        "country_code": country, "party_id": party, "id": identifier, "currency": "EUR",
        "elements": [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}],
        "last_updated": WHEN, **({"tax_included": "NO"} if SPOKEN == "2.3.0" else {}), **more,
    }  # fmt: skip


def price(net: float) -> dict[str, Any]:
    """An amount, of which nothing is said about tax."""
    return {"before_taxes" if SPOKEN == "2.3.0" else "excl_vat": net}


def token(uid: str = "U1", owner: str = "DE/MSP", **more: Any) -> dict[str, Any]:
    country, party = owner.split("/")
    return {
        "country_code": country, "party_id": party, "uid": uid, "type": "RFID",
        "contract_id": "DE-MSP-C12345678-X", "issuer": "Ampere Card", "valid": True,
        "whitelist": "ALLOWED", "last_updated": WHEN, **more,
    }  # fmt: skip


def cdr_token(owner: str = "DE/MSP") -> dict[str, Any]:
    country, party = owner.split("/")
    return {"country_code": country, "party_id": party, "uid": "U1", "type": "RFID",
            "contract_id": "DE-MSP-C12345678-X"}  # fmt: skip


def session(identifier: str = "S1", payer: str = "DE/MSP", **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL", "party_id": "CPO", "id": identifier, "start_date_time": WHEN,
        "kwh": 0, "cdr_token": cdr_token(payer), "auth_method": "WHITELIST", "location_id": "L1",
        "evse_uid": "E1", "connector_id": "1", "currency": "EUR", "status": "ACTIVE",
        "last_updated": WHEN, **more,
    }  # fmt: skip


def cdr(identifier: str = "C1", payer: str = "DE/MSP", **more: Any) -> dict[str, Any]:
    return {
        "country_code": "NL", "party_id": "CPO", "id": identifier, "start_date_time": WHEN,
        "end_date_time": LATER, "session_id": "S1", "cdr_token": cdr_token(payer),
        "auth_method": "WHITELIST", "currency": "EUR",
        "cdr_location": {
            "id": "L1", "address": "Weerplein 1", "city": "Utrecht", "country": "NLD",
            "coordinates": {"latitude": "52.090736", "longitude": "5.121420"},
            "evse_uid": "E1", "evse_id": "NL*CPO*E1", "connector_id": "1",
            "connector_standard": "IEC_62196_T2", "connector_format": "SOCKET",
            "connector_power_type": "AC_3_PHASE",
        },
        "charging_periods": [
            {"start_date_time": WHEN, "dimensions": [{"type": "ENERGY", "volume": 10.5}]}
        ],
        "total_cost": price(2.6250), "total_energy": 10.5, "total_time": 0.0833,
        "last_updated": LATER, **more,
    }  # fmt: skip
