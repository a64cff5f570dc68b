"""What was lost between versions of OCPI, for Prometheus; correct over several processes."""

from prometheus_client import Counter

LOSSES = Counter(
    "hub_losses_total",
    "What was lost, changed or assumed between two versions, by module and versions.",
    ("module", "source", "target", "what"),
)
