"""The objects of objects.py as OCPI 2.1.1 has them, and those of 2.3.0 that differ."""

from typing import Any

from tests.gateway.objects import LATER, WHEN

CONTRACT = "DE-MSP-C12345678-X"


def connector(**more: Any) -> dict[str, Any]:
    return {
        "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
        "voltage": 230, "amperage": 32, "tariff_id": "T1", "last_updated": WHEN, **more,
    }  # fmt: skip


def evse(**more: Any) -> dict[str, Any]:
    return {
        "uid": "E1", "evse_id": "NL*CPO*E1", "status": "AVAILABLE", "connectors": [connector()],
        "last_updated": WHEN, **more,
    }  # fmt: skip


def location(identifier: str = "L1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "type": "ON_STREET", "name": "Weerplein", "address": "Weerplein 1",
        "city": "Utrecht", "postal_code": "3511", "country": "NLD",
        "coordinates": {"latitude": "52.090736", "longitude": "5.121420"},
        "evses": [evse()], "last_updated": WHEN, **more,
    }  # fmt: skip


def tariff(identifier: str = "T1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "currency": "EUR", "last_updated": WHEN,
        "elements": [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}],
        **more,
    }  # fmt: skip


def token(uid: str = "U1", **more: Any) -> dict[str, Any]:
    return {
        "uid": uid, "type": "RFID", "auth_id": CONTRACT, "issuer": "Ampere Card", "valid": True,
        "whitelist": "ALLOWED", "last_updated": WHEN, **more,
    }  # fmt: skip


def session(identifier: str = "S1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "start_datetime": WHEN, "kwh": 0, "auth_id": CONTRACT,
        "auth_method": "WHITELIST", "location": location(), "currency": "EUR", "total_cost": 1.5,
        "status": "ACTIVE", "last_updated": WHEN, **more,
    }  # fmt: skip


def cdr(identifier: str = "C1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "start_date_time": WHEN, "stop_date_time": LATER, "auth_id": CONTRACT,
        "auth_method": "WHITELIST", "location": location(), "currency": "EUR",
        "charging_periods": [
            {"start_date_time": WHEN, "dimensions": [{"type": "ENERGY", "volume": 10.5}]}
        ],
        "total_cost": 2.625, "total_energy": 10.5, "total_time": 0.0833, "last_updated": LATER,
        **more,
    }  # fmt: skip
