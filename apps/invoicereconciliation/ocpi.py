"""Invoice Reconciliation: which CDRs an invoice is for, told by the one who issued it.

Direct billing: the CPO issues. Reverse billing: the eMSP does. So both roles run both interfaces.
spec: mod_invoice_reconciliation_invoice_reconciliation_module
"""

from hub.ocpi import (
    Audience,
    Code,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Operation,
    Role,
    receiver,
    sender,
)

BILLING = frozenset({Role.CPO, Role.EMSP})

RECORD = Linked("invoice-reconciliation-record", "id")
PUT = Operation(
    Effect.REPLACE,
    # A record does not say who it is for: those who got its CDRs must be one party, or ask.
    clues=(Linked("cdr", "cdrs"), RECORD),
    learns=(Link("invoice-reconciliation-record", "id", owner=End.FROM),),
    unresolved=(200, Code.NOT_ENOUGH_INFORMATION),
)

MODULE = Module(
    id="invoicereconciliation",
    senders=BILLING,
    receivers=BILLING,
    audience=Audience.ADDRESSEE,
    object="InvoiceReconciliationRecord",
    versions=frozenset({"2.3.0"}),
    key={"id": "id"},
    routes=(
        sender("", get=Effect.LIST),
        receiver("", post=PUT),
        receiver(
            "{country_code}/{party_id}/{id}",
            get=Operation(Effect.READ, clues=(RECORD,)),
            put=PUT,
            delete=Operation(Effect.REMOVE, clues=(RECORD,)),
        ),
    ),
)
