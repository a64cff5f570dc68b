"""One charging session as data: the Session, its charging periods, and the CDR it ends with."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from apps.sandbox.calls import Pair, Reply
from apps.sandbox.prices import Used, cost
from hub.ocpi import datetimes

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plugged:
    """Where a car is plugged in, and by which tariff it is charged."""

    location: Object
    evse: Object
    connector: Object
    tariff: Object


@dataclass(frozen=True, slots=True)
class Did:
    """One thing the CPO told about a session, and what came back; no reply: nobody answered."""

    what: str
    reply: Reply | None


@dataclass
class Charge:
    """One session while it runs. `told` holds what the CPO did, for whoever watches."""

    session: dict[str, Any]
    at: Plugged
    used: list[Used] = field(default_factory=list)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Queue[Did] = field(default_factory=asyncio.Queue)
    cdr: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        return str(self.session["id"])

    @property
    def tail(self) -> str:
        """The session's path below the sessions endpoint."""
        return f"{self.session['country_code']}/{self.session['party_id']}/{self.id}"

    @property
    def partner(self) -> Pair:
        """The party whose token is used: the only one that hears of the session."""
        token = self.session["cdr_token"]
        return token["country_code"], token["party_id"]


def session_of(token: Object, at: Plugged, begin: datetime, now: datetime) -> dict[str, Any]:
    """A Session that is about to begin."""
    copied = ("country_code", "party_id", "uid", "type", "contract_id")
    return {
        "country_code": at.location["country_code"],
        "party_id": at.location["party_id"],
        "id": f"S-{secrets.token_hex(6)}",
        "start_date_time": datetimes.render(begin),
        "kwh": Decimal(0),
        "cdr_token": {name: token[name] for name in copied},
        "auth_method": "AUTH_REQUEST",
        "location_id": at.location["id"],
        "evse_uid": at.evse["uid"],
        "connector_id": at.connector["id"],
        "meter_id": f"METER-{at.evse['uid']}",
        "currency": at.tariff["currency"],
        "status": "PENDING",
        "last_updated": datetimes.render(now),
    }


def period_of(at: Plugged, used: Used) -> dict[str, Any]:
    """A ChargingPeriod."""
    return {
        "start_date_time": datetimes.render(used.start),
        "dimensions": [
            {"type": "ENERGY", "volume": used.kwh},
            {"type": "TIME", "volume": used.hours},
        ],
        "tariff_id": at.tariff["id"],
    }


def cdr_of(charge: Charge, end: datetime) -> dict[str, Any]:
    """The CDR of a finished session; what it costs is worked out from its tariff."""
    session, at = charge.session, charge.at
    costs = cost(at.tariff, charge.used, at.location["time_zone"])
    copied = (
        "country_code", "party_id", "start_date_time", "cdr_token", "auth_method",
        "authorization_reference", "meter_id", "currency", "charging_periods",
    )  # fmt: skip
    cdr = {name: session[name] for name in copied if name in session}
    cdr |= {
        "id": f"C{session['id'][1:]}",
        "end_date_time": datetimes.render(end),
        "session_id": session["id"],
        "cdr_location": _location(at),
        "tariffs": [at.tariff],
        "total_cost": costs.price(),
        "total_energy": session["kwh"],
        "total_time": sum((used.hours for used in charge.used), Decimal(0)),
        "last_updated": datetimes.render(datetime.now(UTC)),
    }
    named = {"FLAT": "total_fixed_cost", "ENERGY": "total_energy_cost", "TIME": "total_time_cost"}
    return cdr | {named[each]: costs.price(each) for each in costs.parts if each in named}


def _location(at: Plugged) -> dict[str, Any]:
    """A CdrLocation."""
    copied = ("id", "name", "address", "city", "postal_code", "country", "coordinates")
    return {
        **{name: at.location[name] for name in copied},
        "evse_uid": at.evse["uid"],
        "evse_id": at.evse["evse_id"],
        "connector_id": at.connector["id"],
        "connector_standard": at.connector["standard"],
        "connector_format": at.connector["format"],
        "connector_power_type": at.connector["power_type"],
    }
