"""Charging at a simulated CPO: from a command or a card to the CDR, in seconds.

    START_SESSION -> result -> Session PUT (PENDING) -> PATCH ACTIVE -> PATCHes with energy
    STOP_SESSION  -> result -> PATCH COMPLETED -> CDR POST
    and beside it the EVSE's status, broadcast: CHARGING, AVAILABLE.

The clock of a session is faster than ours: every tick is ten minutes of charging. So that nothing
ever lies in the future, a session begins that much earlier than it is told about.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.sandbox.actions import Command, Later, Obeyed
from apps.sandbox.charge import Charge, Did, Plugged, cdr_of, period_of, session_of
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.prices import FOUR, Used, cost
from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.module import Interface
from hub.ocpi.status import OcpiError

TICK = timedelta(minutes=10)
MOST_KW = Decimal(120)
STATUS_REFUSALS = {
    "CHARGING": "EVSE_OCCUPIED", "RESERVED": "EVSE_OCCUPIED", "BLOCKED": "EVSE_OCCUPIED",
    "OUTOFORDER": "EVSE_INOPERATIVE", "INOPERATIVE": "EVSE_INOPERATIVE",
    "REMOVED": "EVSE_INOPERATIVE", "PLANNED": "EVSE_INOPERATIVE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Push:
    """One object on its way to a partner."""

    what: str
    method: str
    module: str
    tail: str
    content: object


class Charging:
    """The charge points behind a CPO platform.

    Args:
        tick_seconds: how long a tick of ten minutes really takes.
        ticks: after so many the car is full, unless it is stopped before.
        broadcast: whether EVSE statuses are pushed to everybody through the hub.
    """

    def __init__(
        self,
        platform: SandboxPlatform,
        *,
        tick_seconds: float = 0.3,
        ticks: int = 6,
        broadcast: bool = True,
    ) -> None:
        self.platform = platform
        self.tick_seconds = tick_seconds
        self.ticks = ticks
        self.broadcast = broadcast
        self.charges: dict[str, Charge] = {}
        platform.obey(self.obey)

    async def obey(self, command: Command) -> Obeyed:
        """What a charge point makes of a command."""
        if command.name == "START_SESSION":
            return self._start(command)
        if command.name == "STOP_SESSION":
            charge = self.charges.get(fold(str(command.content["session_id"])))
            if charge is None:
                return Obeyed("FAILED")
            return Obeyed("ACCEPTED", then=_stopping(charge))
        return Obeyed("ACCEPTED")

    def _start(self, command: Command) -> Obeyed:
        content = command.content
        owner = command.asked
        location = self.platform.objects.get("locations", owner, content["location_id"])
        evse = _chosen(location["evses"], "uid", content.get("evse_uid"))
        if evse is None:
            return Obeyed("REJECTED")
        connector = _chosen(evse["connectors"], "id", content.get("connector_id"))
        refusal = STATUS_REFUSALS.get(evse["status"])
        if connector is None or refusal is not None:
            return Obeyed(refusal or "REJECTED")
        charge = self.new(
            content["token"],
            location,
            evse,
            connector,
            auth_method="COMMAND",
            reference=content.get("authorization_reference"),
        )
        return Obeyed("ACCEPTED", then=lambda: self.run(charge))

    def new(
        self,
        token: Mapping[str, Any],
        location: Mapping[str, Any],
        evse: Mapping[str, Any],
        connector: Mapping[str, Any],
        *,
        auth_method: str = "AUTH_REQUEST",
        reference: str | None = None,
    ) -> Charge:
        """A session that is about to begin; `run` lets it."""
        owner = (location["country_code"], location["party_id"])
        tariff = self.platform.objects.get("tariffs", owner, connector["tariff_ids"][0])
        plugged = Plugged(location, evse, connector, tariff)
        now = datetime.now(UTC)
        session = session_of(token, plugged, now - self.ticks * TICK, now)
        session["auth_method"] = auth_method
        if reference:
            session["authorization_reference"] = reference
        charge = Charge(session, plugged)
        self.charges[fold(charge.id)] = charge
        return charge

    def begin(self, charge: Charge) -> None:
        """Lets a session run beside whatever else happens."""
        self.platform.spawn(self.run(charge))

    async def run(self, charge: Charge) -> None:
        """The whole session, to its CDR."""
        await self._put_session(charge)
        await self._evse(charge, "CHARGING")
        await self._patch(charge, "ACTIVE", {"status": "ACTIVE"})
        while not charge.used or (len(charge.used) < self.ticks and not charge.stopped.is_set()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.tick_seconds):
                    await charge.stopped.wait()
            await self._patch(charge, "energy", self._charged(charge))
        end = charge.used[-1].start + TICK
        final = {"status": "COMPLETED", "end_date_time": datetimes.render(end)}
        await self._patch(charge, "COMPLETED", final)
        charge.cdr = cdr_of(charge, end)
        self.platform.objects.put("cdrs", charge.cdr)
        await self._tell(charge, Push("CDR", "POST", "cdrs", "", charge.cdr))
        await self._evse(charge, "AVAILABLE")

    def _charged(self, charge: Charge) -> dict[str, Any]:
        """Ten more minutes, a little less power each time."""
        begin = datetimes.parse(charge.session["start_date_time"]) + len(charge.used) * TICK
        most = min(Decimal(charge.at.connector["max_electric_power"]) / 1000, MOST_KW)
        power = most * (100 - 4 * min(len(charge.used), 20)) / 100
        hours = (Decimal(TICK.seconds) / 3600).quantize(FOUR)
        used = Used(begin, (power * TICK.seconds / 3600).quantize(FOUR), hours)
        charge.used.append(used)
        zone = charge.at.location["time_zone"]
        return {
            "kwh": sum((each.kwh for each in charge.used), Decimal(0)),
            "charging_periods": [period_of(charge.at, used)],
            "total_cost": cost(charge.at.tariff, charge.used, zone).price(),
        }

    async def _put_session(self, charge: Charge) -> None:
        self.platform.objects.put("sessions", charge.session)
        await self._tell(charge, Push("PENDING", "PUT", "sessions", charge.tail, charge.session))

    async def _patch(self, charge: Charge, what: str, changes: dict[str, Any]) -> None:
        changes = {**changes, "last_updated": datetimes.render(datetime.now(UTC))}
        periods = charge.session.get("charging_periods", [])
        charge.session |= changes
        if "charging_periods" in changes:
            charge.session["charging_periods"] = periods + changes["charging_periods"]
        self.platform.objects.put("sessions", charge.session)
        await self._tell(charge, Push(what, "PATCH", "sessions", charge.tail, changes))

    async def _evse(self, charge: Charge, status: str) -> None:
        """The EVSE's new status, in our own data and for everybody."""
        content = {"status": status, "last_updated": datetimes.render(datetime.now(UTC))}
        owner = (charge.at.location["country_code"], charge.at.location["party_id"])
        location = self.platform.objects.get("locations", owner, charge.at.location["id"])
        next(e for e in location["evses"] if e["uid"] == charge.at.evse["uid"]).update(content)
        location["last_updated"] = content["last_updated"]
        self.platform.objects.put("locations", location)
        hub = self.platform.hub_party
        if self.broadcast and hub is not None:
            tail = f"{owner[0]}/{owner[1]}/{charge.at.location['id']}/{charge.at.evse['uid']}"
            push = Push(f"EVSE {status}", "PATCH", "locations", tail, content)
            await self._tell(charge, push, hub)

    async def _tell(self, charge: Charge, push: Push, to: PartyId | None = None) -> None:
        reply = None
        with contextlib.suppress(OcpiError):  # nothing is repeated: the partner can still GET it
            reply = await self.platform.request(
                push.method,
                push.module,
                Interface.RECEIVER,
                push.tail,
                json=push.content,
                to=to or charge.partner,
                from_=(charge.session["country_code"], charge.session["party_id"]),
            )
        charge.told.put_nowait(Did(push.what, reply))


def _stopping(charge: Charge) -> Later:
    async def stop() -> None:
        charge.stopped.set()

    return stop


def _chosen(items: list[dict[str, Any]], name: str, wanted: str | None) -> dict[str, Any] | None:
    """The item of that id; the first when none is asked for."""
    return next((i for i in items if wanted is None or fold(i[name]) == fold(wanted)), None)
