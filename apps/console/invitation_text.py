"""The letter to a partner that is invited: what to do, in the order in which it is done.

The token is in it only where it is handed in: on the one page that shows it, once.
"""

from datetime import datetime

from django.conf import settings

from apps.console.columns import shown
from apps.credentials.pages import VERSIONS, versions_urls_of_2_1_1
from hub.ocpi.module import Role

APART = "You get the token (CREDENTIALS_TOKEN_A) from us in another way."
HERE = """Your token (CREDENTIALS_TOKEN_A): {token}
The same in Base64: {base64}"""

_TEXT = """Subject: Connecting to {hub} by OCPI {versions}

Hello,

{platform} is invited to connect to the roaming hub {hub} ({party}).

Begin at our versions URL: {versions_url}
If you speak OCPI 2.1.1, begin at the one for your role instead:
  you are a CPO:   {for_cpo}
  you are an eMSP: {for_emsp}
{token}
{until}

Send the token in the Authorization header: the word Token, a blank, and the
token in Base64; in OCPI 2.1.1 the token as it is.

1. GET our versions URL. It lists each version of OCPI with the URL of its
   details. Take the highest that you speak.
2. GET the details. They list all endpoints of the hub.
3. POST your Credentials object to the credentials endpoint: a token that you
   make for us, the URL of your versions endpoint, and in `roles` every party
   of yours with its role. In OCPI 2.1.1 it is one party, and has no `roles`.
4. While you wait for the answer we call your versions and details with your
   token. They must be reachable by https with a valid certificate.
5. The answer has a new token for you. From then on use that one: the first
   one has ended.

After that you reach every other party through our endpoints, with the
OCPI-to and OCPI-from headers. HubClientInfo tells you who is connected, and
in OCPI 2.3.0 our Credentials object too. OCPI 2.1.1 has none of these: there
the hub finds out who a message is for.
"""


def letter(
    platform: str,
    versions_url: str,
    expires: datetime | None,
    token: str = "",
    base64: str = "",
) -> str:
    """A text to send. Without a token it says that the token comes in another way."""
    hub, for_role = settings.HUB, versions_urls_of_2_1_1()
    return _TEXT.format(
        hub=hub.name,
        party="/".join(hub.party),
        versions=", ".join(VERSIONS),
        platform=platform,
        versions_url=versions_url,
        for_cpo=for_role[Role.CPO],
        for_emsp=for_role[Role.EMSP],
        token=HERE.format(token=token, base64=base64) if token else APART,
        until=f"The token is good for registering once, until {shown(expires)}."
        if expires
        else "The token is good for registering once.",
    )
