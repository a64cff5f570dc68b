"""OCPI headers: tokens in their two spellings, message ids, the routing pairs.

Header names are lower case here, as ASGI delivers them; OCPI compares them without case.
spec: transport_and_format_authorization_header, transport_and_format_message_routing
"""

import base64
import binascii
from collections.abc import Mapping
from enum import StrEnum

from hub.ocpi.ids import PartyId

AUTHORIZATION = "authorization"
REQUEST_ID = "x-request-id"
CORRELATION_ID = "x-correlation-id"
TO_COUNTRY = "ocpi-to-country-code"
TO_PARTY = "ocpi-to-party-id"
FROM_COUNTRY = "ocpi-from-country-code"
FROM_PARTY = "ocpi-from-party-id"

# The two parties.
PAIRS = frozenset({TO_COUNTRY, TO_PARTY, FROM_COUNTRY, FROM_PARTY})
# What OCPI 2.1.1 does not have: message ids, and the two parties.
ROUTING = PAIRS | {REQUEST_ID, CORRELATION_ID}

# Dropped on every leg: they speak of one connection, or of the other leg's identity.
HOP_BY_HOP = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
        "te", "trailer", "transfer-encoding", "upgrade", "host", "content-length", "expect",
        "accept-encoding", "date", "server", "cookie", "set-cookie",
        "forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip",
        AUTHORIZATION, REQUEST_ID, CORRELATION_ID, TO_COUNTRY, TO_PARTY, FROM_COUNTRY, FROM_PARTY,
    }
)  # fmt: skip


class TokenForm(StrEnum):
    """How a platform writes its token in the Authorization header."""

    BASE64 = "base64"
    PLAIN = "plain"


def authorization(token: str, form: TokenForm) -> str:
    """The header's value; Base64 is the letter of 2.2.1, plain the habit of older peers."""
    if form is TokenForm.BASE64:
        return "Token " + base64.b64encode(token.encode()).decode()
    return "Token " + token


def candidates(value: str) -> tuple[tuple[str, TokenForm], ...]:
    """The tokens that an Authorization header may mean, most likely first: decoded, decoded
    without a line feed at the end (the spec's own samples have one), as it stands.

    Empty when the header is absent or not of the scheme `Token`.
    """
    scheme, _, parameter = value.strip().partition(" ")
    parameter = parameter.strip()
    if scheme.lower() != "token" or not parameter:
        return ()
    try:
        decoded = base64.b64decode(parameter, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    spelled = dict.fromkeys((decoded, decoded.rstrip("\r\n")))
    return (
        *((token, TokenForm.BASE64) for token in spelled if token),
        (parameter, TokenForm.PLAIN),
    )


class Half:
    """The state of a routing pair of which only one header came."""


HALF = Half()
Heading = PartyId | Half | None


def heading(headers: Mapping[str, str], country: str, party: str) -> Heading:
    """One routing pair: a party, None when both headers are absent or empty, HALF when one is."""
    country_code = headers.get(country, "").strip()
    party_id = headers.get(party, "").strip()
    if country_code and party_id:
        return PartyId.of(country_code, party_id)
    return HALF if country_code or party_id else None


def routing(to: PartyId, from_: PartyId) -> tuple[tuple[str, str], ...]:
    """The four routing headers of one leg."""
    return (
        ("OCPI-to-country-code", to.country_code),
        ("OCPI-to-party-id", to.party_id),
        ("OCPI-from-country-code", from_.country_code),
        ("OCPI-from-party-id", from_.party_id),
    )
