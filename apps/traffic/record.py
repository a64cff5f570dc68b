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


class Row(Struct):
    """One leg as a row; the fields are the columns of `traffic_leg` in COPY order."""

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


COLUMNS = Row.__struct_fields__
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
