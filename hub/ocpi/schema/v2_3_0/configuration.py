"""What OCPI 2.3.0 changes in the classes that platforms make themselves known with."""

from hub.ocpi.schema import v2_2_1
from hub.ocpi.schema.notation import CiString, changed, maybe

OLD = v2_2_1.TABLES

TABLES = (
    changed(
        OLD["Credentials"],
        {
            # Country code and party id in one: NLHUB. spec: credentials_credentials_object
            "hub_party_id": maybe(CiString(5)),
        },
    ),
)
