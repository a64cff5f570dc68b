"""The classes of the Tokens module of OCPI 2.2.1.

spec: mod_tokens_object_description
"""

from hub.ocpi.schema.notation import BOOLEAN, DATE_TIME, CiString, String, Table, many, maybe, one

TABLES = (
    Table(
        "Token",
        "mod_tokens_token_object",
        {
            "country_code": one(CiString(2)),
            "party_id": one(CiString(3)),
            "uid": one(CiString(36)),
            "type": one("TokenType"),
            "contract_id": one(CiString(36)),
            "visual_number": maybe(String(64)),
            "issuer": one(String(64)),
            "group_id": maybe(CiString(36)),
            "valid": one(BOOLEAN),
            "whitelist": one("WhitelistType"),
            "language": maybe(String(2)),
            "default_profile_type": maybe("ProfileType"),
            "energy_contract": maybe("EnergyContract"),
            "last_updated": one(DATE_TIME),
        },
    ),
    Table(
        "AuthorizationInfo",
        "mod_tokens_authorizationinfo_object",
        {
            "allowed": one("AllowedType"),
            "token": one("Token"),
            "location": maybe("LocationReferences"),
            "authorization_reference": maybe(CiString(36)),
            "info": maybe("DisplayText"),
        },
    ),
    Table(
        "LocationReferences",
        "mod_tokens_locationreferences_class",
        {
            "location_id": one(CiString(36)),
            "evse_uids": many(CiString(36)),
        },
    ),
    Table(
        "EnergyContract",
        "mod_tokens_energy_contract",
        {
            "supplier_name": one(String(64)),
            "contract_id": maybe(String(64)),
        },
    ),
)
