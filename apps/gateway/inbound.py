"""Reads a request from ASGI: the raw path, the headers, the body up to a limit.

The raw path is split before it is decoded, so an id may hold a slash. Endpoint and path joined
without a slash, or with two, are understood: real clients do both.
"""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec import Struct

from hub.ocpi import headers as h
from hub.ocpi import jsontext
from hub.ocpi.message import Headers, Message
from hub.ocpi.module import Interface, Route
from hub.ocpi.registry import Registry
from hub.ocpi.status import Code, OcpiError, invalid

Receive = Callable[[], Awaitable[Any]]
PREFIX = "/ocpi"
INTERFACES = {interface.segment: interface for interface in Interface}


class Request(Struct, frozen=True):
    """A request before its body is read. `path` are the raw segments below `/ocpi`; `doubled` are
    headers that came more than once with different values."""

    method: str
    raw_path: str
    path: tuple[str, ...]
    query: str
    headers: Mapping[str, str]
    all_headers: Headers
    request_id: str
    correlation_id: str
    habits: tuple[str, ...]
    doubled: frozenset[str]


def read_request(scope: Mapping[str, Any]) -> Request:
    """The request line and headers. Missing message ids are made up (D-17) and noted as habits."""
    raw_path = scope.get("raw_path") or scope["path"].encode()
    text = raw_path.decode("latin-1")
    all_headers = tuple(
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    )
    headers = dict(all_headers)
    segments = text.removeprefix(PREFIX).split("/")[1:]
    path = tuple(segment for segment in segments if segment)
    habits = []
    if h.REQUEST_ID not in headers:
        habits.append("no X-Request-ID")
    if h.CORRELATION_ID not in headers:
        habits.append("no X-Correlation-ID")
    if "//" in text:
        habits.append("double slashes in URLs")
    return Request(
        method=scope["method"],
        raw_path=text,
        path=path,
        query=scope["query_string"].decode("latin-1"),
        headers=headers,
        all_headers=all_headers,
        request_id=headers.get(h.REQUEST_ID) or str(uuid.uuid4()),
        correlation_id=headers.get(h.CORRELATION_ID) or str(uuid.uuid4()),
        habits=tuple(habits),
        doubled=_doubled(all_headers, headers) if len(headers) < len(all_headers) else frozenset(),
    )


def _doubled(all_headers: Headers, last: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name for name, value in all_headers if value.strip() != last[name].strip())


def require_plain(request: Request) -> None:
    """Raises OcpiError 415 for a compressed body: OCPI has none, and the hub would not read it."""
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise OcpiError(
            Code.CLIENT_ERROR,
            f"Content-Encoding {coding[:40]!r} is not understood here; send the body as it is.",
            http=415,
        )


async def read_body(receive: Receive, limit: int) -> bytes:
    """The body, without the byte order mark that some write before it. Raises OcpiError 413 as soon
    as it is longer than the limit."""
    chunks: list[bytes] = []
    size = 0
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise OcpiError(Code.CLIENT_ERROR, "the request ended before its body did.", http=400)
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise OcpiError(
                Code.CLIENT_ERROR,
                f"the body is longer than {limit} bytes, the most this hub accepts.",
                http=413,
            )
        chunks.append(chunk)
        if not event.get("more_body", False):
            return b"".join(chunks).removeprefix(jsontext.MARK)


def decode(body: bytes) -> Any:
    """The body as JSON, None when there is none. Raises OcpiError 400 (spec:
    status_codes_status_codes)."""
    if not body:
        return None
    try:
        return jsontext.decode(body)
    except jsontext.JsonError as error:
        raise OcpiError(Code.CLIENT_ERROR, f"{error}.", http=400) from None


def functional(request: Request, registry: Registry) -> tuple[str, Interface, str, tuple[str, ...]]:
    """Version, interface, ModuleID and the segments below the module, of a functional request.

    Raises OcpiError 404 for anything else.
    """
    if len(request.path) < 3 or request.path[1].lower() not in INTERFACES:
        raise OcpiError(
            Code.CLIENT_ERROR,
            f"{request.raw_path[:80]} is no OCPI URL of this hub; functional modules are at "
            "/ocpi/{version}/{sender or receiver}/{module}, as the version details list them.",
            http=404,
        )
    version, role, spelled, *rest = request.path
    identifier = registry.identifiers.get(spelled)
    if identifier is None:
        known = sorted(registry.identifiers, key=len, reverse=True)
        glued = next((m for m in known if spelled.startswith(m)), spelled)
        if glued != spelled:
            rest = [spelled[len(glued) :], *rest]
        identifier = registry.identifiers.get(glued, spelled)
    return version, INTERFACES[role.lower()], identifier, tuple(rest)


def read_message(request: Request, body: bytes, content: Any, registry: Registry) -> Message:
    """The message of a functional request. Raises OcpiError 404 or 405, and 2001 for a routing
    header that came with two values."""
    version, interface, identifier, rest = functional(request, registry)
    match = registry.match(version, interface, identifier, request.method, rest)
    for name in sorted(request.doubled & h.PAIRS):
        values = [value for each, value in request.all_headers if each == name]
        raise invalid(f"header {name} came {len(values)} times, as {' and '.join(values)[:80]}.")
    return Message(
        version=version,
        method=request.method,
        match=match,
        tail=_reordered(match.route, rest) if match.route.known_as else "/".join(rest),
        query=request.query,
        headers=request.headers,
        body=body,
        content=content,
        to=h.heading(request.headers, h.TO_COUNTRY, h.TO_PARTY),
        from_=h.heading(request.headers, h.FROM_COUNTRY, h.FROM_PARTY),
        request_id=request.request_id,
        correlation_id=request.correlation_id,
    )


def _reordered(route: Route, segments: tuple[str, ...]) -> str:
    """The raw path in the order of the specification, of a URL that came in another one."""
    raw = dict(zip(route.segments, segments, strict=True))
    return "/".join(raw.get(segment, segment) for segment in route.known_as.split("/"))
