"""OCPI 2.1.1: the same garage; nothing says whose it is, and a CDR holds the whole of it."""

from typing import Any

from tests.ocpi.examples import v2_2_1 as new

NOW, URL, TEXT = new.NOW, new.URL, new.TEXT

ENERGY_MIX = {
    **new.ENERGY_MIX, "environ_impact": [{"source": "CARBON_DIOXIDE", "amount": 120.25}],
}  # fmt: skip
CONNECTOR = {
    "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
    "voltage": 230, "amperage": 32, "tariff_id": "DAY", "terms_and_conditions": f"{URL}terms",
    "last_updated": NOW,
}  # fmt: skip
EVSE = {**new.EVSE, "connectors": [CONNECTOR]}
LOCATION = {
    "id": "GARAGE", "type": "PARKING_GARAGE", "name": "Garage Oudegracht",
    "address": "Oudegracht 200", "city": "Utrecht", "postal_code": "3511 NR", "country": "NLD",
    "coordinates": {"latitude": "52.089612", "longitude": "5.121344"},
    "related_locations": new.LOCATION["related_locations"], "evses": [EVSE], "directions": [TEXT],
    "operator": new.BUSINESS, "suboperator": {"name": "Wacht BV"}, "owner": {"name": "Stad"},
    "facilities": ["WIFI", "CAFE"], "time_zone": "Europe/Amsterdam", "opening_times": new.HOURS,
    "charging_when_closed": True, "images": [new.IMAGE], "energy_mix": ENERGY_MIX,
    "last_updated": NOW,
}  # fmt: skip
RESTRICTIONS = {
    "start_time": "08:00", "end_time": "20:00", "start_date": "2026-01-01",
    "end_date": "2026-12-31",
    "min_kwh": 1, "max_kwh": 80.5, "min_power": 1.4, "max_power": 22, "min_duration": 60,
    "max_duration": 86400, "day_of_week": ["MONDAY", "SUNDAY"],
}  # fmt: skip
TARIFF = {
    "id": "DAY", "currency": "EUR", "tariff_alt_text": [TEXT], "tariff_alt_url": f"{URL}day",
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.35, "step_size": 1}]},
        {"price_components": [{"type": "TIME", "price": 2, "step_size": 60}],
         "restrictions": RESTRICTIONS},
    ],
    "energy_mix": ENERGY_MIX, "last_updated": NOW,
}  # fmt: skip
TOKEN = {
    "uid": "04AB", "type": "RFID", "auth_id": "DE-DOM-C4711-X", "visual_number": "4-711",
    "issuer": "Domstrom", "valid": True, "whitelist": "ALLOWED", "language": "de",
    "last_updated": NOW,
}  # fmt: skip
PERIOD = {
    "start_date_time": NOW,
    "dimensions": [{"type": "ENERGY", "volume": 11.25}, {"type": "FLAT", "volume": 1}],
}
USED = {**LOCATION, "evses": [{**EVSE, "connectors": [CONNECTOR]}]}
ANSWER_TO = {"response_url": f"{URL}results/1"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "Location": LOCATION,
    "Tariff": TARIFF,
    "Token": TOKEN,
    "Session": {
        "id": "S1", "start_datetime": NOW, "end_datetime": "2026-03-01T11:00:00Z", "kwh": 11.25,
        "auth_id": "DE-DOM-C4711-X", "auth_method": "AUTH_REQUEST", "location": USED,
        "meter_id": "M7", "currency": "EUR", "charging_periods": [PERIOD], "total_cost": 12.5,
        "status": "ACTIVE", "last_updated": NOW,
    },
    "CDR": {
        "id": "C1", "start_date_time": NOW, "stop_date_time": "2026-03-01T11:00:00Z",
        "auth_id": "DE-DOM-C4711-X", "auth_method": "WHITELIST", "location": USED,
        "meter_id": "M7", "currency": "EUR", "tariffs": [TARIFF], "charging_periods": [PERIOD],
        "total_cost": 12.5, "total_energy": 11.25, "total_time": 1, "total_parking_time": 0.25,
        "remark": "Second hour free", "last_updated": NOW,
    },
    "AuthorizationInfo": {
        "allowed": "ALLOWED", "info": TEXT,
        "location": {
            "location_id": "GARAGE", "evse_uids": ["GRG-7"], "connector_ids": ["1"],
        },
    },
    "StartSession": {
        **ANSWER_TO, "token": TOKEN, "location_id": "GARAGE", "evse_uid": "GRG-7",
    },
    "StopSession": {**ANSWER_TO, "session_id": "S1"},
    "ReserveNow": {
        **ANSWER_TO, "token": TOKEN, "expiry_date": NOW, "reservation_id": 17,
        "location_id": "GARAGE", "evse_uid": "GRG-7",
    },
    "UnlockConnector": {**ANSWER_TO, **new.PLACE},
    "CommandResponse": {"result": "UNKNOWN_SESSION"},
    "Version": {"version": "2.1.1", "url": f"{URL}2.1.1"},
    "VersionDetails": {
        "version": "2.1.1", "endpoints": [{"identifier": "cdrs", "url": f"{URL}2.1.1/cdrs"}],
    },
    "Credentials": {
        "token": "a-token-of-ours", "url": f"{URL}versions", "business_details": new.BUSINESS,
        "party_id": "GRG", "country_code": "NL",
    },
}  # fmt: skip
