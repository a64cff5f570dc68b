"""CDRs: the record a charge is billed by, posted once by the CPO to the eMSP that pays.

spec: mod_cdrs_cdrs_module
"""

from hub.ocpi import (
    CONSUMERS,
    EVERY_VERSION,
    Audience,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Named,
    Operation,
    OwnerOf,
    Reference,
    Role,
    receiver,
    sender,
)

POST = Operation(
    Effect.APPEND,
    clues=(
        Named("cdr_token"),
        Linked("session", "session_id"),
        Linked("authorization_reference", "authorization_reference"),
        Linked("booking", "booking_id"),
        OwnerOf("tokens", "cdr_token.uid", qualifier=("cdr_token.type", "RFID")),
    ),
    learns=(
        Link("cdr", "id", owner=End.FROM),
        Link("session", "session_id", owner=End.FROM),
        Link("authorization_reference", "authorization_reference", owner=End.TO),
    ),
    location=True,
)

MODULE = Module(
    id="cdrs",
    senders=frozenset({Role.CPO}),
    receivers=CONSUMERS,
    audience=Audience.ADDRESSEE,
    object="CDR",
    versions=EVERY_VERSION,
    key={"cdr_id": "id"},
    personal=True,
    references=(Reference("credit_reference_id", "cdrs"),),
    routes=(
        sender("", get=Effect.LIST),
        receiver("", post=POST),
        # Not in the specification, but posted by real platforms. A CDR is read through the URL
        # of the Location header, which is a stand-in.
        receiver("{cdr_id}", post=POST),
    ),
)
