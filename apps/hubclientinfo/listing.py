"""The hub's SENDER interface: a page of what a platform may know of the others.

spec: mod_hub_client_info_hub_get, transport_and_format_paginated_response
"""

from dataclasses import dataclass
from datetime import datetime

from apps.hubclientinfo.models import ClientInfo
from apps.hubclientinfo.settle import changes, settle
from apps.parties import directory
from hub.ocpi.module import Role
from hub.ocpi.paging import Window
from hub.routing.clients import told_role


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the objects on it, oldest first, the number of all that match, and the cursor of
    the last one where more follow."""

    items: list[dict[str, str]]
    total: int
    cursor: int | None


def page(viewer: int, window: Window, now: datetime) -> Page:
    """The page that a window asks for, as things are now."""
    _settle(viewer, now)
    rows = ClientInfo.objects.filter(platform_id=viewer).order_by("pk")
    if window.date_from is not None:
        rows = rows.filter(last_updated__gte=window.date_from)
    if window.date_to is not None:
        rows = rows.filter(last_updated__lt=window.date_to)
    total = rows.count()
    behind = rows[window.offset :]
    if window.after is not None:
        behind = rows.filter(pk__gt=window.after)
    found = list(behind[: window.limit + 1])
    shown = found[: window.limit]
    _learned([row.pk for row in shown if not row.known])
    cursor = shown[-1].pk if len(found) > window.limit else None
    platform = directory.snapshot().platforms[viewer]
    items = [
        row.wire(told_role(Role(row.role), platform.version, platform)).content() for row in shown
    ]
    return Page(items, total, cursor)


def _learned(keys: list[int]) -> None:
    """The platform knows of these from now on."""
    if keys:
        ClientInfo.objects.filter(pk__in=keys).update(known=True)


def _settle(viewer: int, now: datetime) -> None:
    """A worker does this too, a moment later: but who asks is answered with what is so now."""
    there = list(ClientInfo.objects.filter(platform_id=viewer))
    if any(changes([viewer], there, directory.snapshot())):
        settle(now, viewers={viewer})
