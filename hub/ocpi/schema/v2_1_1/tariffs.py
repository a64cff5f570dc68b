"""The classes of the Tariffs module of OCPI 2.1.1. Prices are without VAT, and nothing says how
much VAT there is.

spec: mod_tariffs.md#3-object-description
"""

from hub.ocpi.schema.notation import (
    DATE_TIME,
    INT,
    NUMBER,
    URL,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)
from hub.ocpi.schema.v2_1_1.shared import CLOCK, DAY, code

TABLES = (
    Table(
        "Tariff",
        "mod_tariffs.md#31-tariff-object",
        {
            "id": one(code(36)),
            "currency": one(String(3)),
            "tariff_alt_text": many("DisplayText"),
            "tariff_alt_url": maybe(URL),
            "elements": some("TariffElement"),
            "energy_mix": maybe("EnergyMix"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "TariffElement",
        "mod_tariffs.md#43-tariffelement-class",
        {
            "price_components": some("PriceComponent"),
            "restrictions": maybe("TariffRestrictions"),
        },
    ),
    Table(
        "PriceComponent",
        "mod_tariffs.md#42-pricecomponent-class",
        {
            "type": one("TariffDimensionType"),
            "price": one(NUMBER),
            "step_size": one(INT),
        },
    ),
    Table(
        "TariffRestrictions",
        "mod_tariffs.md#45-tariffrestrictions-class",
        {
            "start_time": maybe(CLOCK),
            "end_time": maybe(CLOCK),
            "start_date": maybe(DAY),
            "end_date": maybe(DAY),
            "min_kwh": maybe(NUMBER),
            "max_kwh": maybe(NUMBER),
            "min_power": maybe(NUMBER),
            "max_power": maybe(NUMBER),
            "min_duration": maybe(INT),
            "max_duration": maybe(INT),
            "day_of_week": many("DayOfWeek"),
        },
    ),
)
