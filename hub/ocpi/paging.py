"""Paged lists: what a request asks for, and the URL of the next page.

spec: transport_and_format_paginated_request, transport_and_format_paginated_response
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from hub.ocpi import datetimes
from hub.ocpi.status import invalid

T = TypeVar("T")

_MOMENT = "a DateTime in UTC such as 2026-01-31T12:00:00Z"
# No list has more objects, and no database counts farther.
_ENDLESS = 10**18
# `+00:00` that was not percent-encoded: in a query a plus is a space.
_OFFSET = re.compile(r"([Tt]\S+) (\d{2}:?\d{2})")


@dataclass(frozen=True, slots=True)
class Window:
    """Which objects a list request asks for. `date_from` is inclusive, `date_to` exclusive;
    `after` is the hub's own cursor: the insertion sequence of the last object seen. `part_from`
    (inclusive) and `part_to` (exclusive) are what one of its parts has a moment between."""

    date_from: datetime | None = None
    date_to: datetime | None = None
    offset: int = 0
    limit: int = 100
    after: int | None = None
    part_from: datetime | None = None
    part_to: datetime | None = None


def window(query: str, page_limit: int, between: tuple[str, str] | tuple[()] = ()) -> Window:
    """The window of a query string, in which moments of parts have the names `between`. Raises
    OcpiError 2001 naming the parameter and the rule."""
    given = {name.lower(): value for name, value in parse_qsl(query)}
    part_from, part_to = (_read(given, name, _moment, _MOMENT) for name in between or ("", ""))
    return Window(
        date_from=_read(given, "date_from", _moment, _MOMENT),
        date_to=_read(given, "date_to", _moment, _MOMENT),
        offset=_read(given, "offset", _count, "a whole number from 0") or 0,
        limit=min(_read(given, "limit", _limit, "a whole number from 1") or page_limit, page_limit),
        after=_read(given, "cursor", _count, "the cursor of a Link header"),
        part_from=part_from,
        part_to=part_to,
    )


def _read(given: dict[str, str], name: str, parse: Callable[[str], T], rule: str) -> T | None:
    text = given.get(name)
    if text is None or text == "":
        return None
    try:
        return parse(text)
    except (ValueError, OverflowError):
        raise invalid(f"query parameter {name}: must be {rule}, got {text[:40]!r}.") from None


def _moment(text: str) -> datetime:
    return datetimes.parse(_OFFSET.sub(r"\1+\2", text))


def _count(text: str) -> int:
    if not re.fullmatch(r"\d+", text, re.ASCII):
        raise ValueError(text)
    return min(int(text), _ENDLESS)


def _limit(text: str) -> int:
    number = _count(text)
    if number < 1:
        raise ValueError(text)
    return number


def next_page(url: str, query: str, offset: int, limit: int, after: int) -> str:
    """The URL of the next page: every filter of the request, the new offset, and the cursor that
    makes the page cheap to find."""
    ours = {"offset", "limit", "cursor"}
    kept = [(name, value) for name, value in parse_qsl(query) if name.lower() not in ours]
    paging = [("offset", str(offset)), ("limit", str(limit)), ("cursor", str(after))]
    return f"{url}?{urlencode([*kept, *paging], quote_via=quote)}"


_NEXT = re.compile(r"<([^>]*)>\s*((?:;[^,<]*)*)")


def next_link(value: str) -> str:
    """The URL of rel="next" in a Link header, empty when there is none."""
    for url, parameters in _NEXT.findall(value):
        if re.search(r";\s*rel\s*=\s*\"?[^\";]*\bnext\b", parameters, re.IGNORECASE):
            return str(url)
    return ""
