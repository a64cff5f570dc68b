"""A row as the audit tells of it: its fields before and after an act, and never a secret."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BinaryField, Model

# Whatever model they are in: what is good for logging in, and what no act changes.
SECRET = frozenset({"password", "fingerprint", "sealed"})
NOT_TOLD = frozenset({"last_seen", "last_login"})
# What would tell of drivers for ever: the ids in these, and whatever was sent. Such a row is named
# by its number, and is forgotten with its own table.
PERSONAL = frozenset(
    {"object", "path", "key", "request_headers", "answer_headers", "request_body", "answer_body"}
)
HIDDEN = "…"
_plain = DjangoJSONEncoder().default


def subject(row: Model) -> str:
    """The name of a row; its number where the name may hold the id of a driver."""
    names = {field.attname for field in row._meta.concrete_fields}
    return f"number {row.pk}" if names & PERSONAL else str(row)


def values(row: Model) -> dict[str, Any]:
    """The fields of a row as JSON has words for them, secrets hidden."""
    return {
        field.attname: _value(field, row)
        for field in row._meta.concrete_fields
        if field.attname not in NOT_TOLD | PERSONAL
    }


def plain(value: Any) -> Any:
    """Data as JSON has words for it: moments as text."""
    return json.loads(json.dumps(value, default=_plain))


def changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Of both only what differs."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return _only(before, names), _only(after, names)


def _only(given: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _value(field: Any, row: Model) -> Any:
    value = getattr(row, field.attname)
    if isinstance(field, BinaryField) or field.attname in SECRET:
        return HIDDEN
    if value is None or isinstance(value, bool | int | float | str | list | dict):
        return value
    return _plain(value)
