"""What was lost between two versions of OCPI, in the words of the message log and of answers."""

from collections.abc import Iterable, Sequence

import msgspec

from apps.traffic.record import Row
from hub.ocpi.bridge import Note

# As many as a person reads; the others are counted.
NAMED = 5
LOGGED = 200


def noted(row: Row, notes: Iterable[Note]) -> Row:
    """The row, with the notes added to what it says already: a JSON list of `path`, `what`, `why`
    and `version`. Of very many the first are kept."""
    before = msgspec.json.decode(row.notes) if row.notes else []
    said = [
        {"path": note.path, "what": note.what.value, "why": note.why, "version": note.version}
        for note in notes
    ]
    kept = (before + said)[:LOGGED]
    row.notes = msgspec.json.encode(kept).decode() if kept else ""
    return row


def sentence(target: str, party: str, notes: Sequence[Note]) -> str:
    """The notes as the sender of a message is told them: `said in OCPI 2.2.1 for DE/MSP: lost
    $.evses.parking, $.help_phone`; each field once, and how many more there are. Empty where there
    are none."""
    if not notes:
        return ""
    fields = list(dict.fromkeys((note.what.value, note.field) for note in notes))
    named = fields[:NAMED]
    by_what: dict[str, list[str]] = {}
    for what, field in named:
        by_what.setdefault(what, []).append(field)
    told = "; ".join(f"{what} {', '.join(paths)}" for what, paths in by_what.items())
    more = f" and {len(fields) - len(named)} more" if len(fields) > len(named) else ""
    return f"said in OCPI {target} for {party}: {told}{more}"
