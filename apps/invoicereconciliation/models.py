"""Kept InvoiceReconciliationRecords, each for the party it was pushed to."""

from apps.store.objects import StoredObject


class InvoiceRecord(StoredObject):
    module_id = "invoicereconciliation"

    class Meta(StoredObject.Meta):
        verbose_name = "invoice reconciliation record"
