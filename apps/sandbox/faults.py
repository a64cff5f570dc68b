"""How a simulated platform can misbehave: one table, each fault seen at a real platform's door.

A fault either answers instead of the platform, spoils the platform's own answer, or is a mark
that the code it concerns looks for. All are switched at run time, for one module or for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec.structs import replace

from apps.sandbox.jsonbytes import encode
from apps.sandbox.memory import Received
from hub.ocpi.envelope import parse
from hub.ocpi.message import Answer, Headers
from hub.ocpi.paging import next_link

JSON: Headers = (("Content-Type", "application/json"),)
STAMP = "2026-01-01T00:00:00Z"
HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Oops</h1></body></html>"

Instead = Callable[[Received, float], Answer]
Spoil = Callable[[Answer, Received, float], Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """What it does, in words; the meaning and default of its value; how it is done."""

    says: str
    default: float = 0
    instead: Instead | None = None
    spoil: Spoil | None = None


def _envelope(code: int, text: str) -> bytes:
    return encode({"status_code": code, "status_message": text, "timestamp": STAMP})


def _refused(received: Received, code: float) -> Answer:
    return Answer(200, JSON, _envelope(int(code), "refused by the sandbox"))


def _http(received: Received, status: float) -> Answer:
    return Answer(int(status), JSON, _envelope(3000, "the sandbox fails on purpose"))


def _throttled(received: Received, seconds: float) -> Answer:
    headers = (*JSON, ("Retry-After", str(int(seconds))))
    return Answer(429, headers, _envelope(2000, "too many requests"))


def _redirected(received: Received, status: float) -> Answer:
    return Answer(int(status), (("Location", f"http://elsewhere.invalid{received.path}"),), b"")


def _without(answer: Answer, *names: str) -> Answer:
    return replace(
        answer, headers=tuple(pair for pair in answer.headers if pair[0].lower() not in names)
    )


def _other_ids(answer: Answer, received: Received, value: float) -> Answer:
    bare = _without(answer, "x-request-id", "x-correlation-id")
    ids = (("X-Request-ID", "not-what-you-sent"), ("X-Correlation-ID", "nor-is-this"))
    return replace(bare, headers=bare.headers + ids)


def _mirrored(answer: Answer, received: Received, value: float) -> Answer:
    """Routing headers copied from the request instead of swapped."""
    names = [name for name in received.headers if name.startswith("ocpi-")]
    copied = tuple((name, received.headers[name]) for name in names)
    bare = _without(answer, *names)
    return replace(bare, headers=bare.headers + copied)


def _data(answer: Answer, change: Callable[[object], object]) -> Answer:
    envelope = parse(answer.body)
    if envelope is None or envelope.data is None:
        return answer
    content = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
    content["data"] = msgspec.Raw(encode(change(envelope.data)))
    return replace(answer, body=encode(content))


def _odd_total(answer: Answer, received: Received, value: float) -> Answer:
    bare = _without(answer, "x-total-count", "link")
    odd = (("X-Total-Count", "undefined"), ("Link", ""))
    return replace(bare, headers=bare.headers + odd)


def _linked(target: Callable[[str], str]) -> Spoil:
    """Spoils the URL of the Link header, where there is one."""

    def spoil(answer: Answer, received: Received, value: float) -> Answer:
        url = next_link(answer.header("link"))
        if not url:
            return answer
        bare = _without(answer, "link")
        return replace(bare, headers=(*bare.headers, ("Link", f'<{target(url)}>; rel="next"')))

    return spoil


def _foreign(url: str) -> str:
    return urlsplit(url)._replace(netloc="elsewhere.invalid").geturl()


def _relative(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _circling(answer: Answer, received: Received, value: float) -> Answer:
    """The second page links to the first again, for ever."""
    bare = _without(answer, "link")
    offset = dict(parse_qsl(received.query)).get("offset", "0")
    url = f"{received.path}?offset={int(offset == '0')}&limit=1"
    return replace(bare, headers=(*bare.headers, ("Link", f'<{url}>; rel="next"')))


def _page_as_total(answer: Answer, received: Received, value: float) -> Answer:
    envelope = parse(answer.body)
    if envelope is None or not isinstance(envelope.data, list):
        return answer
    bare = _without(answer, "x-total-count", "link")
    return replace(bare, headers=(*bare.headers, ("X-Total-Count", str(len(envelope.data)))))


FAULTS: Mapping[str, Fault] = {
    "slow": Fault("answers after so many seconds", 2),
    "holds": Fault("answers when this is switched off again"),
    "never": Fault("takes the request and never answers"),
    "hangup": Fault("breaks the connection instead of answering"),
    "refuse": Fault("answers HTTP 200 with this OCPI code", 2000, instead=_refused),
    "http": Fault("answers with this HTTP status and an OCPI error", 500, instead=_http),
    "throttle": Fault("answers 429; Retry-After says so many seconds", 2, instead=_throttled),
    "unauthorized": Fault(
        "refuses every token",
        instead=lambda _, value: Answer(401, JSON, _envelope(2000, "unknown token")),
    ),
    "unauthorized_200": Fault(
        "refuses every token, with HTTP 200 and OCPI 3000",
        3000,
        instead=lambda _, code: Answer(200, JSON, _envelope(int(code), "unauthorized")),
    ),
    "redirect": Fault("redirects to another host with this status", 302, instead=_redirected),
    "html": Fault(
        "answers with this HTTP status and a page of HTML",
        502,
        instead=lambda _, status: Answer(int(status), (("Content-Type", "text/html"),), HTML),
    ),
    "no_envelope": Fault(
        "answers with this HTTP status and JSON that is no OCPI envelope",
        400,
        instead=lambda _, status: Answer(int(status), JSON, b'{"detail": "no"}'),
    ),
    "empty": Fault(
        "answers with this HTTP status and no body",
        404,
        instead=lambda _, status: Answer(int(status), (), b""),
    ),
    "broken_json": Fault(
        "cuts its JSON in the middle",
        spoil=lambda answer, _, value: replace(answer, body=answer.body[: len(answer.body) // 2]),
    ),
    "huge": Fault(
        "adds so many blanks to the body",
        64 * 2**20,
        spoil=lambda answer, _, size: replace(answer, body=answer.body + b" " * int(size)),
    ),
    "wrong_ids": Fault("echoes other message ids", spoil=_other_ids),
    "no_ids": Fault(
        "echoes no message ids",
        spoil=lambda answer, _, value: _without(answer, "x-request-id", "x-correlation-id"),
    ),
    "no_routing": Fault(
        "answers without routing headers",
        spoil=lambda answer, _, value: replace(
            answer, headers=tuple(p for p in answer.headers if not p[0].startswith("OCPI-"))
        ),
    ),
    "mirrored_routing": Fault("copies the routing headers instead of swapping", spoil=_mirrored),
    "no_location": Fault(
        "keeps a CDR and says not where",
        spoil=lambda answer, _, value: _without(answer, "location"),
    ),
    "wrapped_data": Fault(
        "wraps a single object in a list",
        spoil=lambda answer, _, value: _data(answer, lambda data: [data]),
    ),
    "no_link": Fault(
        "pages without a Link header",
        spoil=lambda answer, _, value: _without(answer, "link"),
    ),
    "odd_total": Fault("answers lists with X-Total-Count: undefined", spoil=_odd_total),
    "page_total": Fault(
        "pages without a Link header, with X-Total-Count = the size of the page",
        spoil=_page_as_total,
    ),
    "foreign_link": Fault("links to the next page on another host", spoil=_linked(_foreign)),
    "relative_link": Fault("links to the next page without a host", spoil=_linked(_relative)),
    "circling_link": Fault("links its first two pages in a circle", spoil=_circling),
    "ignores_offset": Fault("answers a list from its beginning, whatever was asked"),
    "small_pages": Fault("puts so many objects on a page, whatever was asked", 1),
    "ignores_limit": Fault("answers a list with everything it has"),
    "slash_only": Fault("serves endpoints with a slash at the end only, else 307"),
    "plain_only": Fault("understands tokens only when they are not Base64"),
    "base64_only": Fault("understands tokens only when they are Base64"),
    "unknown_patch": Fault("answers a PATCH as if it never had the object"),
    "forgetful": Fault("accepts pushes and keeps nothing"),
    "rejects": Fault("answers commands and charging profiles with REJECTED"),
    "no_result": Fault("accepts a command and never sends its result"),
    "early_result": Fault("sends a command's result before it answers the command"),
    "wrapped_result": Fault("sends results inside an envelope"),
    "bare_result": Fault("sends results without routing headers"),
    "swapped_result": Fault("sends results with FROM and TO swapped"),
}


@dataclass(frozen=True, slots=True)
class Active:
    """A fault that is switched on."""

    name: str
    value: float
    module: str | None
    method: str | None

    def concerns(self, received: Received) -> bool:
        return self.module in (None, received.module) and self.method in (None, received.method)


class Faults:
    """The faults of one platform, in the order they were switched on."""

    def __init__(self) -> None:
        self._active: tuple[Active, ...] = ()

    def set(
        self,
        name: str,
        value: float | None = None,
        *,
        module: str | None = None,
        method: str | None = None,
    ) -> None:
        """Switches a fault on, for one module or method or for all. KeyError for an unknown one."""
        value = FAULTS[name].default if value is None else value
        self._active = (*self._active, Active(name, value, module, method))

    def clear(self, name: str | None = None) -> None:
        """Switches one fault off, or all."""
        self._active = tuple(each for each in self._active if name not in (None, each.name))

    def value(self, name: str, received: Received) -> float | None:
        """The value of an active fault, None when it does not concern this request."""
        for each in self._active:
            if each.name == name and each.concerns(received):
                return each.value
        return None

    def instead(self, received: Received) -> Answer | None:
        """The answer given in the platform's place, if a fault gives one."""
        for each in self._active:
            answers = FAULTS[each.name].instead
            if answers is not None and each.concerns(received):
                return answers(received, each.value)
        return None

    def spoiled(self, answer: Answer, received: Received) -> Answer:
        """The platform's answer after every fault that spoils it."""
        for each in self._active:
            spoil = FAULTS[each.name].spoil
            if spoil is not None and each.concerns(received):
                answer = spoil(answer, received, each.value)
        return answer


def table() -> str:
    """All faults as a Markdown table."""
    rows = [f"| `{name}` | {fault.says} | {fault.default:g} |" for name, fault in FAULTS.items()]
    return "\n".join(["| Fault | The platform ... | Value |", "|---|---|---|", *rows]) + "\n"
