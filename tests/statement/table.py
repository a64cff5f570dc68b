"""What OCPI asks of a hub: reads requirements.txt, in the order of the statement.

A line is `id | versions | level | whose | says | source`, and `| because` where no test can show
it. `whose` is who has to do it: the hub; a platform, and the hub has it checked; or the other side,
and it is passed on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

VERSIONS = {
    "all": ("2.1.1", "2.2.1", "2.3.0"),
    "2.2.1+": ("2.2.1", "2.3.0"),  # 2.2 was the first version that knew hubs
    "2.1.1": ("2.1.1",),
    "2.2.1": ("2.2.1",),
    "2.3.0": ("2.3.0",),
}
LEVELS = ("MUST", "SHOULD", "implied")
WHOSE = ("hub", "checked", "passed on")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One duty: `says` it in our words, `source` is the file of the specification with an anchor
    in it, or a discussion (`#nnn`)."""

    topic: str
    id: str
    versions: tuple[str, ...]
    level: str
    whose: tuple[str, ...]
    says: str
    source: str
    because: str = ""


def _read() -> Iterator[Requirement]:
    topic = ""
    for line in Path(__file__).with_name("requirements.txt").read_text().splitlines():
        if line.startswith("# "):
            topic = line.removeprefix("# ")
        elif line:
            named, versions, level, whose, says, source, *because = line.split(" | ")
            duties = tuple(whose.split(", "))
            if level not in LEVELS or not set(duties) <= set(WHOSE):
                raise ValueError(f"{named}: {level!r} or {whose!r} is no such thing")
            yield Requirement(
                topic, named, VERSIONS[versions], level, duties, says, source, *because
            )


REQUIREMENTS = {each.id: each for each in _read()}
