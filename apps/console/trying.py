"""Dry runs for operators: a request as they write it, or as the log has it, and what would become
of it, as plain data.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from asgiref.sync import async_to_sync
from django.conf import settings

from apps import database
from apps.gateway.dry_run import Asked, dry_run
from apps.gateway.dry_steps import Run
from apps.gateway.inbound import PREFIX
from apps.parties import directory
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg
from hub.ocpi.headers import AUTHORIZATION, FROM_COUNTRY, FROM_PARTY, heading
from hub.ocpi.ids import PartyId
from hub.routing.network import Network
from hub.routing.network import Platform as Connected

METHODS = ("GET", "PUT", "PATCH", "POST", "DELETE")
# Never asked for and never shown again, should somebody paste one.
SECRET = frozenset({AUTHORIZATION, "cookie", "proxy-authorization"})
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

Headers = tuple[tuple[str, str], ...]
Fact = dict[str, Any]


class CannotTry(ValueError):
    """The request is not complete enough to be tried; the text says what is missing."""


def try_out(
    method: str, path: str, headers: Headers, body: bytes, platform: str, now: datetime
) -> Fact:
    """What the hub would do. `platform` is the name of who calls; empty: the one that hosts
    OCPI-from. Raises CannotTry."""
    directory.refresh_if_changed()
    network = directory.snapshot()
    asked = Asked(
        method=method,
        path=hub_path(path),
        headers=headers,
        body=body,
        platform=_caller(platform, dict(headers), network),
    )
    run = async_to_sync(_reading)(asked, network, now)
    return {
        "method": method,
        "path": asked.path,
        "platform": asked.platform.name,
        **msgspec.to_builtins(run),
    }


async def _reading(asked: Asked, network: Network, now: datetime) -> Run:
    """On a connection that can write nothing, whatever the code between may try."""
    async with database.pool(1) as pool, pool.connection() as connection:
        await connection.execute("SET default_transaction_read_only = on")
        return await dry_run(asked, network, connection, now)


def _caller(name: str, headers: dict[str, str], network: Network) -> Connected:
    if name:
        found = [each for each in network.platforms.values() if each.name == name]
        if not found:
            raise CannotTry(f"No platform is named {name!r}.")
        return found[0]
    party = heading(headers, FROM_COUNTRY, FROM_PARTY)
    if not isinstance(party, PartyId):
        raise CannotTry("Say which platform calls, or which party it speaks for (OCPI-from).")
    hosts = {each.platform.id: each.platform for each in network.parties.get(party, ())}
    if len(hosts) != 1:
        names = ", ".join(sorted(each.name for each in hosts.values())) or "no platform"
        raise CannotTry(f"{party} is hosted by {names}: say which platform calls.")
    return next(iter(hosts.values()))


def hub_path(text: str) -> str:
    """The path and query of a URL of the hub, or of what follows its host. Raises CannotTry."""
    parts = urlsplit(text.strip())
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    # What the hub is known by outside may have a path of its own before /ocpi.
    path = path.removeprefix(urlsplit(settings.HUB.public_url).path.rstrip("/"))
    if not path.startswith(f"{PREFIX}/"):
        raise CannotTry(f"The path begins with {PREFIX}/, such as {PREFIX}/2.2.1/sender/locations.")
    return path


def header_lines(text: str) -> Headers:
    """Headers from lines, names in lower case, without secrets. Raises CannotTry."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name.strip()):
            raise CannotTry(f"Line {number} of the headers is not of the form Name: value.")
        if name.strip().lower() not in SECRET:
            found.append((name.strip().lower(), value.strip()))
    return tuple(found)


def of_leg(leg: Leg) -> Fact:
    """A logged message as it would be written down: that of the platform, where the leg is the
    hub's own request for it. Raises CannotTry when the hub asked of its own accord."""
    if leg.direction == Direction.OUT:
        causes = Leg.objects.filter(request_id=leg.parent or None, direction=Direction.IN)
        cause = causes.filter(correlation_id=leg.correlation_id).order_by("at").first()
        if cause is None:
            raise CannotTry("The hub sent this of its own accord; only what comes in is routed.")
        leg = cause
    platform = Platform.objects.filter(pk=leg.platform_id or 0).first()
    lines = header_lines(leg.request_headers)
    cut = leg.request_bytes > 0 and not whole(leg.request_body, leg.request_bytes)
    return {
        "method": leg.method,
        "path": leg.path,
        "headers": "\n".join(f"{name}: {value}" for name, value in lines),
        "body": "" if cut else leg.request_body or "",
        "platform": platform.name if platform is not None else "",
        "lacks_body": cut,
    }


def whole(text: str | None, size: int) -> bool:
    """Whether the log has all of a body, and not the beginning or a masked form of it."""
    return text is not None and len(text.encode()) == size
