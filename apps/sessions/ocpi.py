"""Sessions: charging as it happens, from the CPO to the eMSP whose token is used, and no other.

spec: mod_sessions_sessions_module
"""

from hub.ocpi import (
    CONSUMERS,
    EVERY_VERSION,
    SINCE_2_2_1,
    Audience,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Named,
    Operation,
    OwnerOf,
    Role,
    receiver,
    sender,
)

CLUES = (
    Named("cdr_token"),
    Linked("session", "session_id"),
    Linked("authorization_reference", "authorization_reference"),
    OwnerOf("tokens", "cdr_token.uid", qualifier=("cdr_token.type", "RFID")),
)
LEARNS = (
    Link("session", "session_id", owner=End.FROM),
    Link("authorization_reference", "authorization_reference", owner=End.TO),
)

MODULE = Module(
    id="sessions",
    senders=frozenset({Role.CPO}),
    receivers=CONSUMERS,
    audience=Audience.ADDRESSEE,
    object="Session",
    versions=EVERY_VERSION,
    key={"session_id": "id"},
    appends=("charging_periods",),
    personal=True,
    routes=(
        sender("", get=Effect.LIST),
        sender(
            "{session_id}/charging_preferences",
            put=Operation(
                Effect.ASK,
                clues=(Linked("session", "session_id"),),
                takes="ChargingPreferences",
                gives="ChargingPreferencesResponse",
                versions=SINCE_2_2_1,
            ),
        ),
        receiver(
            "{country_code}/{party_id}/{session_id}",
            get=Operation(Effect.READ, clues=(Linked("session", "session_id"),)),
            put=Operation(Effect.REPLACE, clues=CLUES, learns=LEARNS),
            patch=Operation(Effect.MERGE, clues=CLUES, learns=LEARNS),
        ),
    ),
)
