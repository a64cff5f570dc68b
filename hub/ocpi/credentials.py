"""The Credentials object: read from a peer with tolerance, written for one by the letter.

2.1.1 has one party and no roles; its role follows from the versions URL that the peer was given.
2.2.1 and 2.3.0 list parties with their roles; in 2.3.0 a hub says who it is in `hub_party_id`.
spec: credentials_credentials_object
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.ocpi.status import invalid

_TOKEN = re.compile(r"[\x21-\x7e]{1,64}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_PARTY = re.compile(r"[A-Za-z0-9]{3}")


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
    """What a peer says of itself: the token to call it with, its versions URL, its parties. A peer
    that is a hub has itself among them, in the role HUB."""

    token: str
    url: str
    roles: tuple[PartyRole, ...]

    def __repr__(self) -> str:
        return f"Credentials({self.url}, {[str(r.party) for r in self.roles]})"


def read(content: object, version: str, role: Role = Role.OTHER) -> Credentials:
    """A Credentials object of a version; `role` is that of the one party of 2.1.1.

    Raises OcpiError 2001 naming the field and the rule; unknown fields are ignored.
    """
    if not isinstance(content, dict):
        raise invalid("the body must be a Credentials object.")
    token, url = content.get("token"), content.get("url")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise invalid("token: must be 1 to 64 printable ASCII characters without blanks.")
    if not isinstance(url, str) or not url or len(url) > 255:
        raise invalid("url: must be the URL of your versions endpoint, at most 255 characters.")
    return Credentials(token, url, _PARTIES[version](content, role))


def _one_party(content: Mapping[str, Any], role: Role) -> tuple[PartyRole, ...]:
    """2.1.1. spec: `211` credentials.md, 2.1 Credentials object"""
    return (_party(content, "", role),)


def _listed(content: Mapping[str, Any], role: Role) -> tuple[PartyRole, ...]:
    """2.2.1"""
    roles = content.get("roles")
    if not isinstance(roles, list) or not roles:
        raise invalid("roles: must list at least one party and role.")
    read_roles = tuple(_role(entry, f"roles[{n}].") for n, entry in enumerate(roles))
    keys = [(r.role, r.party) for r in read_roles]
    for key in keys:
        if keys.count(key) > 1:
            raise invalid(f"roles: {key[1]} is listed twice as {key[0]}.")
    return read_roles


def _listed_by_hub(content: Mapping[str, Any], role: Role) -> tuple[PartyRole, ...]:
    """2.3.0, where a hub lists those behind it, and itself in `hub_party_id` alone."""
    roles, itself = _listed(content, role), content.get("hub_party_id")
    if not itself:
        return roles
    country, party = str(itself)[:2], str(itself)[2:]
    if not (_COUNTRY.fullmatch(country) and _PARTY.fullmatch(party)):
        raise invalid("hub_party_id: must be a country code and a party id, such as NLHUB.")
    own = PartyId.of(country, party)
    others = tuple(each for each in roles if each.party != own)
    named = next((each.business_details for each in roles if each.party == own), {})
    return (PartyRole(Role.HUB, country, party, named), *others)


_PARTIES: Mapping[str, Callable[[Mapping[str, Any], Role], tuple[PartyRole, ...]]] = {
    "2.1.1": _one_party,
    "2.2.1": _listed,
    "2.3.0": _listed_by_hub,
}


def _role(entry: object, where: str) -> PartyRole:
    if not isinstance(entry, dict):
        raise invalid(f"{where.removesuffix('.')}: must be an object.")
    try:
        role = Role(str(entry.get("role") or "").upper())
    except ValueError:
        raise invalid(f"{where}role: must be one of {', '.join(Role)}.") from None
    return _party(entry, where, role)


def _party(entry: Mapping[str, Any], where: str, role: Role) -> PartyRole:
    country, party = str(entry.get("country_code") or ""), str(entry.get("party_id") or "")
    if not _COUNTRY.fullmatch(country):
        raise invalid(f"{where}country_code: must be a country code of two letters.")
    if not _PARTY.fullmatch(party):
        raise invalid(f"{where}party_id: must be three letters or digits.")
    details = entry.get("business_details")
    return PartyRole(role, country, party, details if isinstance(details, dict) else {})


@dataclass(frozen=True, slots=True)
class OwnSide:
    """What the hub says of itself to one peer: the token that the peer uses, the versions URL for
    it, the hub's own party, and the parties that it reaches through the hub."""

    token: str
    url: str
    party: PartyId
    business_details: Mapping[str, Any]
    reachable: tuple[PartyRole, ...] = ()


def of_hub(version: str, own: OwnSide) -> dict[str, Any]:
    """The hub's own object for a peer of a version.

    2.1.1: the hub as the one party. 2.2.1: role HUB and no other party, whatever is connected;
    parties behind the hub are told by HubClientInfo. 2.3.0: the parties that the peer reaches, and
    the hub in `hub_party_id`; itself as OTHER while nobody can be reached, as there must be an
    entry (D-25).
    """
    return {"token": own.token, "url": own.url} | _OWN[version](own)


def _as_one_party(own: OwnSide) -> dict[str, Any]:
    return {
        "country_code": own.party.country_code,
        "party_id": own.party.party_id,
        "business_details": dict(own.business_details),
    }


def _as_hub(own: OwnSide) -> dict[str, Any]:
    return {"roles": [_entry(_itself(own, Role.HUB))]}


def _with_parties(own: OwnSide) -> dict[str, Any]:
    listed: Iterable[PartyRole] = own.reachable or (_itself(own, Role.OTHER),)
    return {
        "hub_party_id": f"{own.party.country_code}{own.party.party_id}",
        "roles": [_entry(each) for each in listed],
    }


_OWN: Mapping[str, Callable[[OwnSide], dict[str, Any]]] = {
    "2.1.1": _as_one_party,
    "2.2.1": _as_hub,
    "2.3.0": _with_parties,
}


def _itself(own: OwnSide, role: Role) -> PartyRole:
    return PartyRole(role, *own.party, own.business_details)


def _entry(listed: PartyRole) -> dict[str, Any]:
    return {
        "role": listed.role.value,
        "country_code": listed.country_code,
        "party_id": listed.party_id,
        "business_details": dict(listed.business_details),
    }
