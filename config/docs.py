"""Writes the generated parts of docs/: python -m config.docs. A test fails when they are stale.

A page marks a part with `<!-- generated: NAME -->` and `<!-- end of generated part -->`.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

from config import bridge_tables
from config import registry as settings_table
from hub.ocpi.module import Audience, Module, Operation, Route
from hub.ocpi.registry import Registry
from hub.ocpi.status import Code
from hub.policy.liveness import PROVES, TRANSITIONS
from hub.routing.agreements import LEADS, MEANS, Act
from hub.routing.network import Status
from hub.routing.table import NOT_OFFERED, ROWS, Action, Row, To

DOCS = Path(__file__).resolve().parent.parent / "docs"
END = "<!-- end of generated part -->\n"


def begin(name: str) -> str:
    return f"<!-- generated: {name} -->\n"


def modules(registry: Registry) -> str:
    """Every route of every module that is not custom: method, URL, effect, time limit."""
    lines = []
    for module in registry.values():
        if not module.custom:
            lines += _module(module)
    return "\n".join(lines) + "\n"


_AUDIENCES = {
    Audience.EVERYONE: "everyone, may be broadcast",
    Audience.ADDRESSEE: "the parties involved only",
}


def _module(module: Module) -> list[str]:
    audience = _AUDIENCES[module.audience]
    facts = [
        f"objects for {audience}",
        f"SENDER run by {', '.join(sorted(module.senders))}",
        f"RECEIVER run by {', '.join(sorted(module.receivers))}",
        f"versions {', '.join(sorted(module.versions))}",
    ]
    if module.identifier != module.id:
        spelled = [f"`{name}`" for name in (module.identifier, *sorted(module.spellings))]
        facts.insert(0, f"ModuleID {' or '.join(spelled)}")
    lines = [f"### {module.id}", "", "; ".join(facts) + ".", ""]
    lines += [
        "| Interface | Method | URL below the endpoint | Effect | Without TO, found by | Waits |"
    ]
    lines += ["|---|---|---|---|---|---|"]
    for route in module.routes:
        for method, operation in route.operations.items():
            lines.append(_line(route, method, operation))
    return [*lines, ""]


def _line(route: Route, method: str, operation: Operation) -> str:
    url = f"`/{route.template}`" if route.template else "`/`"
    if route.known_as:
        url += f", passed on as `/{route.known_as}`"
    if operation.versions is not None:
        method += f" ({', '.join(sorted(operation.versions))})"
    clues = ", ".join(_clue(clue) for clue in operation.clues)
    return (
        f"| {route.interface} | {method} | {url} | {operation.effect.value} | {clues} "
        f"| {operation.time_limit:g} s |"
    )


def _clue(clue: object) -> str:
    field = getattr(clue, "field", None)
    return type(clue).__name__ if field is None else f"{type(clue).__name__}({field or 'the body'})"


def routing(registry: Registry) -> str:
    """The decision table, one line per kind of request and audience, one column per state of TO."""
    states = [To.NONE, To.HUB, To.UP]
    lines = ["| Request | Objects for | TO none | TO the hub | TO a connected party |"]
    lines += ["|---|---|---|---|---|"]
    for op, audience in dict.fromkeys((op, audience) for op, audience, _ in ROWS):
        cells = " | ".join(_cell(ROWS[op, audience, state]) for state in states)
        lines.append(f"| {op.value} | {audience.value} | {cells} |")
    lines += ["", "Whatever the request:", "", "| TO | Answer |", "|---|---|"]
    anywhere = next(iter(dict.fromkeys((op, audience) for op, audience, _ in ROWS)))
    for state in (To.DOWN, To.UNKNOWN, To.HIDDEN, To.ENDED, To.PENDING):
        lines.append(f"| {state.value} | {_cell(ROWS[*anywhere, state])} |")
    lines.append(f"| a party that does not offer the interface | {_cell(NOT_OFFERED)} |")
    return "\n".join(lines) + "\n"


def _cell(row: Row) -> str:
    if row.action is Action.REFUSE:
        return f"{row.number}: {int(row.code)}, {row.code.name.lower().replace('_', ' ')}"
    return f"{row.number}: {row.action.value}"


def codes(registry: Registry) -> str:
    """The status codes the hub itself answers with."""
    lines = ["| Code | Name |", "|---|---|"]
    lines += [f"| {int(code)} | {code.name.lower().replace('_', ' ')} |" for code in Code]
    return "\n".join(lines) + "\n"


def statuses(registry: Registry) -> str:
    """What changes a connection status, from which to which."""
    lines = [f"| Event | {' | '.join(f'from {status}' for status in Status)} |"]
    lines.append("|---|" + "---|" * len(Status))
    for event, leads in TRANSITIONS.items():
        cells = " | ".join(leads[status].value if status in leads else "" for status in Status)
        lines.append(f"| {event.value} | {cells} |")
    return "\n".join(lines) + "\n"


def proofs(registry: Registry) -> str:
    """What the outcome of a request of the hub says about a platform."""
    lines = ["| What came of a request | of traffic | of a check |", "|---|---|---|"]
    for came, proves in PROVES.items():
        lines.append(f"| {came.value} | {proves.traffic.value} | {proves.check.value} |")
    return "\n".join(lines) + "\n"


def alerts(registry: Registry) -> str:
    """Every kind of alert: when, what to do."""
    # Models cannot be imported before Django is set up.
    from apps.alerts.conditions import CONDITIONS  # noqa: PLC0415

    lines = ["| Kind | When | What to do |", "|---|---|---|"]
    lines += [f"| `{kind}` | {row.means} | {row.advice} |" for kind, row in CONDITIONS.items()]
    return "\n".join(lines) + "\n"


def agreements(registry: Registry) -> str:
    """What each state of an agreement means, and where acts lead."""
    lines = [f"| State | Parties are | {' | '.join(Act)} |", "|---|---|" + "---|" * len(Act)]
    for state, relation in MEANS.items():
        cells = " | ".join(LEADS[act].get(state, "") for act in Act)
        lines.append(f"| {state} | {relation.value} | {cells} |")
    return "\n".join(lines) + "\n"


def _bridge(name: str, registry: Registry) -> str:
    return bridge_tables.TABLES[name]


PARTS: dict[tuple[str, str], Callable[[Registry], str]] = {
    ("settings.md", "settings"): lambda _: settings_table.markdown(),
    ("modules.md", "modules"): modules,
    ("routing.md", "routing"): routing,
    ("routing.md", "codes"): codes,
    ("alerts.md", "alerts"): alerts,
    ("agreements.md", "agreements"): agreements,
    ("liveness.md", "statuses"): statuses,
    ("liveness.md", "proofs"): proofs,
    **{("bridge.md", name): partial(_bridge, name) for name in bridge_tables.TABLES},
}


def renewed(page: str, name: str, text: str) -> str:
    """A page with one generated part written anew. ValueError when it lacks the marker."""
    before, rest = page.split(begin(name))
    return before + begin(name) + text + END + rest.split(END, 1)[1]


def pages(registry: Registry) -> dict[str, str]:
    """Every page that has generated parts, as it should be."""
    found: dict[str, str] = {}
    for (file, name), generate in PARTS.items():
        page = found.get(file) or (DOCS / file).read_text()
        found[file] = renewed(page, name, generate(registry))
    return found


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from apps.modules import registry  # noqa: PLC0415  # needs Django to be set up

    for file, text in pages(registry()).items():
        (DOCS / file).write_text(text)


if __name__ == "__main__":
    main()
