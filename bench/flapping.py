"""Platforms of the soak: CPOs that push all the time, and eMSPs that go away and come back.

Each eMSP judges what it gets as it comes: a number that is lower than one it had before, of the
same EVSE, is an older state over a newer one.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from apps.bookings.ocpi import BOOKING_LOCATIONS, BOOKINGS
from apps.cdrs.ocpi import MODULE as CDRS
from apps.chargingprofiles.ocpi import MODULE as CHARGING_PROFILES
from apps.commands.ocpi import MODULE as COMMANDS
from apps.locations.ocpi import MODULE as LOCATIONS
from apps.sandbox.memory import Memory, Received
from apps.sandbox.network import location
from apps.sandbox.platform import SandboxPlatform
from apps.sessions.ocpi import MODULE as SESSIONS
from apps.tariffs.ocpi import MODULE as TARIFFS
from apps.tokens.ocpi import MODULE as TOKENS
from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Role
from hub.ocpi.registry import Registry

MODULES = Registry(
    (
        LOCATIONS, SESSIONS, CDRS, TARIFFS, TOKENS, COMMANDS, CHARGING_PROFILES, BOOKING_LOCATIONS,
        BOOKINGS,
    )
)  # fmt: skip
SITES = 20
STATUSES = ("AVAILABLE", "CHARGING", "BLOCKED", "OUTOFORDER", "INOPERATIVE")
NUMBER = "x_number"
# How a platform may be away: switched off, or there and failing; the fault, and its value.
WAYS: Sequence[tuple[str, float] | None] = (
    None, None, ("http", 503), ("never", 0), ("hangup", 0), ("throttle", 2), ("slow", 3),
)  # fmt: skip
THERE = (15.0, 60.0)
AWAY = (2.0, 45.0)


class Judge(Memory):
    """Keeps no requests: only the highest number of each EVSE, and what came too late."""

    def __init__(self) -> None:
        super().__init__(0)
        self.highest: dict[str, int] = {}
        self.wrong: list[str] = []
        self.heard = 0

    async def add(self, received: Received) -> None:
        self.heard += 1
        if received.module == "locations" and received.method in ("PUT", "PATCH"):
            for what, number in _numbers(received):
                if number < self.highest.get(what, -1):
                    self.wrong.append(f"{what}: {number} after {self.highest[what]}")
                self.highest[what] = max(number, self.highest.get(what, -1))
        await super().add(received)


class Receiver:
    """An eMSP; `flap` until it is told to stay."""

    def __init__(self, number: int) -> None:
        self.platform = SandboxPlatform(
            f"receiver-{number}",
            ((Role.EMSP, "DE", f"R{number:02}"),),
            remember=0,
            registry=MODULES,
        )
        self.judge = Judge()
        self.platform.state.memory = self.judge
        self.absences = 0

    async def flap(self, until: float, dice: random.Random) -> None:
        """Is there and away by turns until that moment of the monotonic clock; there at the end."""
        while await _rest(dice.uniform(*THERE), until):
            self.absences += 1
            way = dice.choice(WAYS)
            if way is None:
                await self.platform.stop()
            else:
                self.platform.faults.set(way[0], way[1])
            await _rest(dice.uniform(*AWAY), until)
            self.platform.faults.clear()
            if not self.platform.is_online:
                await self.platform.start()
            await self._look()

    async def _look(self) -> None:
        """Asks the hub for a Location: a platform that is there again is heard from sooner or
        later. The hub may have it down as away still, and answer none the less."""
        await self.platform.request(
            "GET", "locations", Interface.SENDER, query="limit=1", to=self.platform.hub_party
        )

    def lacks(self, wanted: dict[str, dict[str, Any]], owner: PartyId) -> list[str]:
        """The EVSEs of an owner that are not here as they should be."""
        wrong = []
        for identifier, site in wanted.items():
            kept = self.platform.objects.get("locations", owner, identifier) or {}
            here = {each["uid"]: each for each in kept.get("evses", ())}
            wrong += [
                f"{identifier} {evse['uid']}: {_said(here.get(evse['uid']))} for {_said(evse)}"
                for evse in site["evses"]
                if _said(here.get(evse["uid"])) != _said(evse)
            ]
        return wrong


class Pusher:
    """A CPO. `sites` are its Locations as the hub has acknowledged them."""

    def __init__(self, number: int) -> None:
        self.party = PartyId("NL", f"C{number:02}")
        self.platform = SandboxPlatform(
            f"pusher-{number}", ((Role.CPO, *self.party),), remember=0, registry=MODULES
        )
        self.sites = {site["id"]: site for site in map(self._site, range(SITES))}
        self.number = 0
        self.pushed = 0
        self.refused: list[str] = []

    def _site(self, number: int) -> dict[str, Any]:
        return location((self.party.country_code, self.party.party_id), number, seed="soak")

    async def introduce(self) -> None:
        """Pushes every Location whole."""
        for site in self.sites.values():
            await self._push("PUT", site["id"], site)

    async def push(self, until: float, pause: float, dice: random.Random) -> None:
        """Changes an EVSE again and again until that moment: mostly by PATCH."""
        while await _rest(pause, until):
            site = dice.choice(list(self.sites.values()))
            evse = dice.choice(site["evses"])
            self.number += 1
            change = {
                "status": dice.choice(STATUSES), NUMBER: self.number,
                "last_updated": datetimes.render(datetime.now(UTC)),
            }  # fmt: skip
            tail = f"{site['id']}/{evse['uid']}"
            if dice.random() < 0.9:
                await self._push("PATCH", tail, change)
            else:
                await self._push("PUT", tail, evse | change)
            evse.update(change)

    async def _push(self, method: str, tail: str, body: dict[str, Any]) -> None:
        """Until the hub has taken it."""
        while True:
            reply = await self.platform.request(
                method, "locations", Interface.RECEIVER,
                f"{self.party.country_code}/{self.party.party_id}/{tail}",
                json=body, to=self.platform.hub_party,
            )  # fmt: skip
            if reply.code == 1000:
                self.pushed += 1
                return
            self.refused.append(f"{method} {tail}: HTTP {reply.status}, {reply.code}")
            await asyncio.sleep(1)


async def _rest(seconds: float, until: float) -> bool:
    """Waits, at most until that moment; whether there is time left."""
    left = until - time.monotonic()
    await asyncio.sleep(max(0.0, min(seconds, left)))
    return seconds < left


def _said(evse: dict[str, Any] | None) -> tuple[object, object] | None:
    return None if evse is None else (evse["status"], evse.get(NUMBER))


def _numbers(received: Received) -> list[tuple[str, int]]:
    """Each EVSE in a push with its number, named by owner, Location and EVSE."""
    body = received.json
    evses = body.get("evses", [body])
    place = "/".join(received.tail.split("/")[:3])
    return [
        (f"{place}/{evse.get('uid') or received.tail.split('/')[3]}", evse[NUMBER])
        for evse in evses
        if NUMBER in evse
    ]
