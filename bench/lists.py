"""GET All out of a million Locations: the last page and a delta beside the first page.

One client asks for one page of 100 after another, as a partner does that follows the Links. Counted
are the answers' times; a crawl of thousands of objects shows what memory it takes.
"""

import http.client
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import urlencode

import psycopg

from bench.fill import fill
from bench.load import Broken
from bench.machine import resident_bytes
from bench.messages import HUB, MSP, VERSION, headers
from bench.report import Budget, Figure
from bench.stage import Stage

PAGE = 100
LAST = Budget(1.3, "<= 1.3 x")
DELTA = Budget(1.0, "<= 1 x")
MEGABYTE = 1_000_000
PATH = f"/ocpi/{VERSION}/sender/locations"


class Client:
    """A platform that asks for lists over one connection."""

    def __init__(self, stage: Stage) -> None:
        self._connection = http.client.HTTPConnection(*stage.hub.address, timeout=60)
        self._token = stage.hub.tokens[MSP.name]

    def get(self, **query: object) -> tuple[float, int, dict[str, str]]:
        """Seconds until the whole page was there, its bytes, its headers. Raises Broken."""
        return self.follow(f"{PATH}?{urlencode(query)}")

    def follow(self, url: str) -> tuple[float, int, dict[str, str]]:
        began = time.perf_counter()
        self._connection.request("GET", url, headers=dict(headers(self._token, MSP, HUB)))
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200 or b'"status_code":1000' not in body[-100:]:
            raise Broken(f"a page that is none: HTTP {answer.status} {body[:200]!r}")
        return (
            time.perf_counter() - began,
            len(body),
            {name.lower(): value for name, value in answer.getheaders()},
        )


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    number = stage.effort.locations
    seconds = fill(stage.hub.database_url, number, stage.say)
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(
            "SELECT count(*), max(sequence) FROM locations_location"
        ).fetchone()
    assert row is not None
    total, newest = row
    client = Client(stage)
    last = {"offset": total - PAGE, "cursor": newest - PAGE}
    kinds: dict[str, Callable[[], dict[str, object]]] = {
        "first": dict,
        "last": lambda: last,
        "delta": lambda: {"date_from": _ago(timedelta(minutes=1))},
        "month": lambda: {"date_from": _ago(timedelta(days=30))},
        "offset": lambda: {"offset": total - PAGE},
    }
    took = {name: _median(client, make, stage) for name, make in kinds.items()}
    counted = int(client.get(limit=PAGE)[2]["x-total-count"])
    if counted != total:
        raise Broken(f"X-Total-Count is {counted}, and there are {total} locations")
    stage.say("lists: a crawl")
    grown, speed = _crawl(client, stage)
    of = f"of {total:,}"
    first = took["first"]
    figures = [
        Figure(f"page 1 {of}", first, "ms"),
        _beside(f"last page {of}", took["last"], first, LAST),
        _beside("delta of a minute", took["delta"], first, DELTA),
        _beside("first page of a month's changes", took["month"], first),
        _beside("last page by offset, no cursor", took["offset"], first),
        Figure("crawl by pages of 1000", speed, "objects/s"),
        Figure("crawl: memory grown", grown / MEGABYTE, "MB", budget=Budget(50, "< 50 MB"),
               judged=grown / MEGABYTE),
    ]  # fmt: skip
    return figures, [f"lists: {number:,} locations were loaded in {seconds:.0f} s"]


def _beside(name: str, value: float, first: float, budget: Budget | None = None) -> Figure:
    return Figure(name, value, "ms", first, "page 1", value / first, budget, value / first)


def _median(client: Client, make: Callable[[], dict[str, object]], stage: Stage) -> float:
    """Milliseconds of a page, the median of many."""
    return 1000 * median(client.get(limit=PAGE, **make())[0] for _ in range(stage.effort.pages))


def _crawl(client: Client, stage: Stage) -> tuple[int, float]:
    """Follows the Links through pages of 1 000; bytes the web process has grown, objects a second.
    The hub has served such pages before, so that what it needs once is not counted."""
    url: str | None = f"{PATH}?limit=1000"
    for _ in range(3):
        client.follow(str(url))
    before, began, pages = resident_bytes(stage.hub.web), time.perf_counter(), 0
    while url is not None and pages < stage.effort.pages:
        _, _, found = client.follow(url)
        pages += 1
        link = found.get("link")
        url = None if link is None else link[1 : link.index(">")]
    spent = time.perf_counter() - began
    return resident_bytes(stage.hub.web) - before, pages * 1000 / spent


def _ago(span: timedelta) -> str:
    return f"{datetime.now(UTC) - span:%Y-%m-%dT%H:%M:%SZ}"
