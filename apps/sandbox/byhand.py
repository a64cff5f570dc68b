"""The handshake as lines for a shell, for whoever wants to be a platform for once."""

import json
from dataclasses import dataclass

from apps.credentials.invitations import Invitation
from apps.sandbox.state import WITHOUT_ROLES
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role

LINES = """\
# The hub fetches the versions of whoever registers. These lines use a platform lent by the sandbox:
#   {url}
# With a platform of your own, put its versions URL and its token into the fourth line.
A='Authorization: Token {token_a}'
curl -sw '\\n' -H "$A" {versions_url}
curl -sw '\\n' -H "$A" {details_url}
R=$(curl -s -H "$A" -H 'Content-Type: application/json' {credentials_url} \\
  -d '{credentials}')
echo "$R"
C=$(echo "$R" | sed 's/.*"token": *"\\([^"]*\\)".*/\\1/' | tr -d '\\n'{encode})
C="Authorization: Token $C"
# Registered: token A is used up, token C counts. Of everybody's locations, the first two:
curl -siw '\\n' -H "$C" {routing}\\
  '{locations_url}?limit=2'
# And leave again:
curl -sw '\\n' -X DELETE -H "$C" {credentials_url}"""


@dataclass(frozen=True, slots=True)
class Guest:
    """The platform that registers: its versions URL, the token it gives the hub, its eMSP."""

    url: str
    token: str
    party: PartyId
    version: str


def instructions(
    invitation: Invitation,
    guest: Guest,
    hub: tuple[str, str],
) -> str:
    """Shell lines that register the guest, ask for a page of locations, and leave again."""
    party, version = guest.party, guest.version
    role = {
        "country_code": party.country_code,
        "party_id": party.party_id,
        "business_details": {"name": "By hand"},
    }
    credentials: dict[str, object] = {"token": guest.token, "url": guest.url}
    root = invitation.versions_url.removesuffix("/versions")
    named = {
        "OCPI-from-country-code": party.country_code,
        "OCPI-from-party-id": party.party_id,
        "OCPI-to-country-code": hub[0],
        "OCPI-to-party-id": hub[1],
    }
    if version == WITHOUT_ROLES:
        versions_url = invitation.versions_urls_of_2_1_1[Role.EMSP]
        token_a, encode, named = invitation.token_a, "", {}
        credentials |= role
    else:
        versions_url = invitation.versions_url
        token_a, encode = invitation.token_a_base64, " | base64 | tr -d '\\n'"
        credentials["roles"] = [{"role": Role.EMSP, **role}]
    details_url = f"{versions_url.removesuffix('/versions')}/{version}"
    return LINES.format(
        url=guest.url,
        token_a=token_a,
        encode=encode,
        versions_url=versions_url,
        details_url=details_url,
        credentials_url=f"{details_url}/credentials",
        credentials=json.dumps(credentials),
        routing="".join(f"-H '{name}: {value}' " for name, value in named.items()),
        locations_url=f"{root}/{version}/sender/locations",
    )
