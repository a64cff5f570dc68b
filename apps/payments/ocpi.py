"""Payments: the terminals of a PTP, and what was captured at them for charging; CPOs are told.

Two kinds of objects behind one ModuleID. Neither says whose it is: the PTP at one end of a message
owns it, the CPO at the other end is who it is for (D-29).
spec: mod_payments_payments_module
"""

from hub.ocpi import (
    Audience,
    Code,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Named,
    OnlyOne,
    Operation,
    OwnerOf,
    Role,
    receiver,
    sender,
)

IDENTIFIER = "payments"
PTP = frozenset({Role.PTP})
CPO = frozenset({Role.CPO})
VERSIONS = frozenset({"2.3.0"})

TERMINAL = (Linked("terminal", "terminal_id"),)

# A CPO's reference, which its terminals have in common.
CUSTOMER_FROM_CPO = Link("customer", "customer_reference", owner=End.FROM)

TERMINALS = Module(
    id="terminals",
    identifier=IDENTIFIER,
    senders=PTP,
    receivers=CPO,
    audience=Audience.ADDRESSEE,
    object="Terminal",
    versions=VERSIONS,
    key={"terminal_id": "terminal_id"},
    # Its country_code and party_id are those of the CPO that it is for, where it has them.
    names_owner=False,
    routes=(
        sender("terminals", get=Effect.LIST),
        sender(
            "terminals/activate",
            post=Operation(
                Effect.ASK,
                clues=(OnlyOne(),),
                learns=(CUSTOMER_FROM_CPO,),
                unresolved=(200, Code.NOT_ENOUGH_INFORMATION),
            ),
        ),
        sender(
            "terminals/{terminal_id}",
            get=Operation(Effect.READ, clues=TERMINAL),
            put=Operation(
                Effect.REPLACE, clues=TERMINAL, learns=(CUSTOMER_FROM_CPO,), owner=End.TO
            ),
            patch=Operation(
                Effect.MERGE,
                clues=TERMINAL,
                learns=(CUSTOMER_FROM_CPO,),
                owner=End.TO,
                stamped=False,
            ),
        ),
        sender("terminals/{terminal_id}/deactivate", post=Operation(Effect.ASK, clues=TERMINAL)),
        receiver(
            "terminals",
            post=Operation(
                Effect.REPLACE,
                clues=(
                    Named(""),
                    OwnerOf("locations", "location_ids"),
                    *TERMINAL,
                    Linked("customer", "customer_reference"),
                ),
                learns=(
                    Link("terminal", "terminal_id", owner=End.FROM),
                    Link("customer", "customer_reference", owner=End.TO),
                ),
            ),
        ),
        receiver("terminals/{terminal_id}", get=Operation(Effect.READ, clues=TERMINAL)),
    ),
)

CONFIRMATION = (Linked("financial-advice-confirmation", "id"),)

CONFIRMATIONS = Module(
    id="financial-advice-confirmations",
    identifier=IDENTIFIER,
    senders=PTP,
    receivers=CPO,
    audience=Audience.ADDRESSEE,
    object="FinancialAdviceConfirmation",
    versions=VERSIONS,
    key={"id": "id"},
    names_owner=False,
    personal=True,
    routes=(
        sender("financial-advice-confirmations", get=Effect.LIST),
        sender(
            "financial-advice-confirmations/{id}", get=Operation(Effect.READ, clues=CONFIRMATION)
        ),
        receiver(
            "financial-advice-confirmations",
            post=Operation(
                Effect.REPLACE,
                clues=(Linked("authorization_reference", "authorization_reference"),),
                learns=(Link("financial-advice-confirmation", "id", owner=End.FROM),),
            ),
        ),
        receiver(
            "financial-advice-confirmations/{id}",
            get=Operation(Effect.READ, clues=CONFIRMATION),
        ),
    ),
)

MODULES = (TERMINALS, CONFIRMATIONS)
