"""Tokens: who may charge, pushed by the eMSP; and the real-time authorization of one.

spec: mod_tokens_tokens_module
"""

from hub.ocpi import (
    EVERY_VERSION,
    Admits,
    AskAround,
    Audience,
    Code,
    Effect,
    End,
    IssuedBy,
    Link,
    Module,
    Operation,
    OwnerOf,
    Role,
    receiver,
    sender,
)

AUTHORIZE = Operation(
    Effect.ASK,
    clues=(
        OwnerOf("tokens", "token_uid", qualifier=("type", "RFID")),
        # A guess: who issues an EMAID need not be the party that owns the token.
        IssuedBy("token_uid", only=("type", "EMAID")),
        AskAround(),
    ),
    learns=(Link("authorization_reference", "authorization_reference", owner=End.TO, answer=True),),
    admits=Admits(
        End.FROM, "token_uid", "type", "evse_uids", yes=("allowed", "ALLOWED"), default="RFID"
    ),
    unresolved=(404, Code.UNKNOWN_TOKEN),
    time_limit=5.0,
    takes="LocationReferences",
    may_lack_body=True,
    gives="AuthorizationInfo",
)

MODULE = Module(
    id="tokens",
    senders=frozenset({Role.EMSP, Role.OTHER}),
    receivers=frozenset({Role.CPO}),
    audience=Audience.EVERYONE,
    object="Token",
    versions=EVERY_VERSION,
    key={"token_uid": "uid"},
    qualifier=("type", "RFID"),
    personal=True,
    routes=(
        sender("", get=Effect.LIST),
        sender("{token_uid}/authorize", post=AUTHORIZE),
        # Not in the specification, but called by real platforms.
        sender("{country_code}/{party_id}/{token_uid}/authorize", post=AUTHORIZE),
        receiver(
            "{country_code}/{party_id}/{token_uid}",
            get=Effect.READ,
            put=Effect.REPLACE,
            patch=Effect.MERGE,
        ),
    ),
)
