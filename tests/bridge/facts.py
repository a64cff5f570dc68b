"""What a hub would know: contexts for the examples, and one that knows all that is asked."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.ocpi.bridge import Bridged, Context, Driver, Owner, bridge
from hub.ocpi.schema import SCHEMAS
from tests.ocpi.examples import EXAMPLES

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
OLD, MIDDLE, NEW = SCHEMAS
PAIRS = [(source, target) for source in SCHEMAS for target in SCHEMAS if source != target]


def text(value: object) -> bytes:
    return json.dumps(value).encode()


# Everything that is to be known for the examples of tests.ocpi.examples.
KNOWN = Context(
    owner=Owner("NL", "GRG"),
    received="2026-03-01T12:00:00Z",
    now=NOW,
    drivers={"DE-DOM-C4711-X": Driver("DE", "DOM", "04AB", "RFID", "DE-DOM-C4711-X")},
    token=text(EXAMPLES[MIDDLE]["Token"]),
    locations={"GARAGE": text(EXAMPLES[MIDDLE]["Location"])},
    tariffs={"DAY": True},
    reservations={"R1": 17},
)


class Answering(Mapping[str, Any]):
    """A mapping that answers for every key."""

    def __init__(self, answer: Callable[[str], Any]):
        self.answer = answer

    def __getitem__(self, key: str) -> Any:
        return self.answer(key)

    def __iter__(self) -> Iterator[str]:
        raise NotImplementedError  # nobody may ask for all of them

    def __len__(self) -> int:
        return 1


def knowing(owner: Owner, locations: Mapping[str, bytes]) -> Context:
    """A hub that knows every token, tariff and reservation, and has an alias for long ids."""
    return Context(
        owner=owner,
        received="2026-03-01T12:00:00Z",
        now=NOW,
        time_zone="Europe/Amsterdam",
        ids=Answering(lambda identifier: identifier[:36]),
        drivers=Answering(lambda auth_id: Driver("DE", "DOM", "04AB", "RFID", auth_id)),
        token=text(EXAMPLES[MIDDLE]["Token"]),
        locations=locations,
        tariffs=Answering(lambda tariff_id: True),
        reservations=Answering(int),
    )


def said(done: Bridged) -> Any:
    """The object that came out, numbers as floats are fine to compare with."""
    assert done.text is not None, done.refusal
    return json.loads(done.text)


def over(
    source: str, target: str, name: str, value: object, context: Context = KNOWN, **how: Any
) -> Bridged:
    """The bridge, for an object instead of a text."""
    return bridge(source, target, name, text(value), context, **how)


def notes(done: Bridged) -> list[tuple[str, str]]:
    """What was noted: what, and where."""
    return [(note.what.value, note.path) for note in done.notes]
