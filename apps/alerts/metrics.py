"""The open alerts for Prometheus, counted when they are asked for: the rows are the truth,
whichever process changed them."""

import logging
from collections.abc import Iterator

from django.db import DatabaseError, connection
from django.db.models import Count
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.alerts.models import Alert, Kind

NAME = "hub_alerts"
log = logging.getLogger(__name__)


class OpenAlerts(Collector):
    """The gauge; absent while the database cannot be asked, as no number would be true."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(NAME, "Open alerts, by kind.", labels=("kind",))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        rows = Alert.objects.filter(ended_at=None, raised_at__isnull=False)
        try:
            numbers = dict(rows.order_by("kind").values_list("kind").annotate(Count("pk")))
        except DatabaseError as error:
            log.warning("open alerts not counted: %s", type(error).__name__)
            return
        finally:
            connection.close()
        (gauge,) = self.describe()
        for kind in Kind:
            gauge.add_metric((kind.value,), numbers.get(kind.value, 0))
        yield gauge


REGISTRY = CollectorRegistry()
REGISTRY.register(OpenAlerts())
