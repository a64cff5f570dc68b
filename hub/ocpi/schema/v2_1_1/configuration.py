"""The classes of OCPI 2.1.1 that platforms make themselves known with."""

from hub.ocpi.schema.notation import URL, String, Table, one, some
from hub.ocpi.schema.v2_1_1.shared import code

TABLES = (
    Table(
        "Version",
        "version_information_endpoint.md#version-class",
        {
            "version": one("VersionNumber"),
            "url": one(URL),
        },
    ),
    Table(
        "VersionDetails",
        "version_information_endpoint.md#data",
        {
            "version": one("VersionNumber"),
            "endpoints": some("Endpoint"),
        },
    ),
    Table(
        "Endpoint",
        "version_information_endpoint.md#endpoint-class",
        {
            "identifier": one("ModuleID"),
            "url": one(URL),
        },
    ),
    Table(
        "Credentials",
        "credentials.md#21-credentials-object",
        {
            # Goes into a header as it is: printable ASCII without blanks.
            "token": one(String(64, r"[\x21-\x7E]+", like="ebf3b399-779f-4497")),
            "url": one(URL),
            "business_details": one("BusinessDetails"),
            "party_id": one(code(3)),
            "country_code": one(code(2)),
        },
    ),
)
