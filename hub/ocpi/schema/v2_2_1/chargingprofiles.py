"""The classes of the ChargingProfiles module of OCPI 2.2.1.

spec: mod_charging_profiles_object_description
"""

from hub.ocpi.schema.notation import DATE_TIME, INT, URL, Number, Table, many, maybe, one

TABLES = (
    Table(
        "SetChargingProfile",
        "mod_charging_profiles_set_charging_profile_object",
        {
            "charging_profile": one("ChargingProfile"),
            "response_url": one(URL),
        },
    ),
    Table(
        "ChargingProfile",
        "mod_charging_profiles_charging_profile_class",
        {
            "start_date_time": maybe(DATE_TIME),
            "duration": maybe(INT),
            "charging_rate_unit": one("ChargingRateUnit"),
            "min_charging_rate": maybe(Number(decimals=1)),
            "charging_profile_period": many("ChargingProfilePeriod"),
        },
    ),
    Table(
        "ChargingProfilePeriod",
        "mod_charging_profiles_charging_profile_period_class",
        {
            "start_period": one(INT),
            "limit": one(Number(decimals=1)),
        },
    ),
    Table(
        "ActiveChargingProfile",
        "mod_charging_profiles_active_charging_profile_class",
        {
            "start_date_time": one(DATE_TIME),
            "charging_profile": one("ChargingProfile"),
        },
    ),
    Table(
        "ChargingProfileResponse",
        "mod_charging_profiles_response_object",
        {
            "result": one("ChargingProfileResponseType"),
            "timeout": one(INT),
        },
    ),
    Table(
        "ActiveChargingProfileResult",
        "mod_charging_profiles_active_charging_profiles_result_object",
        {
            "result": one("ChargingProfileResultType"),
            "profile": maybe("ActiveChargingProfile"),
        },
    ),
    Table(
        "ChargingProfileResult",
        "mod_charging_profiles_charging_profiles_result_object",
        {
            "result": one("ChargingProfileResultType"),
        },
    ),
    Table(
        "ClearProfileResult",
        "mod_charging_profiles_clear_profiles_result_object",
        {
            "result": one("ChargingProfileResultType"),
        },
    ),
)
