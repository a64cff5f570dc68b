"""A text to send to a partner: what is wrong with its data, where, how often, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.console.amounts import share
from apps.console.columns import shown

Fact = Mapping[str, Any]
# A field that nearly all objects have is not worth a line.
ENOUGH = 0.95
MOST_RULES = 50


def letter(fact: Fact, hub: str) -> str:
    """The facts of one owner as plain text, in English, lines of 100 characters at most where the
    partner's own values allow it."""
    return "\n".join(_lines(fact, hub)).strip() + "\n"


def _lines(fact: Fact, hub: str) -> Iterator[str]:
    yield f"Data quality of {fact['owner']} as seen by {hub}"
    if fact["counted_at"] is None:
        yield ""
        yield "Nothing was counted yet."
        return
    yield f"Counted at {shown(fact['counted_at'])} (UTC)."
    yield ""
    for score in fact["scores"]:
        yield (
            f"{score['module']}: {score['objects']} objects, score {share(score['score'])}"
            f" (correct {share(score['correctness'])}, complete {share(score['completeness'])})"
        )
    yield from _wrong(fact["rules"])
    yield from _missing(fact["scores"])
    yield ""
    yield "Correct: the share of objects without an error or a warning. Complete: the share of"
    yield "objects that have each recommended field, on average. The score is half of each."


def _wrong(rules: Sequence[Fact]) -> Iterator[str]:
    yield ""
    if not rules:
        yield "Nothing is wrong with the objects that you sent."
        return
    yield "What is wrong"
    for number, rule in enumerate(rules[:MOST_RULES], 1):
        yield ""
        yield (
            f"{number}. {rule['code']} ({rule['severity']}) in {rule['module']}:"
            f" {_many(rule['findings'], 'finding')} on {_many(rule['objects'], 'object')}"
        )
        yield f"   What to do: {rule['advice']}"
        yield "   For example:"
        for example in rule["examples"]:
            yield f"   - {example['object']}, {example['path']}: {_line(example['message'])}"
    if len(rules) > MOST_RULES:
        yield ""
        yield f"There are {len(rules) - MOST_RULES} more kinds of findings."


def _missing(scores: Sequence[Fact]) -> Iterator[str]:
    lines = [
        f"- {score['module']}: {field['field']} ({field['for']}):"
        f" {field['given']} of {_many(field['of'], 'object')}"
        for score in scores
        for field in score["fields"]
        if field["given"] < ENOUGH * field["of"]
    ]
    if lines:
        yield ""
        yield "Optional fields that would help, and how many objects have them"
        yield ""
        yield from lines


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _line(text: str) -> str:
    return " ".join(text.split())
