"""OCPI 2.3.0: the same garage, with parking places, named taxes, terminals and bookings."""

from typing import Any

from tests.ocpi.examples import v2_2_1 as old

NOW, CPO, MSP = old.NOW, old.CPO, old.MSP
PTP = {"country_code": "NL", "party_id": "PAY"}

PRICE = {
    "before_taxes": 12.5,
    "taxes": [{"name": "BTW", "account_number": "NL1B01", "percentage": 21, "amount": 2.63}],
}
LIMIT = {"before_taxes": 12.5, "after_taxes": 15.13}
PARKING = {
    "id": "P7", "physical_reference": "7", "vehicle_types": ["VAN", "CARGO_BIKE"],
    "max_vehicle_weight": 3500, "max_vehicle_height": 210, "max_vehicle_length": 560.5,
    "max_vehicle_width": 220, "parking_space_length": 600, "parking_space_width": 250,
    "dangerous_goods_allowed": False, "direction": "PERPENDICULAR", "drive_through": False,
    "restricted_to_type": True, "reservation_required": False, "time_limit": 240, "roofed": True,
    "images": [old.IMAGE], "lighting": True, "refrigeration_outlet": False,
    "standards": ["PAS 1899"], "apds_reference": "APDS-7",
}  # fmt: skip
CONNECTOR = {**old.CONNECTOR, "standard": "MCS", "capabilities": ["ISO_15118_2_PLUG_AND_CHARGE"]}
EVSE: dict[str, Any] = {
    **old.EVSE, "connectors": [CONNECTOR], "parking_restrictions": ["TAXIS", "CUSTOMERS"],
    "parking": [{"parking_id": "P7", "evse_position": "LEFT"}],
    "accepted_service_providers": ["Domstrom"], "capabilities": ["RFID_READER", "ROBOT_ARM"],
}  # fmt: skip
LOCATION = {
    **old.LOCATION, "evses": [EVSE], "parking_places": [PARKING], "help_phone": "+31 30 1234567",
    "facilities": ["CAFE", "SAUNA"],
}  # fmt: skip
TARIFF: dict[str, Any] = {
    **old.TARIFF, "min_price": LIMIT, "max_price": {"before_taxes": 40}, "tax_included": "NO",
    "preauthorize_amount": 50,
    "elements": [
        *old.TARIFF["elements"],
        {"price_components": [{"type": "FLAT", "price": 5, "step_size": 1}],
         "restrictions": {**old.RESTRICTIONS, "booking": "BOOKING_EXPIRES"}},
    ],
}  # fmt: skip
TOKEN = {**old.TOKEN, "type": "EMAID"}
COSTS = (
    "total_cost", "total_fixed_cost", "total_energy_cost", "total_time_cost", "total_parking_cost",
    "total_reservation_cost",
)  # fmt: skip
CDR = {
    **old.CDR, **dict.fromkeys(COSTS, PRICE), "tariffs": [TARIFF], "booking_id": "B1",
    "charging_periods": [
        old.PERIOD,
        {"start_date_time": NOW, "dimensions": [{"type": "RESERVATION_OVERTIME", "volume": 0.5}]},
    ],
}  # fmt: skip
OPTION = {
    "evse_uid": "GRG-7", "connector_id": "1", "parking_id": "P7", "evse_position": ["LEFT"],
    "vehicle_types": ["VAN"], "connector_format": ["SOCKET"], "connector_types": ["IEC_62196_T2"],
    "power_types": ["AC_3_PHASE"], "max_vehicle_weight": 3500, "max_vehicle_height": 210,
    "max_vehicle_length": 560, "max_vehicle_width": 220, "min_parking_space_length": 500,
    "min_parking_space_width": 240, "dangerous_goods_allowed": False, "drive_through": False,
    "refrigeration_outlet": False,
}  # fmt: skip
TERMS = {
    "rfid_auth_required": True, "token_groups_supported": False, "remote_auth_supported": True,
    "supported_access_methods": ["LICENSE_PLATE"], "change_until_minutes": 60,
    "cancel_until_minutes": 30, "change_not_allowed": False, "early_start_allowed": True,
    "early_start_time": 10, "noshow_timeout": 15, "noshow_fee": True, "late_stop_allowed": True,
    "late_stop_time": 5, "overlapping_bookings_allowed": False, "min_booking_duration": 30,
    "max_booking_duration": 480, "booking_terms": f"{old.URL}booking-terms",
}  # fmt: skip
SPAN = {"start_date_time": NOW, "end_date_time": "2026-03-01T11:00:00Z"}
TIMESLOT = {**SPAN, "min_power": 3700, "max_power": 22000, "green_energy_support": True}
CANCELED = {"cancellation_reason": "TRAFFIC", "who_canceled": "EMSP"}
ACCESS = [{"method": "LICENSE_PLATE", "value": "K-OC 230"}]
REQUEST = {
    **MSP, "request_id": "Q1", "booking_option": OPTION, "location_id": "GARAGE",
    "booking_location_id": "BL1", "tokens": [old.CDR_TOKEN], "access_information": ACCESS,
    "period": SPAN, "authorization_reference": "A1", "power_required": 11, "canceled": CANCELED,
}  # fmt: skip
CALENDAR = {
    "id": "CAL1", "begin_from": NOW, "end_before": "2026-03-02T00:00:00Z", "timeslot_increment": 15,
    "available_timeslots": [TIMESLOT], "last_updated": NOW,
}  # fmt: skip

EXAMPLES: dict[str, dict[str, Any]] = {
    **old.EXAMPLES,
    "Location": LOCATION,
    "Tariff": TARIFF,
    "Token": TOKEN,
    "Session": {**old.SESSION, "total_cost": PRICE},
    "CDR": CDR,
    "ClientInfo": {**PTP, "role": "PTP", "status": "CONNECTED", "last_updated": NOW},
    "Credentials": {
        **old.EXAMPLES["Credentials"], "hub_party_id": "NLHUB",
        "roles": [{**PTP, "role": "PTP", "business_details": old.BUSINESS}],
    },
    "Version": {"version": "2.3.0", "url": f"{old.URL}2.3.0"},
    "VersionDetails": {
        "version": "2.3.0",
        "endpoints": [{"identifier": "Booking", "role": "SENDER", "url": f"{old.URL}2.3.0/b"}],
    },
    "Terminal": {
        **PTP, "terminal_id": "T1", "customer_reference": "GRG", "address": "Oudegracht 200",
        "city": "Utrecht", "postal_code": "3511 NR", "state": "Utrecht", "country": "NLD",
        "coordinates": old.LOCATION["coordinates"], "invoice_base_url": f"{old.URL}invoices/",
        "invoice_creator": "PTP", "reference": "SN-1", "location_ids": ["GARAGE"],
        "evse_uids": ["GRG-7"], "last_updated": NOW,
    },
    "FinancialAdviceConfirmation": {
        "id": "F1", "authorization_reference": "A1", "total_costs": PRICE, "currency": "EUR",
        "eft_data": ["MERCHANT 17"], "capture_status_code": "SUCCESS",
        "capture_status_message": "done", "last_updated": NOW,
    },
    "InvoiceReconciliationRecord": {
        **CPO, "id": "IR1", "invoice_id": "2026-03", "cdrs": ["C1"], "last_updated": NOW,
    },
    "BookingLocation": {
        **CPO, "id": "BL1", "location_id": "GARAGE", "booking_option": OPTION,
        "policy": {"reservation_required": True, "ad_hoc": 2}, "tariff_ids": ["DAY"],
        "booking_terms": TERMS, "calendars": [CALENDAR], "last_updated": NOW,
    },
    "Booking": {
        **CPO, "id": "B1", "request_id": "Q1", "booking_option": OPTION, "location_id": "GARAGE",
        "booking_tokens": [old.CDR_TOKEN], "tariff_ids": ["DAY"], "period": TIMESLOT,
        "reservation_status": "RESERVED", "canceled": CANCELED, "access_information": ACCESS,
        "authorization_reference": "A1", "booking_terms": TERMS,
        "booking_requests": [
            {"request_status": "ACCEPTED", "booking_request": REQUEST, "request_received": NOW}
        ],
        "last_updated": NOW,
    },
}  # fmt: skip
