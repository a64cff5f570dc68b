"""The classes of the CDRs module of OCPI 2.1.1.

spec: mod_cdrs.md#3-object-description
"""

from hub.ocpi.schema.notation import (
    DATE_TIME,
    NUMBER,
    CiString,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)
from hub.ocpi.schema.v2_1_1.shared import code

TABLES = (
    Table(
        "CDR",
        "mod_cdrs.md#31-cdr-object",
        {
            "id": one(CiString(36)),
            "start_date_time": one(DATE_TIME),
            "stop_date_time": one(DATE_TIME),
            "auth_id": one(code(36)),
            "auth_method": one("AuthMethod"),
            "location": one("Location"),
            "meter_id": maybe(String(255)),
            "currency": one(String(3)),
            "tariffs": many("Tariff"),
            "charging_periods": some("ChargingPeriod"),
            "total_cost": one(NUMBER),
            "total_energy": one(NUMBER),
            "total_time": one(NUMBER),
            "total_parking_time": maybe(NUMBER),
            "remark": maybe(String(255)),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "ChargingPeriod",
        "mod_cdrs.md#44-chargingperiod-class",
        {
            "start_date_time": one(DATE_TIME),
            "dimensions": some("CdrDimension"),
        },
    ),
    Table(
        "CdrDimension",
        "mod_cdrs.md#42-cdrdimension-class",
        {
            "type": one("CdrDimensionType"),
            "volume": one(NUMBER),
        },
    ),
)
