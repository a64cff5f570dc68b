"""Pulls on demand, as a worker does them, with a clock that can be moved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from django.db import connection

from apps.modules import module_of
from apps.outbox.tasks import worker
from apps.store.models import Finding
from apps.store.tables import table
from apps.sync.models import Pull, Source
from apps.sync.tasks import Puller, means
from apps.sync.turn import Means
from tests.platforms import SENDER, Platform

Clock = Callable[[], datetime]
DAY = 24 * 3600.0


def at(offset: float) -> Clock:
    """A clock that is ahead by so many seconds."""
    return lambda: datetime.now(UTC) + timedelta(seconds=offset)


def with_clock(clock: Clock, **changes: Any) -> Means:
    """What a worker pulls with, at another time; due times are in the middle of their splay."""
    return replace(means(worker()), clock=clock, jitter=lambda: 0.5, **changes)


def pull(clock: Clock | None = None, **changes: Any) -> None:
    """Plans, and pulls until nothing is due."""
    puller = Puller(worker(), with_clock(clock or at(0), **changes))
    while puller.pull():
        pass


def last(module: str, party: str = "NL/CPO") -> Pull:
    """The latest pull of a list."""
    return Pull.objects.filter(source__module=module, source__party=party).latest("pk")


def source(module: str, party: str = "NL/CPO") -> Source:
    return Source.objects.get(module=module, party=party)


def kept(module: str) -> dict[tuple[str, str, str], str]:
    """What the hub keeps of a module: owner, key and audience to the text."""
    place = table(module_of(module))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT owner, key, audience, {place.document} FROM {place.name} t")
        return {(owner, key, audience): text for owner, key, audience, text in cursor.fetchall()}


def keys(module: str, owner: str = "NL/CPO", audience: str = "") -> set[str]:
    """The keys of one owner's kept objects for one audience."""
    return {key for who, key, whom in kept(module) if (who, whom) == (owner, audience)}


def asked(platform: Platform, module: str) -> list[str]:
    """The queries of the lists that a platform was asked for."""
    return [
        each.query
        for each in platform.received
        if each.module == module and each.interface is SENDER and each.method == "GET"
    ]


def offsets(platform: Platform, module: str = "locations") -> list[str]:
    """The offsets that a platform was asked for, in order."""
    return [parse_qs(query)["offset"][0] for query in asked(platform, module)]


def missing() -> set[str]:
    """The keys of objects with an open finding that they are missing."""
    return set(Finding.objects.filter(code="missing_from_pull").values_list("key", flat=True))
