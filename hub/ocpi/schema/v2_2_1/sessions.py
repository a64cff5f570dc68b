"""The classes of the Sessions module of OCPI 2.2.1.

spec: mod_sessions_object_description
"""

from hub.ocpi.schema.notation import (
    BOOLEAN,
    DATE_TIME,
    NUMBER,
    CiString,
    String,
    Table,
    many,
    maybe,
    one,
)

TABLES = (
    Table(
        "Session",
        "mod_sessions_session_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "id": one(CiString(36)),
            "start_date_time": one(DATE_TIME),
            "end_date_time": maybe(DATE_TIME),
            "kwh": one(NUMBER),
            "cdr_token": one("CdrToken"),
            "auth_method": one("AuthMethod"),
            "authorization_reference": maybe(CiString(36)),
            "location_id": one(CiString(36)),
            "evse_uid": one(CiString(36)),
            "connector_id": one(CiString(36)),
            "meter_id": maybe(String(255)),
            "currency": one(String(3)),
            "charging_periods": many("ChargingPeriod"),
            "total_cost": maybe("Price"),
            "status": one("SessionStatus"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "ChargingPreferences",
        "mod_sessions_charging_preferences_object",
        {
            "profile_type": one("ProfileType"),
            "departure_time": maybe(DATE_TIME),
            "energy_need": maybe(NUMBER),
            "discharge_allowed": maybe(BOOLEAN),
        },
    ),
)
