"""The bridge itself: a message of one version as one of another, whole or in part, or a list.

2.1.1 and 2.3.0 meet in 2.2.1: nothing that both of them can say is lost there.
"""

from collections.abc import Sequence
from dataclasses import replace

from hub.ocpi.bridge import from_2_1_1, from_2_3_0, to_2_1_1, to_2_3_0
from hub.ocpi.bridge.context import Context
from hub.ocpi.bridge.engine import Walk, begin
from hub.ocpi.bridge.exact import Unreadable, read, write
from hub.ocpi.bridge.notes import Bridged, BridgedList, Note, Refusal, Refused, Verdict
from hub.ocpi.bridge.origins import FirstStep, Origins
from hub.ocpi.bridge.rules import Direction
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in

MIDDLE = "2.2.1"
DIRECTIONS = {
    (direction.source, direction.target): direction
    for direction in (
        from_2_1_1.DIRECTION,
        to_2_1_1.DIRECTION,
        from_2_3_0.DIRECTION,
        to_2_3_0.DIRECTION,
    )
}
# What platforms say of themselves is written for each of them, and never converted.
NEVER = frozenset({"Version", "VersionDetails", "Endpoint", "Credentials", "CredentialsRole"})


def bridge(
    source: str,
    target: str,
    name: str,
    text: bytes,
    context: Context,
    *,
    is_patch: bool = False,
) -> Bridged:
    """A JSON text of one version as one of another.

    Args:
        source: the version of the text; target: the version it is wanted in. Both have tables.
        name: the class, as 2.2.1 calls it: a CommandResult of 2.1.1 is one, too.
        context: what the text does not say.
        is_patch: the text is the body of a PATCH. Whether its receiver may know the object at all
            does not show in a PATCH: convert the kept object first, and send neither where that
            one is refused.

    Raises nothing, whatever the text. Between equal versions the text is the same bytes.
    """
    if source == target:
        return Bridged(text)
    try:
        value = read(text)
    except Unreadable as error:
        return Bridged(None, refusal=_unreadable(source, error))
    notes: list[Note] = []
    try:
        converted = _along(_steps(source, target), name, value, context, notes, is_patch)
        return Bridged(write(converted), tuple(notes))
    except Refused as refused:
        return Bridged(None, tuple(notes), refused.refusal)
    except Unreadable as error:
        return Bridged(None, refusal=_unreadable(source, error))


def bridge_list(source: str, target: str, name: str, text: bytes, context: Context) -> BridgedList:
    """A JSON list of whole objects of one owner; as `bridge`. What cannot be converted is left out
    of the list and named; the paths of all notes begin with the position: `$[3].evses`."""
    if source == target:
        return BridgedList(text)
    try:
        values = read(text)
    except Unreadable as error:
        return BridgedList(None, refusal=_unreadable(source, error))
    if not isinstance(values, list):
        return BridgedList(None, refusal=_unreadable(source, Unreadable("not a list")))
    said: list[object] = []
    notes: list[Note] = []
    withheld: list[tuple[int, Refusal]] = []
    for position, value in enumerate(values):
        own: list[Note] = []
        try:
            item = _along(_steps(source, target), name, value, context, own, is_patch=False)
            write(item)
        except Refused as refused:
            refusal = refused.refusal
            withheld.append((position, replace(refusal, path=_at(position, refusal.path))))
        except Unreadable as error:
            refusal = replace(_unreadable(source, error), path=_at(position, "$"))
            withheld.append((position, refusal))
        else:
            said.append(item)
            notes += [replace(note, path=_at(position, note.path)) for note in own]
    return BridgedList(write(said), tuple(notes), tuple(withheld))


def _steps(source: str, target: str) -> Sequence[Direction]:
    direct = DIRECTIONS.get((source, target))
    return [direct] if direct else [DIRECTIONS[source, MIDDLE], DIRECTIONS[MIDDLE, target]]


def _along(
    steps: Sequence[Direction],
    name: str,
    value: object,
    context: Context,
    notes: list[Note],
    is_patch: bool,
) -> object:
    source, goal = steps[0].source, steps[-1].target
    if name in NEVER:
        why = "It is written for each platform, and never converted."
        raise Refused(Refusal(Verdict.WITHHELD, "$", why, source))
    first: FirstStep | None = None
    for direction in steps:
        for version in (direction.source, direction.target):
            if name_in(version, name) not in SCHEMAS[version]:
                why = f"OCPI {version} has no such thing as {name}."
                raise Refused(Refusal(Verdict.WITHHELD, "$", why, source))
        origins = Origins() if direction.target != goal else None
        made = begin(
            Walk(direction, context, goal, notes, origins, first), name, value, is_patch=is_patch
        )
        if origins is not None:
            first = FirstStep(source, value, made, origins)
        value = made
    return value


def _unreadable(version: str, error: Unreadable) -> Refusal:
    return Refusal(Verdict.UNREADABLE, "$", f"{error}"[:200], version)


def _at(position: int, path: str) -> str:
    return f"$[{position}]{path[1:]}"
