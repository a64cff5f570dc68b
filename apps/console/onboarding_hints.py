"""Why an onboarding is stuck, in plain words: a table of what the log says and what it means.

The first line that fits a message is what is told. Nothing here reads the database.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from apps.gateway.auth import TWICE, WITHOUT_SCHEME
from apps.traffic.models import Direction, Leg
from apps.traffic.outcome import Outcome


class Turn(StrEnum):
    """Who has to do something."""

    PARTNER = "the partner"
    HUB = "the hub"
    OPERATOR = "you"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Hint:
    """What a message that failed means.

    Attributes:
        direction: of the message; a platform called the hub, or the hub called a platform.
        says: what its error must match, without case.
        means: what to tell, and to do.
        http: its HTTP statuses; empty for any.
        turn: who mends it.
    """

    direction: Direction
    says: str
    means: str
    http: frozenset[int] = frozenset()
    turn: Turn = Turn.PARTNER


IN, OUT = Direction.IN, Direction.OUT
REFUSING = frozenset({401, 403})
MOVED = frozenset(range(300, 400))
BROKEN = frozenset(range(500, 600))

HINTS: tuple[Hint, ...] = (
    Hint(
        IN, "good for versions and credentials only",
        "It uses token A, the one of the invitation, for traffic. It must use the token that the "
        "hub gave it in the answer to its POST of credentials.",
    ),
    Hint(
        IN, "is suspended", "It is suspended, so all its requests are refused. Resume it.",
        turn=Turn.OPERATOR,
    ),
    Hint(
        IN, re.escape(TWICE),
        "It writes the token in Base64 twice. It must encode it once, or send it as it is.",
    ),
    Hint(
        IN, re.escape(WITHOUT_SCHEME),
        "Its Authorization header lacks the word Token. It must be: Token, a blank, the token.",
    ),
    Hint(
        IN, "authorization header is missing",
        "A request without any token. If it is this partner's: its Authorization header must be "
        "Token, a blank, and the token in Base64.",
    ),
    Hint(
        IN, "token is unknown",
        "A token that the hub does not know: mistyped, expired, wrongly encoded, or token A used "
        "once more. Token A ends with the registration; after that the token from the hub's answer "
        "is used.",
    ),
    Hint(
        IN, "after registration",
        "It sends POST and has registered already. To renew its credentials it sends PUT; to let "
        "it start over, choose Register again on its page.",
    ),
    Hint(
        IN, "before registration",
        "It sends PUT or DELETE and has not registered yet. The first time it is POST.",
    ),
    Hint(
        IN, "registered to another platform",
        "One of its parties is held by another platform. Decide on the claim, then it sends the "
        "same request again.",
        turn=Turn.OPERATOR,
    ),
    Hint(
        IN, "is not offered;",
        "It asks for a version of OCPI that the hub does not offer to it.",
    ),
    Hint(
        IN, "this registration is for",
        "Its versions page does not list the version of OCPI with which it registers.",
    ),
    Hint(
        IN, "do not list the .* endpoint",
        "Its version details list no credentials endpoint. The hub cannot go on without it.",
    ),
    Hint(
        IN, "leads to no list of endpoints",
        "The `url` in its Credentials object is not that of a versions page.",
    ),
    Hint(
        IN, r"roles: must list at least",
        "Its Credentials object has no `roles`. It must list every party with its role, as OCPI "
        "2.2.1 has it. If it speaks OCPI 2.1.1, it must begin at the versions URL for its role.",
    ),
    Hint(
        IN, r"roles\[\d+\]|roles:",
        "An entry in the `roles` of its Credentials object is wrong, see what it says.",
    ),
    Hint(IN, "^(token|url): must", "A field of its Credentials object is wrong, see what it says."),
    Hint(IN, "json", "The body of its request is not JSON."),
    Hint(
        OUT, "does not resolve",
        "The host in its versions URL has no address in the DNS. Is it spelled rightly?",
    ),
    Hint(
        OUT, "its tls failed",
        "Its server does not accept the connection, or its TLS certificate is not valid: expired, "
        "for another name, or without the certificates in between. Or a firewall stands before it.",
    ),
    Hint(
        OUT, "no connection within|does not answer within|did not answer within|broke before",
        "Its versions URL does not answer the hub. Often a firewall lets nobody in but known "
        "addresses.",
    ),
    Hint(
        OUT, "HUB_EGRESS_ALLOW",
        "Its URL is not https, or leads to an address inside a private network. Give the public "
        "URL; for a test system you can allow its network in HUB_EGRESS_ALLOW.",
    ),
    Hint(OUT, "does not call this url", "Its URL is one that the hub does not call, see why."),
    Hint(
        OUT, "",
        "It refuses the token that it gave the hub itself, in both spellings. The `token` in its "
        "Credentials object must be plain, not in Base64, and be good before it is posted.",
        http=REFUSING,
    ),
    Hint(
        OUT, "", "There is nothing at that URL of it. Is the versions URL spelled rightly?",
        http=frozenset({404}),
    ),
    Hint(OUT, "", "Its URL leads elsewhere (a redirect). It must give the final URL.", http=MOVED),
    Hint(OUT, "", "Its own server failed while the hub asked it.", http=BROKEN),
    Hint(
        OUT, "",
        "It answered, but not with what OCPI asks for. Often that is a page of a firewall.",
    ),
    Hint(IN, "", "The hub refused its request, see what it says."),
)  # fmt: skip


def hint_for(leg: Leg) -> Hint | None:
    """What a message that did not end well means; None for one that did."""
    if leg.outcome == Outcome.OK:
        return None
    return next(
        (
            hint
            for hint in HINTS
            if leg.direction == hint.direction
            and (not hint.http or leg.http_status in hint.http)
            and re.search(hint.says, leg.error, re.IGNORECASE)
        ),
        None,
    )


def telling(legs: Iterable[Leg]) -> tuple[Leg, Hint] | None:
    """Of messages that failed the one that tells most: the latest call of the hub, because of which
    a POST is refused; of two spellings of a token, the one that was not refused."""
    failed = [(leg, hint) for leg in legs if (hint := hint_for(leg)) is not None]
    calls = [pair for pair in failed if pair[0].direction == OUT]
    understood = [pair for pair in calls if pair[0].http_status not in REFUSING]
    return next(reversed(understood or calls or failed), None)
