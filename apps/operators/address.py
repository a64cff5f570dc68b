"""Where a request comes from: the peer, or what a trusted proxy says of it."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
# What one subscriber has of IPv6 addresses.
SUBSCRIBER = 64


def from_proxy(request: HttpRequest) -> bool:
    """Whether a proxy of HUB_TRUSTED_PROXIES sent the request."""
    return _is_trusted(request.META.get("REMOTE_ADDR", ""), settings.HUB.trusted_proxies)


def client_address(request: HttpRequest) -> str:
    """The address of the client. X-Forwarded-For is read from its end, as far as each address in it
    is that of a trusted proxy; what a client wrote into it itself counts for nothing."""
    proxies = settings.HUB.trusted_proxies
    address = request.META.get("REMOTE_ADDR", "")
    before = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    while _is_trusted(address, proxies) and before and before[-1]:
        address = before.pop()
    return _counted_as(address)


def _is_trusted(address: str, proxies: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in proxies)


def _counted_as(address: str) -> str:
    """An IPv4 address, or the network that an IPv6 address is in."""
    try:
        found = ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return str(found.ipv4_mapped)
    if isinstance(found, IPv6Address) and not found.is_loopback:
        return str(ip_network((int(found), SUBSCRIBER), strict=False))
    return str(found)
