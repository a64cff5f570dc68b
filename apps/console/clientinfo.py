"""What a platform says it was told of the others, beside what it should know: asked there and then.

As other requests of pages and commands these have a client of their own, and a leg each in the
message log.
"""

from datetime import UTC, datetime
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings

from apps.credentials.legs import write_at_once
from apps.hubclientinfo.ask import Means
from apps.hubclientinfo.compare import Compared, compare
from apps.hubclientinfo.compare import tell_again as booked_again
from apps.parties.models import Platform
from apps.traffic.record import Row
from apps.transport.client import Client

Fact = dict[str, Any]


def clientinfo(platform: Platform, *, tell_again: bool) -> Fact:
    """Each object as it should be and as the platform has it; with `tell_again` it is sent what
    differs. Raises NoReceiver."""
    found: list[Compared] = async_to_sync(_asked)(platform.pk)
    return {
        "platform": platform.name,
        "objects": [_fact(each) for each in found],
        "differing": sum(not each.agrees for each in found),
        "told_again": booked_again(platform.pk, found, _now()) if tell_again else 0,
    }


async def _asked(platform_id: int) -> list[Compared]:
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)
    legs: list[Row] = []
    try:
        return await compare(Means(client.send, _now, legs.append), platform_id)
    finally:
        await client.close()
        for leg in legs:
            await write_at_once(leg)


def _fact(each: Compared) -> Fact:
    return {
        "party": f"{each.row.country_code}/{each.row.party_id}",
        "role": each.row.role,
        "should_be": each.row.status,
        "says": each.says,
        "agrees": each.agrees,
        "last_updated": each.row.last_updated,
    }


def _now() -> datetime:
    return datetime.now(UTC)
