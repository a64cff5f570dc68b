"""How many of the latest messages failed, out of the message log, at a price that does not grow.

Looked at are the newest rows only, found by their index, however many there are: LATEST of each
platform and LATEST_OF_ALL of the hub, none older than WINDOW, and no fewer than LEAST.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

LATEST = 100
LATEST_OF_ALL = 1000
LEAST = 20
WINDOW = timedelta(minutes=15)

# "Not found" is an answer like any other to who asks, and to a PATCH, which a PUT follows.
_FAILED = """
CASE WHEN leg.http_status IS NULL THEN true
     WHEN leg.code IN (2003, 2004) THEN false
     WHEN leg.http_status = 404 AND leg.method IN ('GET', 'PATCH') THEN false
     ELSE leg.http_status >= 300 OR coalesce(leg.code, 1000) >= 2000 END
"""
_ENOUGH = """
HAVING count(*) >= %(least)s AND count(*) FILTER (WHERE failed) * 100 >= %(percent)s * count(*)
"""
# What a platform asked in vain because of the other side counts against the other side: 4xxx, and
# whatever the answer to an onward leg was.
_PLATFORMS = f"""
SELECT platform.id, platform.name, count(*), count(*) FILTER (WHERE failed)
FROM parties_platform platform CROSS JOIN LATERAL (
    SELECT leg.direction, leg.code, leg.correlation_id, leg.request_id, {_FAILED} AS failed
    FROM traffic_leg leg WHERE leg.platform_id = platform.id AND leg.at >= %(since)s
    ORDER BY leg.at DESC, leg.id DESC LIMIT %(latest)s
) latest
WHERE platform.status = 'CONNECTED'
AND NOT (failed AND latest.direction = 'in' AND (coalesce(latest.code, 1000) >= 4000 OR EXISTS (
    SELECT 1 FROM traffic_leg leg WHERE leg.correlation_id = latest.correlation_id
    AND leg.parent = latest.request_id AND leg.at >= %(since)s
)))
GROUP BY platform.id, platform.name {_ENOUGH} ORDER BY platform.id
"""
# Strangers and suspended platforms are refused all day long; that is no failure.
_HUB = f"""
SELECT 0, '', count(*), count(*) FILTER (WHERE failed)
FROM (
    SELECT leg.platform_id, {_FAILED} AS failed FROM traffic_leg leg WHERE leg.at >= %(since)s
    ORDER BY leg.at DESC, leg.id DESC LIMIT %(latest)s
) latest
JOIN parties_platform platform ON platform.id = latest.platform_id
WHERE platform.status = 'CONNECTED'
{_ENOUGH}
"""


@dataclass(frozen=True, slots=True)
class Share:
    """Of a platform's latest messages, how many failed; id 0 is the whole hub."""

    id: int
    name: str
    messages: int
    failed: int


def of_platforms(percent: int, now: datetime) -> Sequence[Share]:
    """The connected platforms of whose latest messages so many percent failed, or more."""
    return _asked(_PLATFORMS, LATEST, percent, now)


def of_the_hub(percent: int, now: datetime) -> Sequence[Share]:
    """The whole hub, if so many percent of its latest messages failed; else nothing."""
    return _asked(_HUB, LATEST_OF_ALL, percent, now)


def _asked(statement: str, latest: int, percent: int, now: datetime) -> Sequence[Share]:
    values: dict[str, int | datetime] = {
        "latest": latest,
        "least": LEAST,
        "percent": percent,
        "since": now - WINDOW,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return [Share(*row) for row in cursor.fetchall()]
