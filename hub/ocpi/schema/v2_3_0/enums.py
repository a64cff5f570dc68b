"""The enums of OCPI 2.3.0 that 2.2.1 does not have, and those that are open now or have grown."""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.notation import closed, grown, opened

OLD = v2_2_1.ENUMS

ENUMS = (
    # Without HUB. PTP is in the terminology and in Payments, and was forgotten in the enum.
    closed("Role", "types_role_enum", "CPO EMSP NAP NSP OTHER PTP SCSP"),
    grown(OLD["VersionNumber"], "2.3.0"),
    # Not in the table of the specification, but in its modules.
    grown(OLD["ModuleID"], "invoicereconciliation payments Booking"),
    grown(OLD["Capability"]),
    grown(OLD["CommandType"]),
    grown(OLD["ConnectorType"], "MCS SAE_J3400"),
    grown(OLD["EnvironmentalImpactCategory"]),
    grown(OLD["Facility"]),
    grown(OLD["ImageCategory"]),
    grown(OLD["ParkingRestriction"], "EMPLOYEES TAXIS TENANTS"),
    grown(OLD["ParkingType"]),
    grown(OLD["TokenType"], "EMAID"),
    opened(
        "ConnectorCapability",
        "mod_locations_connectorcapability_enum",
        "ISO_15118_2_PLUG_AND_CHARGE ISO_15118_20_PLUG_AND_CHARGE",
    ),
    closed("EVSEPosition", "mod_locations_evseposition_enum", "LEFT RIGHT CENTER"),
    closed(
        "ParkingDirection", "mod_locations_parkingdirection_enum", "PARALLEL PERPENDICULAR ANGLE"
    ),
    opened(
        "VehicleType",
        "mod_locations_vehicletype_enum",
        """
        MOTORCYCLE PERSONAL_VEHICLE PERSONAL_VEHICLE_WITH_TRAILER VAN SEMI_TRACTOR RIGID
        TRUCK_WITH_TRAILER BUS DISABLED
        """,
    ),
    # Bookings adds two. spec: mod_cdrs_cdrdimensiontype_enum
    closed(
        "CdrDimensionType",
        "mod_cdrs_cdrdimensiontype_enum",
        """
        CURRENT ENERGY ENERGY_EXPORT ENERGY_IMPORT MAX_CURRENT MIN_CURRENT MAX_POWER MIN_POWER
        PARKING_TIME POWER RESERVATION_EXPIRES RESERVATION_OVERTIME RESERVATION_TIME
        STATE_OF_CHARGE TIME
        """,
    ),
    closed("TaxIncluded", "mod_tariffs_taxincluded_enum", "YES NO N/A"),
    closed("InvoiceCreator", "mod_payments_invoice_creator_enum", "CPO PTP"),
    closed(
        "CaptureStatusCode",
        "mod_payments_capture_status_code_enum",
        "SUCCESS PARTIAL_SUCCESS FAILED",
    ),
    closed(
        "AccessMethod",
        "mod_bookings_access_method_enum",
        "OPEN TOKEN LICENSE_PLATE ACCESS_CODE INTERCOM PARKING_TICKET",
    ),
    closed(
        "CanceledReason",
        "mod_bookings_canceled_reason_enum",
        "POWER_OUTAGE BROKEN_CHARGER FULL BLOCKED TRAFFIC BROKEN_VEHICLE NO_CANCELED UNKNOWN",
    ),
    # Called a Role, with a link to InterfaceRole: both are taken.
    closed(
        "WhoCanceled",
        "mod_bookings_cancellation_class",
        "CPO EMSP NAP NSP OTHER PTP SCSP SENDER RECEIVER",
    ),
    closed(
        "ReservationRequestStatus",
        "mod_bookings_request_status_enum",
        "PENDING ACCEPTED DECLINED FAILED",
    ),
    closed(
        "ReservationStatus",
        "mod_bookings_reservation_status_enum",
        "PENDING RESERVED CANCELED FAILED NO_SHOW FULFILLED REJECTED UNKNOWN",
    ),
    closed(
        "BookingRestrictionType",
        "mod_tariffs_booking_restriction_type",
        "BOOKING BOOKING_EXPIRES BOOKING_CANCELLATION_FEES BOOKING_OVERTIME",
    ),
)
