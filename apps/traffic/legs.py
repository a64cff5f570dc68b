"""The two kinds of legs as rows: a platform called the hub, the hub called a platform."""

from datetime import datetime

from msgspec import Struct

from apps.traffic.outcome import outcome
from apps.traffic.record import BodyPolicy, Row, clip, header_lines
from hub.ocpi.message import Answer, Headers, Outgoing
from hub.ocpi.status import OcpiError

_NO_ANSWER = Answer(0, (), b"")


class Between(Struct, frozen=True):
    """Who and what a leg is about, and the version that the hub speaks on it, as the log shows it;
    empty where it is not known."""

    platform_id: int | None = None
    from_party: str = ""
    to_party: str = ""
    module: str = ""
    interface: str = ""
    spoken: str = ""


def onward(
    request: Outgoing,
    answer: Answer | None,
    error: OcpiError | None,
    between: Between,
    *,
    ids: tuple[str, str, str],
    at: datetime,
    milliseconds: float,
) -> Row:
    """A row for a request of the hub; `ids`: correlation, its own and its parent's request id."""
    got = answer or _NO_ANSWER
    found = got.envelope if answer is not None else None
    code = int(error.code) if error is not None else found.status_code if found else None
    return Row(
        at=at,
        direction="out",
        correlation_id=clip(ids[0], 64),
        request_id=clip(ids[1], 64),
        parent=clip(ids[2], 64),
        platform_id=between.platform_id,
        from_party=between.from_party,
        to_party=between.to_party,
        module=between.module,
        interface=between.interface,
        method=request.method,
        path=clip(request.url, 1000),
        http_status=got.status or None,
        code=small(code),
        milliseconds=milliseconds,
        error="" if error is None else clip(error.message, 500),
        request_bytes=len(request.body),
        answer_bytes=len(got.body),
        request_headers=header_lines(request.headers),
        answer_headers=header_lines(got.headers),
        request_body=None,
        answer_body=None,
        outcome=outcome(got.status or None, code).value,
        spoken=between.spoken,
    )


def inward(
    method: str,
    path: str,
    headers: Headers,
    body: bytes,
    answer: Answer,
    between: Between,
    *,
    ids: tuple[str, str],
    at: datetime,
    milliseconds: float,
    code: int | None = None,
    error: str = "",
) -> Row:
    """A row for a request of a platform; `ids` are its correlation id and request id."""
    return Row(
        at=at,
        direction="in",
        correlation_id=clip(ids[0], 64),
        request_id=clip(ids[1], 64),
        parent="",
        platform_id=between.platform_id,
        from_party=clip(between.from_party, 6),
        to_party=clip(between.to_party, 6),
        module=clip(between.module, 36),
        interface=between.interface,
        method=clip(method, 7),
        path=clip(path, 1000),
        http_status=answer.status,
        code=small(code),
        milliseconds=milliseconds,
        error=clip(error, 500),
        request_bytes=len(body),
        answer_bytes=len(answer.body),
        request_headers=header_lines(headers),
        answer_headers=header_lines(answer.headers),
        request_body=None,
        answer_body=None,
        outcome=outcome(answer.status, code).value,
    )


def with_bodies(row: Row, policy: BodyPolicy, request: bytes, answer: bytes, private: bool) -> None:
    """Adds what may be kept of the bodies."""
    row.request_body = policy.text(request, private)
    row.answer_body = policy.text(answer, private)


def small(code: int | None) -> int | None:
    """A platform's status_code as far as the column holds it."""
    return code if code is not None and 0 <= code < 32_768 else None
