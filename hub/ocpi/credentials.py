"""The Credentials object: read from a peer with tolerance, written for one by the letter.

spec: credentials_credentials_object
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.ocpi.status import invalid

_TOKEN = re.compile(r"[\x21-\x7e]{1,64}")


@dataclass(frozen=True, slots=True)
class PartyRole:
    """One entry of `roles`: the codes as they were spelled, and the folded id to compare."""

    role: Role
    country_code: str
    party_id: str
    business_details: Mapping[str, Any]

    @property
    def party(self) -> PartyId:
        return PartyId.of(self.country_code, self.party_id)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a peer says of itself: the token to call it with, its versions URL, its parties."""

    token: str
    url: str
    roles: tuple[PartyRole, ...]

    def __repr__(self) -> str:
        return f"Credentials({self.url}, {[str(r.party) for r in self.roles]})"


def read(content: object) -> Credentials:
    """A Credentials object of 2.2.1. Raises OcpiError 2001 naming the field and the rule; unknown
    fields are ignored."""
    if not isinstance(content, dict):
        raise invalid("the body must be a Credentials object.")
    token, url, roles = content.get("token"), content.get("url"), content.get("roles")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise invalid("token: must be 1 to 64 printable ASCII characters without blanks.")
    if not isinstance(url, str) or not url or len(url) > 255:
        raise invalid("url: must be the URL of your versions endpoint, at most 255 characters.")
    if not isinstance(roles, list) or not roles:
        raise invalid("roles: must list at least one party and role.")
    read_roles = tuple(_role(entry, f"roles[{n}]") for n, entry in enumerate(roles))
    keys = [(r.role, r.party) for r in read_roles]
    for key in keys:
        if keys.count(key) > 1:
            raise invalid(f"roles: {key[1]} is listed twice as {key[0]}.")
    return Credentials(token, url, read_roles)


def _role(entry: object, where: str) -> PartyRole:
    if not isinstance(entry, dict):
        raise invalid(f"{where}: must be an object.")
    country, party = str(entry.get("country_code") or ""), str(entry.get("party_id") or "")
    if not re.fullmatch(r"[A-Za-z]{2}", country):
        raise invalid(f"{where}.country_code: must be a country code of two letters.")
    if not re.fullmatch(r"[A-Za-z0-9]{3}", party):
        raise invalid(f"{where}.party_id: must be three letters or digits.")
    try:
        role = Role(str(entry.get("role") or "").upper())
    except ValueError:
        raise invalid(f"{where}.role: must be one of {', '.join(Role)}.") from None
    details = entry.get("business_details")
    return PartyRole(role, country, party, details if isinstance(details, dict) else {})


def of_hub(
    token: str, versions_url: str, party: PartyId, business_details: Mapping[str, Any]
) -> dict[str, Any]:
    """The hub's own object for a 2.2.1 peer: role HUB and no other party, whatever is connected.

    spec: credentials_credentials_object: parties behind the hub are told by HubClientInfo.
    """
    return {
        "token": token,
        "url": versions_url,
        "roles": [
            {
                "role": Role.HUB.value,
                "country_code": party.country_code,
                "party_id": party.party_id,
                "business_details": dict(business_details),
            }
        ],
    }
