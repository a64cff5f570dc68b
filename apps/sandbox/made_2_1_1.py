"""Objects of a simulated CPO of OCPI 2.1.1, as that version has them: no owner, whole seconds, the
Location inside Sessions and CDRs, the driver by `auth_id`, costs as one number without VAT."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

SITE, TARIFF, SESSION, CDR = "GENT-1", "GENT-DAY", "BVR-S-1", "BVR-C-1"
TICK = timedelta(minutes=15)


def stamp(moment: datetime) -> str:
    """A DateTime of 2.1.1, which has whole seconds."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def location(moment: datetime) -> dict[str, Any]:
    connector = {
        "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
        "voltage": 230, "amperage": 32, "tariff_id": TARIFF, "last_updated": stamp(moment),
    }  # fmt: skip
    evse = {
        "uid": "GENT-1-A", "evse_id": "BE*BVR*EGENT1A", "status": "AVAILABLE",
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"], "connectors": [connector],
        "last_updated": stamp(moment),
    }  # fmt: skip
    return {
        "id": SITE, "type": "ON_STREET", "name": "Korenmarkt", "address": "Korenmarkt 12",
        "city": "Gent", "postal_code": "9000", "country": "BEL",
        "coordinates": {"latitude": "51.054340", "longitude": "3.721430"},
        "evses": [evse], "operator": {"name": "Beaver Plug"}, "last_updated": stamp(moment),
    }  # fmt: skip


def tariff(moment: datetime) -> dict[str, Any]:
    price = {"type": "ENERGY", "price": Decimal("0.42"), "step_size": 1}
    return {
        "id": TARIFF, "currency": "EUR", "elements": [{"price_components": [price]}],
        "last_updated": stamp(moment),
    }  # fmt: skip


def period(begin: datetime, kwh: Decimal) -> dict[str, Any]:
    return {
        "start_date_time": stamp(begin),
        "dimensions": [
            {"type": "ENERGY", "volume": kwh},
            {"type": "TIME", "volume": Decimal("0.25")},
        ],
    }  # fmt: skip


def session(auth_id: str, begin: datetime, moment: datetime) -> dict[str, Any]:
    return {
        "id": SESSION, "start_datetime": stamp(begin), "kwh": Decimal(0), "auth_id": auth_id,
        "auth_method": "AUTH_REQUEST", "location": location(moment), "currency": "EUR",
        "status": "ACTIVE", "last_updated": stamp(moment),
    }  # fmt: skip


def cdr(charged: dict[str, Any], moment: datetime) -> dict[str, Any]:
    """The CDR of a session that is over."""
    return {
        "id": CDR, "start_date_time": charged["start_datetime"],
        "stop_date_time": charged["end_datetime"], "auth_id": charged["auth_id"],
        "auth_method": charged["auth_method"], "location": charged["location"],
        "currency": charged["currency"], "tariffs": [tariff(moment)],
        "charging_periods": charged["charging_periods"], "total_cost": charged["total_cost"],
        "total_energy": charged["kwh"], "total_time": Decimal("0.5"),
        "last_updated": stamp(moment),
    }  # fmt: skip
