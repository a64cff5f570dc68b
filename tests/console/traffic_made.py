"""A day of counters, made: for pages that are looked at, and for pages that must stay fast."""

from datetime import datetime

from django.db import connection

from apps.counts.models import NUMBERS, OWN, PARTNER
from apps.parties.models import CredentialsRole, Platform
from hub.routing.network import Status

# Minute by minute between each CPO and some eMSPs; of an hour that goes badly, more fails. Both
# ends of a platform's traffic: what it sends, and what the hub delivers to it.
_PAIRS = f"""
INSERT INTO counts_pair (minutes, at, from_platform, to_platform, module, outcome,
    {", ".join(NUMBERS)})
SELECT 1, %(now)s - m * interval '1 minute', c, %(cpos)s + 1 + (c * 7 + k) %% %(msps)s, module,
    outcome, n, n * 0.9, n * 60.0,
    {
    ", ".join(
        "CASE WHEN n > 1 THEN n / 2 ELSE n END"
        if name == "own_1"
        else "n / 2"
        if name == "own_2"
        else "0"
        for name in OWN
    )
},
    {
    ", ".join(
        "CASE WHEN n > 1 THEN n / 2 ELSE n END"
        if name == "partner_2"
        else "n / 2"
        if name == "partner_3"
        else "0"
        for name in PARTNER
    )
}
FROM generate_series(0, %(minutes)s - 1) m, generate_series(1, %(cpos)s) c,
    generate_series(1, %(each)s) k, (VALUES ('sessions'), ('locations')) modules (module),
    (VALUES ('ok'), ('refused'), ('failed')) outcomes (outcome),
    LATERAL (SELECT CASE outcome
        WHEN 'ok' THEN 1 + (20 + 15 * sin(m / 229.0))::int * (1 + c %% 5)
        WHEN 'refused' THEN ((m + c) %% 7 = 0)::int
        ELSE (m BETWEEN 300 AND 360)::int * (c %% 4) + ((m * c) %% 61 = 0)::int END AS n) numbers
WHERE n > 0
"""
_SUMS = ", ".join(f"sum({name})" for name in NUMBERS)
_TOTALS = f"""
INSERT INTO counts_total (minutes, at, outcome, {", ".join(NUMBERS)})
SELECT 1, at, outcome, {_SUMS} FROM counts_pair GROUP BY at, outcome
"""
_HOURS = f"""
INSERT INTO counts_total (minutes, at, outcome, {", ".join(NUMBERS)})
SELECT 60, date_trunc('hour', %(now)s) - (25 + h) * interval '1 hour', outcome,
    {", ".join("1" for _ in NUMBERS)}
FROM generate_series(1, %(hours)s) h, (VALUES ('ok'), ('refused'), ('failed')) o (outcome)
"""
_QUEUES = """
INSERT INTO counts_queue (minutes, at, platform, done, dropped, waiting, oldest_seconds)
SELECT 1, %(now)s - m * interval '1 minute', p, 40, (m %% 5 = 0)::int, p %% 3, 4.5 * (p %% 3)
FROM generate_series(0, %(minutes)s - 1) m, generate_series(1, %(all)s) p
UNION ALL
SELECT 1, %(now)s - m * interval '1 minute', 0, 40 * %(all)s, 3, 60, 184
FROM generate_series(0, %(minutes)s - 1) m
"""
STATUSES = (Status.CONNECTED,) * 9 + (Status.OFFLINE, Status.SUSPENDED, Status.PLANNED)


def platforms(cpos: int, msps: int) -> None:
    """So many CPOs, then so many eMSPs, with the keys from 1 on, and a few others."""
    rows: list[tuple[int, str, Status, tuple[str, ...]]] = []
    for number in range(1, cpos + msps + 1):
        side, name = ("CPO", "Charging") if number <= cpos else ("EMSP", "Mobility")
        status = STATUSES[number * 5 % len(STATUSES)] if number > 2 else Status.CONNECTED
        rows.append((number, f"{name} & Partners {number}", status, (side,)))
    rows.append((cpos + msps + 1, "Grid of the North", Status.CONNECTED, ("NSP",)))
    rows.append((cpos + msps + 2, "Just invited", Status.PLANNED, ()))
    rows.append((cpos + msps + 3, "Both in one house", Status.CONNECTED, ("EMSP", "CPO")))
    Platform.objects.bulk_create(
        Platform(pk=number, name=name, status=status) for number, name, status, _ in rows
    )
    CredentialsRole.objects.bulk_create(
        CredentialsRole(
            platform_id=number, role=role, party=f"NL/{code}", country_code="NL", party_id=code
        )
        for number, _, _, roles in rows
        for role in roles
        for code in (f"{number:03d}",)
    )


def day(now: datetime, cpos: int, msps: int, *, each: int = 2, minutes: int = 24 * 60) -> None:
    """Counters up to now for these platforms, each CPO talking to so many eMSPs."""
    values: dict[str, datetime | int] = {
        "now": now.replace(second=0, microsecond=0),
        "cpos": cpos, "msps": msps, "all": cpos + msps, "each": each, "minutes": minutes,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS, values)
        cursor.execute(_TOTALS)
        cursor.execute(_QUEUES, values)
        cursor.execute("ANALYZE counts_pair, counts_total, counts_queue")


def past(now: datetime, days: int) -> None:
    """Totals by the hour of so many days before."""
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, {"now": now, "hours": days * 24})
        cursor.execute("ANALYZE counts_total")
