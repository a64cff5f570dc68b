"""Which versions cannot say an object: told when it is kept, so that lists count without it.

What is lacking only now, as a Session's Location, is not told here: lists leave such objects out,
and count them. Where a moment decides (a tariff's validity, which 2.1.1 cannot say), the row has
both moments; where an operator does (the time zone of Locations of 2.1.1), a word for it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from apps.parties import directory
from apps.store import facts
from apps.store.tables import Table
from hub.ocpi import datetimes, jsontext
from hub.ocpi.bridge import Context, Driver, Owner, Refusal, Verdict, bridge
from hub.ocpi.module import Module
from hub.ocpi.schema import SCHEMAS
from hub.routing.network import Network
from hub.routing.translated import OLDEST

_NEVER = frozenset({Verdict.WITHHELD, Verdict.UNREADABLE})
# Stands for all versions but the oldest, unless an operator gives the owner a time zone.
ZONE = "zone"
VALIDITY = ("start_date_time", "end_date_time")


class _Somebody(dict[str, Driver]):
    """A driver for every auth_id: whose it is does not matter here."""

    def get(self, key: str, default: Any = None) -> Any:
        return Driver("XX", "XXX", key, "RFID", key)


class _Short(dict[str, str]):
    """An alias for every id that is too long, as it will be given one."""

    def get(self, key: str, default: Any = None) -> Any:
        return key[:36]


_WITHOUT_ZONE = Context(
    owner=Owner("XX", "XXX"), received="1970-01-01T00:00:00Z", drivers=_Somebody(), ids=_Short()
)
_FACTS = replace(_WITHOUT_ZONE, time_zone="Europe/Amsterdam")


def is_known(name: str) -> bool:
    """Whether any version has such a class; others pass from version to version as they are."""
    return bool(name) and any(name in schema for schema in SCHEMAS.values())


def several_versions() -> bool:
    """Whether the platforms that have registered speak more than one."""
    return len(_spoken()) > 1


class _Latest:
    """The versions in the network that was looked at last; it is another object when it changes."""

    network: Network | None = None
    versions: frozenset[str] = frozenset()


def _spoken() -> frozenset[str]:
    network = directory.snapshot() if directory.is_loaded() else None
    if network is not _Latest.network and network is not None:
        _Latest.versions = frozenset(p.version for p in network.platforms.values() if p.version)
        _Latest.network = network
    return _Latest.versions


def columns(found: Table, module: Module, version: str, text: bytes) -> dict[str, Any]:
    """What the row of a whole object says of versions that cannot say it, by column."""
    moments = _validity(version, text) if found.validity else {}
    return {"unsaid": unsaid(module, version, text), **moments}


def _validity(version: str, text: bytes) -> dict[str, object]:
    """From when to when it is valid; nothing for 2.1.1, which cannot say so, and means always."""
    content = None if version == OLDEST else jsontext.decode(text)
    told = content if isinstance(content, dict) else {}
    start, end = (_moment(told.get(name)) for name in VALIDITY)
    return {"valid_from": start, "valid_until": end}


def _moment(value: object) -> datetime | None:
    try:
        return datetimes.parse(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def unsaid(module: Module, version: str, text: bytes) -> str:
    """The versions that cannot say a whole object of a module, joined by blanks; with ZONE, where
    all but the oldest lack a time zone."""
    if version not in SCHEMAS or not is_known(module.object):
        return ""
    always = _always_valid(module, text)
    found = [
        target
        for target in SCHEMAS
        if _refused(version, target, module.object, always, _FACTS, _NEVER)
    ]
    lacking = frozenset({Verdict.LACKING})
    if (version, module.object) == (OLDEST, "Location") and _refused(
        version, facts.MIDDLE, module.object, text, _WITHOUT_ZONE, lacking
    ):
        found.append(ZONE)
    return " ".join(found)


def _refused(
    version: str,
    target: str,
    name: str,
    text: bytes,
    known: Context,
    verdicts: frozenset[Verdict],
) -> bool:
    refusal: Refusal | None = bridge(version, target, name, text, known).refusal
    return refusal is not None and refusal.verdict in verdicts


def _always_valid(module: Module, text: bytes) -> bytes:
    """A tariff without the moments of its validity, which the row says; what is none stays."""
    if module.object != "Tariff":
        return text
    try:
        members = jsontext.members(text)
    except jsontext.JsonError:
        return text
    for name in VALIDITY:
        if name in members and _moment(jsontext.decode(bytes(members[name]))) is not None:
            del members[name]
    return jsontext.join(members)


def names(column: str | None, version: str) -> bool:
    """Whether what was told of an object names a version."""
    return version in (column or "").split()


def never(version: str) -> str:
    """A condition on alias `t` that holds for rows of which it is told that a version cannot say
    them; the values it needs are those of `values`."""
    told = "position(%(version)s in coalesce(t.unsaid, '')) > 0"
    if version == OLDEST:
        return told
    return (
        f"({told} OR (position('{ZONE}' in coalesce(t.unsaid, '')) > 0 "
        "AND NOT t.owner = ANY(%(with_zone)s)))"
    )


# A condition on alias `t` of a table with `validity`, which holds for rows that 2.1.1 cannot say at
# a moment.
NOT_NOW = "(t.valid_from > %(now)s OR t.valid_until <= %(now)s)"


def values(version: str, now: datetime) -> dict[str, object]:
    """What the conditions need to know."""
    parties = directory.snapshot().parties if directory.is_loaded() else {}
    with_zone = [str(party) for party in parties if facts.time_zone(party)]
    return {"version": version, "now": now, "with_zone": with_zone}
