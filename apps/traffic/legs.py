"""The two kinds of legs as rows: a platform called the hub, the hub called a platform."""

from datetime import datetime
from urllib.parse import urlsplit

from apps.traffic.record import BodyPolicy, Row, clip, header_lines
from hub.ocpi.message import Answer, Headers, Outgoing
from hub.ocpi.status import OcpiError


def onward(
    request: Outgoing,
    answer: Answer | None,
    error: OcpiError | None,
    code: int | None,
    at: datetime,
    milliseconds: float,
) -> Row:
    """A row for a request of the hub; whoever sends it fills in the routing columns."""
    parts = urlsplit(request.url)
    given = {name.lower(): value for name, value in request.headers}
    return Row(
        at=at,
        direction="out",
        correlation_id=clip(given.get("x-correlation-id", ""), 64),
        request_id=clip(given.get("x-request-id", ""), 64),
        parent="",
        platform_id=None,
        from_party="",
        to_party="",
        module="",
        interface="",
        method=request.method,
        path=clip(f"{parts.scheme}://{parts.netloc}{parts.path}", 500)
        + (clip(f"?{parts.query}", 500) if parts.query else ""),
        http_status=None if answer is None else answer.status,
        code=_small(int(error.code) if error is not None else code),
        milliseconds=milliseconds,
        error="" if error is None else clip(error.message, 500),
        request_bytes=len(request.body),
        answer_bytes=0 if answer is None else len(answer.body),
        request_headers=header_lines(request.headers),
        answer_headers="" if answer is None else header_lines(answer.headers),
        request_body=None,
        answer_body=None,
    )


def inward(
    method: str,
    path: str,
    headers: Headers,
    body: bytes,
    answer: Answer,
    at: datetime,
    milliseconds: float,
) -> Row:
    """A row for a request of a platform; the gateway fills in the routing columns."""
    return Row(
        at=at,
        direction="in",
        correlation_id="",
        request_id="",
        parent="",
        platform_id=None,
        from_party="",
        to_party="",
        module="",
        interface="",
        method=clip(method, 7),
        path=clip(path, 1000),
        http_status=answer.status,
        code=None,
        milliseconds=milliseconds,
        error="",
        request_bytes=len(body),
        answer_bytes=len(answer.body),
        request_headers=header_lines(headers),
        answer_headers=header_lines(answer.headers),
        request_body=None,
        answer_body=None,
    )


def with_bodies(row: Row, policy: BodyPolicy, request: bytes, answer: bytes, private: bool) -> None:
    """Adds what may be kept of the bodies."""
    row.request_body = policy.text(request, private)
    row.answer_body = policy.text(answer, private)


def _small(code: int | None) -> int | None:
    """A platform's status_code as far as the column holds it."""
    return code if code is not None and 0 <= code < 32_768 else None
