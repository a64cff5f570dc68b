"""What the hub knows of a platform that lacks something at the end of the soak, in lines."""

from collections.abc import Sequence

import psycopg

QUERIES = (
    "SELECT status, status_since, status_cause, last_seen FROM parties_platform WHERE id = %s",
    "SELECT at, before, after, missed_from, cause FROM parties_statuschange "
    "WHERE platform_id = %s ORDER BY id DESC LIMIT 8",
    "SELECT missed_from, returned_at, module, sequence, walked_at, ended_at, booked "
    "FROM hubclientinfo_catchup WHERE platform_id = %s ORDER BY id DESC LIMIT 4",
    "SELECT checks_failed, checked_at, check_due_at, check_said FROM parties_liveness "
    "WHERE platform_id = %s",
    "SELECT state, reason, count(*), min(created_at), max(created_at), max(ended_at) "
    "FROM outbox_delivery WHERE platform_id = %s GROUP BY 1, 2",
)  # fmt: skip


def tell(database_url: str, names: Sequence[str]) -> list[str]:
    """Status, its history, catch-ups, checks and deliveries of each platform."""
    lines = []
    with psycopg.connect(database_url) as connection:
        for name in names:
            found = connection.execute("SELECT id FROM parties_platform WHERE name = %s", [name])
            row = found.fetchone()
            lines.append(f"what the hub knows of {name}:")
            for query in QUERIES:
                cursor = connection.execute(query, row)
                for values in cursor.fetchall():
                    named = zip(cursor.description or (), values, strict=True)
                    lines.append("  " + ", ".join(f"{c.name} {value}" for c, value in named))
    return lines
