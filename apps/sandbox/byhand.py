"""The handshake as lines for a shell, for whoever wants to be a platform for once."""

import base64
import json

from apps.credentials.invitations import Invitation
from hub.ocpi.ids import PartyId

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
C=$(echo "$R" | sed 's/.*"token": *"\\([^"]*\\)".*/\\1/' | tr -d '\\n' | base64 | tr -d '\\n')
C="Authorization: Token $C"
# Registered: token A is used up, token C counts. Of everybody's locations, the first two:
curl -siw '\\n' -H "$C" {routing} \\
  '{locations_url}?limit=2'
# And leave again:
curl -sw '\\n' -X DELETE -H "$C" {credentials_url}"""


def instructions(
    invitation: Invitation, url: str, token_b: str, party: PartyId, hub: tuple[str, str]
) -> str:
    """Shell lines that register as `party`, ask for a page of locations, and leave again."""
    credentials = {
        "token": token_b,
        "url": url,
        "roles": [
            {
                "role": "EMSP",
                "country_code": party.country_code,
                "party_id": party.party_id,
                "business_details": {"name": "By hand"},
            }
        ],
    }
    base = invitation.versions_url.removesuffix("/versions")
    named = {
        "OCPI-from-country-code": party.country_code,
        "OCPI-from-party-id": party.party_id,
        "OCPI-to-country-code": hub[0],
        "OCPI-to-party-id": hub[1],
    }
    return LINES.format(
        url=url,
        token_a=base64.b64encode(invitation.token_a.encode()).decode(),
        versions_url=invitation.versions_url,
        details_url=f"{base}/2.2.1",
        credentials_url=f"{base}/2.2.1/credentials",
        credentials=json.dumps(credentials),
        routing=" ".join(f"-H '{name}: {value}'" for name, value in named.items()),
        locations_url=f"{base}/2.2.1/sender/locations",
    )
