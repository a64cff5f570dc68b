"""The class of the Sessions module of OCPI 2.1.1. Its times are `start_datetime` and
`end_datetime`; those of a CDR are spelled otherwise.

spec: mod_sessions.md#31-session-object
"""

from hub.ocpi.schema.notation import DATE_TIME, NUMBER, String, Table, many, maybe, one
from hub.ocpi.schema.v2_1_1.shared import code

TABLES = (
    Table(
        "Session",
        "mod_sessions.md#31-session-object",
        {
            "id": one(code(36)),
            "start_datetime": one(DATE_TIME),
            "end_datetime": maybe(DATE_TIME),
            "kwh": one(NUMBER),
            "auth_id": one(code(36)),
            "auth_method": one("AuthMethod"),
            "location": one("Location"),
            "meter_id": maybe(String(255)),
            "currency": one(String(3)),
            "charging_periods": many("ChargingPeriod"),
            "total_cost": maybe(NUMBER),
            "status": one("SessionStatus"),
            "last_updated": one(DATE_TIME),
        },
    ),
)
