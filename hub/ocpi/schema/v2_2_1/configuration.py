"""The classes of OCPI 2.2.1 that platforms make themselves known with."""

from hub.ocpi.schema.notation import DATE_TIME, URL, CiString, String, Table, one, some

TABLES = (
    Table(
        "Version",
        "version_information_endpoint_version_class",
        {
            "version": one("VersionNumber"),
            "url": one(URL),
        },
    ),
    Table(
        "VersionDetails",
        "version_information_get_details_endpoint_data",
        {
            "version": one("VersionNumber"),
            "endpoints": some("Endpoint"),
        },
    ),
    Table(
        "Endpoint",
        "version_information_endpoint_endpoint_class",
        {
            "identifier": one("ModuleID"),
            "role": one("InterfaceRole"),
            "url": one(URL),
        },
    ),
    Table(
        "Credentials",
        "credentials_credentials_object",
        {
            # spec: credentials_credentials_object; printable ASCII without blanks.
            "token": one(String(64, r"[\x21-\x7E]+", like="ebf3b399-779f-4497")),
            "url": one(URL),
            "roles": some("CredentialsRole"),
        },
    ),
    Table(
        "CredentialsRole",
        "credentials_credentials_role_class",
        {
            "role": one("Role"),
            "business_details": one("BusinessDetails"),
            "party_id": one(CiString(3)),
            "country_code": one(CiString(2)),
        },
    ),
    Table(
        "ClientInfo",
        "mod_hub_client_info_hub_client_info_object",
        {
            "party_id": one(CiString(3)),
            "country_code": one(CiString(2)),
            "role": one("Role"),
            "status": one("ConnectionStatus"),
            "last_updated": one(DATE_TIME),
        },
    ),
)
