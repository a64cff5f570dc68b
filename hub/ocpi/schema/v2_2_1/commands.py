"""The classes of the Commands module of OCPI 2.2.1.

spec: mod_commands_object_description
"""

from hub.ocpi.schema.notation import DATE_TIME, INT, URL, CiString, Table, many, maybe, one

TABLES = (
    Table(
        "StartSession",
        "mod_commands_startsession_object",
        {
            "response_url": one(URL),
            "token": one("Token"),
            "location_id": one(CiString(36)),
            "evse_uid": maybe(CiString(36)),
            "connector_id": maybe(CiString(36)),
            "authorization_reference": maybe(CiString(36)),
        },
    ),
    Table(
        "StopSession",
        "mod_commands_stopsession_object",
        {
            "response_url": one(URL),
            "session_id": one(CiString(36)),
        },
    ),
    Table(
        "ReserveNow",
        "mod_commands_reservenow_object",
        {
            "response_url": one(URL),
            "token": one("Token"),
            "expiry_date": one(DATE_TIME),
            "reservation_id": one(CiString(36)),
            "location_id": one(CiString(36)),
            "evse_uid": maybe(CiString(36)),
            "authorization_reference": maybe(CiString(36)),
        },
    ),
    Table(
        "CancelReservation",
        "mod_commands_cancelreservation_object",
        {
            "response_url": one(URL),
            "reservation_id": one(CiString(36)),
        },
    ),
    Table(
        "UnlockConnector",
        "mod_commands_unlockconnector_object",
        {
            "response_url": one(URL),
            "location_id": one(CiString(36)),
            "evse_uid": one(CiString(36)),
            "connector_id": one(CiString(36)),
        },
    ),
    Table(
        "CommandResponse",
        "mod_commands_commandresponse_object",
        {
            "result": one("CommandResponseType"),
            "timeout": one(INT),
            "message": many("DisplayText"),
        },
    ),
    Table(
        "CommandResult",
        "mod_commands_commandresult_object",
        {
            "result": one("CommandResultType"),
            "message": many("DisplayText"),
        },
    ),
)
