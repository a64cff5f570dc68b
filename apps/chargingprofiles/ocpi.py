"""Charging profiles: how fast a session may charge, set by the eMSP or its SCSP at the CPO.

spec: mod_charging_profiles_module
"""

from hub.ocpi import (
    Audience,
    Effect,
    End,
    Link,
    Linked,
    Module,
    Operation,
    Place,
    Role,
    receiver,
    sender,
)

SESSION = (Linked("session", "session_id"),)

MODULE = Module(
    id="chargingprofiles",
    senders=frozenset({Role.EMSP, Role.SCSP, Role.OTHER}),
    receivers=frozenset({Role.CPO, Role.EMSP}),
    audience=Audience.ADDRESSEE,
    personal=True,
    routes=(
        sender(
            "{session_id}",
            put=Operation(
                Effect.ASK,
                clues=(Linked("charging_profile", "session_id"), *SESSION),
                takes="ActiveChargingProfile",
            ),
        ),
        receiver(
            "{session_id}",
            get=Operation(
                Effect.ASK,
                clues=SESSION,
                reply_to=Place.QUERY,
                required_query=("duration", "response_url"),
                time_limit=15.0,
                gives="ChargingProfileResponse",
                replies="ActiveChargingProfileResult",
            ),
            put=Operation(
                Effect.ASK,
                clues=SESSION,
                learns=(Link("charging_profile", "session_id", owner=End.TO),),
                reply_to=Place.BODY,
                time_limit=15.0,
                takes="SetChargingProfile",
                gives="ChargingProfileResponse",
                replies="ChargingProfileResult",
            ),
            delete=Operation(
                Effect.ASK,
                clues=SESSION,
                reply_to=Place.QUERY,
                required_query=("response_url",),
                time_limit=15.0,
                gives="ChargingProfileResponse",
                replies="ClearProfileResult",
            ),
        ),
    ),
)
