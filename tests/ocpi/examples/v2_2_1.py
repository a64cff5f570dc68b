"""OCPI 2.2.1: a parking garage in Utrecht, a driver from Cologne, one hour of charging."""

from typing import Any

NOW = "2026-03-01T10:00:00Z"
CPO = {"country_code": "NL", "party_id": "GRG"}
MSP = {"country_code": "DE", "party_id": "DOM"}
URL = "https://garage.example/"
VAT = {"excl_vat": 12.5, "incl_vat": 15.13}

IMAGE = {
    "url": f"{URL}front.jpeg", "thumbnail": f"{URL}front-small.jpeg", "category": "ENTRANCE",
    "type": "jpeg", "width": 1024, "height": 768,
}  # fmt: skip
BUSINESS = {"name": "Garage Oudegracht", "website": URL, "logo": IMAGE}
TEXT = {"language": "nl", "text": "Achter de slagboom rechts"}
ENERGY_MIX = {
    "is_green_energy": False,
    "energy_sources": [
        {"source": "WIND", "percentage": 60.5}, {"source": "GAS", "percentage": 39.5},
    ],
    "environ_impact": [{"category": "CARBON_DIOXIDE", "amount": 120.25}],
    "supplier_name": "Noordzee Stroom", "energy_product_name": "Halfwind",
}  # fmt: skip
HOURS = {
    "twentyfourseven": False,
    "regular_hours": [{"weekday": 1, "period_begin": "07:00", "period_end": "22:30"}],
    "exceptional_openings": [
        {"period_begin": "2026-04-27T04:00:00Z", "period_end": "2026-04-27T22:00:00Z"}
    ],
    "exceptional_closings": [
        {"period_begin": "2026-12-25T00:00:00Z", "period_end": "2026-12-26T00:00:00Z"}
    ],
}
CONNECTOR = {
    "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
    "max_voltage": 230, "max_amperage": 32, "max_electric_power": 22000, "tariff_ids": ["DAY"],
    "terms_and_conditions": f"{URL}terms", "last_updated": NOW,
}  # fmt: skip
EVSE = {
    "uid": "GRG-7", "evse_id": "NL*GRG*E7", "status": "AVAILABLE",
    "status_schedule": [
        {"period_begin": "2026-05-01T00:00:00Z", "period_end": "2026-05-02T00:00:00Z",
         "status": "INOPERATIVE"},
    ],
    "capabilities": ["RFID_READER", "RESERVABLE"], "connectors": [CONNECTOR], "floor_level": "-2",
    "coordinates": {"latitude": "52.089650", "longitude": "5.121230"},
    "physical_reference": "7", "directions": [TEXT], "parking_restrictions": ["EV_ONLY"],
    "images": [IMAGE], "last_updated": NOW,
}  # fmt: skip
LOCATION = {
    **CPO, "id": "GARAGE", "publish": True,
    "publish_allowed_to": [
        {"uid": "04AB", "type": "RFID", "visual_number": "4-711", "issuer": "Domstrom",
         "group_id": "STAFF"},
    ],
    "name": "Garage Oudegracht", "address": "Oudegracht 200", "city": "Utrecht",
    "postal_code": "3511 NR", "state": "Utrecht", "country": "NLD",
    "coordinates": {"latitude": "52.089612", "longitude": "5.121344"},
    "related_locations": [
        {"latitude": "52.089700", "longitude": "5.121500", "name": {"language": "en", "text": "In"}}
    ],
    "parking_type": "PARKING_GARAGE", "evses": [EVSE], "directions": [TEXT], "operator": BUSINESS,
    "suboperator": {"name": "Wacht BV"}, "owner": {"name": "Stad"}, "facilities": ["WIFI", "CAFE"],
    "time_zone": "Europe/Amsterdam", "opening_times": HOURS, "charging_when_closed": True,
    "images": [IMAGE], "energy_mix": ENERGY_MIX, "last_updated": NOW,
}  # fmt: skip
RESTRICTIONS: dict[str, Any] = {
    "start_time": "08:00", "end_time": "20:00", "start_date": "2026-01-01",
    "end_date": "2026-12-31",
    "min_kwh": 1, "max_kwh": 80.5, "min_current": 6, "max_current": 32, "min_power": 1.4,
    "max_power": 22, "min_duration": 60, "max_duration": 86400, "day_of_week": ["MONDAY", "SUNDAY"],
    "reservation": "RESERVATION",
}  # fmt: skip
TARIFF: dict[str, Any] = {
    **CPO, "id": "DAY", "currency": "EUR", "type": "REGULAR", "tariff_alt_text": [TEXT],
    "tariff_alt_url": f"{URL}day", "min_price": VAT, "max_price": {"excl_vat": 40},
    "elements": [
        {"price_components": [{"type": "ENERGY", "price": 0.35, "vat": 21, "step_size": 1}]},
        {"price_components": [{"type": "TIME", "price": 2, "vat": 21.0, "step_size": 60}],
         "restrictions": RESTRICTIONS},
    ],
    "start_date_time": "2026-01-01T00:00:00Z", "end_date_time": "2027-01-01T00:00:00Z",
    "energy_mix": ENERGY_MIX, "last_updated": NOW,
}  # fmt: skip
CDR_TOKEN = {**MSP, "uid": "04AB", "type": "RFID", "contract_id": "DE-DOM-C4711-X"}
TOKEN = {
    **CDR_TOKEN, "visual_number": "4-711", "issuer": "Domstrom", "group_id": "STAFF", "valid": True,
    "whitelist": "ALLOWED", "language": "de", "default_profile_type": "GREEN",
    "energy_contract": {"supplier_name": "Rheinwind", "contract_id": "77"}, "last_updated": NOW,
}  # fmt: skip
PERIOD = {
    "start_date_time": NOW, "tariff_id": "DAY",
    "dimensions": [{"type": "ENERGY", "volume": 11.25}, {"type": "TIME", "volume": 1}],
}  # fmt: skip
SESSION = {
    **CPO, "id": "S1", "start_date_time": NOW, "end_date_time": "2026-03-01T11:00:00Z",
    "kwh": 11.25, "cdr_token": CDR_TOKEN, "auth_method": "AUTH_REQUEST",
    "authorization_reference": "A1",
    "location_id": "GARAGE", "evse_uid": "GRG-7", "connector_id": "1", "meter_id": "M7",
    "currency": "EUR", "charging_periods": [PERIOD], "total_cost": VAT, "status": "ACTIVE",
    "last_updated": NOW,
}  # fmt: skip
CDR = {
    **CPO, "id": "C1", "start_date_time": NOW, "end_date_time": "2026-03-01T11:00:00Z",
    "session_id": "S1", "cdr_token": CDR_TOKEN, "auth_method": "WHITELIST",
    "authorization_reference": "A1",
    "cdr_location": {
        "id": "GARAGE", "name": "Garage Oudegracht", "address": "Oudegracht 200", "city": "Utrecht",
        "postal_code": "3511 NR", "state": "Utrecht", "country": "NLD",
        "coordinates": {"latitude": "52.089612", "longitude": "5.121344"}, "evse_uid": "GRG-7",
        "evse_id": "NL*GRG*E7", "connector_id": "1", "connector_standard": "IEC_62196_T2",
        "connector_format": "SOCKET", "connector_power_type": "AC_3_PHASE",
    },
    "meter_id": "M7", "currency": "EUR", "tariffs": [TARIFF], "charging_periods": [PERIOD],
    "signed_data": {
        "encoding_method": "OCMF", "encoding_method_version": 1, "public_key": "AA==",
        "signed_values": [{"nature": "End", "plain_data": "11.25", "signed_data": "BB=="}],
        "url": f"{URL}signed",
    },
    "total_cost": VAT, "total_fixed_cost": {"excl_vat": 0}, "total_energy": 11.25,
    "total_energy_cost": VAT, "total_time": 1, "total_time_cost": VAT, "total_parking_time": 0.25,
    "total_parking_cost": VAT, "total_reservation_cost": VAT, "remark": "Second hour free",
    "invoice_reference_id": "I1", "credit": False, "credit_reference_id": "C0",
    "home_charging_compensation": False, "last_updated": NOW,
}  # fmt: skip
PLACE = {"location_id": "GARAGE", "evse_uid": "GRG-7", "connector_id": "1"}
ANSWER_TO = {"response_url": f"{URL}results/1"}
PROFILE = {
    "start_date_time": NOW, "duration": 3600, "charging_rate_unit": "W",
    "min_charging_rate": 1400.5,
    "charging_profile_period": [{"start_period": 0, "limit": 11000.5}],
}  # fmt: skip
ACTIVE_PROFILE = {"start_date_time": NOW, "charging_profile": PROFILE}

EXAMPLES: dict[str, dict[str, Any]] = {
    "Location": LOCATION,
    "Tariff": TARIFF,
    "Token": TOKEN,
    "Session": SESSION,
    "CDR": CDR,
    "ChargingPreferences": {
        "profile_type": "FAST", "departure_time": NOW, "energy_need": 20.5,
        "discharge_allowed": True,
    },
    "AuthorizationInfo": {
        "allowed": "ALLOWED", "token": TOKEN, "authorization_reference": "A1", "info": TEXT,
        "location": {"location_id": "GARAGE", "evse_uids": ["GRG-7"]},
    },
    "StartSession": {**ANSWER_TO, **PLACE, "token": TOKEN, "authorization_reference": "A1"},
    "StopSession": {**ANSWER_TO, "session_id": "S1"},
    "ReserveNow": {
        **ANSWER_TO, "token": TOKEN, "expiry_date": NOW, "reservation_id": "R1",
        "location_id": "GARAGE", "evse_uid": "GRG-7", "authorization_reference": "A1",
    },
    "CancelReservation": {**ANSWER_TO, "reservation_id": "R1"},
    "UnlockConnector": {**ANSWER_TO, **PLACE},
    "CommandResponse": {"result": "ACCEPTED", "timeout": 30, "message": [TEXT]},
    "CommandResult": {"result": "EVSE_OCCUPIED", "message": [TEXT]},
    "SetChargingProfile": {**ANSWER_TO, "charging_profile": PROFILE},
    "ChargingProfileResponse": {"result": "TOO_OFTEN", "timeout": 30},
    "ActiveChargingProfile": ACTIVE_PROFILE,
    "ActiveChargingProfileResult": {"result": "ACCEPTED", "profile": ACTIVE_PROFILE},
    "ChargingProfileResult": {"result": "REJECTED"},
    "ClearProfileResult": {"result": "UNKNOWN"},
    "ClientInfo": {**CPO, "role": "CPO", "status": "CONNECTED", "last_updated": NOW},
    "Version": {"version": "2.2.1", "url": f"{URL}2.2.1"},
    "VersionDetails": {
        "version": "2.2.1",
        "endpoints": [{"identifier": "cdrs", "role": "SENDER", "url": f"{URL}2.2.1/cdrs"}],
    },
    "Credentials": {
        "token": "a-token-of-ours", "url": f"{URL}versions",
        "roles": [{**CPO, "role": "CPO", "business_details": BUSINESS}],
    },
}  # fmt: skip
