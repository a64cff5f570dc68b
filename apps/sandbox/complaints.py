"""What a simulated platform finds wrong with the messages and answers it gets from the hub.

It never changes an answer: it is the strict partner who reads the specification to the letter, so
that a test can end with `assert not platform.complaints`.
"""

from collections.abc import Iterator

from apps.sandbox.memory import Received
from apps.sandbox.state import State
from hub.ocpi import headers as h
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.headers import Half
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.module import PUSHES, Audience
from hub.ocpi.registry import Match

CONFIGURATION = frozenset({"versions", "credentials", MODULE_ID})
# Headers of somebody else's connection that a router must not pass on.
FOREIGN = ("cookie", "proxy-authorization", "forwarded", "x-forwarded-for", "x-real-ip", "te")


def about_request(state: State, received: Received) -> Iterator[str]:
    """What is wrong with a request whatever it asks for."""
    headers = received.headers
    for name in (h.REQUEST_ID, h.CORRELATION_ID) if state.has_roles else ():
        if not headers.get(name):
            yield f"{name} is missing"
    if "//" in received.path:
        yield "the path has an empty segment"
    if received.body and not headers.get("content-type", "").startswith("application/json"):
        yield "a body without Content-Type: application/json"
    if f"http://{headers.get('host', '')}" != state.origin:
        yield f"the Host header is {headers.get('host')!r}"
    for name in FOREIGN:
        if name in headers:
            yield f"the header {name} belongs to another connection"
    yield from _routing(state, received)


def _routing(state: State, received: Received) -> Iterator[str]:
    sent = [name for name in received.headers if name.startswith("ocpi-")]
    if received.module in CONFIGURATION:
        if sent:
            yield f"routing headers on a configuration module: {', '.join(sent)}"
        return
    if not state.has_roles:
        ids = [name for name in (h.REQUEST_ID, h.CORRELATION_ID) if name in received.headers]
        if sent or ids:
            yield f"headers that OCPI {state.version} does not have: {', '.join([*sent, *ids])}"
        return
    if received.to is None or isinstance(received.to, Half):
        yield "OCPI-to-country-code and OCPI-to-party-id must both be there"
    elif received.to not in state.party_ids:
        yield f"OCPI-to {received.to} is no party of mine"
    if received.from_ is None or isinstance(received.from_, Half):
        yield "OCPI-from-country-code and OCPI-from-party-id must both be there"


def about_match(state: State, received: Received, match: Match) -> Iterator[str]:
    """What is wrong with a request to a module, once its URL is understood."""
    effect = match.operation.effect
    if effect not in PUSHES:
        return
    if match.module.audience is Audience.ADDRESSEE and (
        received.from_ == state.connection.hub_party is not None
    ):
        yield f"{match.module.id} is private and comes from the hub itself, as if broadcast"
    content = received.json
    if not isinstance(content, dict):
        return
    for name, expected in _identity(match).items():
        given = content.get(name)
        if given is not None and fold(str(given)) != fold(expected):
            yield f"the URL says {name} {expected!r} and the body {given!r}"


def _identity(match: Match) -> dict[str, str]:
    module, parameters = match.module, match.parameters
    nested = [part for part in module.parts if part.parameter in parameters]
    if nested:
        return {nested[-1].id_field: parameters[nested[-1].parameter]}
    named = {"country_code": "country_code", "party_id": "party_id", **module.key}
    return {name: parameters[key] for key, name in named.items() if key in parameters}


def about_answer(
    status: int, got: dict[str, str], sent: dict[str, str], *, functional: bool
) -> Iterator[str]:
    """What is wrong with the headers of an answer to a request of this platform."""
    for name in (h.REQUEST_ID, h.CORRELATION_ID):
        if name in sent and got.get(name) != sent[name]:
            yield f"{name} of the answer is {got.get(name)!r}, sent was {sent[name]!r}"
    routing = [name for name in got if name.startswith("ocpi-")]
    if not functional:
        if routing:
            yield f"routing headers in an answer that has none: {', '.join(routing)}"
        return
    asked = h.heading(sent, h.FROM_COUNTRY, h.FROM_PARTY)
    if not isinstance(asked, PartyId) or status >= 400:
        return
    to = h.heading(got, h.TO_COUNTRY, h.TO_PARTY)
    if to != asked:
        yield f"OCPI-to of the answer is {to}, the request came from {asked}"
    if not isinstance(h.heading(got, h.FROM_COUNTRY, h.FROM_PARTY), PartyId):
        yield "OCPI-from is missing in the answer"


def is_offered(state: State, received: Received) -> bool:
    """Whether the request calls an endpoint that version details list."""
    always = (*CONFIGURATION - {MODULE_ID}, "results", "kept")
    return (received.module, received.interface) in state.offers or received.module in always
