"""The enums of OCPI 2.1.1, in the order of the specification's chapters."""

from hub.ocpi.schema.notation import closed, opened

ENUMS = (
    # Custom modules extend it.
    opened(
        "ModuleID",
        "version_information_endpoint.md#moduleid-enum",
        "cdrs commands credentials locations sessions tariffs tokens",
    ),
    closed("VersionNumber", "version_information_endpoint.md#versionnumber-enum", "2.0 2.1 2.1.1"),
    closed(
        "Capability",
        "mod_locations.md#42-capability-enum",
        """
        CHARGING_PROFILE_CAPABLE CREDIT_CARD_PAYABLE REMOTE_START_STOP_CAPABLE RESERVABLE
        RFID_READER UNLOCK_CAPABLE
        """,
    ),
    closed("ConnectorFormat", "mod_locations.md#43-connectorformat-enum", "SOCKET CABLE"),
    closed(
        "ConnectorType",
        "mod_locations.md#44-connectortype-enum",
        """
        CHADEMO
        DOMESTIC_A DOMESTIC_B DOMESTIC_C DOMESTIC_D DOMESTIC_E DOMESTIC_F DOMESTIC_G DOMESTIC_H
        DOMESTIC_I DOMESTIC_J DOMESTIC_K DOMESTIC_L
        IEC_60309_2_single_16 IEC_60309_2_three_16 IEC_60309_2_three_32 IEC_60309_2_three_64
        IEC_62196_T1 IEC_62196_T1_COMBO IEC_62196_T2 IEC_62196_T2_COMBO
        IEC_62196_T3A IEC_62196_T3C
        TESLA_R TESLA_S
        """,
    ),
    closed(
        "EnergySourceCategory",
        "mod_locations.md#47-energysourcecategory-enum",
        "NUCLEAR GENERAL_FOSSIL COAL GAS GENERAL_GREEN SOLAR WIND WATER",
    ),
    closed(
        "EnvironmentalImpactCategory",
        "mod_locations.md#49-environmentalimpactcategory-enum",
        "NUCLEAR_WASTE CARBON_DIOXIDE",
    ),
    closed(
        "Facility",
        "mod_locations.md#411-facility-enum",
        """
        HOTEL RESTAURANT CAFE MALL SUPERMARKET SPORT RECREATION_AREA NATURE MUSEUM BUS_STOP
        TAXI_STAND TRAIN_STATION AIRPORT CARPOOL_PARKING FUEL_STATION WIFI
        """,
    ),
    closed(
        "ImageCategory",
        "mod_locations.md#415-imagecategory-enum",
        "CHARGER ENTRANCE LOCATION NETWORK OPERATOR OTHER OWNER",
    ),
    closed(
        "LocationType",
        "mod_locations.md#416-locationtype-enum",
        "ON_STREET PARKING_GARAGE UNDERGROUND_GARAGE PARKING_LOT OTHER UNKNOWN",
    ),
    closed(
        "ParkingRestriction",
        "mod_locations.md#417-parkingrestriction-enum",
        "EV_ONLY PLUGGED DISABLED CUSTOMERS MOTORCYCLES",
    ),
    closed("PowerType", "mod_locations.md#418-powertype-enum", "AC_1_PHASE AC_3_PHASE DC"),
    closed(
        "Status",
        "mod_locations.md#420-status-enum",
        "AVAILABLE BLOCKED CHARGING INOPERATIVE OUTOFORDER PLANNED REMOVED RESERVED UNKNOWN",
    ),
    closed(
        "SessionStatus",
        "mod_sessions.md#41-sessionstatus-enum",
        "ACTIVE COMPLETED INVALID PENDING",
    ),
    closed("AuthMethod", "mod_cdrs.md#41-authmethod-enum", "AUTH_REQUEST WHITELIST"),
    closed(
        "CdrDimensionType",
        "mod_cdrs.md#43-cdrdimensiontype-enum",
        "ENERGY FLAT MAX_CURRENT MIN_CURRENT PARKING_TIME TIME",
    ),
    closed(
        "DayOfWeek",
        "mod_tariffs.md#41-dayofweek-enum",
        "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    ),
    closed(
        "TariffDimensionType",
        "mod_tariffs.md#44-tariffdimensiontype-enum",
        "ENERGY FLAT PARKING_TIME TIME",
    ),
    closed(
        "Allowed",
        "mod_tokens.md#41-allowed-enum",
        "ALLOWED BLOCKED EXPIRED NO_CREDIT NOT_ALLOWED",
    ),
    closed("TokenType", "mod_tokens.md#43-tokentype-enum", "OTHER RFID"),
    closed(
        "WhitelistType",
        "mod_tokens.md#44-whitelisttype-enum",
        "ALWAYS ALLOWED ALLOWED_OFFLINE NEVER",
    ),
    closed(
        "CommandResponseType",
        "mod_commands.md#41-commandresponsetype-enum",
        "NOT_SUPPORTED REJECTED ACCEPTED TIMEOUT UNKNOWN_SESSION",
    ),
    closed(
        "CommandType",
        "mod_commands.md#42-commandtype-enum",
        "RESERVE_NOW START_SESSION STOP_SESSION UNLOCK_CONNECTOR",
    ),
)
