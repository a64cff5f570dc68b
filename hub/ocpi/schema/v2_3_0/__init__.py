"""The tables and enums of OCPI 2.3.0, by name: those of 2.2.1 with what is other.

Edition 2 of the core, with Payments, with Bookings 1.1 and what that adds to CDRs and tariffs, and
with Invoice Reconciliation. A class or enum that is not here is as it was in 2.2.1.
"""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.v2_3_0 import (
    bookings,
    configuration,
    enums,
    invoicereconciliation,
    locations,
    payments,
    prices,
)

TABLES = v2_2_1.TABLES | {
    table.name: table
    for chapter in (configuration, locations, prices, payments, bookings, invoicereconciliation)
    for table in chapter.TABLES
}
ENUMS = v2_2_1.ENUMS | {enum.name: enum for enum in enums.ENUMS}
