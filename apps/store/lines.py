"""Kept objects as lines of text (JSON Lines): one line for each copy, with the object as the hub
keeps it, every digit and unknown member.

    {"module":"tariffs","sequence":7,"owner":"NL/CPO","audience":"","version":"2.2.1","object":{}}

`audience` is the party that a copy is for, empty for everyone; `sequence` says where an export got
to, and nothing else. A line may also be a bare OCPI object, where the reader knows its module.
"""

import re
from typing import Any

import msgspec

from apps.modules import registry
from apps.store.objects import EVERYONE
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience, Module
from hub.routing.clues import party_in
from hub.routing.pulled import naming_fields

VERSION = "2.2.1"
# A longer line is no object: partners' messages have a limit too.
LONGEST = 16 * 1024 * 1024

_PARTY = re.compile(r"[A-Z]{2}/[A-Z0-9]{3}")


class BadLine(ValueError):
    """A line that holds no object that can be kept; the text says why."""


class Line(msgspec.Struct, frozen=True):
    """One copy of one object. `audience` is a party, or empty for everyone."""

    module: str
    sequence: int
    owner: str
    audience: str
    version: str
    object: msgspec.Raw


class _Given(msgspec.Struct):
    """A line as somebody may have written it."""

    module: str
    object: msgspec.Raw
    owner: str = ""
    audience: str = EVERYONE
    version: str = VERSION


_encode = msgspec.json.Encoder().encode
_given = msgspec.json.Decoder(_Given).decode
_sequence = msgspec.json.Decoder(Line).decode


def render(line: Line) -> bytes:
    """The line with its end. Between its tokens an object may have line breaks, which become
    blanks; inside a text JSON has none."""
    return _encode(line).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"


def sequence_of(text: bytes) -> tuple[str, int]:
    """The module and the sequence of a line that an export has written. Raises BadLine."""
    try:
        line = _sequence(text)
    except (msgspec.DecodeError, ValueError) as error:
        raise BadLine(f"no export has written it: {error}") from None
    return line.module, line.sequence


def read(text: bytes, module: Module | None = None) -> Line:
    """The copy that a line is about; `module` is that of bare objects. Raises BadLine."""
    if len(text) > LONGEST:
        raise BadLine(f"longer than {LONGEST >> 20} MiB")
    try:
        members = jsontext.members(text)
        is_whole = "module" in members and "object" in members
        given = _given(text) if is_whole else _bare(text, module)
        content = jsontext.decode(bytes(given.object))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadLine(str(error)) from None
    if module is not None and given.module != module.id:
        raise BadLine(f"an object of {given.module}, not of {module.id}")
    if not isinstance(content, dict):
        raise BadLine("its object is not a JSON object")
    described = _kept(given)
    return Line(
        module=given.module,
        sequence=0,
        owner=_owner(described, given.owner, content),
        audience=_audience(described, given.audience, content),
        version=given.version,
        object=given.object,
    )


def _bare(text: bytes, module: Module | None) -> _Given:
    if module is None:
        raise BadLine("it has no `module` and `object`; name the module of bare objects")
    return _Given(module.id, msgspec.Raw(text))


def _kept(given: _Given) -> Module:
    module = registry().get(given.module)
    if module is None:
        raise BadLine(f"there is no module {given.module[:36]!r}")
    if not module.keeps:
        raise BadLine(f"the hub keeps nothing of {module.id}")
    if given.version not in module.versions:
        raise BadLine(f"OCPI {given.version[:10]} has no {module.id} that this hub knows")
    return module


def _owner(module: Module, said: str, content: dict[str, Any]) -> str:
    """Whose object it is, by the line or by the object; both must say the same."""
    named = party_in(content, "") if module.names_owner else None
    if not said and named is None:
        raise BadLine("neither the line nor its object says who owns it")
    owner = _party(said, "owner") if said else _party(str(named), "owner")
    if named is not None and str(named) != owner:
        raise BadLine(f"the line says that {owner} owns it, the object names {str(named)[:40]}")
    return owner


def _audience(module: Module, said: str, content: dict[str, Any]) -> str:
    """For whom a copy is: private objects are never for everyone."""
    if said or module.audience is Audience.EVERYONE:
        return _party(said, "audience") if said else EVERYONE
    for field in naming_fields(module):
        party = party_in(content, field)
        if party is not None:
            return _party(str(party), field)
    raise BadLine(f"{module.id} are private, and nothing says for whom this one is")


def _party(text: str, what: str) -> str:
    try:
        party = str(PartyId.parse(text))
    except ValueError:
        party = ""
    if not _PARTY.fullmatch(party):
        raise BadLine(f"{what} must be a party such as NL/CPO, is {text[:40]!r}")
    return party
