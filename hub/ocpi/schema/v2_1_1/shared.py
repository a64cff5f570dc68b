"""The classes of OCPI 2.1.1 that several modules use, and the strings of its ids."""

from hub.ocpi.schema.notation import (
    BOOLEAN,
    NUMBER,
    URL,
    Int,
    Number,
    String,
    Table,
    many,
    maybe,
    one,
)

LATITUDE = String(10, r"-?[0-9]{1,2}\.[0-9]{6}", like="52.090736")
LONGITUDE = String(11, r"-?[0-9]{1,3}\.[0-9]{6}", like="5.121420")
# Here only an example says it, the pattern is that of 2.2.1.
DAY = String(10, r"([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", like="2026-12-24")
CLOCK = String(5, r"([0-1][0-9]|2[0-3]):[0-5][0-9]", like="18:15")


def code(limit: int) -> String:
    """An id, or another string that machines compare: with case, and ASCII only."""
    return String(limit, is_ascii=True)


TABLES = (
    Table(
        "DisplayText",
        "types.md#13-displaytext-class",
        {
            "language": one(String(2)),
            "text": one(String(512)),
        },
    ),
    Table(
        "BusinessDetails",
        "mod_locations.md#41-businessdetails-class",
        {
            "name": one(String(100)),
            "website": maybe(URL),
            "logo": maybe("Image"),
        },
    ),
    Table(
        "Image",
        "mod_locations.md#414-image-class",
        {
            "url": one(URL),
            "thumbnail": maybe(URL),
            "category": one("ImageCategory"),
            "type": one(code(4)),
            "width": maybe(Int(5)),
            "height": maybe(Int(5)),
        },
    ),
    Table(
        "GeoLocation",
        "mod_locations.md#412-geolocation-class",
        {
            "latitude": one(LATITUDE),
            "longitude": one(LONGITUDE),
        },
    ),
    Table(
        "AdditionalGeoLocation",
        "mod_locations.md#41-additionalgeolocation-class",
        {
            "latitude": one(LATITUDE),
            "longitude": one(LONGITUDE),
            "name": maybe("DisplayText"),
        },
    ),
    Table(
        "EnergyMix",
        "mod_locations.md#45-energymix-class",
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
        "mod_locations.md#46-energysource-class",
        {
            "source": one("EnergySourceCategory"),
            "percentage": one(Number(between=(0, 100))),
        },
    ),
    Table(
        "EnvironmentalImpact",
        "mod_locations.md#48-environmentalimpact-class",
        {
            "source": one("EnvironmentalImpactCategory"),
            "amount": one(NUMBER),
        },
    ),
)
