"""What a conversion needs to know besides the object: facts that one of the versions leaves out.

All of it is given by the caller, as it stood when the message came. A mapping may look things up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple


class Owner(NamedTuple):
    """A party as it is spelled on the wire."""

    country_code: str
    party_id: str


class Driver(NamedTuple):
    """The token behind an `auth_id` of 2.1.1: the fields of a CdrToken, as 2.2.1 says them."""

    country_code: str
    party_id: str
    uid: str
    type: str
    contract_id: str


class Charge(NamedTuple):
    """Who charged where and when, as a Session or CDR of 2.1.1 says it."""

    auth_id: str
    location_id: str
    evse_uid: str
    start: str


def charge_in(content: Mapping[str, object]) -> Charge | None:
    """The charge that a decoded Session or CDR of 2.1.1 tells of; None where it names no driver or
    no EVSE, or several."""
    location = content.get("location")
    evses = location.get("evses") if isinstance(location, dict) else None
    if not (isinstance(location, dict) and isinstance(evses, list) and len(evses) == 1):
        return None
    evse = evses[0] if isinstance(evses[0], dict) else {}
    start = content.get("start_datetime") or content.get("start_date_time")
    told = content.get("auth_id"), location.get("id"), evse.get("uid"), start
    texts = [each for each in told if isinstance(each, str) and each]
    return Charge(*texts) if len(texts) == len(told) else None


@dataclass(frozen=True, slots=True)
class Context:
    """Facts for one message or list, all of one owner.

    Attributes:
        owner: whose objects these are; 2.1.1 knows it from the connection.
        received: a DateTime, when the message came: for a PATCH without `last_updated`.
        now: the present moment, in UTC: whether a tariff is valid.
        time_zone: the configured time zone of the owner's Locations, where the country has many.
        ids: ids of Locations, EVSEs and CDRs that the other side knows by an alias.
        drivers: the token that an `auth_id` is, where it is known without doubt.
        admitted: the token behind the `auth_id` of a charge that was let charge there just then,
            where several have that `auth_id`.
        token: the Token that an authorize was about, as an object of 2.2.1.
        token_types: the type that a token has in truth, by uid, where it was told as OTHER.
        locations: kept Locations of the owner by id, as objects of 2.2.1.
        tariffs: the owner's tariffs by id, and whether the other version can say them.
        reservations: the number for 2.1.1 of each `reservation_id`.
        timeout: seconds that the answer to a command of 2.1.1 is said to hold.
    """

    owner: Owner | None = None
    received: str = ""
    now: datetime | None = None
    time_zone: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    drivers: Mapping[str, Driver] = field(default_factory=dict)
    admitted: Mapping[Charge, Driver] = field(default_factory=dict)
    token: bytes = b""
    token_types: Mapping[str, str] = field(default_factory=dict)
    locations: Mapping[str, bytes] = field(default_factory=dict)
    tariffs: Mapping[str, bool] = field(default_factory=dict)
    reservations: Mapping[str, int] = field(default_factory=dict)
    timeout: int = 30
