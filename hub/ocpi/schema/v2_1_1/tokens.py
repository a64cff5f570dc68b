"""The classes of the Tokens module of OCPI 2.1.1.

spec: mod_tokens.md#3-object-description
"""

from hub.ocpi.schema.notation import BOOLEAN, DATE_TIME, String, Table, many, maybe, one
from hub.ocpi.schema.v2_1_1.shared import code

TABLES = (
    Table(
        "Token",
        "mod_tokens.md#32-token-object",
        {
            "uid": one(code(36)),
            "type": one("TokenType"),
            "auth_id": one(code(36)),
            "visual_number": maybe(String(64)),
            "issuer": one(String(64)),
            "valid": one(BOOLEAN),
            "whitelist": one("WhitelistType"),
            "language": maybe(String(2)),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "AuthorizationInfo",
        "mod_tokens.md#31-authorizationinfo-object",
        {
            "allowed": one("Allowed"),
            "location": maybe("LocationReferences"),
            "info": maybe("DisplayText"),
        },
    ),
    Table(
        "LocationReferences",
        "mod_tokens.md#42-locationreferences-class",
        {
            "location_id": one(code(39)),
            "evse_uids": many(code(39)),
            "connector_ids": many(code(36)),
        },
    ),
)
