"""Objects of our own of the modules that OCPI 2.3.0 has alone, valid and small."""

from typing import Any

from tests.gateway.objects import WHEN

TIMES = {"start_date_time": "2026-03-02T08:00:00Z", "end_date_time": "2026-03-02T09:00:00Z"}
TERMS = {
    "supported_access_methods": ["OPEN"],
    "change_until_minutes": 60,
    "cancel_until_minutes": 30,
}


def calendar(identifier: str = "C1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "begin_from": "2026-03-02T00:00:00Z",
        "end_before": "2026-03-09T00:00:00Z", "available_timeslots": [TIMES],
        "last_updated": WHEN, **more,
    }  # fmt: skip


def booking_location(identifier: str = "BL1", owner: str = "NL/CPO", **more: Any) -> dict[str, Any]:
    country, party = owner.split("/")
    return {
        "country_code": country, "party_id": party, "id": identifier, "location_id": "L1",
        "booking_option": {"evse_uid": "E1"}, "booking_terms": TERMS,
        "calendars": [calendar()], "last_updated": WHEN, **more,
    }  # fmt: skip


def booking_request(identifier: str = "R1", asking: str = "DE/MSP", **more: Any) -> dict[str, Any]:
    country, party = asking.split("/")
    return {
        "country_code": country, "party_id": party, "request_id": identifier,
        "location_id": "L1", "booking_location_id": "BL1", "period": TIMES,
        "authorization_reference": "AR-1", **more,
    }  # fmt: skip


def booking(identifier: str = "B1", asking: str = "DE/MSP", **more: Any) -> dict[str, Any]:
    request = booking_request(asking=asking)
    status = {
        "request_status": "ACCEPTED", "booking_request": request, "request_received": WHEN,
    }  # fmt: skip
    return {
        "id": identifier, "country_code": "NL", "party_id": "CPO", "request_id": "R1",
        "location_id": "L1", "period": TIMES, "reservation_status": "RESERVED",
        "authorization_reference": "AR-1", "booking_terms": TERMS,
        "booking_requests": [status], "last_updated": WHEN, **more,
    }  # fmt: skip


def terminal(identifier: str = "T1", **more: Any) -> dict[str, Any]:
    return {
        "terminal_id": identifier, "customer_reference": "site 12", "invoice_creator": "CPO",
        "invoice_base_url": "https://invoices.example/", "last_updated": WHEN, **more,
    }  # fmt: skip


def confirmation(identifier: str = "F1", **more: Any) -> dict[str, Any]:
    return {
        "id": identifier, "authorization_reference": "AR-1", "currency": "EUR",
        "total_costs": {"before_taxes": 8.40, "taxes": [{"name": "VAT", "amount": 1.76}]},
        "eft_data": ["card ends in 1234"], "capture_status_code": "SUCCESS",
        "last_updated": WHEN, **more,
    }  # fmt: skip


def record(identifier: str = "I1", owner: str = "NL/CPO", **more: Any) -> dict[str, Any]:
    country, party = owner.split("/")
    return {
        "country_code": country, "party_id": party, "id": identifier,
        "invoice_id": "2026-0042", "cdrs": ["C1"], "last_updated": WHEN, **more,
    }  # fmt: skip
