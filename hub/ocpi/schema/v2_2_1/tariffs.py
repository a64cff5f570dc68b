"""The classes of the Tariffs module of OCPI 2.2.1.

spec: mod_tariffs_object_description
"""

from hub.ocpi.schema.notation import (
    DATE_TIME,
    INT,
    NUMBER,
    URL,
    CiString,
    String,
    Table,
    many,
    maybe,
    one,
    some,
)
from hub.ocpi.schema.v2_2_1.shared import CLOCK, DAY

TABLES = (
    Table(
        "Tariff",
        "mod_tariffs_tariff_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "id": one(CiString(36)),
            "currency": one(String(3)),
            "type": maybe("TariffType"),
            "tariff_alt_text": many("DisplayText"),
            "tariff_alt_url": maybe(URL),
            "min_price": maybe("Price"),
            "max_price": maybe("Price"),
            "elements": some("TariffElement"),
            "start_date_time": maybe(DATE_TIME),
            "end_date_time": maybe(DATE_TIME),
            "energy_mix": maybe("EnergyMix"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "TariffElement",
        "mod_tariffs_tariffelement_class",
        {
            "price_components": some("PriceComponent"),
            "restrictions": maybe("TariffRestrictions"),
        },
    ),
    Table(
        "PriceComponent",
        "mod_tariffs_pricecomponent_class",
        {
            "type": one("TariffDimensionType"),
            "price": one(NUMBER),
            "vat": maybe(NUMBER),
            "step_size": one(INT),
        },
    ),
    Table(
        "TariffRestrictions",
        "mod_tariffs_tariffrestrictions_class",
        {
            "start_time": maybe(CLOCK),
            "end_time": maybe(CLOCK),
            "start_date": maybe(DAY),
            "end_date": maybe(DAY),
            "min_kwh": maybe(NUMBER),
            "max_kwh": maybe(NUMBER),
            "min_current": maybe(NUMBER),
            "max_current": maybe(NUMBER),
            "min_power": maybe(NUMBER),
            "max_power": maybe(NUMBER),
            "min_duration": maybe(INT),
            "max_duration": maybe(INT),
            "day_of_week": many("DayOfWeek"),
            "reservation": maybe("ReservationRestrictionType"),
        },
    ),
)
