"""The steps of an onboarding, in their order: what shows that each is done, and whose turn it is.

A table of steps; each has a function from what is known to how far it is. Nothing here reads the
database or the clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.console.columns import shown
from apps.console.onboarding_hints import Turn, hint_for, telling
from apps.console.onboarding_log import Onboarding, is_functional
from apps.modules import registry
from apps.sync.models import Pull
from apps.traffic.models import Direction, Leg
from apps.traffic.outcome import Outcome
from hub.ocpi.module import Interface, Role
from hub.routing.agreements import Relation

# What a platform with parties of a role usually offers; without one of these something does not
# work for it. spec: version_information_endpoint_moduleid_enum
USUAL: dict[Role, tuple[tuple[str, Interface], ...]] = {
    Role.CPO: (
        ("locations", Interface.SENDER),
        ("tariffs", Interface.SENDER),
        ("sessions", Interface.SENDER),
        ("cdrs", Interface.SENDER),
        ("tokens", Interface.RECEIVER),
        ("commands", Interface.RECEIVER),
    ),
    Role.EMSP: (
        ("locations", Interface.RECEIVER),
        ("tariffs", Interface.RECEIVER),
        ("sessions", Interface.RECEIVER),
        ("cdrs", Interface.RECEIVER),
        ("tokens", Interface.SENDER),
    ),
}


class State(StrEnum):
    """How far a step is."""

    DONE = "done"
    NOW = "now"
    STUCK = "stuck"
    LATER = "later"
    NOT_NEEDED = "not needed"


@dataclass(frozen=True, slots=True)
class Found:
    """How far one step is. `says` is what there is to tell; `message` shows it."""

    state: State
    turn: Turn
    says: str = ""
    hint: str = ""
    message: Leg | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the list."""

    key: str
    title: str
    find: Callable[[Onboarding], Found]


def _invited(case: Onboarding) -> Found:
    token = case.invitation
    if token is None:
        said = "token A is used" if case.registered else "no invitation is open"
        if case.registered or case.row.version:
            return Found(State.DONE, Turn.OPERATOR, said, at=case.since)
        hint = "It has neither registered nor an invitation. Choose Register again on its page."
        return Found(State.STUCK, Turn.OPERATOR, said, hint)
    if token.expires_at is not None and token.expires_at <= case.now:
        said = f"token A ended at {shown(token.expires_at)}"
        hint = "The invitation is over. Invite it once more: choose Register again on its page."
        return Found(State.STUCK, Turn.OPERATOR, said, hint, at=token.created_at)
    said = f"token A is good until {shown(token.expires_at)}"
    return Found(State.DONE, Turn.OPERATOR, said, at=token.created_at)


def _of_messages(legs: Sequence[Leg], turn: Turn, awaited: str) -> Found:
    """A step that a message shows: the first one that ended well; else the latest refused."""
    good = next((leg for leg in legs if leg.outcome == Outcome.OK), None)
    if good is not None:
        return Found(State.DONE, turn, f"{good.method} {good.path}", message=good)
    if not legs:
        return Found(State.NOW, turn, awaited)
    last = legs[-1]
    hint = hint_for(last)
    tries = f" ({len(legs)} times)" if len(legs) > 1 else ""
    return Found(
        State.STUCK,
        hint.turn if hint else turn,
        f"{_answered(last)}{tries}",
        hint.means if hint else "",
        last,
    )


def _answered(leg: Leg) -> str:
    numbers = " / ".join(str(n) for n in (leg.http_status, leg.code) if n is not None)
    return f"{leg.method} {leg.path}: {leg.error or numbers or 'no answer'}"


def _versions(case: Onboarding) -> Found:
    return _of_messages(
        case.asked("versions", "GET"), Turn.PARTNER, "it has not called our versions URL yet"
    )


def _details(case: Onboarding) -> Found:
    return _of_messages(
        case.asked_details(), Turn.PARTNER, "it has not asked for the details of a version yet"
    )


def _credentials(case: Onboarding) -> Found:
    posts = case.asked("credentials")
    found = _of_messages(posts, Turn.PARTNER, "it has not posted its Credentials object yet")
    called = telling([leg for leg in case.called() if leg.direction == Direction.OUT])
    if found.state is not State.STUCK or called is None:
        return found
    # The POST was refused because of what the hub saw when it called the platform.
    return Found(found.state, called[1].turn, found.says, called[1].means, found.message)


def _fetched(case: Onboarding) -> Found:
    called = case.called()
    if case.registered is not None:
        last = called[-1] if called else None
        return Found(State.DONE, Turn.HUB, f"OCPI {case.row.version}", "", last, case.registered)
    found = _of_messages(called, Turn.HUB, "the hub does so when it gets the POST")
    failed = telling(called)
    if failed is None:
        return found
    leg, hint = failed
    return Found(State.STUCK, hint.turn, _answered(leg), hint.means, leg)


def missing(case: Onboarding) -> list[str]:
    """What its roles usually offer and it does not, as `CPO: tariffs SENDER`."""
    platform = case.network.platforms.get(case.row.pk)
    offered = platform.endpoints if platform is not None else {}
    roles = sorted({party.role for party in case.network.hosted.get(case.row.pk, ())})
    return [
        f"{role}: {module} {interface}"
        for role in roles
        for module, interface in USUAL.get(role, ())
        if (module, interface) not in offered
    ]


def _endpoints(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.PARTNER)
    without = missing(case)
    if not without:
        number = len(case.network.platforms[case.row.pk].endpoints)
        said = f"{number} endpoints, all that its roles usually offer"
        return Found(State.DONE, Turn.PARTNER, said, at=case.registered)
    said = f"missing: {'; '.join(without)}"
    hint = (
        "Without these it cannot take part in what they are for. If it has them, they are missing "
        "from its version details: it adds them, then choose Fetch versions again on its page."
    )
    return Found(State.DONE, Turn.PARTNER, said, hint, at=case.registered)


def _token_c(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.HUB)
    if case.issued is None:
        return Found(State.STUCK, Turn.OPERATOR, "it has no token", "Let it register anew.")
    used = [leg for leg in case.afterwards() if leg.direction == Direction.IN]
    good = next((leg for leg in used if leg.http_status not in (401, 403)), None)
    given = f"given at {shown(case.issued.created_at)}"
    if good is not None:
        return Found(State.DONE, Turn.PARTNER, f"{given}, and used", message=good)
    if used:
        hint = hint_for(used[-1])
        means = hint.means if hint else ""
        return Found(State.STUCK, Turn.PARTNER, _answered(used[-1]), means, used[-1])
    if any(leg.at > case.registered for leg in case.strangers):
        hint_text = (
            "It was given, and nobody has used it; but since then requests came with a token that "
            "the hub does not know. If they are its own, it goes on with token A, which has ended: "
            "see below."
        )
        return Found(State.NOW, Turn.PARTNER, given, hint_text, at=case.issued.created_at)
    return Found(State.NOW, Turn.PARTNER, f"{given}; it has not called the hub with it yet")


def _probe(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.HUB)
    calls = [leg for leg in case.afterwards() if leg.direction == Direction.OUT]
    said = "the hub has not called it yet; a test call shows whether it takes the hub's token"
    return _of_messages(calls, Turn.OPERATOR, said)


def _pulled(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.HUB)
    if not case.lists:
        said = "no list of it is pulled: it offers none, or nobody has planned it yet"
        return Found(State.NOT_NEEDED, Turn.HUB, said)
    pulls = [source.latest for source in case.lists if source.latest is not None]
    said = "; ".join(f"{s.module}: {pages(s.latest)}" for s in case.lists)
    broken = [pull for pull in pulls if pull.reason and pull.state != Pull.State.DONE]
    if broken:
        hint = f"A list cannot be pulled: {broken[0].reason}. It is tried again by itself."
        return Found(State.STUCK, Turn.PARTNER, said, hint, at=broken[0].touched_at)
    ended = [pull.ended_at for pull in pulls if pull.ended_at is not None]
    if len(ended) == len(case.lists):
        return Found(State.DONE, Turn.HUB, said, at=max(ended))
    return Found(State.NOW, Turn.HUB, said)


def pages(pull: Pull | None) -> str:
    """How far a pull is: page n of m, where the platform says how many objects there are."""
    if pull is None or pull.started_at is None:
        return "waits for its turn"
    objects = pull.objects_kept + pull.skipped
    if pull.state != Pull.State.OPEN:
        return f"{pull.state}, {pull.pages} pages, {objects} objects"
    if pull.total and pull.pages and objects:
        each = max(1, objects // pull.pages)
        return f"page {pull.pages + 1} of {max(pull.pages + 1, -(-pull.total // each))}"
    return f"page {pull.pages + 1}"


def _agreement(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.OPERATOR)
    network = case.network
    own = sorted({party.id for party in network.hosted.get(case.row.pk, ())})
    allowed = [
        f"{party} and {other}"
        for party in own
        for other in sorted((network.partners.get(party, frozenset()) | network.offering) - {party})
        if any(network.relation(party, other, m) is Relation.ALLOWED for m in registry().values())
    ]
    if allowed:
        return Found(State.DONE, Turn.OPERATOR, "; ".join(allowed[:5]))
    if network.open_policy:
        said = "HUB_AGREEMENTS=open: its parties may talk to all others without one"
        return Found(State.NOT_NEEDED, Turn.NOBODY, said)
    said = "HUB_AGREEMENTS=required, and none of its parties has an active agreement"
    hint = "Nobody sees its parties. Record an agreement, or let an offer become active."
    return Found(State.NOW, Turn.OPERATOR, said, hint)


def _live(case: Onboarding) -> Found:
    if case.registered is None:
        return Found(State.NOW, Turn.PARTNER)
    first = next((leg for leg in case.afterwards() if is_functional(leg)), None)
    if first is not None:
        return Found(State.DONE, Turn.PARTNER, f"{first.method} {first.path}", message=first)
    failed = telling([leg for leg in case.afterwards() if leg.module in registry()])
    if failed is None:
        return Found(State.NOW, Turn.PARTNER, "no message of or for its parties has passed yet")
    leg, hint = failed
    return Found(State.STUCK, hint.turn, _answered(leg), hint.means, leg)


STEPS: tuple[Step, ...] = (
    Step("invited", "It is invited", _invited),
    Step("versions", "It fetched our versions", _versions),
    Step("details", "It fetched our version details", _details),
    Step("credentials", "It posted its credentials", _credentials),
    Step("fetched", "The hub fetched its versions and details", _fetched),
    Step("endpoints", "Its endpoints", _endpoints),
    Step("token_c", "It has the hub's token (token C) and uses it", _token_c),
    Step("probe", "The hub's call was answered", _probe),
    Step("pulled", "First pull of its lists", _pulled),
    Step("agreement", "Agreement", _agreement),
    Step("live", "Live: the first message passed", _live),
)
