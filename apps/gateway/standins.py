"""Stand-ins at work: minted when a message passes, followed when somebody comes back to one.

A stand-in is one segment below a hub endpoint, `via-` and 128 random bits; it works for one
platform, until it expires. To everybody else it does not exist.
"""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from apps.credentials.answer import no_such_page
from apps.credentials.pages import endpoint_url
from apps.gateway import followed, kept
from apps.gateway.call import Call, Passage
from apps.gateway.inbound import Request, functional
from apps.gateway.send import send
from apps.modules import module_of, registry
from apps.store import standins
from apps.store.models import StandIn as Row
from apps.store.standins import StandIn
from hub.ocpi import datetimes, envelope
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message, Outgoing
from hub.ocpi.module import Effect, Interface, Operation, Route
from hub.ocpi.registry import Match
from hub.ocpi.status import Code, OcpiError, method_not_allowed, not_found
from hub.routing.agreements import Relation
from hub.routing.clues import value_of
from hub.routing.decide import Hop
from hub.routing.hop import addressed, identity, passing, returning
from hub.routing.network import Network, Platform, Status
from hub.routing.reply import next_page, object_url, response_url, visible_query, with_response_url
from hub.routing.translated import alike

SEGMENT = re.compile(r"via-([0-9a-f]{32})")
RESULT_MARGIN = timedelta(minutes=10)
PAGE_LIFE = timedelta(hours=6)
OBJECT_LIFE = timedelta(days=400)
_METHODS = {Row.Kind.RESULT: "POST", Row.Kind.PAGE: "GET", Row.Kind.OBJECT: "GET"}
_FOLLOWED = Operation(Effect.ASK)


def message_on(request: Request, body: bytes, content: Any) -> Message:
    """A request on a stand-in as a message: what it is for is the stand-in's to say, so routing
    headers, often swapped on results, are not looked at. Raises OcpiError 404."""
    version, interface, identifier, _ = functional(request, registry())
    sharing = registry().sharing(identifier, version)
    if not sharing:
        raise no_such_page(request.path)
    module = sharing[0]  # which of them is the stand-in's to say
    route = Route(interface, "via", {request.method: _FOLLOWED})
    return Message(
        version=version,
        method=request.method,
        match=Match(module, interface, route, _FOLLOWED, {}),
        tail="",
        query=request.query,
        headers=request.headers,
        body=body,
        content=content,
        to=None,
        from_=None,
        request_id=request.request_id,
        correlation_id=request.correlation_id,
    )


async def with_stand_in(call: Call, hop: Hop) -> tuple[Message, str]:
    """The message with its response_url replaced, and the stand-in's id. It works before the
    message is sent: the result may come back faster than the response."""
    message = call.message
    operation = message.match.operation
    until = call.now + timedelta(seconds=operation.time_limit) + RESULT_MARGIN
    asked = operation.lasts_until and value_of(message, operation.lasts_until)
    if asked:  # the year 9999, for some
        until = max(until, min(_moment(asked, until), call.now + OBJECT_LIFE) + RESULT_MARGIN)
    stand_in = StandIn(
        id=secrets.token_hex(16),
        kind=Row.Kind.RESULT,
        module=message.match.module.id,
        url=response_url(message, call.platform),
        follower_platform=hop.platform.id,
        follower_party=str(hop.to.id),
        target_platform=call.platform.id,
        target_party=str(call.from_party),
        correlation_id=message.correlation_id[:64],
        expires_at=until,
        replies=operation.replies,
    )
    await _mint(call, stand_in)
    url = _url(hop.platform.version, Interface.SENDER, stand_in)
    return with_response_url(message, url), stand_in.id


async def wait_for_result(call: Call, stand_in: str, answer: Answer) -> None:
    """Lets a result's stand-in live as long as the response's timeout announces."""
    data = answer.envelope.data if answer.envelope is not None else None
    timeout = data.get("timeout") if isinstance(data, dict) else None
    if isinstance(timeout, int) and 0 < timeout < 10_000_000:
        until = call.now + timedelta(seconds=timeout) + RESULT_MARGIN
        async with call.process.pool.connection() as connection:
            await standins.extend(connection, stand_in, until)


async def page_header(
    call: Call, hop: Hop, answer: Answer, url: str
) -> tuple[tuple[str, str], ...]:
    """The Link header that leads to the target's next page through the hub; none on the last."""
    message = call.message
    following = next_page(answer, url, hop.base_url, message.tail, hop.platform)
    if not following:
        return ()
    stand_in = _for_requester(call, hop, Row.Kind.PAGE, following, call.now + PAGE_LIFE)
    await _mint(call, stand_in)
    ours = _url(message.version, message.match.interface, stand_in)
    return (("Link", f'<{visible_query(following, ours)}>; rel="next"'),)


async def location_header(
    call: Call, hop: Hop, answer: Answer, url: str, key: str
) -> tuple[tuple[str, str], ...]:
    """The Location header of a new object: through the hub to the target's URL, or to the hub's
    copy where the target gave none."""
    theirs = object_url(answer, url, hop.platform)
    stand_in = _for_requester(call, hop, Row.Kind.OBJECT, theirs, call.now + OBJECT_LIFE, key)
    await _mint(call, stand_in)
    return (("Location", _url(call.message.version, call.message.match.interface, stand_in)),)


async def known_location(call: Call, hop: Hop, key: str) -> str:
    """The URL that was given for a kept object when it was accepted; a new one, to the hub's copy,
    when that has expired."""
    async with call.process.pool.connection() as connection:
        stand_in = await standins.of_object(
            connection,
            call.message.match.module.id,
            key,
            (call.platform.id, str(call.from_party)),
            str(hop.to.id),
            call.now,
        )
    if stand_in is None:
        stand_in = _for_requester(call, hop, Row.Kind.OBJECT, "", call.now + OBJECT_LIFE, key)
        await _mint(call, stand_in)
    return _url(call.message.version, call.message.match.interface, stand_in)


async def follow(call: Call, passage: Passage, identifier: str) -> Answer:
    """Answers a request on a stand-in: the request goes on to what it stands for.

    Raises OcpiError 404 for one that is unknown, expired or another platform's, 405 for the wrong
    method, 4003 when the platform behind it is not connected.
    """
    async with call.process.pool.connection() as connection:
        stand_in = await standins.find(connection, identifier, call.platform.id, call.now)
    message = call.message
    stand_in = usable(stand_in, message.method)
    follower = PartyId.parse(stand_in.follower_party)
    target = PartyId.parse(stand_in.target_party)
    passage.from_party, passage.to_party = str(follower), str(target)
    passage.follows = stand_in.correlation_id
    message = replace(message, match=replace(message.match, module=module_of(stand_in.module)))
    passage.module = stand_in.module
    call = replace(call, from_party=follower, message=message)
    if not stand_in.url:
        return await kept.posted(call, passage, target, stand_in.key)
    platform = behind(stand_in, call.network)
    request = onward(message, stand_in, platform, call.network, call.process.new_id())
    if alike(message.version, platform.version):
        answer = await send(call, passage, request, platform, str(target))
    else:
        request, notes = await followed.result(call, stand_in, platform, request)
        answer = await send(call, passage, request, platform, str(target), notes)
        answer = await followed.answered(call, passage, stand_in, platform, answer, notes)
    back = returning(answer, message, call.network.spelled(follower), call.network.spelled(target))
    if stand_in.kind == Row.Kind.PAGE:
        back = await _with_next(call, stand_in, platform, answer, request.url, back)
    return back


def usable(stand_in: StandIn | None, method: str) -> StandIn:
    """The stand-in that a request may follow. Raises OcpiError 404, 405."""
    if stand_in is None:
        raise not_found("this URL is unknown here, has expired, or was given to another platform.")
    allowed = _METHODS[Row.Kind(stand_in.kind)]
    if method != allowed:
        raise method_not_allowed(method, (allowed,), "this URL")
    return stand_in


def behind(stand_in: StandIn, network: Network) -> Platform:
    """The platform that a stand-in leads to. Raises OcpiError 4003 when it is not connected, 4001
    and 4003 when the agreement does not allow it any more; a result may come all the same, as it
    ends what began while it was allowed."""
    platform = network.platforms.get(stand_in.target_platform)
    if platform is None or platform.status is not Status.CONNECTED:
        status = f"{platform.status}, not CONNECTED" if platform is not None else "gone"
        raise OcpiError(
            Code.CONNECTION_PROBLEM,
            f"{stand_in.target_party} is {status}; nothing of {stand_in.module} was sent.",
        )
    module = registry().get(stand_in.module)
    follower, target = PartyId.parse(stand_in.follower_party), PartyId.parse(stand_in.target_party)
    if module is not None and stand_in.kind != Row.Kind.RESULT:
        why = network.why_not(follower, target, module)
        is_planned = network.relation(follower, target, module) is Relation.PENDING
        if why:
            raise OcpiError(
                Code.CONNECTION_PROBLEM if is_planned else Code.UNKNOWN_RECEIVER,
                f"{target} is not a party you can reach any more: {why}.",
            )
    return platform


def onward(
    message: Message, stand_in: StandIn, platform: Platform, network: Network, request_id: str
) -> Outgoing:
    """What a request on a stand-in becomes: its URL in place of ours, its platform's token."""
    follower = network.spelled(PartyId.parse(stand_in.follower_party))
    target = network.spelled(PartyId.parse(stand_in.target_party))
    body = envelope.unwrapped(message.body) if stand_in.kind == Row.Kind.RESULT else b""
    return Outgoing(
        method=message.method,
        url=stand_in.url,
        headers=identity(platform, request_id, message.correlation_id)
        + addressed(platform, target, follower)
        + passing(tuple(message.headers.items())),
        body=body,
        time_limit=message.match.operation.time_limit,
        id=request_id,
    )


async def _with_next(
    call: Call,
    stand_in: StandIn,
    platform: Platform,
    answer: Answer,
    url: str,
    back: Answer,
) -> Answer:
    following = next_page(answer, url, url.partition("?")[0], "", platform)
    if not following:
        return back
    successor = StandIn(
        id=secrets.token_hex(16),
        kind=Row.Kind.PAGE,
        module=stand_in.module,
        url=following,
        follower_platform=stand_in.follower_platform,
        follower_party=stand_in.follower_party,
        target_platform=stand_in.target_platform,
        target_party=stand_in.target_party,
        correlation_id=call.message.correlation_id[:64],
        expires_at=call.now + PAGE_LIFE,
    )
    await _mint(call, successor)
    ours = _url(call.message.version, call.message.match.interface, successor)
    link = ("Link", f'<{visible_query(following, ours)}>; rel="next"')
    return Answer(back.status, (*back.headers, link), back.body)


def _for_requester(
    call: Call, hop: Hop, kind: Row.Kind, url: str, until: datetime, key: str = ""
) -> StandIn:
    """A stand-in that the requester will follow to the party it has just spoken to."""
    return StandIn(
        id=secrets.token_hex(16),
        kind=kind,
        module=call.message.match.module.id,
        url=url,
        follower_platform=call.platform.id,
        follower_party=str(call.from_party),
        target_platform=hop.platform.id,
        target_party=str(hop.to.id),
        correlation_id=call.message.correlation_id[:64],
        expires_at=until,
        key=key,
    )


async def _mint(call: Call, stand_in: StandIn) -> None:
    async with call.process.pool.connection() as connection:
        await standins.mint(connection, stand_in)


def _url(version: str, interface: Interface, stand_in: StandIn) -> str:
    identifier = registry().identifier_of(stand_in.module)
    return f"{endpoint_url(version, interface, identifier)}/via-{stand_in.id}"


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        return datetimes.parse(text)
    except (ValueError, OverflowError):
        return otherwise
