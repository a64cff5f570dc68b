"""The two kinds of legs as rows: a platform called the hub, the hub called a platform."""

from datetime import datetime

from msgspec import Struct

from apps.traffic.outcome import outcome
from apps.traffic.record import BodyPolicy, Row, header_lines
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
    status = got.status or None
    # By place, in the order of the columns: to name them costs as much as all the rest.
    return Row(
        at,
        "out",
        *ids,
        between.platform_id,
        between.from_party,
        between.to_party,
        between.module,
        between.interface,
        request.method,
        request.url,
        status,
        small(code),
        milliseconds,
        "" if error is None else error.message,
        len(request.body),
        len(got.body),
        header_lines(request.headers),
        header_lines(got.headers),
        outcome(status, code),
        between.spoken,
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
        at,
        "in",
        *ids,
        "",
        between.platform_id,
        between.from_party,
        between.to_party,
        between.module,
        between.interface,
        method,
        path,
        answer.status,
        small(code),
        milliseconds,
        error,
        len(body),
        len(answer.body),
        header_lines(headers),
        header_lines(answer.headers),
        outcome(answer.status, code),
    )


def with_bodies(row: Row, policy: BodyPolicy, request: bytes, answer: bytes, private: bool) -> None:
    """Adds what may be kept of the bodies."""
    row.request_body = policy.kept(request, private)
    row.answer_body = policy.kept(answer, private)


def small(code: int | None) -> int | None:
    """A platform's status_code as far as the column holds it."""
    return code if code is not None and 0 <= code < 32_768 else None
