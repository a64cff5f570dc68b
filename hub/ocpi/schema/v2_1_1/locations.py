"""The classes of the Locations module of OCPI 2.1.1.

spec: mod_locations.md#3-object-description
"""

from hub.ocpi.schema.notation import (
    BOOLEAN,
    DATE_TIME,
    INT,
    URL,
    Int,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)
from hub.ocpi.schema.v2_1_1.shared import CLOCK, code

TABLES = (
    Table(
        "Location",
        "mod_locations.md#31-location-object",
        {
            "id": one(code(39)),
            "type": one("LocationType"),
            "name": maybe(String(255)),
            "address": one(String(45)),
            "city": one(String(45)),
            "postal_code": one(String(10)),
            "country": one(String(3)),
            "coordinates": one("GeoLocation"),
            "related_locations": many("AdditionalGeoLocation"),
            "evses": many("EVSE"),
            "directions": many("DisplayText"),
            "operator": maybe("BusinessDetails"),
            "suboperator": maybe("BusinessDetails"),
            "owner": maybe("BusinessDetails"),
            "facilities": many("Facility"),
            "time_zone": maybe(String(255)),
            "opening_times": maybe("Hours"),
            "charging_when_closed": maybe(BOOLEAN),
            "images": many("Image"),
            "energy_mix": maybe("EnergyMix"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "EVSE",
        "mod_locations.md#32-evse-object",
        {
            "uid": one(code(39)),
            "evse_id": maybe(code(48)),
            "status": one("Status"),
            "status_schedule": many("StatusSchedule"),
            "capabilities": many("Capability"),
            "connectors": some("Connector"),
            "floor_level": maybe(String(4)),
            "coordinates": maybe("GeoLocation"),
            "physical_reference": maybe(String(16)),
            "directions": many("DisplayText"),
            "parking_restrictions": many("ParkingRestriction"),
            "images": many("Image"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "Connector",
        "mod_locations.md#33-connector-object",
        {
            "id": one(code(36)),
            "standard": one("ConnectorType"),
            "format": one("ConnectorFormat"),
            "power_type": one("PowerType"),
            "voltage": one(INT),
            "amperage": one(INT),
            "tariff_id": maybe(code(36)),
            "terms_and_conditions": maybe(URL),
            "last_updated": one(DATE_TIME),
        },
    ),
    # regular_hours or twentyfourseven: the table of the specification calls it a choice.
    Table(
        "Hours",
        "mod_locations.md#413-hours-class",
        {
            "regular_hours": many("RegularHours"),
            "twentyfourseven": maybe(BOOLEAN),
            "exceptional_openings": many("ExceptionalPeriod"),
            "exceptional_closings": many("ExceptionalPeriod"),
        },
    ),
    Table(
        "RegularHours",
        "mod_locations.md#419-regularhours-class",
        {
            "weekday": one(Int(1, between=(1, 7))),
            "period_begin": one(CLOCK),
            "period_end": one(CLOCK),
        },
    ),
    Table(
        "ExceptionalPeriod",
        "mod_locations.md#410-exceptionalperiod-class",
        {
            "period_begin": one(DATE_TIME),
            "period_end": one(DATE_TIME),
        },
    ),
    Table(
        "StatusSchedule",
        "mod_locations.md#421-statusschedule-class",
        {
            "period_begin": one(DATE_TIME),
            "period_end": maybe(DATE_TIME),
            "status": one("Status"),
        },
    ),
)
