"""What the hub counts about its traffic, for Prometheus; correct over several processes."""

from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Collection

from prometheus_client import Counter, Gauge, Histogram


class Batched(Histogram):
    """A histogram that takes many at once: each bucket is a number that processes share, and to
    change it costs as much as a decision."""

    def observe_all(self, amounts: Collection[float]) -> None:
        """Observes each of them."""
        if not amounts:
            return
        self._sum.inc(sum(amounts))
        numbers = Counts(bisect_left(self._upper_bounds, amount) for amount in amounts)
        for number, times in numbers.items():
            self._buckets[number].inc(times)


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
DELIVERY_LAG = Batched(
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


class Tally:
    """Counts of one process since the last `publish`: plain numbers, because every change of a
    metric that several processes share costs as much as a decision."""

    def __init__(self) -> None:
        self.in_flight = 0
        self._messages: Counts[tuple[str, str, int, int | None]] = Counts()
        self._forwards: Counts[tuple[str, str]] = Counts()

    def message(self, module: str, action: str, http: int, code: int | None) -> None:
        self._messages[module, action, http, code] += 1

    def forward(self, module: str, outcome: str) -> None:
        self._forwards[module, outcome] += 1

    def publish(self) -> None:
        """Adds what was counted to the metrics."""
        messages, self._messages = self._messages, Counts()
        forwards, self._forwards = self._forwards, Counts()
        for (module, action, http, code), number in messages.items():
            MESSAGES.labels(module, action, str(http), str(code or "")).inc(number)
        for labels, number in forwards.items():
            FORWARDS.labels(*labels).inc(number)
        IN_FLIGHT.set(self.in_flight)


TALLY = Tally()
