"""What the hub counts about its traffic, for Prometheus; correct over several processes."""

from bisect import bisect_left
from collections import Counter as Counts

from prometheus_client import Counter, Gauge, Histogram

MESSAGES = Counter(
    "hub_messages_total",
    "Messages from platforms, by module, what the hub did, and the HTTP status and OCPI code.",
    ("module", "action", "http", "code"),
)
FORWARDS = Counter(
    "hub_forwards_total", "Onward legs of forwarded messages, by outcome.", ("module", "outcome")
)
HUB_SECONDS = Histogram(
    "hub_own_seconds",
    "Time the hub itself took for a message, without waiting for the other party.",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
PARTNER_SECONDS = Histogram(
    "hub_partner_seconds",
    "Time the other party took to answer a forwarded message.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
IN_FLIGHT = Gauge("hub_in_flight", "Messages being handled now.", multiprocess_mode="livesum")
LOG_DROPPED = Counter(
    "hub_log_dropped_total",
    "What the message log gave up: its buffer was full, or the database refused a row.",
    ("what",),
)
DELIVERIES = Counter(
    "hub_deliveries_total", "Deliveries of broadcast pushes, by outcome.", ("module", "outcome")
)
DELIVERY_LAG = Histogram(
    "hub_delivery_lag_seconds",
    "Time from a broadcast push to its delivery to one party.",
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900),
)
PULLED = Counter(
    "hub_pulled_total", "Objects on pulled pages, by what became of them.", ("module", "outcome")
)
PLATFORMS = Gauge(
    "hub_platforms", "Platforms, by status.", ("status",), multiprocess_mode="livemostrecent"
)
CHECKS = Counter("hub_checks_total", "Still-alive checks, by what came of them.", ("outcome",))
ANNOUNCED = Counter(
    "hub_announced_total", "ClientInfo objects booked for platforms, by status.", ("status",)
)
CAUGHT_UP = Counter(
    "hub_caught_up_total", "Objects booked for platforms that had been away.", ("module",)
)
GIVEN = Counter("hub_given_total", "Objects booked for parties by new agreements.", ("module",))


class Durations:
    """Durations of one process for a histogram, since the last `publish`: each bucket is a number
    that processes share."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._clear()

    def _clear(self) -> None:
        self._sum = 0.0
        self._counts = [0] * len(self._histogram._buckets)

    def add(self, seconds: float) -> None:
        self._sum += seconds
        self._counts[bisect_left(self._histogram._upper_bounds, seconds)] += 1

    def publish(self) -> None:
        """Adds them to the histogram. The library itself only takes one duration at a time."""
        self._histogram._sum.inc(self._sum)
        for bucket, number in zip(self._histogram._buckets, self._counts, strict=True):
            if number:
                bucket.inc(number)
        self._clear()


class Tally:
    """Counts of one process since the last `publish`: plain numbers, because every change of a
    metric that several processes share costs as much as a decision."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.own = Durations(HUB_SECONDS)
        self.partner = Durations(PARTNER_SECONDS)
        self.lags = Durations(DELIVERY_LAG)
        self._messages: Counts[tuple[str, str, int, int | None]] = Counts()
        self._forwards: Counts[tuple[str, str]] = Counts()
        self._deliveries: Counts[tuple[str, str]] = Counts()
        self._dropped: Counts[str] = Counts()

    def message(self, module: str, action: str, http: int, code: int | None) -> None:
        self._messages[module, action, http, code] += 1

    def forward(self, module: str, outcome: str) -> None:
        self._forwards[module, outcome] += 1

    def deliveries(self, module: str, outcome: str, number: int) -> None:
        self._deliveries[module, outcome] += number

    def dropped(self, what: str) -> None:
        """Counts what the message log gave up."""
        self._dropped[what] += 1

    def publish(self) -> None:
        """Adds what was counted to the metrics."""
        messages, self._messages = self._messages, Counts()
        forwards, self._forwards = self._forwards, Counts()
        deliveries, self._deliveries = self._deliveries, Counts()
        dropped, self._dropped = self._dropped, Counts()
        for (module, action, http, code), number in messages.items():
            MESSAGES.labels(module, action, str(http), str(code or "")).inc(number)
        for labels, number in forwards.items():
            FORWARDS.labels(*labels).inc(number)
        for labels, number in deliveries.items():
            DELIVERIES.labels(*labels).inc(number)
        for what, number in dropped.items():
            LOG_DROPPED.labels(what).inc(number)
        self.own.publish()
        self.partner.publish()
        self.lags.publish()
        IN_FLIGHT.set(self.in_flight)


TALLY = Tally()
