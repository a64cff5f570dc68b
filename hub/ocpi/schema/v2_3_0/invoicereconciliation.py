"""The class of the Invoice Reconciliation module of OCPI 2.3.0, edition 2.

spec: mod_invoice_reconciliation_record_object
"""

from hub.ocpi.schema.notation import DATE_TIME, CiString, Table, one, some

TABLES = (
    Table(
        "InvoiceReconciliationRecord",
        "mod_invoice_reconciliation_record_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "id": one(CiString(36)),
            "invoice_id": one(CiString(255)),
            # The text says 36, but these are ids of CDRs, and a credit CDR's has up to 39.
            "cdrs": some(CiString(39)),
            "last_updated": one(DATE_TIME),
        },
    ),
)
