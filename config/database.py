"""A PostgreSQL URL as Django's description of a database."""

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

# What libpq calls a thing, and what Django does.
NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database(url: str | None, data_dir: Path) -> dict[str, Any]:
    if url is None:
        return {"ENGINE": "config.nohub", "NAME": "none", "OPTIONS": {"data_dir": str(data_dir)}}
    parts = conninfo_to_dict(url)
    known = {NAMES[name]: str(value) for name, value in parts.items() if name in NAMES}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **known,
        "OPTIONS": {name: value for name, value in parts.items() if name not in NAMES},
        # Pages run in short-lived threads under ASGI, where a kept connection is a leaked one; the
        # hot paths have psycopg's own pool.
        "CONN_MAX_AGE": 0,
    }
