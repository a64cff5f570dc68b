"""Which versions cannot say an object at all: told when it is kept, so that lists count without it.

Nothing is looked up. What is lacking only now, as a Session's Location, and what a date decides, as
the validity of a tariff, is not told here: lists leave such objects out, and count them.
"""

from typing import Any

from apps.parties import directory
from hub.ocpi.bridge import Context, Driver, Owner, Verdict, bridge
from hub.ocpi.module import Module
from hub.ocpi.schema import SCHEMAS
from hub.routing.network import Network

_NEVER = frozenset({Verdict.WITHHELD, Verdict.UNREADABLE})


class _Somebody(dict[str, Driver]):
    """A driver for every auth_id: whose it is does not matter here."""

    def get(self, key: str, default: Any = None) -> Any:
        return Driver("XX", "XXX", key, "RFID", key)


_FACTS = Context(owner=Owner("XX", "XXX"), received="1970-01-01T00:00:00Z", drivers=_Somebody())


def is_known(name: str) -> bool:
    """Whether any version has such a class; others pass from version to version as they are."""
    return bool(name) and any(name in schema for schema in SCHEMAS.values())


def noted(module: Module, version: str, text: bytes) -> str | None:
    """As `unsaid`, while platforms of other versions are here; else None, and nothing is looked
    into: apps/store/look.py does it when the first of them comes."""
    return unsaid(module, version, text) if others_than(version) else None


def others_than(version: str) -> bool:
    """Whether any platform that has registered speaks another version, as this process knows."""
    return not _spoken() <= {version}


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


def unsaid(module: Module, version: str, text: bytes) -> str:
    """The versions that cannot say a whole object of a module, joined by blanks."""
    if version not in SCHEMAS or not is_known(module.object):
        return ""
    found = []
    for target in SCHEMAS:
        refusal = bridge(version, target, module.object, text, _FACTS).refusal
        if refusal is not None and refusal.verdict in _NEVER:
            found.append(target)
    return " ".join(found)


def names(column: str | None, version: str) -> bool:
    """Whether what was told of an object names a version."""
    return version in (column or "").split()
