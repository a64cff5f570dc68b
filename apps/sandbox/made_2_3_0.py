"""Objects of simulated platforms of OCPI 2.3.0, with what that version has alone: parking, taxes,
Bookings, Payments and Invoice Reconciliation."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId

SITE, EVSE, PLACE, BOOKING_PLACE = "UTR-P", "UTR-P-1", "P1", "UTR-P-B"
TARIFF, UNTOLD_TARIFF = "GRG-PARK", "GRG-UNTOLD"
CARD = "EMAID-KTK-1"
# Of the PTP's own payer at the terminal; of the booking of the eMSP's driver.
PAID, BOOKED = "PIK-4711", "KTK-B-1"
TERMS = {
    "supported_access_methods": ["LICENSE_PLATE"],
    "change_until_minutes": 60,
    "cancel_until_minutes": 30,
}


def _owned(party: PartyId, moment: datetime, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "country_code": party.country_code,
        "party_id": party.party_id,
        **content,
        "last_updated": datetimes.render(moment),
    }


def location(party: PartyId, moment: datetime) -> dict[str, Any]:
    """A car park: one EVSE for cars, and one for trucks with a connector of 2.3.0."""
    stamp = datetimes.render(moment)
    evse = {
        "status": "AVAILABLE", "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
        "last_updated": stamp,
    }  # fmt: skip
    connector = {
        "id": "1", "format": "CABLE", "power_type": "DC", "tariff_ids": [TARIFF],
        "last_updated": stamp,
    }  # fmt: skip
    cars = {
        **connector, "standard": "IEC_62196_T2_COMBO", "max_voltage": 920, "max_amperage": 200,
        "max_electric_power": 150_000, "capabilities": ["ISO_15118_2_PLUG_AND_CHARGE"],
    }  # fmt: skip
    trucks = {**connector, "standard": "MCS", "max_voltage": 1250, "max_amperage": 1000}
    return _owned(party, moment, {
        "id": SITE, "publish": True, "name": "Parkhuis Neude", "address": "Neude 5",
        "city": "Utrecht", "postal_code": "3512AE", "country": "NLD",
        "coordinates": {"latitude": "52.093300", "longitude": "5.118100"},
        "parking_type": "PARKING_GARAGE", "time_zone": "Europe/Amsterdam",
        "evses": [
            {
                "uid": EVSE, "evse_id": "NL*GRG*EUTRP1", **evse, "connectors": [cars],
                "parking": [{"parking_id": PLACE, "evse_position": "LEFT"}],
                "accepted_service_providers": ["Kite Key"],
            },
            {"uid": "UTR-P-2", "evse_id": "NL*GRG*EUTRP2", **evse, "connectors": [trucks]},
        ],
        "parking_places": [{
            "id": PLACE, "vehicle_types": ["PERSONAL_VEHICLE", "VAN"], "max_vehicle_height": 210,
            "restricted_to_type": False, "reservation_required": False, "roofed": True,
        }],
        "help_phone": "+31301234567",
    })  # fmt: skip


def tariff(party: PartyId, moment: datetime) -> dict[str, Any]:
    """Prices with 21 % tax in them."""
    energy = {"type": "ENERGY", "price": Decimal("0.605"), "vat": 21, "step_size": 1}
    return _tariff(party, moment, TARIFF, energy)


def untold_tariff(party: PartyId, moment: datetime) -> dict[str, Any]:
    """Prices with tax in them that do not say how much."""
    energy = {"type": "ENERGY", "price": Decimal("0.605"), "step_size": 1}
    return _tariff(party, moment, UNTOLD_TARIFF, energy)


def _tariff(
    party: PartyId, moment: datetime, identifier: str, price: dict[str, Any]
) -> dict[str, Any]:
    return _owned(party, moment, {
        "id": identifier, "currency": "EUR", "tax_included": "YES",
        "elements": [{"price_components": [price]}],
    })  # fmt: skip


def token(party: PartyId, moment: datetime) -> dict[str, Any]:
    """A car that names its contract itself: the type EMAID is new."""
    return _owned(party, moment, {
        "uid": CARD, "type": "EMAID", "contract_id": "FR-KTK-C00000001-K", "issuer": "Kite Key",
        "valid": True, "whitelist": "ALLOWED",
    })  # fmt: skip


def cdr(party: PartyId, payer: dict[str, Any], identifier: str, moment: datetime) -> dict[str, Any]:
    """Half an hour at the car park for the holder of a token; the tax has a name."""
    begin = datetimes.render(moment - timedelta(minutes=30))
    named = ("country_code", "party_id", "uid", "type", "contract_id")
    return _owned(party, moment, {
        "id": identifier, "start_date_time": begin, "end_date_time": datetimes.render(moment),
        "cdr_token": {name: payer[name] for name in named}, "auth_method": "WHITELIST",
        "cdr_location": {
            "id": SITE, "address": "Neude 5", "city": "Utrecht", "country": "NLD",
            "coordinates": {"latitude": "52.093300", "longitude": "5.118100"}, "evse_uid": EVSE,
            "evse_id": "NL*GRG*EUTRP1", "connector_id": "1",
            "connector_standard": "IEC_62196_T2_COMBO", "connector_format": "CABLE",
            "connector_power_type": "DC",
        },
        "currency": "EUR",
        "charging_periods": [{
            "start_date_time": begin, "dimensions": [{"type": "ENERGY", "volume": Decimal("20.5")}],
        }],
        "total_cost": {
            "before_taxes": Decimal("10.25"),
            "taxes": [{"name": "BTW", "percentage": 21, "amount": Decimal("2.1525")}],
        },
        "total_energy": Decimal("20.5"), "total_time": Decimal("0.5"),
    })  # fmt: skip


def _period(moment: datetime) -> dict[str, str]:
    """An hour of tomorrow."""
    begin = (moment + timedelta(days=1)).replace(minute=0, second=0, microsecond=0)
    end = begin + timedelta(hours=1)
    return {"start_date_time": datetimes.render(begin), "end_date_time": datetimes.render(end)}


def booking_location(party: PartyId, moment: datetime) -> dict[str, Any]:
    calendar = {
        "id": "WEEK", "begin_from": datetimes.render(moment),
        "end_before": datetimes.render(moment + timedelta(days=7)), "timeslot_increment": 15,
        "available_timeslots": [_period(moment)], "last_updated": datetimes.render(moment),
    }  # fmt: skip
    return _owned(party, moment, {
        "id": BOOKING_PLACE, "location_id": SITE, "booking_terms": TERMS, "calendars": [calendar],
        "booking_option": {"evse_uid": EVSE, "parking_id": PLACE}, "tariff_ids": [TARIFF],
    })  # fmt: skip


def booking_request(party: PartyId, moment: datetime) -> dict[str, Any]:
    request = _owned(party, moment, {
        "request_id": "KTK-R-1", "location_id": SITE, "booking_location_id": BOOKING_PLACE,
        "period": _period(moment), "authorization_reference": BOOKED,
        "access_information": [{"method": "LICENSE_PLATE", "value": "AB-123-C"}],
    })  # fmt: skip
    del request["last_updated"]  # spec: mod_bookings_request_class has none
    return request


def terminal(moment: datetime) -> dict[str, Any]:
    return {
        "terminal_id": "PIK-T-1", "customer_reference": "Neude, barrier 1",
        "invoice_creator": "PTP", "invoice_base_url": "https://invoices.example/",
        "last_updated": datetimes.render(moment),
    }  # fmt: skip


def payer(party: PartyId, moment: datetime) -> dict[str, Any]:
    """The Token of somebody who pays at the terminal, good for one session."""
    return _owned(party, moment, {
        "uid": PAID, "type": "AD_HOC_USER", "contract_id": PAID, "issuer": "Pike Pay",
        "valid": True, "whitelist": "NEVER",
    })  # fmt: skip


def confirmation(moment: datetime) -> dict[str, Any]:
    """What was captured from the payer's card."""
    return {
        "id": "PIK-F-1", "authorization_reference": PAID, "currency": "EUR",
        "total_costs": {
            "before_taxes": Decimal("8.40"),
            "taxes": [{"name": "BTW", "percentage": 21, "amount": Decimal("1.764")}],
        },
        "eft_data": ["card ends in 1234"], "capture_status_code": "SUCCESS",
        "last_updated": datetimes.render(moment),
    }  # fmt: skip


def record(party: PartyId, cdrs: list[str], moment: datetime) -> dict[str, Any]:
    return _owned(party, moment, {"id": "GRG-I-1", "invoice_id": "2026-0042", "cdrs": cdrs})
