"""Takes out of the message log what tells of drivers: bodies, and the ids in paths.

That a message passed, when, between whom and how it ended, stays for HUB_LOG_DAYS.
"""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.db import connection

from apps.modules import registry
from apps.traffic.partitions import day_of, present

DONE = "personal data removed"
# What is left of a path: the module's URL here, the host elsewhere.
_SHORT = "regexp_replace(path, '^(https?://[^/]+|/ocpi/[^/]+/[^/]+/[^/?]+).*$', '\\1/…')"
_BLANK = f"path = {_SHORT}, object = '', request_body = NULL, answer_body = NULL"
_TEXT = "concat_ws(' ', path, request_body, answer_body)"


def modules() -> list[str]:
    """The modules whose messages tell of drivers."""
    return [module.id for module in registry().values() if module.personal]


def forget(today: date, days: int) -> list[str]:
    """Blanks whole days that are more than `days` days ago, each once; returns their tables."""
    last = today - timedelta(days=days + 1)
    done = []
    for name in present():
        if day_of(name) > last or _comment(name) == DONE:
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {name} SET {_BLANK} WHERE module = ANY(%s)", (modules(),))
            cursor.execute(f"COMMENT ON TABLE {name} IS '{DONE}'")
        done.append(name)
    return done


def mentions(identifier: str, *, blank: bool) -> int:
    """The number of messages of those modules that hold an identifier as a whole word, without
    case, in path or body; with `blank` they are blanked."""
    words = "|".join(re.escape(each) for each in {identifier, quote(identifier, safe="")})
    where = f"module = ANY(%(modules)s) AND {_TEXT} ~* %(word)s"
    values: Any = {"modules": modules(), "word": rf"(^|[^[:alnum:]])({words})([^[:alnum:]]|$)"}
    with connection.cursor() as cursor:
        if not blank:
            cursor.execute(f"SELECT count(*) FROM traffic_leg WHERE {where}", values)
            return int(cursor.fetchone()[0])
        cursor.execute(f"UPDATE traffic_leg SET {_BLANK} WHERE {where}", values)
        return int(cursor.rowcount)


def _comment(name: str) -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(%s::regclass, 'pg_class')", (name,))
        return cursor.fetchone()[0]
