"""What a message becomes on the next leg, and what its answer becomes on the way back.

Bodies stay the bytes they are; identity, message ids and routing headers are those of the leg.
spec: transport_and_format_message_routing_headers, transport_and_format_unique_message_ids
"""

from msgspec.structs import replace

from hub.ocpi import headers as h
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Headers, Message, Outgoing
from hub.ocpi.status import Code, OcpiError
from hub.routing.decide import Hop
from hub.routing.network import Platform

# Versions that know of no hubs and no message ids: such a platform is sent neither.
WITHOUT_ROUTING = frozenset({"2.1.1"})


def target_url(base_url: str, tail: str, query: str) -> str:
    """The target's URL for the same path below its own endpoint: one slash between, whatever the
    endpoint ends with; the endpoint itself is used verbatim."""
    url = f"{base_url.removesuffix('/')}/{tail}" if tail else base_url
    return f"{url}?{query}" if query else url


def outgoing(message: Message, hop: Hop, request_id: str) -> Outgoing:
    """The message as the other platform gets it: its token, its URL, the same bytes, a new
    X-Request-ID, the same X-Correlation-ID."""
    return Outgoing(
        method=message.method,
        url=target_url(hop.base_url, message.tail, message.query),
        headers=identity(hop.platform, request_id, message.correlation_id)
        + addressed(hop.platform, hop.to.spelled, hop.from_party)
        + passing(tuple(message.headers.items())),
        body=message.body,
        time_limit=message.match.operation.time_limit,
        id=request_id,
    )


def identity(platform: Platform, request_id: str, correlation_id: str) -> Headers:
    """Token and message ids of one leg to a platform."""
    return credential(platform) + message_ids(platform, request_id, correlation_id)


def credential(platform: Platform) -> Headers:
    """The hub's token at a platform. Raises OcpiError 4003 when there is none."""
    if platform.token is None:
        raise OcpiError(Code.CONNECTION_PROBLEM, f"{platform.name} has not registered yet.")
    return (("Authorization", h.authorization(platform.token.value, platform.token_form)),)


def message_ids(platform: Platform, request_id: str, correlation_id: str) -> Headers:
    """The message ids of one leg to a platform; OCPI 2.1.1 has none."""
    if platform.version in WITHOUT_ROUTING:
        return ()
    return (("X-Request-ID", request_id), ("X-Correlation-ID", correlation_id))


def addressed(platform: Platform, to: PartyId, from_: PartyId) -> Headers:
    """The routing headers of one leg to a platform; OCPI 2.1.1 has none."""
    if platform.version in WITHOUT_ROUTING:
        return ()
    return h.routing(to, platform.presents_as or from_)


def passing(headers: Headers) -> Headers:
    """The headers that pass from one leg to the next: all but those of one connection. Names are in
    lower case, as servers and clients deliver them."""
    return tuple([pair for pair in headers if pair[0] not in h.HOP_BY_HOP])


def with_form(request: Outgoing, platform: Platform, form: h.TokenForm) -> Outgoing:
    """The same request with the token in the other spelling."""
    if platform.token is None:
        return request
    value = h.authorization(platform.token.value, form)
    rest = tuple(pair for pair in request.headers if pair[0] != "Authorization")
    return replace(request, headers=(("Authorization", value), *rest))


def returning(answer: Answer, message: Message, to: PartyId, from_: PartyId) -> Answer:
    """The platform's answer as the requester gets it: its own ids, routing from the hub's own
    knowledge (many platforms omit or mirror theirs). Raises OcpiError when the answer cannot be
    passed on; see `passable`."""
    status = passable(answer)
    kept = tuple([pair for pair in passing(answer.headers) if pair[0] not in _REPLACED])
    return Answer(status, ids(message) + h.routing(to, from_) + kept, answer.body)


def ids(message: Message) -> Headers:
    """The requester's own message ids, as they are repeated in the answer."""
    return (("X-Request-ID", message.request_id), ("X-Correlation-ID", message.correlation_id))


# Of an answer, these are made anew where they lead back through the hub.
_REPLACED = frozenset({"link", "location"})
# HTTP statuses that pass as they are; see `passable` for the others.
_PASS = frozenset({404, 405})


def passable(answer: Answer) -> int:
    """The HTTP status with which a platform's answer is passed on.

    Its OCPI answer passes whatever it says; only what cannot be understood, or would blame the
    requester for the hub's own token, is replaced. Raises OcpiError 4003 for 401 and 403, 4000
    for redirects and for answers that are no OCPI at all.
    """
    status = answer.status
    if status in (401, 403):
        raise OcpiError(
            Code.CONNECTION_PROBLEM,
            f"the receiving platform refused the hub's own credentials (HTTP {status}); "
            "the hub's operator has to renew them.",
        )
    if 300 <= status < 400:
        raise OcpiError(
            Code.HUB_ERROR, f"the receiving platform redirects (HTTP {status}); not followed."
        )
    if status in _PASS:
        if answer.envelope is None:
            raise OcpiError(
                Code.CLIENT_ERROR, f"the receiving platform answered HTTP {status}.", http=status
            )
        return status
    if answer.envelope is None:
        raise OcpiError(
            Code.HUB_ERROR,
            f"the receiving platform answered HTTP {status} without an OCPI response.",
        )
    return status if 200 <= status < 300 else 200
