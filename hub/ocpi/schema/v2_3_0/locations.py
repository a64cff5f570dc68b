"""What OCPI 2.3.0 changes in the Locations module: parking, and what a Connector can.

spec: mod_locations_object_description
"""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.notation import (
    BOOLEAN,
    NO_LIMIT,
    NUMBER,
    CiString,
    String,
    Table,
    changed,
    many,
    maybe,
    one,
    some,
)

OLD = v2_2_1.TABLES

TABLES = (
    changed(
        OLD["Location"],
        {
            "parking_places": many("Parking"),
            "help_phone": maybe(CiString(25)),
        },
    ),
    changed(
        OLD["EVSE"],
        {
            "parking": many("EVSEParking"),
            "accepted_service_providers": many(String(50)),
        },
    ),
    changed(
        OLD["Connector"],
        {
            "capabilities": many("ConnectorCapability"),
        },
    ),
    Table(
        "Parking",
        "mod_locations_parking_object",
        {
            "id": one(CiString(36)),
            "physical_reference": maybe(String(12)),
            "vehicle_types": some("VehicleType"),
            "max_vehicle_weight": maybe(NUMBER),
            "max_vehicle_height": maybe(NUMBER),
            "max_vehicle_length": maybe(NUMBER),
            "max_vehicle_width": maybe(NUMBER),
            "parking_space_length": maybe(NUMBER),
            "parking_space_width": maybe(NUMBER),
            "dangerous_goods_allowed": maybe(BOOLEAN),
            "direction": maybe("ParkingDirection"),
            "drive_through": maybe(BOOLEAN),
            "restricted_to_type": one(BOOLEAN),
            "reservation_required": one(BOOLEAN),
            "time_limit": maybe(NUMBER),
            "roofed": maybe(BOOLEAN),
            "images": many("Image"),
            "lighting": maybe(BOOLEAN),
            "refrigeration_outlet": maybe(BOOLEAN),
            "standards": many(CiString(36)),
            "apds_reference": maybe(CiString(NO_LIMIT)),
        },
    ),
    Table(
        "EVSEParking",
        "mod_locations_evseparking_class",
        {
            "parking_id": one(CiString(36)),
            "evse_position": maybe("EVSEPosition"),
        },
    ),
)
