"""How far a partner is on the way from an invitation to traffic: a checklist, as plain data.

Found in the rows and in the message log, from the invitation on: each step with its time, the
message that shows it, whose turn it is, and why it does not go on. The page, the command and the
JSON have the same. Steps that older messages would show, which the log does not keep any more, are
known from what came after them.
"""

from datetime import datetime
from typing import Any

from apps.console.invitation_text import letter
from apps.console.onboarding_hints import Turn, hint_for
from apps.console.onboarding_log import gather
from apps.console.onboarding_steps import STEPS, Found, State
from apps.credentials.pages import versions_url, versions_urls_of_2_1_1
from apps.parties.models import Platform
from apps.traffic.models import Leg
from hub.routing.network import Status

Fact = dict[str, Any]
MOST_STRANGERS = 5
# Steps that a registration shows to be behind, whether the log has them or not.
SKIPPED = frozenset({"versions", "details", "credentials", "fetched"})
MARKS = {
    State.DONE: "[x]",
    State.NOW: "[>]",
    State.STUCK: "[!]",
    State.LATER: "[ ]",
    State.NOT_NEEDED: "[-]",
}


def onboarding(row: Platform, now: datetime) -> Fact:
    """Everything about the onboarding of one platform. No token is among it."""
    case = gather(row, now)
    steps = [{"key": step.key, "title": step.title, **_fact(step.find(case))} for step in STEPS]
    _in_order(steps)
    current = next((step for step in steps if step["state"] in (State.STUCK, State.NOW)), None)
    token = case.invitation
    return {
        "platform": row.name,
        "id": row.pk,
        "status": row.status,
        "since": case.since,
        "now": now,
        "versions_url": versions_url(),
        "versions_urls_of_2_1_1": versions_urls_of_2_1_1(),
        "invitation": None
        if token is None
        else {
            "given": token.created_at,
            "expires": token.expires_at,
            "is_over": token.expires_at is not None and token.expires_at <= now,
        },
        "letter": letter(row.name, versions_url(), token.expires_at) if token else "",
        "turn": _turn(row, current),
        "step": current["key"] if current else None,
        "live": current is None,
        "steps": steps,
        # Who is live does not fail to be let in; others do that all the time.
        "strangers": [_stranger(leg, row) for leg in case.strangers[:MOST_STRANGERS]]
        if current is not None
        else [],
    }


def _fact(found: Found) -> Fact:
    leg = found.message
    return {
        "state": found.state,
        "at": found.at or (leg.at if leg is not None else None),
        "turn": found.turn,
        "says": found.says,
        "hint": found.hint,
        "message": leg.pk if leg is not None else None,
        "trace": leg.correlation_id if leg is not None else "",
    }


def _in_order(steps: list[Fact]) -> None:
    """The first step that is not done is the one to do; those after it come later, unless they are
    done. What comes before a step that was done or tried was not needed."""
    tried = [n for n, step in enumerate(steps) if step["state"] in (State.DONE, State.STUCK)]
    last = max(tried, default=-1)
    is_found = False
    for number, step in enumerate(steps):
        if step["state"] not in (State.NOW, State.STUCK):
            continue
        if number < last and step["state"] == State.NOW and step["key"] in SKIPPED:
            step["state"], step["turn"] = State.NOT_NEEDED, Turn.NOBODY
            step["says"] = step["says"] or "not seen in the message log"
        elif is_found:
            step["state"], step["turn"], step["hint"] = State.LATER, Turn.NOBODY, ""
        else:
            is_found = True


def _turn(row: Platform, current: Fact | None) -> Fact:
    if row.status == Status.SUSPENDED:
        return {"whose": Turn.OPERATOR, "what": "It is suspended. Resume it on its page."}
    if current is None:
        return {"whose": Turn.NOBODY, "what": "It is live: messages come and go."}
    return {"whose": current["turn"], "what": current["hint"] or current["says"]}


def _stranger(leg: Leg, row: Platform) -> Fact:
    """A request without a known token, which may be this partner's."""
    hint = hint_for(leg)
    return {
        "message": leg.pk,
        "at": leg.at,
        "what": f"{leg.method} {leg.path}",
        "says": leg.error,
        "hint": hint.means if hint is not None else "",
        "is_surely_its": leg.error.startswith(f"the token is that of {row.name},"),
    }


def words(facts: Fact) -> list[str]:
    """The checklist in lines, for a terminal."""
    lines = [f"{facts['platform']}: {facts['status']}"]
    lines.append(f"Turn: {facts['turn']['whose']}. {facts['turn']['what']}")
    for step in facts["steps"]:
        lines.append(f"{MARKS[step['state']]} {step['title']}: {step['says'] or '-'}")
        if step["hint"]:
            lines.append(f"      {step['hint']}")
    lines += [f"  ? {each['what']} refused: {each['hint']}" for each in facts["strangers"]]
    return lines
