"""How the text of a setting becomes a value: one small function per kind; ValueError refuses."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

T = TypeVar("T")
WILDCARDS = ("0.0.0.0", "::")  # noqa: S104  # recognised here, never bound
UNITS = {"": 1, "kib": 1024, "mib": 1024 * 1024}


class Address(NamedTuple):
    """A host and port to listen on."""

    host: str
    port: int

    @property
    def is_wildcard(self) -> bool:
        return self.host in WILDCARDS

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class MailServer(NamedTuple):
    """A mail server, and how TLS begins: `tls` at once, `starttls` when asked for, or never."""

    host: str
    port: int
    user: str
    password: str
    tls: str


# What follows from the scheme of HUB_MAIL_URL: TLS, and the port.
MAIL_SCHEMES = {"smtp": ("starttls", 587), "smtps": ("tls", 465), "smtp+plain": ("", 25)}


def address(text: str) -> Address:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([^\s:/\[\]]+)):(\d{1,5})", text)
    if not found or not 1 <= int(found[3]) <= 65535:
        raise ValueError
    return Address(found[1] or found[2], int(found[3]))


def url(text: str) -> str:
    """Without the trailing slash, so that paths can be appended."""
    parts = urlsplit(text)  # raises ValueError itself on a broken port or bracket
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError
    if parts.query or parts.fragment or re.search(r"\s", text) or (parts.port or 1) < 1:
        raise ValueError
    return text.rstrip("/")


def webhook(text: str) -> str:
    """As it is: a query may be part of it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise ValueError
    if parts.fragment or re.search(r"\s", text) or (parts.port or 1) < 1:
        raise ValueError
    return text


def mail_server(text: str) -> MailServer:
    parts = urlsplit(text)
    if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
        raise ValueError
    if parts.path.strip("/") or parts.query or parts.fragment or re.search(r"\s", text):
        raise ValueError
    tls, port = MAIL_SCHEMES[parts.scheme]
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password) or (user and not tls):
        raise ValueError
    return MailServer(parts.hostname, parts.port or port, user, password, tls)


def mail_address(text: str) -> str:
    if text and not re.fullmatch(r"[!-;=?A-~]{1,64}@[A-Za-z0-9.-]{1,255}", text):
        raise ValueError
    return text


def mail_addresses(text: str) -> tuple[str, ...]:
    return tuple(mail_address(word) for word in words(text))


def party(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"([A-Za-z]{2})/([A-Za-z0-9]{3})", text)
    if not found:
        raise ValueError
    return found[1].upper(), found[2].upper()


def text(text: str) -> str:
    if not 1 <= len(text) <= 100 or not text.isprintable():
        raise ValueError
    return text


def path(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # ~ of a user whom nobody knows
        raise ValueError from None


def secret(text: str) -> str:
    if text and len(text) < 32:
        raise ValueError
    return text


def database_url(text: str) -> str:
    if urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError
    try:
        ports = conninfo_to_dict(text).get("port", "5432")
    except ProgrammingError:  # its text would name the value
        raise ValueError from None
    if not re.fullmatch(r"[0-9,]*", str(ports)):
        raise ValueError
    return text


def redis_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("redis", "rediss", "unix") or (parts.port or 1) < 1:
        raise ValueError
    return text


def size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,12})\s*([a-z]*)", text.lower())
    if not found or found[2] not in UNITS or int(found[1]) * UNITS[found[2]] < 1024:
        raise ValueError
    return int(found[1]) * UNITS[found[2]]


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def hosts(text: str) -> tuple[str, ...]:
    """Names, with a dot before them for all below, or addresses, IPv6 in brackets. No `*`: any
    name at all is what the check is there to refuse."""
    names = words(text)
    if not all(re.fullmatch(r"\.?[\w-]+(\.[\w-]+)*|\[[0-9A-Fa-f:.]+\]", name) for name in names):
        raise ValueError
    return names


def dotted_names(text: str) -> tuple[str, ...]:
    names = words(text)
    if not all(part.isidentifier() for name in names for part in name.split(".")):
        raise ValueError
    return names


def days_by_name(text: str) -> tuple[tuple[str, int], ...]:
    """`sessions=90,cdrs=400`: a number of days for each name."""
    pairs = [word.partition("=") for word in words(text)]
    if not all(name.strip() for name, _, _ in pairs):
        raise ValueError
    return tuple((name.strip(), number(1, 36_500)(days.strip())) for name, _, days in pairs)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(word) for word in words(text))


def number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError
        return text.lower()

    return parse


def switch(text: str) -> bool:
    return one_of("on", "off")(text) == "on"


def header_name(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z0-9-]{1,100}", text):
        raise ValueError
    return text


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: parse(text) if text else None
