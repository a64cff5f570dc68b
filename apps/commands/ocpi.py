"""Commands: the eMSP asks the CPO to act, and is told later how it went.

spec: mod_commands_commands_module
"""

from hub.ocpi import (
    EVERY_VERSION,
    Admits,
    Audience,
    By,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Operation,
    OwnerOf,
    Place,
    Role,
    receiver,
)

COMMANDS = {
    "CANCEL_RESERVATION": "CancelReservation",
    "RESERVE_NOW": "ReserveNow",
    "START_SESSION": "StartSession",
    "STOP_SESSION": "StopSession",
    "UNLOCK_CONNECTOR": "UnlockConnector",
}

MODULE = Module(
    id="commands",
    senders=frozenset({Role.EMSP, Role.PTP, Role.OTHER}),
    receivers=frozenset({Role.CPO}),
    audience=Audience.ADDRESSEE,
    personal=True,
    versions=EVERY_VERSION,
    routes=(
        receiver(
            "{command}",
            post=Operation(
                Effect.ASK,
                clues=(
                    OwnerOf("locations", "location_id"),
                    Linked("session", "session_id"),
                    Linked("reservation", "reservation_id"),
                ),
                learns=(
                    Link("reservation", "reservation_id", owner=End.FROM),
                    Link("authorization_reference", "authorization_reference", owner=End.FROM),
                ),
                admits=Admits(
                    End.TO, "token.uid", "token.type", "evse_uid", yes=("result", "ACCEPTED")
                ),
                reply_to=Place.BODY,
                lasts_until="expiry_date",
                own=("token",),
                time_limit=15.0,
                takes=By("command", COMMANDS),
                gives="CommandResponse",
                replies="CommandResult",
            ),
        ),
    ),
)
