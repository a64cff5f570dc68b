"""Makes rows of the message log: what is kept of a message, and what is never kept.

Tokens are masked in headers, bodies of private modules are kept only when HUB_LOG_BODIES is
`all`, no body beyond HUB_LOG_BODY_LIMIT, no headers beyond HEADERS_LIMIT. What is left out is said
so.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from msgspec import Struct

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
    """One leg as a row of `traffic_leg`. It holds nothing that could hold it, and very many wait:
    the collector need not look at them."""

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
    request_body: str | None
    answer_body: str | None
    object: str = ""
    outcome: str = ""
    follows: str = ""
    notes: str = ""
    says: str = ""
    spoken: str = ""


# The fields of a row that are columns, in COPY order, and as what PostgreSQL is sent them.
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
    "request_body": "text",
    "answer_body": "text",
    "object": "text",
    "outcome": "text",
    "follows": "text",
    "notes": "text",
    "says": "text",
    "spoken": "text",
}
columns = attrgetter(*COLUMNS)


@dataclass(frozen=True, slots=True)
class BodyPolicy:
    """Whose bodies are kept (`none`, `public`, `all`) and how much of them, in bytes."""

    keep: str
    limit: int

    def text(self, body: bytes, private: bool) -> str | None:
        """What is kept of a body; None when nothing is."""
        if not body or self.keep == "none" or (private and self.keep != "all"):
            return None
        if b'"token"' in body:
            body = _SECRET_MEMBER.sub(rb'\1"***"', body)
        # PostgreSQL's text holds no NUL.
        text = body[: self.limit].decode("utf-8", "replace").replace("\x00", "\\0")
        return text if len(body) <= self.limit else f"{text}… ({len(body)} bytes)"


def header_lines(headers: tuple[tuple[str, str], ...]) -> str:
    """Headers as lines, secrets masked, cut at HEADERS_LIMIT: strangers write them too."""
    text = "\n".join([_MASKED.get(name) or f"{name}: {value}" for name, value in headers])
    if len(text) <= HEADERS_LIMIT:
        return text
    return f"{text[:HEADERS_LIMIT]}… ({len(text)} characters)"


def clip(text: str, length: int) -> str:
    """Text that fits its column."""
    return text[:length].replace("\x00", "?")
