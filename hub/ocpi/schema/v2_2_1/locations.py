"""The classes of the Locations module of OCPI 2.2.1.

spec: mod_locations_object_description
"""

from hub.ocpi.schema.notation import (
    BOOLEAN,
    DATE_TIME,
    INT,
    URL,
    CiString,
    Int,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)
from hub.ocpi.schema.v2_2_1.shared import CLOCK

TABLES = (
    Table(
        "Location",
        "mod_locations_location_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "id": one(CiString(36)),
            "publish": one(BOOLEAN),
            "publish_allowed_to": many("PublishTokenType"),
            "name": maybe(String(255)),
            "address": one(String(255)),
            "city": one(String(45)),
            "postal_code": maybe(String(10)),
            "state": maybe(String(45)),
            "country": one(String(3)),
            "coordinates": one("GeoLocation"),
            "related_locations": many("AdditionalGeoLocation"),
            "parking_type": maybe("ParkingType"),
            "evses": many("EVSE"),
            "directions": many("DisplayText"),
            "operator": maybe("BusinessDetails"),
            "suboperator": maybe("BusinessDetails"),
            "owner": maybe("BusinessDetails"),
            "facilities": many("Facility"),
            "time_zone": one(String(255)),
            "opening_times": maybe("Hours"),
            "charging_when_closed": maybe(BOOLEAN),
            "images": many("Image"),
            "energy_mix": maybe("EnergyMix"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "EVSE",
        "mod_locations_evse_object",
        {
            "uid": one(CiString(36)),
            "evse_id": maybe(CiString(48)),
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
        "mod_locations_connector_object",
        {
            "id": one(CiString(36)),
            "standard": one("ConnectorType"),
            "format": one("ConnectorFormat"),
            "power_type": one("PowerType"),
            "max_voltage": one(INT),
            "max_amperage": one(INT),
            "max_electric_power": maybe(INT),
            "tariff_ids": many(CiString(36)),
            "terms_and_conditions": maybe(URL),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "Hours",
        "mod_locations_hours_class",
        {
            "twentyfourseven": one(BOOLEAN),
            "regular_hours": many("RegularHours"),
            "exceptional_openings": many("ExceptionalPeriod"),
            "exceptional_closings": many("ExceptionalPeriod"),
        },
    ),
    Table(
        "RegularHours",
        "mod_locations_regularhours_class",
        {
            "weekday": one(Int(1, between=(1, 7))),
            "period_begin": one(CLOCK),
            "period_end": one(CLOCK),
        },
    ),
    Table(
        "ExceptionalPeriod",
        "mod_locations_exceptionalperiod_class",
        {
            "period_begin": one(DATE_TIME),
            "period_end": one(DATE_TIME),
        },
    ),
    Table(
        "StatusSchedule",
        "mod_locations_statusschedule_class",
        {
            "period_begin": one(DATE_TIME),
            "period_end": maybe(DATE_TIME),
            "status": one("Status"),
        },
    ),
    Table(
        "PublishTokenType",
        "mod_locations_publish_token_class",
        {
            "uid": maybe(CiString(36)),
            "type": maybe("TokenType"),
            "visual_number": maybe(String(64)),
            "issuer": maybe(String(64)),
            "group_id": maybe(CiString(36)),
        },
    ),
)
