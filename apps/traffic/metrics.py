"""What the hub counts about its traffic, for Prometheus; correct over several processes."""

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
    "hub_log_dropped_total", "What the message log gave up because its buffer was full.", ("what",)
)
DELIVERIES = Counter(
    "hub_deliveries_total", "Deliveries of broadcast pushes, by outcome.", ("module", "outcome")
)
