"""What OCPI 2.3.0 changes about money: taxes have names, and tariffs say whether they are in.

A price changes in Sessions and CDRs because these name the class Price.
"""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.notation import (
    NO_LIMIT,
    NUMBER,
    CiString,
    String,
    Table,
    changed,
    many,
    maybe,
    one,
)

OLD = v2_2_1.TABLES

TABLES = (
    changed(
        OLD["Price"],
        {
            "before_taxes": one(NUMBER),
            "taxes": many("TaxAmount"),
        },
        without=("excl_vat", "incl_vat"),
    ),
    Table(
        "TaxAmount",
        "types_tax_amount_class",
        {
            "name": one(String(NO_LIMIT)),
            "account_number": maybe(String(NO_LIMIT)),
            "percentage": maybe(NUMBER),
            "amount": one(NUMBER),
        },
    ),
    Table(
        "PriceLimit",
        "mod_tariffs_pricelimit_class",
        {
            "before_taxes": one(NUMBER),
            "after_taxes": maybe(NUMBER),
        },
    ),
    changed(
        OLD["Tariff"],
        {
            "min_price": maybe("PriceLimit"),
            "max_price": maybe("PriceLimit"),
            "tax_included": one("TaxIncluded"),
            # Payments: spec: mod_tariffs_preauthorize_amount_field
            "preauthorize_amount": maybe(NUMBER),
        },
    ),
    changed(
        OLD["TariffRestrictions"],
        {
            # Bookings: spec: mod_tariffs_booking_restriction_type
            "booking": maybe("BookingRestrictionType"),
        },
    ),
    changed(
        OLD["CDR"],
        {
            # Bookings: spec: mod_cdrs_cdr_object
            "booking_id": maybe(CiString(36)),
        },
    ),
)
