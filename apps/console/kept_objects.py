"""Kept objects and findings as plain data. An object's text has every digit of its owner's."""

from typing import Any

from django.db.models import QuerySet

from apps.console import kept_rows
from apps.store.models import Finding
from apps.store.objects import StoredObject

Fact = dict[str, Any]
MOST_FINDINGS = 200


def in_short(row: StoredObject) -> Fact:
    """One copy of an object, without its text."""
    return {
        "sequence": row.pk,
        "module": kept_rows.module_id(row),
        "owner": row.owner,
        "id": kept_rows.shown_key(row.key),
        "for_party": row.audience,
        "version": row.version,
        "last_updated": row.last_updated,
        "created": row.created_at,
        "changed": row.changed_at,
        "platform_id": row.pushed_by,
        "origin": row.origin,
        "cause": row.cause,
        "flagged": row.flagged,
    }


def whole(row: StoredObject) -> Fact:
    """The same with its text and what is wrong with it."""
    return {
        **in_short(row),
        "text": kept_rows.document(row),
        "findings": [finding(each) for each in findings(row)[:MOST_FINDINGS]],
    }


def findings(row: StoredObject) -> QuerySet[Finding]:
    """What is wrong with one copy."""
    found = Finding.objects.filter(
        module=kept_rows.module_id(row), owner=row.owner, key=row.key, audience=row.audience
    )
    return found.order_by("path", "code")


def finding(row: Finding) -> Fact:
    """One remark."""
    return {
        "id": row.pk,
        "platform_id": row.platform,
        "module": row.module,
        "owner": row.owner,
        "object": kept_rows.shown_key(row.key),
        "for_party": row.audience,
        "path": row.path,
        "code": row.code,
        "severity": row.severity,
        "message": row.message,
        "first_seen": row.first_seen,
        "last_seen": row.last_seen,
        "times": row.times,
    }
