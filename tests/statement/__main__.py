"""Writes docs/supported-ocpi.md and docs/errata.md: python -m tests.statement. A test fails when
they are stale."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from tests.statement.errata import ERRATA
from tests.statement.marks import TESTS, Shown, shown_by
from tests.statement.table import REQUIREMENTS, VERSIONS, Requirement

DOCS = TESTS.parent / "docs"
NAMED = 2  # tests named in a row; of the others, how many there are
HEAD = """\
# What of OCPI is supported

Clause by clause: what OCPI asks of a hub, in our words, and the tests that show it, in each
version. This page is generated from `tests/statement/requirements.txt` and from the ids that tests
carry (`@pytest.mark.ocpi`); `make docs` writes it.

- **Level**: MUST, SHOULD, or implied by a table, a diagram or a plain sentence.
- **Whose**: the hub does it; a platform has to (`checked`: the hub looks where it can see it); or
  the hub passes it on.
- **2.1.1, 2.2.1, 2.3.0**: the number of tests that speak this version, or that are of rules which
  do not depend on it; a dash where it has no such rule; `reason` where no test can show it, with
  the reason.

Faults of the specification are in [errata.md](errata.md), choices where it is silent in
[decisions.md](decisions.md), conversions field by field in [bridge.md](bridge.md), the routes of
each module in [modules.md](modules.md).

"""
TABLE = """\
| Id | Says | Level | Whose | 2.1.1 | 2.2.1 | 2.3.0 | Shown by | Source |
|---|---|---|---|---|---|---|---|---|
"""


ERRATA_HEAD = """\
# Faults of the specification

Where the text contradicts itself, or its examples break its tables, and what the hub does. This
page is generated from `tests/statement/errata.py`; `make docs` writes it.

Each fault is looked for in the specification by a test, which fails when it is mended. It needs a
clone of the specification, and is left out where there is none:

    OCPI_SPECIFICATION=path/to/ocpi .venv/bin/pytest tests/statement

| About | Branch and file | Fault | What the hub does |
|---|---|---|---|
"""


def pages() -> dict[str, str]:
    """The pages that are made here, by their names."""
    return {"supported-ocpi.md": supported(), "errata.md": errata()}


def errata() -> str:
    rows = [
        f"| {each.about} | {each.branch}, `{each.file}` | {each.fault} | {each.ours} |\n"
        for each in ERRATA
    ]
    return ERRATA_HEAD + "".join(rows)


def supported() -> str:
    tests = shown_by()
    parts = [HEAD, _summary(tests)]
    for topic, requirements in groupby(REQUIREMENTS.values(), lambda each: each.topic):
        rows = "".join(_row(each, tests.get(each.id, [])) for each in requirements)
        parts.append(f"\n## {topic}\n\n{TABLE}{rows}")
    return "".join(parts)


def _summary(tests: Mapping[str, Sequence[Shown]]) -> str:
    lines = ["| Version | Requirements | of them MUST | shown by tests | with a reason |"]
    lines.append("|---|---|---|---|---|")
    for version in VERSIONS["all"]:
        asked = [each for each in REQUIREMENTS.values() if version in each.versions]
        must = sum(each.level == "MUST" for each in asked)
        shown = sum(bool(_in(version, tests.get(each.id, []))) for each in asked)
        reasons = sum(bool(each.because) for each in asked)
        lines.append(f"| {version} | {len(asked)} | {must} | {shown} | {reasons} |")
    return "\n".join(lines) + "\n"


def _row(asked: Requirement, tests: Sequence[Shown]) -> str:
    cells = [_cell(asked, version, tests) for version in VERSIONS["all"]]
    where = asked.because or _names(tests)
    whose = ", ".join(asked.whose)
    told = [asked.id, asked.says, asked.level, whose, *cells, where, asked.source]
    return f"| {' | '.join(told)} |\n"


def _cell(asked: Requirement, version: str, tests: Sequence[Shown]) -> str:
    if version not in asked.versions:
        return "–"
    return "reason" if asked.because else str(len(_in(version, tests)))


def _in(version: str, tests: Sequence[Shown]) -> list[Shown]:
    return [each for each in tests if version in each.versions]


def _names(tests: Sequence[Shown]) -> str:
    names = [f"`{each.file}`: {_words(each.test)}" for each in sorted(tests)]
    more = f"; {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


def _words(test: str) -> str:
    return test.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    for name, text in pages().items():
        (DOCS / name).write_text(text)
