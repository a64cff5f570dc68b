"""The operator's pages over millions of rows: each beside the log-in page, which has no data.

One operator, logged in, opens one page after another over one connection. The workers rest
meanwhile: what they do has figures of its own.
"""

import http.client
import re
import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from statistics import median
from urllib.parse import urlencode

import psycopg

from bench.fill import OWNERS, fill
from bench.fill_console import facts, fill_log, fill_map, fill_platforms, looked_at
from bench.load import Broken
from bench.report import Budget, Figure
from bench.stage import Stage

BUDGET = Budget(300, "< 300 ms")
LOG_IN = "/admin/login/"
# Name, and the address; in braces what bench.fill_console.facts finds.
PAGES = (
    ("dashboard", "/admin/"),
    ("network", "/admin/network/"),
    ("platforms", "/admin/parties/platform/"),
    ("a platform", "/admin/parties/platform/{platform}/change/"),
    ("onboarding", "/admin/onboarding/{platform}/"),
    ("message log", "/admin/traffic/leg/"),
    ("message log of a party", "/admin/traffic/leg/?party={cpo}"),
    ("message log: a party's failures", "/admin/traffic/leg/?party={cpo}&outcome=failed"),
    ("message log: GETs of a module", "/admin/traffic/leg/?module=tokens&method=GET"),
    ("message log by id", "/admin/traffic/leg/?q={trace}"),
    ("a message", "/admin/traffic/leg/{message}/change/"),
    ("trace", "/admin/trace/?id={trace}"),
    ("trace of a party", "/admin/trace/?id={cpo}"),
    ("commands", "/admin/commands/"),
    ("commands that timed out", "/admin/commands/?state=timed+out"),
    ("deliveries", "/admin/outbox/delivery/"),
    ("deliveries by push", "/admin/pushes/"),
    ("agreements matrix", "/admin/agreements/matrix/"),
    ("a pair of parties", "/admin/agreements/pair/?one={cpo}&other={emsp}&module=tariffs"),
    ("dry run", "/admin/dry-run/"),
    ("objects", "/admin/objects/?q=LOC0000007"),
    ("Locations", "/admin/locations/location/"),
    ("Locations of an owner", "/admin/locations/location/?owner={owner}"),
    ("a Location", "/admin/locations/location/{location}/change/"),
    ("map of all", "/admin/map/"),
    ("map of an owner", "/admin/map/?owner={owner}"),
    ("map, one status", "/admin/map/?state=planned"),
    ("map, close", "/admin/map/?lat=52.5&lon=5.5&zoom=12"),
    ("data quality", "/admin/quality/"),
    ("findings", "/admin/store/finding/"),
    ("pulled lists", "/admin/sync/source/"),
    ("audit", "/admin/audit/entry/"),
)


class Browser:
    """A browser without its pictures: one connection, and cookies; nobody has logged in yet."""

    def __init__(self, stage: Stage) -> None:
        self._connection = http.client.HTTPConnection(*stage.hub.address, timeout=120)
        self._cookies: dict[str, str] = {}
        self._password = stage.hub.data_dir / "admin-password"

    def open(self, path: str) -> tuple[float, str]:
        """Seconds until all of a page was there, and its text. Raises Broken where it is none."""
        began = time.perf_counter()
        status, text = self._ask("GET", path)
        spent = time.perf_counter() - began
        if status != 200:
            raise Broken(f"{path}: HTTP {status}")
        return spent, text

    def log_in(self) -> None:
        """As the first operator, by the form."""
        _, form = self.open(LOG_IN)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
        if found is None:
            raise Broken("the log-in page has no form")
        password = self._password.read_text().strip()
        said = {"username": "admin", "password": password, "csrfmiddlewaretoken": found[1]}
        status, _ = self._ask("POST", LOG_IN, {**said, "next": "/admin/"})
        if status != 302:
            raise Broken(f"the log-in was refused: HTTP {status}")

    def _ask(
        self, method: str, path: str, said: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self._cookies.items())}
        if said is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode(said) if said is not None else None
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies |= {name: each.value for name, each in SimpleCookie(line).items()}
        return answer.status, text


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    with stage.hub.resting():
        notes, asked = _filled(stage)
        stage.say("pages: one after the other")
        rounds = max(10, stage.effort.pages // 4)
        operator = Browser(stage)
        base = 1000 * median(_times(operator, LOG_IN, rounds))
        operator.log_in()
        took = {name: _times(operator, path.format(**asked), rounds) for name, path in PAGES}
    slowest = max(took, key=lambda name: max(took[name]))
    notes.append(
        f"pages: the slowest answer of all was {1000 * max(took[slowest]):.0f} ms: {slowest}"
    )
    return [_figure(name, times, base) for name, times in took.items()], notes


def _filled(stage: Stage) -> tuple[list[str], dict[str, str]]:
    """Fills the hub up; what is to be noted, and what pages are asked about."""
    effort, url = stage.effort, stage.hub.database_url
    missing = effort.locations - stage.hub.kept("locations_location")
    if missing > 0:
        fill(url, missing, stage.say)
    with psycopg.connect(url, autocommit=True) as connection:
        fill_platforms(connection, effort.platforms)
        seconds = fill_log(connection, effort.messages, stage.say)
        stage.say("pages: the map")
        fill_map(connection)
        stage.say("pages: the database tidies up")
        looked_at(connection)
        asked = {**facts(connection), "owner": OWNERS[0]}
    return [
        f"pages: {stage.hub.kept('traffic_leg'):,} messages (made in {seconds:.0f} s),"
        f" {stage.hub.kept('locations_location'):,} Locations,"
        f" {stage.hub.kept('parties_platform'):,} platforms"
    ], asked


def _times(operator: Browser, path: str, rounds: int) -> list[float]:
    """Seconds that a page took, each time; the first time is for the caches."""
    operator.open(path)
    return [operator.open(path)[0] for _ in range(rounds)]


def _figure(name: str, times: list[float], base: float) -> Figure:
    usual = 1000 * median(times)
    return Figure(f"page: {name}", usual, "ms", base, "log-in", usual / base, BUDGET, usual)
