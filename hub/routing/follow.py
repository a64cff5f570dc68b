"""Where a walk through a platform's list goes next: by Link, or by offset where there is none.

A Link is followed as it stands where it stays on the origin that was asked. One that leads
elsewhere is not: platforms behind a proxy name the wrong host or scheme, so its query is used at
the endpoint we know. Without a Link the offset is counted, as far as X-Total-Count or a full page
say that more is there. Going round in circles is for the caller to notice, who remembers where it
was.

spec: transport_and_format_paginated_response
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

from hub.ocpi.message import Answer
from hub.ocpi.paging import next_link
from hub.routing.hop import target_url

# What is asked again when the hub counts the offset itself; cursors are a Link's own.
_FILTERS = frozenset({"date_from", "date_to", "limit"})


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was asked for: its URL, the endpoint, and the `limit` in it; and how many
    objects were on it."""

    url: str
    endpoint: str
    limit: int
    count: int


@dataclass(frozen=True, slots=True)
class Step:
    """What comes after a page. `url` is empty at the end; `is_whole` says whether that is the end
    of the list; `remark` says what was odd."""

    url: str = ""
    is_whole: bool = True
    remark: str = ""


def first_page(endpoint: str, limit: int, date_from: str = "") -> str:
    """The URL to begin at."""
    filters = [("date_from", date_from)] if date_from else []
    query = urlencode([*filters, ("offset", "0"), ("limit", str(limit))], quote_via=quote)
    return target_url(endpoint, "", query)


def same_origin(url: str, other: str) -> bool:
    """Whether two URLs lead to the same scheme, host and port."""
    one, two = urlsplit(url), urlsplit(other)
    return (one.scheme, one.netloc) == (two.scheme, two.netloc)


def next_step(answer: Answer, page: Page) -> Step:
    """The step after a page."""
    link = next_link(answer.header("link"))
    if link:
        step = _by_link(link, page)
        if step is not None:
            return step
    return _by_offset(total_of(answer), number_of(answer, "x-limit"), page)


def total_of(answer: Answer) -> int | None:
    """X-Total-Count; None when it is absent or no number."""
    return number_of(answer, "x-total-count")


def number_of(answer: Answer, header: str) -> int | None:
    """A header that is a number of objects; None when it is absent or something else."""
    text = answer.header(header).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _by_link(link: str, page: Page) -> Step | None:
    """None when the Link is of no use."""
    try:
        url = urljoin(page.url, link)
        theirs = urlsplit(url)
    except ValueError:
        return None
    if same_origin(url, page.url):
        return Step(url)
    if not theirs.query:
        return None
    elsewhere = f"{theirs.scheme}://{theirs.netloc}"[:80]
    return Step(
        target_url(page.endpoint, "", theirs.query),
        remark=f"a Link leads to {elsewhere}: not followed, its query was used at the endpoint",
    )


def _by_offset(total: int | None, page_limit: int | None, page: Page) -> Step:
    given = dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))
    offset = given.get("offset", "")
    if not (offset.isascii() and offset.isdigit()):
        return Step()  # a Link brought us here, and there is none to go on
    reached = int(offset) + page.count
    if page.count == 0:
        return _ended(total, reached)
    # X-Total-Count is the size of the page on some platforms: a full page then says nothing.
    is_full = page.count == min(page.limit, page_limit or page.limit)
    says_nothing = total is None or total == page.count
    if (total is not None and total > reached) or (is_full and says_nothing):
        kept = [(name, value) for name, value in given.items() if name in _FILTERS]
        query = urlencode([*kept, ("offset", str(reached))], quote_via=quote)
        return Step(target_url(page.endpoint, "", query))
    return Step()


def _ended(total: int | None, reached: int) -> Step:
    if total is None or total <= reached:
        return Step()
    return Step(
        is_whole=False, remark=f"X-Total-Count says {total}, and the list ended after {reached}"
    )
