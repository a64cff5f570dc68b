"""The version of OCPI in which a leg of the message log was spoken, and what was lost on it.

What the hub asked says its version. Else it is the one in the URL; where a partner's URL has none,
as in rows that an earlier hub wrote, the one that the platform speaks now.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from apps.credentials.pages import VERSIONS
from apps.parties.models import Platform
from apps.traffic.models import Direction, Leg
from hub.ocpi.bridge.notes import without_positions

_IN_URL = re.compile(rf"/({'|'.join(map(re.escape, VERSIONS))})(?=[/?]|$)")
# Spoken before any version is agreed on.
_BEFORE = frozenset({"versions", "credentials"})
# As many fields as are read at a glance.
NAMED = 5

Fact = dict[str, Any]


def versions_of(legs: Iterable[Leg]) -> dict[int | None, str]:
    """The versions that the platforms of some legs speak now."""
    ids = {leg.platform_id for leg in legs if leg.platform_id is not None}
    return dict(Platform.objects.filter(pk__in=ids).values_list("pk", "version"))


def version_of(leg: Leg, now: str) -> str:
    """The version of a leg of a platform that speaks `now`; empty where there was none yet."""
    if leg.spoken:
        return leg.spoken
    found = _IN_URL.search(leg.path)
    if found is not None:
        return found[1]
    return now if leg.direction == Direction.OUT and leg.module not in _BEFORE else ""


def notes(leg: Leg) -> list[Fact]:
    """What was lost or assumed on a leg: path, what, why, version."""
    return list(msgspec.json.decode(leg.notes)) if leg.notes else []


def remark(version: str, found: Sequence[Fact]) -> str:
    """Both in a few words: `OCPI 2.1.1; lost $.evses.parking, assumed $.publish`."""
    fields = list(dict.fromkeys((each["what"], without_positions(each["path"])) for each in found))
    said: dict[str, list[str]] = {}
    for what, field in fields[:NAMED]:
        said.setdefault(what, []).append(field)
    words = [f"{what} {', '.join(paths)}" for what, paths in said.items()]
    more = f" and {len(fields) - NAMED} more" if len(fields) > NAMED else ""
    head = f"OCPI {version}" if version else ""
    return "; ".join(each for each in (head, ", ".join(words) + more) if each)
