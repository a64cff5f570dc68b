"""The enums of OCPI 2.2.1, in the order of the specification's chapters."""

from hub.ocpi.schema.notation import closed, opened

ENUMS = (
    closed("Role", "types_role_enum", "CPO EMSP HUB NAP NSP OTHER SCSP"),
    closed(
        "InterfaceRole",
        "version_information_endpoint_interface_role_enum",
        "SENDER RECEIVER",
    ),
    # Custom modules extend it: spec: version_information_endpoint_custom_modules
    opened(
        "ModuleID",
        "version_information_endpoint_moduleid_enum",
        """
        cdrs chargingprofiles commands credentials hubclientinfo locations sessions tariffs tokens
        """,
    ),
    closed(
        "VersionNumber",
        "version_information_endpoint_versionnumber_enum",
        "2.0 2.1 2.1.1 2.2 2.2.1",
    ),
    closed(
        "Capability",
        "mod_locations_capability_enum",
        """
        CHARGING_PROFILE_CAPABLE CHARGING_PREFERENCES_CAPABLE CHIP_CARD_SUPPORT
        CONTACTLESS_CARD_SUPPORT CREDIT_CARD_PAYABLE DEBIT_CARD_PAYABLE PED_TERMINAL
        REMOTE_START_STOP_CAPABLE RESERVABLE RFID_READER START_SESSION_CONNECTOR_REQUIRED
        TOKEN_GROUP_CAPABLE UNLOCK_CAPABLE
        """,
    ),
    closed("ConnectorFormat", "mod_locations_connectorformat_enum", "SOCKET CABLE"),
    closed(
        "ConnectorType",
        "mod_locations_connectortype_enum",
        """
        CHADEMO CHAOJI
        DOMESTIC_A DOMESTIC_B DOMESTIC_C DOMESTIC_D DOMESTIC_E DOMESTIC_F DOMESTIC_G DOMESTIC_H
        DOMESTIC_I DOMESTIC_J DOMESTIC_K DOMESTIC_L DOMESTIC_M DOMESTIC_N DOMESTIC_O
        GBT_AC GBT_DC
        IEC_60309_2_single_16 IEC_60309_2_three_16 IEC_60309_2_three_32 IEC_60309_2_three_64
        IEC_62196_T1 IEC_62196_T1_COMBO IEC_62196_T2 IEC_62196_T2_COMBO
        IEC_62196_T3A IEC_62196_T3C
        NEMA_5_20 NEMA_6_30 NEMA_6_50 NEMA_10_30 NEMA_10_50 NEMA_14_30 NEMA_14_50
        PANTOGRAPH_BOTTOM_UP PANTOGRAPH_TOP_DOWN
        TESLA_R TESLA_S
        """,
    ),
    closed(
        "EnergySourceCategory",
        "mod_locations_energysourcecategory_enum",
        "NUCLEAR GENERAL_FOSSIL COAL GAS GENERAL_GREEN SOLAR WIND WATER",
    ),
    closed(
        "EnvironmentalImpactCategory",
        "mod_locations_environmentalimpactcategory_enum",
        "NUCLEAR_WASTE CARBON_DIOXIDE",
    ),
    closed(
        "Facility",
        "mod_locations_facility_enum",
        """
        HOTEL RESTAURANT CAFE MALL SUPERMARKET SPORT RECREATION_AREA NATURE MUSEUM BIKE_SHARING
        BUS_STOP TAXI_STAND TRAM_STOP METRO_STATION TRAIN_STATION AIRPORT PARKING_LOT
        CARPOOL_PARKING FUEL_STATION WIFI
        """,
    ),
    closed(
        "ImageCategory",
        "mod_locations_imagecategory_enum",
        "CHARGER ENTRANCE LOCATION NETWORK OPERATOR OTHER OWNER",
    ),
    closed(
        "ParkingRestriction",
        "mod_locations_parkingrestriction_enum",
        "EV_ONLY PLUGGED DISABLED CUSTOMERS MOTORCYCLES",
    ),
    closed(
        "ParkingType",
        "mod_locations_parkingtype_enum",
        "ALONG_MOTORWAY PARKING_GARAGE PARKING_LOT ON_DRIVEWAY ON_STREET UNDERGROUND_GARAGE",
    ),
    closed(
        "PowerType",
        "mod_locations_powertype_enum",
        "AC_1_PHASE AC_2_PHASE AC_2_PHASE_SPLIT AC_3_PHASE DC",
    ),
    closed(
        "Status",
        "mod_locations_status_enum",
        "AVAILABLE BLOCKED CHARGING INOPERATIVE OUTOFORDER PLANNED REMOVED RESERVED UNKNOWN",
    ),
    closed(
        "ChargingPreferencesResponse",
        "mod_sessions_charging_preferences_response_enum",
        """
        ACCEPTED DEPARTURE_REQUIRED ENERGY_NEED_REQUIRED NOT_POSSIBLE PROFILE_TYPE_NOT_SUPPORTED
        """,
    ),
    closed("ProfileType", "mod_sessions_profile_type_enum", "CHEAP FAST GREEN REGULAR"),
    closed(
        "SessionStatus",
        "mod_sessions_sessionstatus_enum",
        "ACTIVE COMPLETED INVALID PENDING RESERVATION",
    ),
    closed("AuthMethod", "mod_cdrs_authmethod_enum", "AUTH_REQUEST COMMAND WHITELIST"),
    closed(
        "CdrDimensionType",
        "mod_cdrs_cdrdimensiontype_enum",
        """
        CURRENT ENERGY ENERGY_EXPORT ENERGY_IMPORT MAX_CURRENT MIN_CURRENT MAX_POWER MIN_POWER
        PARKING_TIME POWER RESERVATION_TIME STATE_OF_CHARGE TIME
        """,
    ),
    closed(
        "DayOfWeek",
        "mod_tariffs_dayofweek_enum",
        "MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY SUNDAY",
    ),
    closed(
        "ReservationRestrictionType",
        "mod_tariffs_reservation_restriction_type",
        "RESERVATION RESERVATION_EXPIRES",
    ),
    closed(
        "TariffDimensionType",
        "mod_tariffs_tariffdimensiontype_enum",
        "ENERGY FLAT PARKING_TIME TIME",
    ),
    closed(
        "TariffType",
        "mod_tariffs_tariff_type",
        "AD_HOC_PAYMENT PROFILE_CHEAP PROFILE_FAST PROFILE_GREEN REGULAR",
    ),
    closed(
        "AllowedType",
        "mod_tokens_allowed_enum",
        "ALLOWED BLOCKED EXPIRED NO_CREDIT NOT_ALLOWED",
    ),
    closed("TokenType", "mod_tokens_tokentype_enum", "AD_HOC_USER APP_USER OTHER RFID"),
    closed(
        "WhitelistType",
        "mod_tokens_whitelisttype_enum",
        "ALWAYS ALLOWED ALLOWED_OFFLINE NEVER",
    ),
    closed(
        "CommandResponseType",
        "mod_commands_commandresponsetype_enum",
        "NOT_SUPPORTED REJECTED ACCEPTED UNKNOWN_SESSION",
    ),
    closed(
        "CommandResultType",
        "mod_commands_commandresulttype_enum",
        """
        ACCEPTED CANCELED_RESERVATION EVSE_OCCUPIED EVSE_INOPERATIVE FAILED NOT_SUPPORTED
        REJECTED TIMEOUT UNKNOWN_RESERVATION
        """,
    ),
    closed(
        "CommandType",
        "mod_commands_commandtype_enum",
        "CANCEL_RESERVATION RESERVE_NOW START_SESSION STOP_SESSION UNLOCK_CONNECTOR",
    ),
    closed("ChargingRateUnit", "mod_charging_profiles_chargingrateunit", "W A"),
    closed(
        "ChargingProfileResponseType",
        "mod_charging_profiles_responsetype_enum",
        "ACCEPTED NOT_SUPPORTED REJECTED TOO_OFTEN UNKNOWN_SESSION",
    ),
    closed(
        "ChargingProfileResultType",
        "mod_charging_profiles_resulttype_enum",
        "ACCEPTED REJECTED UNKNOWN",
    ),
    closed(
        "ConnectionStatus",
        "mod_hub_client_info_hub_connection_type_enum",
        "CONNECTED OFFLINE PLANNED SUSPENDED",
    ),
)
