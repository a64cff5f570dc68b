"""Objects that simulated platforms have from the start, from a file of lines as `export` writes."""

from collections import Counter
from collections.abc import Iterable, Sequence

from apps.modules import module_of
from apps.sandbox.platform import SandboxPlatform
from apps.store.lines import BadLine, Line, read
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience

# What became of a line: the platform that has the object now, and its module.
Loaded = Counter[tuple[str, str]]
NOBODY = ""


class BadFixture(ValueError):
    """A line that holds no object; the text says which line, and why."""


def load(lines: Iterable[bytes], platforms: Sequence[SandboxPlatform]) -> Loaded:
    """Gives each object to the platform that hosts its owner; those of others are counted for
    nobody. Raises BadFixture."""
    loaded: Loaded = Counter()
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = read(text)
            name = _give(line, platforms)
        except BadLine as error:
            raise BadFixture(f"line {number}: {error}") from None
        loaded[name, line.module] += 1
    return loaded


def _give(line: Line, platforms: Sequence[SandboxPlatform]) -> str:
    """The name of the platform that has it. A copy for one party of what is public is nobody's:
    an owner has one object of its own."""
    owner, module = PartyId.parse(line.owner), module_of(line.module)
    if line.audience and module.audience is Audience.EVERYONE:
        return NOBODY
    content = jsontext.decode(bytes(line.object))
    assert isinstance(content, dict)  # as `read` has seen
    identifier = content.get(next(iter(module.key.values())))
    if not isinstance(identifier, str):
        raise BadLine("its object has no id")
    qualifier = str(content.get(module.qualifier[0]) or "") if module.qualifier else ""
    for platform in platforms:
        if owner in platform.state.party_ids:
            key = platform.objects.key(module.id, owner, identifier, qualifier)
            platform.objects.put_text(module.id, key, bytes(line.object))
            return platform.name
    return NOBODY
