"""The classes of the Payments module of OCPI 2.3.0.

spec: mod_payments_object_description
"""

from hub.ocpi.schema.notation import DATE_TIME, URL, CiString, Table, many, maybe, one, some

TABLES = (
    Table(
        "Terminal",
        "mod_payments_terminal_object",
        {
            "terminal_id": one(CiString(36)),
            "customer_reference": maybe(CiString(36)),
            "party_id": maybe(CiString(3)),
            "country_code": maybe(CiString(2)),
            "address": maybe(CiString(45)),
            "city": maybe(CiString(45)),
            "postal_code": maybe(CiString(10)),
            "state": maybe(CiString(20)),
            "country": maybe(CiString(3)),
            "coordinates": maybe("GeoLocation"),
            "invoice_base_url": maybe(URL),
            "invoice_creator": maybe("InvoiceCreator"),
            "reference": maybe(CiString(36)),
            "location_ids": many(CiString(36)),
            "evse_uids": many(CiString(36)),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "FinancialAdviceConfirmation",
        "mod_payments_financial_advice_confirmation_object",
        {
            "id": one(CiString(36)),
            "authorization_reference": one(CiString(36)),
            "total_costs": one("Price"),
            "currency": one(CiString(3)),
            "eft_data": some(CiString(255)),
            "capture_status_code": one("CaptureStatusCode"),
            "capture_status_message": maybe(CiString(255)),
            "last_updated": one(DATE_TIME),
        },
    ),
)
