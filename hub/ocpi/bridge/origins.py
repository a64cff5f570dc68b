"""Where the members of an object between two steps came from, so that what the second step notes
has the names and positions of the object that the whole way began with."""

from collections.abc import Iterator
from dataclasses import dataclass

from hub.ocpi.schema.findings import ROOT, Path


class Origins:
    """For every object and list that the first step made: the path each member was made from."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        # By identity; what is held here stays alive, so no other has its identity.
        self._of: dict[int, tuple[object, dict[str | int, Path]]] = {}

    def came(self, holder: object, step: str | int, path: Path) -> None:
        """The member of a made object or list came from that path."""
        self._of.setdefault(id(holder), (holder, {}))[1][step] = path

    def path(self, holder: object, step: str | int) -> Path | None:
        """Where it came from; None where it was not made here, but has its holder's origin."""
        _, members = self._of.get(id(holder), (holder, {}))
        return members.get(step)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """The first of two steps, for the second to look back on.

    Attributes:
        version: the one that the way begins with.
        source: the object that it begins with; made: what the first step made of it.
        origins: where the members of `made` came from.
    """

    version: str
    source: object
    made: object
    origins: Origins

    def path(self, path: Path) -> Path:
        """A path in the made object as one in the source: to the member that its member was made
        from, or, of a fact made of something smaller, to the nearest that there is. Steps that
        lead beyond the made object stay as they are: they name what it lacks, or a kept fact."""
        here, holder = ROOT, self.made
        for step in _steps(path):
            item = _member(holder, step)
            came = self.origins.path(holder, step)
            if came is not None:
                here = came
            elif item is None or self._source_at((here, step)) is not None:
                here = (here, step)
            holder = item
        return here

    def _source_at(self, path: Path) -> object:
        value = self.source
        for step in _steps(path):
            value = _member(value, step)
        return value


def _steps(path: Path) -> Iterator[str | int]:
    if path:
        parent, step = path
        yield from _steps(parent)
        yield step


def _member(holder: object, step: str | int) -> object:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None
