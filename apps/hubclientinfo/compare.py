"""Compares what a platform says it has with what it should have, by GET on its RECEIVER.

spec: mod_hub_client_info_client_get
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.database import in_thread
from apps.hubclientinfo.ask import Means, ask
from apps.hubclientinfo.models import ClientInfo
from apps.hubclientinfo.settle import settle
from apps.parties import directory
from hub.ocpi.clientinfo import MODULE_ID, status_in
from hub.ocpi.module import Interface, Role
from hub.ocpi.status import OcpiError
from hub.routing.clients import told_role
from hub.routing.hop import target_url
from hub.routing.network import Platform

AT_ONCE = 10
TIME_LIMIT = 10.0
NONE = "none"


class NoReceiver(LookupError):
    """The platform has no interface that could be asked; the text names it."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One object: its status as it should be, and what the platform says: its status there, or why
    it has none."""

    row: ClientInfo
    says: str

    @property
    def agrees(self) -> bool:
        return self.row.status == self.says


async def compare(means: Means, platform_id: int) -> list[Compared]:
    """Every object of a platform. Raises NoReceiver."""
    await in_thread(directory.refresh_if_changed)
    platform = directory.snapshot().platforms[platform_id]
    endpoint = platform.endpoints.get((MODULE_ID, Interface.RECEIVER))
    if endpoint is None:
        raise NoReceiver(f"{platform.name} offers no RECEIVER interface of {MODULE_ID}")
    rows: Sequence[ClientInfo] = await in_thread(_rows, platform_id)
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(row: ClientInfo) -> Compared:
        async with turns:
            return Compared(row, await _said(means, platform, endpoint, row))

    return list(await asyncio.gather(*(one(row) for row in rows)))


@transaction.atomic
def tell_again(platform_id: int, found: Sequence[Compared], now: datetime) -> int:
    """Has a platform told again of what differs; how many objects that are."""
    wrong = [each.row.pk for each in found if not each.agrees]
    number = ClientInfo.objects.filter(pk__in=wrong).update(announced=False)
    settle(now, viewers={platform_id})
    return number


def _rows(platform_id: int) -> list[ClientInfo]:
    return list(ClientInfo.objects.filter(platform_id=platform_id).order_by("party", "role"))


async def _said(means: Means, platform: Platform, endpoint: str, row: ClientInfo) -> str:
    told = row.wire(told_role(Role(row.role), platform.version, platform))
    url = target_url(endpoint, told.tail, "")
    try:
        answer = await ask(means, platform, url, MODULE_ID, TIME_LIMIT)
    except OcpiError as error:
        return error.message
    if not answer.accepted or answer.envelope is None:
        return NONE if answer.status == 404 else f"HTTP {answer.status}"
    return status_in(answer.envelope.data, told.role) or NONE
