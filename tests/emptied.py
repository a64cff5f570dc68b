"""Empties the hub's tables between tests, and begins their numbers anew.

TRUNCATE makes a file for every table and index, some hundreds of them, which cost a quarter of a
run; a test leaves a few rows in a few tables. So rows are deleted, with every table locked as
TRUNCATE would lock it; much is truncated all the same.
"""

from functools import cache

from django.apps import apps
from django.db import connection, transaction

from apps.parties.models import Directory

MUCH = 2_000_000  # bytes of a table with its indexes
STAYS = "audit_entry"  # from it nothing can be deleted


def empty_tables() -> None:
    """All but the version of the directory, which goes on counting."""
    names = _tables()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(names)} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(_filled(names))
        filled = dict(cursor.fetchall())
        if any(size > MUCH for size in filled.values()):
            cursor.execute(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE")
        else:
            # Triggers of kept tables write to others of the store: those come last.
            found = [name for name in names if name in filled or name.startswith("store_")]
            for name in sorted(found, key=lambda name: name.startswith("store_")):
                cursor.execute(f"{'TRUNCATE' if name == STAYS else 'DELETE FROM'} {name}")
            cursor.execute(_numbers(names))


@cache
def _tables() -> tuple[str, ...]:
    """In whatever order: references are checked at the end of a transaction."""
    return tuple(
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
        for model in config.get_models()
        if model is not Directory
    )


@cache
def _filled(names: tuple[str, ...]) -> str:
    """The tables with rows, and how large each is, with its partitions."""
    return " UNION ALL ".join(
        f"SELECT '{name}', coalesce((SELECT sum(pg_total_relation_size(relid)) FROM"
        f" pg_partition_tree('{name}')), pg_total_relation_size('{name}'))"
        f" WHERE EXISTS (SELECT FROM {name})"
        for name in names
    )


@cache
def _numbers(names: tuple[str, ...]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.oid::regclass::text FROM pg_class s JOIN pg_depend d ON d.objid = s.oid "
            "JOIN pg_class t ON t.oid = d.refobjid WHERE s.relkind = 'S' AND t.relname = ANY(%s)",
            [list(names)],
        )
        sequences = [row[0] for row in cursor.fetchall()]
    return "SELECT " + ", ".join(f"setval('{name}', 1, false)" for name in sequences)
