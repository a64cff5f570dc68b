"""The classes of OCPI 2.2.1 that several modules use, and the patterns the specification gives."""

from hub.ocpi.schema.notation import (
    BOOLEAN,
    DATE_TIME,
    NUMBER,
    URL,
    CiString,
    Int,
    Number,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)

LATITUDE = String(10, r"-?[0-9]{1,2}\.[0-9]{5,7}", like="52.090736")
LONGITUDE = String(11, r"-?[0-9]{1,3}\.[0-9]{5,7}", like="5.121420")
CLOCK = String(5, r"([0-1][0-9]|2[0-3]):[0-5][0-9]", like="18:15")
DAY = String(10, r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", like="2026-12-24")

TABLES = (
    Table(
        "DisplayText",
        "types_displaytext_class",
        {
            "language": one(String(2)),
            "text": one(String(512)),
        },
    ),
    Table(
        "Price",
        "types_price_class",
        {
            "excl_vat": one(NUMBER),
            "incl_vat": maybe(NUMBER),
        },
    ),
    Table(
        "BusinessDetails",
        "mod_locations_businessdetails_class",
        {
            "name": one(String(100)),
            "website": maybe(URL),
            "logo": maybe("Image"),
        },
    ),
    Table(
        "Image",
        "mod_locations_image_class",
        {
            "url": one(URL),
            "thumbnail": maybe(URL),
            "category": one("ImageCategory"),
            "type": one(CiString(4)),
            "width": maybe(Int(5)),
            "height": maybe(Int(5)),
        },
    ),
    Table(
        "GeoLocation",
        "mod_locations_geolocation_class",
        {
            "latitude": one(LATITUDE),
            "longitude": one(LONGITUDE),
        },
    ),
    Table(
        "AdditionalGeoLocation",
        "mod_locations_additionalgeolocation_class",
        {
            "latitude": one(LATITUDE),
            "longitude": one(LONGITUDE),
            "name": maybe("DisplayText"),
        },
    ),
    Table(
        "EnergyMix",
        "mod_locations_energymix_class",
        {
            "is_green_energy": one(BOOLEAN),
            "energy_sources": many("EnergySource"),
            "environ_impact": many("EnvironmentalImpact"),
            "supplier_name": maybe(String(64)),
            "energy_product_name": maybe(String(64)),
        },
    ),
    Table(
        "EnergySource",
        "mod_locations_energysource_class",
        {
            "source": one("EnergySourceCategory"),
            "percentage": one(Number(between=(0, 100))),
        },
    ),
    Table(
        "EnvironmentalImpact",
        "mod_locations_environmentalimpact_class",
        {
            "category": one("EnvironmentalImpactCategory"),
            "amount": one(NUMBER),
        },
    ),
    Table(
        "CdrToken",
        "mod_cdrs_cdr_token_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "uid": one(CiString(36)),
            "type": one("TokenType"),
            "contract_id": one(CiString(36)),
        },
    ),
    Table(
        "ChargingPeriod",
        "mod_cdrs_chargingperiod_class",
        {
            "start_date_time": one(DATE_TIME),
            "dimensions": some("CdrDimension"),
            "tariff_id": maybe(CiString(36)),
        },
    ),
    Table(
        "CdrDimension",
        "mod_cdrs_cdrdimension_class",
        {
            "type": one("CdrDimensionType"),
            "volume": one(NUMBER),
        },
    ),
)
