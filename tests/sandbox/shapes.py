"""The field tables of 2.2.1 for the objects the sandbox makes up, and a walker that applies them.

A field is `type length cardinality`: `ci36 1` is a required CiString of at most 36, `Evse *` a list
of objects that may be absent. spec: the property tables of each module.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from hub.ocpi import datetimes

TABLES: dict[str, dict[str, str]] = {
    "Location": {
        "country_code": "ci2 1", "party_id": "ci3 1", "id": "ci36 1", "publish": "bool 1",
        "publish_allowed_to": "PublishTokenType *", "name": "s255 ?", "address": "s45 1",
        "city": "s45 1", "postal_code": "s10 ?", "state": "s20 ?", "country": "alpha3 1",
        "coordinates": "GeoLocation 1", "parking_type": "ParkingType ?", "evses": "Evse *",
        "directions": "DisplayText *", "operator": "BusinessDetails ?", "facilities": "Facility *",
        "time_zone": "s255 1", "opening_times": "Hours ?", "charging_when_closed": "bool ?",
        "energy_mix": "EnergyMix ?", "last_updated": "dt 1",
    },
    "Evse": {
        "uid": "ci36 1", "evse_id": "evseid ?", "status": "Status 1",
        "capabilities": "Capability *", "connectors": "Connector +", "floor_level": "s4 ?",
        "physical_reference": "s16 ?", "last_updated": "dt 1",
    },
    "Connector": {
        "id": "ci36 1", "standard": "ConnectorType 1", "format": "ConnectorFormat 1",
        "power_type": "PowerType 1", "max_voltage": "int 1", "max_amperage": "int 1",
        "max_electric_power": "int ?", "tariff_ids": "ci36 *", "last_updated": "dt 1",
    },
    "GeoLocation": {"latitude": "latitude 1", "longitude": "longitude 1"},
    "DisplayText": {"language": "s2 1", "text": "s512 1"},
    "BusinessDetails": {"name": "s100 1", "website": "url ?"},
    "Hours": {"twentyfourseven": "bool 1", "regular_hours": "RegularHours *"},
    "RegularHours": {"weekday": "int 1", "period_begin": "clock 1", "period_end": "clock 1"},
    "EnergyMix": {
        "is_green_energy": "bool 1", "energy_sources": "EnergySource *", "supplier_name": "s64 ?",
    },
    "EnergySource": {"source": "EnergySourceCategory 1", "percentage": "num 1"},
    "Tariff": {
        "country_code": "ci2 1", "party_id": "ci3 1", "id": "ci36 1", "currency": "currency 1",
        "type": "TariffType ?", "tariff_alt_text": "DisplayText *", "min_price": "Price ?",
        "elements": "TariffElement +", "last_updated": "dt 1",
    },
    "Price": {"excl_vat": "num 1", "incl_vat": "num ?"},
    "TariffElement": {
        "price_components": "PriceComponent +", "restrictions": "TariffRestrictions ?",
    },
    "PriceComponent": {
        "type": "TariffDimensionType 1", "price": "num 1", "vat": "num ?", "step_size": "int 1",
    },
    "TariffRestrictions": {
        "start_time": "clock ?", "end_time": "clock ?", "min_duration": "int ?",
        "day_of_week": "DayOfWeek *",
    },
    "Token": {
        "country_code": "ci2 1", "party_id": "ci3 1", "uid": "ci36 1", "type": "TokenType 1",
        "contract_id": "contract 1", "visual_number": "s64 ?", "issuer": "s64 1",
        "group_id": "ci20 ?", "valid": "bool 1", "whitelist": "WhitelistType 1", "language": "s2 ?",
        "default_profile_type": "ProfileType ?", "last_updated": "dt 1",
    },
    "Session": {
        "country_code": "ci2 1", "party_id": "ci3 1", "id": "ci36 1", "start_date_time": "dt 1",
        "end_date_time": "dt ?", "kwh": "num 1", "cdr_token": "CdrToken 1",
        "auth_method": "AuthMethod 1", "authorization_reference": "ci36 ?", "location_id": "ci36 1",
        "evse_uid": "ci36 1", "connector_id": "ci36 1", "meter_id": "s255 ?",
        "currency": "currency 1", "charging_periods": "ChargingPeriod *", "total_cost": "Price ?",
        "status": "SessionStatus 1", "last_updated": "dt 1",
    },
    "CdrToken": {
        "country_code": "ci2 1", "party_id": "ci3 1", "uid": "ci36 1", "type": "TokenType 1",
        "contract_id": "ci36 1",
    },
    "ChargingPeriod": {
        "start_date_time": "dt 1", "dimensions": "CdrDimension +", "tariff_id": "ci36 ?",
    },
    "CdrDimension": {"type": "CdrDimensionType 1", "volume": "num 1"},
    "Cdr": {
        "country_code": "ci2 1", "party_id": "ci3 1", "id": "ci39 1", "start_date_time": "dt 1",
        "end_date_time": "dt 1", "session_id": "ci36 ?", "cdr_token": "CdrToken 1",
        "auth_method": "AuthMethod 1", "authorization_reference": "ci36 ?",
        "cdr_location": "CdrLocation 1", "meter_id": "s255 ?", "currency": "currency 1",
        "tariffs": "Tariff *", "charging_periods": "ChargingPeriod +", "total_cost": "Price 1",
        "total_fixed_cost": "Price ?", "total_energy": "num 1", "total_energy_cost": "Price ?",
        "total_time": "num 1", "total_time_cost": "Price ?", "last_updated": "dt 1",
    },
    "CdrLocation": {
        "id": "ci36 1", "name": "s255 ?", "address": "s45 1", "city": "s45 1",
        "postal_code": "s10 ?", "country": "alpha3 1", "coordinates": "GeoLocation 1",
        "evse_uid": "ci36 1", "evse_id": "ci48 1", "connector_id": "ci36 1",
        "connector_standard": "ConnectorType 1", "connector_format": "ConnectorFormat 1",
        "connector_power_type": "PowerType 1",
    },
}  # fmt: skip

# Of the larger enums only what the sandbox uses.
ENUMS = {
    "Status": "AVAILABLE BLOCKED CHARGING INOPERATIVE OUTOFORDER PLANNED REMOVED RESERVED UNKNOWN",
    "ParkingType": "ALONG_MOTORWAY PARKING_GARAGE PARKING_LOT ON_DRIVEWAY ON_STREET "
    "UNDERGROUND_GARAGE",
    "Facility": "HOTEL RESTAURANT MALL SUPERMARKET PARKING_LOT FUEL_STATION WIFI",
    "Capability": "CHARGING_PROFILE_CAPABLE CONTACTLESS_CARD_SUPPORT REMOTE_START_STOP_CAPABLE "
    "RFID_READER UNLOCK_CAPABLE",
    "ConnectorType": "CHADEMO IEC_62196_T2 IEC_62196_T2_COMBO",
    "ConnectorFormat": "SOCKET CABLE",
    "PowerType": "AC_1_PHASE AC_3_PHASE DC",
    "EnergySourceCategory": "NUCLEAR GENERAL_FOSSIL COAL GAS GENERAL_GREEN SOLAR WIND WATER",
    "TariffType": "AD_HOC_PAYMENT PROFILE_CHEAP PROFILE_FAST PROFILE_GREEN REGULAR",
    "TariffDimensionType": "ENERGY FLAT PARKING_TIME TIME",
    "DayOfWeek": "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    "TokenType": "AD_HOC_USER APP_USER OTHER RFID",
    "WhitelistType": "ALWAYS ALLOWED ALLOWED_OFFLINE NEVER",
    "ProfileType": "CHEAP FAST GREEN REGULAR",
    "AuthMethod": "AUTH_REQUEST COMMAND WHITELIST",
    "SessionStatus": "ACTIVE COMPLETED INVALID PENDING RESERVATION",
    "CdrDimensionType": "ENERGY MAX_CURRENT MIN_CURRENT PARKING_TIME TIME",
}

PATTERNS = {
    "latitude": r"-?[0-9]{1,2}\.[0-9]{5,7}",
    "longitude": r"-?[0-9]{1,3}\.[0-9]{5,7}",
    "clock": r"([0-1][0-9]|2[0-3]):[0-5][0-9]",
    "alpha3": r"[A-Z]{3}",
    "currency": r"[A-Z]{3}",
    "url": r"https://[^ ]{1,247}",
    # eMI3: country, operator, E, and what the operator likes; and the contract id with its check.
    "evseid": r"[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9][A-Z0-9*]{0,30}",
    "contract": r"[A-Z]{2}-[A-Z0-9]{3}-[A-Z0-9]{9}-[A-Z0-9]",
}


def wrong(kind: str, value: Any, path: str = "") -> Iterator[str]:
    """Everything in an object that its table does not allow."""
    path = path or kind
    table = TABLES[kind]
    if not isinstance(value, dict):
        yield f"{path}: no object"
        return
    for name in value.keys() - table.keys():
        yield f"{path}.{name}: unknown field"
    for name, rule in table.items():
        what, cardinality = rule.split()
        where = f"{path}.{name}"
        given = value.get(name)
        if given is None or given == []:
            if cardinality in "1+":
                yield f"{where}: missing"
        elif cardinality in "*+":
            if not isinstance(given, list):
                yield f"{where}: no list"
                continue
            for number, item in enumerate(given):
                yield from _one(what, item, f"{where}[{number}]")
        else:
            yield from _one(what, given, where)


def _one(what: str, value: Any, path: str) -> Iterator[str]:
    if what in TABLES:
        yield from wrong(what, value, path)
    elif not _fits(what, value):
        yield f"{path}: {value!r} is no {what}"


def _fits(what: str, value: Any) -> bool:
    if what == "bool":
        return isinstance(value, bool)
    if what == "int":
        return isinstance(value, int) and not isinstance(value, bool)
    if what == "num":
        # spec: types_number_type; four decimals unless stated otherwise.
        exact = Decimal(str(value))
        return not isinstance(value, (bool, str)) and exact == round(exact, 4)
    if not isinstance(value, str):
        return False
    if what == "dt":
        return len(value) <= 25 and value.endswith("Z") and bool(datetimes.parse(value))
    if what in ENUMS:
        return value in ENUMS[what].split()
    if what in PATTERNS:
        return re.fullmatch(PATTERNS[what], value) is not None
    kind, length = re.fullmatch(r"(ci|s)(\d+)", what).groups()  # type: ignore[union-attr]
    return len(value) <= int(length) and value.isprintable() and (kind == "s" or value.isascii())
