"""Rows of the message log: what is kept of a message, and what is never kept.

A row is made while a message passes; what can wait is done when its batch is written.
Tokens are masked in headers, bodies of private modules are kept only when HUB_LOG_BODIES is
`all`, no body beyond HUB_LOG_BODY_LIMIT, no headers beyond HEADERS_LIMIT. What is left out is said
so.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from hub.ocpi.message import Headers

# Header names come in lower case from ASGI and the client; the hub itself writes the capital one.
_MASKED = {
    name: f"{name}: ***"
    for name in (
        "authorization", "Authorization", "cookie", "set-cookie", "proxy-authorization",
    )
}  # fmt: skip
# `token` as a string occurs in credentials objects only; OCPI tokens elsewhere are objects.
_SECRET_MEMBER = re.compile(rb'("token"\s*:\s*)"(?:[^"\\]|\\.)*"')

# Of the headers of a request or an answer, in characters.
HEADERS_LIMIT = 8192


class Row(Struct, gc=False):
    """One leg while it waits to be written. Bodies are the very bytes, masked when they become
    columns. It holds nothing that could hold it, and very many wait: the collector need not look at
    them."""

    at: datetime
    direction: str
    correlation_id: str
    request_id: str
    parent: str
    platform_id: int | None
    from_party: str
    to_party: str
    module: str
    interface: str
    method: str
    path: str
    http_status: int | None
    code: int | None
    milliseconds: float
    error: str
    request_bytes: int
    answer_bytes: int
    request_headers: str
    answer_headers: str
    outcome: str = ""
    spoken: str = ""
    request_body: bytes | None = None
    answer_body: bytes | None = None
    object: str = ""
    follows: str = ""
    notes: str = ""
    says: str = ""

    def __repr__(self) -> str:
        return f"Row({self.direction} {self.method} {self.correlation_id})"


# The columns of `traffic_leg`, in the order of a Row, and as what PostgreSQL is sent them.
COLUMNS = {
    "at": "timestamptz",
    "direction": "text",
    "correlation_id": "text",
    "request_id": "text",
    "parent": "text",
    "platform_id": "int8",
    "from_party": "text",
    "to_party": "text",
    "module": "text",
    "interface": "text",
    "method": "text",
    "path": "text",
    "http_status": "int2",
    "code": "int2",
    "milliseconds": "float8",
    "error": "text",
    "request_bytes": "int4",
    "answer_bytes": "int4",
    "request_headers": "text",
    "answer_headers": "text",
    "outcome": "text",
    "spoken": "text",
    "request_body": "text",
    "answer_body": "text",
    "object": "text",
    "follows": "text",
    "notes": "text",
    "says": "text",
}


# As much of a text as its column holds.
_MOST = {
    "correlation_id": 64, "request_id": 64, "parent": 64, "from_party": 6, "to_party": 6,
    "module": 36, "method": 7, "path": 1000, "error": 500, "object": 200, "says": 40,
}  # fmt: skip
_PLACES = tuple((place, _MOST[name]) for place, name in enumerate(COLUMNS) if name in _MOST)
_BODIES = tuple(place for place, name in enumerate(COLUMNS) if name.endswith("_body"))


def columns(row: Row) -> list[Any]:
    """What is kept of a leg, column by column: masked, and cut to fit."""
    values = list(astuple(row))
    for place, most in _PLACES:
        text = values[place]
        if len(text) > most or "\x00" in text:
            values[place] = clip(text, most)
    for place in _BODIES:
        values[place] = body_text(values[place])
    return values


@dataclass(frozen=True, slots=True)
class BodyPolicy:
    """Whose bodies are kept (`none`, `public`, `all`) and how much of them, in bytes."""

    keep: str
    limit: int

    def kept(self, body: bytes, private: bool) -> bytes | None:
        """What is kept of a body, to be masked yet; None when nothing is."""
        if not body or self.keep == "none" or (private and self.keep != "all"):
            return None
        if len(body) <= self.limit:
            return body
        # Masked before it is cut: half a token would not be found.
        return _masked(body)[: self.limit] + f"… ({len(body)} bytes)".encode()


def body_text(body: bytes | None) -> str | None:
    """A body as text, secrets masked; PostgreSQL's text holds no NUL."""
    if body is None:
        return None
    text = _masked(body).decode("utf-8", "replace")
    return text.replace("\x00", "\\0") if "\x00" in text else text


def _masked(body: bytes) -> bytes:
    return _SECRET_MEMBER.sub(rb'\1"***"', body) if b'"token"' in body else body


def header_lines(headers: Headers) -> str:
    """Headers as lines, secrets masked, cut at HEADERS_LIMIT: strangers write them too."""
    text = "\n".join([_MASKED.get(name) or f"{name}: {value}" for name, value in headers])
    if len(text) <= HEADERS_LIMIT:
        return text
    return f"{text[:HEADERS_LIMIT]}… ({len(text)} characters)"


def clip(text: str, length: int) -> str:
    """Text that fits its column."""
    return text[:length].replace("\x00", "?")
