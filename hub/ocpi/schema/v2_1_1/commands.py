"""The classes of the Commands module of OCPI 2.1.1. A CommandResponse is the answer, and what is
posted to the response_url as well.

spec: mod_commands.md#3-object-description
"""

from hub.ocpi.schema.notation import DATE_TIME, INT, URL, Table, maybe, one
from hub.ocpi.schema.v2_1_1.shared import code

TABLES = (
    Table(
        "CommandResponse",
        "mod_commands.md#31-commandresponse-object",
        {
            "result": one("CommandResponseType"),
        },
    ),
    Table(
        "ReserveNow",
        "mod_commands.md#32-reservenow-object",
        {
            "response_url": one(URL),
            "token": one("Token"),
            "expiry_date": one(DATE_TIME),
            "reservation_id": one(INT),
            "location_id": one(code(39)),
            "evse_uid": maybe(code(39)),
        },
    ),
    Table(
        "StartSession",
        "mod_commands.md#33-startsession-object",
        {
            "response_url": one(URL),
            "token": one("Token"),
            "location_id": one(code(39)),
            "evse_uid": maybe(code(39)),
        },
    ),
    Table(
        "StopSession",
        "mod_commands.md#34-stopsession-object",
        {
            "response_url": one(URL),
            "session_id": one(code(36)),
        },
    ),
    Table(
        "UnlockConnector",
        "mod_commands.md#35-unlockconnector-object",
        {
            "response_url": one(URL),
            "location_id": one(code(39)),
            "evse_uid": one(code(39)),
            "connector_id": one(code(36)),
        },
    ),
)
