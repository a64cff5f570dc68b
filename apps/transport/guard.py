"""Which URLs the hub may call: partners hand us addresses, and some of them are traps.

The rule is applied to the addresses a name resolves to, at connect time, and the connection is
made to the very address that was checked: a name that changes its mind in between gains nothing.
A host is taken in one spelling only, which everybody reads alike: some decode `%6c`, take `\\` for
`/` and `127.1` for an address, and would then name another host than the one that was checked.
Public addresses are called by https only; plain http and all other addresses need a network that
the operator named in HUB_EGRESS_ALLOW.
"""

import asyncio
import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from apps.transport.errors import Forbidden, Unreachable

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# IPv6 prefixes that carry an IPv4 address, and where it stands in it (bits from the right).
_CARRIERS = (
    (ip_network("::ffff:0:0/96"), 0),
    (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
    (ip_network("::/96"), 0),
)
# Not public, although some Python versions call parts of them global: local NAT64 prefixes, Teredo,
# the 6to4 relay anycast, discard-only.
_NEVER = tuple(
    ip_network(text) for text in ("64:ff9b:1::/48", "2001::/32", "192.88.99.0/24", "100::/64")
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{0,5}))?")
# Names that HTTP clients take for an IPv4 address: 127.1, 2130706433, 0x7f.0.0.1, 127.0.0.1.
_LIKE_AN_ADDRESS = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a connection goes: scheme, host, port."""

    scheme: str
    host: str
    port: int


def origin_of(url: str) -> Origin:
    """The origin of a URL. Raises Forbidden for anything but a plain http(s) URL with a host."""
    # Below one endpoint the origin is always the same: it is read once.
    scheme, _, rest = url.partition("://")
    return _origin(f"{scheme}://{rest.partition('/')[0].partition('?')[0]}")


@lru_cache(maxsize=4096)
def _origin(url: str) -> Origin:
    scheme, _, authority = url.partition("://")
    scheme = scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise Forbidden("only https is allowed")
    host, given = _host_and_port(authority.partition("#")[0])
    port = _DEFAULT_PORTS[scheme] if given is None else given
    if port > 65535 or (port < 1024 and port not in _DEFAULT_PORTS.values()):
        raise Forbidden("the port must be 80, 443 or at least 1024")
    return Origin(scheme, host, port)


def _host_and_port(authority: str) -> tuple[str, int | None]:
    """The host in lower case without brackets, and the port if there is one. Raises Forbidden."""
    found = _AUTHORITY.fullmatch(authority)
    if not found:
        raise Forbidden(
            "it must have a host in ASCII (an international name as xn--), and no user name"
        )
    host = found[1].lower().strip("[]")
    if found[1].startswith("[") or _LIKE_AN_ADDRESS.fullmatch(host):
        try:
            ip_address(host)
        except ValueError:
            raise Forbidden("an address must be written in full, as 192.0.2.1") from None
    return host, int(found[2]) if found[2] else None


def permitted(address: Address, scheme: str, allow: tuple[Network, ...]) -> bool:
    """Whether the hub may connect to an address with this scheme."""
    inner = _carried(address)
    if any(candidate in network for candidate in (address, inner) for network in allow):
        return True
    if any(address in network for network in _NEVER):
        return False
    return (
        scheme == "https"
        and address.is_global
        and inner.is_global
        and not (address.is_multicast or inner.is_multicast)
    )


def _carried(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        for network, shift in _CARRIERS:
            if address in network:
                return IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address


async def addresses(origin: Origin, allow: tuple[Network, ...]) -> tuple[str, ...]:
    """The addresses of an origin that the hub may connect to, in the resolver's order.

    Raises Unreachable when the name does not resolve, Forbidden when none of them is permitted.
    """
    try:
        found: list[Address] = [ip_address(origin.host)]
    except ValueError:
        found = await _resolve(origin)
    fit = tuple(str(a) for a in dict.fromkeys(found) if permitted(a, origin.scheme, allow))
    if not fit:
        raise Forbidden(
            "it leads to an address outside the public internet, or is not https; "
            "the hub's operator can allow a network in HUB_EGRESS_ALLOW"
        )
    return fit


async def _resolve(origin: Origin) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        infos = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("the host name does not resolve") from None
    return [ip_address(str(info[4][0]).partition("%")[0]) for info in infos]
