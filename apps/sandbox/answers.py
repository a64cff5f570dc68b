"""How a simulated platform answers requests on objects, by their effect: as any receiver should.

spec: transport_and_format_client_owned_object_push, transport_and_format_pagination
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qs, parse_qsl, urlencode

import msgspec

from apps.sandbox.handshake import success
from apps.sandbox.memory import Received
from apps.sandbox.objects import Kept, Key, Step, part_of, with_part
from apps.sandbox.state import BASE, State
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.merge import merged
from hub.ocpi.message import Answer
from hub.ocpi.module import Audience, Effect, Interface
from hub.ocpi.paging import window
from hub.ocpi.registry import Match
from hub.ocpi.status import Code, OcpiError, invalid, not_found
from hub.routing.clues import party_in
from hub.routing.pulled import naming_fields

UNKNOWN = {"locations": Code.UNKNOWN_LOCATION, "tokens": Code.UNKNOWN_TOKEN}
ALL = 10**9
OWNER = ("country_code", "party_id")


def _key(state: State, match: Match, received: Received) -> Key:
    """The key of the object that a URL names, or the body that is posted to it."""
    parameters, module = match.parameters, match.module
    parameter, id_field = next(iter(module.key.items()))
    qualifier = ""
    if module.qualifier:
        qualifier = parse_qs(received.query).get(module.qualifier[0], [""])[0]
    identifier = parameters.get(parameter) or received.json[id_field]
    return state.objects.key(module.id, _owner_of(match, received), identifier, qualifier)


def _owner_of(match: Match, received: Received) -> PartyId:
    """Whose object a request is about: by the URL, by what is posted, else by which end it is."""
    if OWNER[0] in match.parameters:
        return PartyId.of(*(match.parameters[name] for name in OWNER))
    if match.module.names_owner:
        return _owner(received.json)
    end = received.from_ if match.interface is Interface.RECEIVER else received.to
    if not isinstance(end, PartyId):
        raise invalid("routing headers are missing")
    return end


def _steps(match: Match) -> tuple[Step, ...]:
    """The nested objects a URL names, outermost first."""
    parameters = match.parameters
    return tuple(
        (part, parameters[part.parameter])
        for part in match.module.parts
        if part.parameter in parameters
    )


def _none(module: str) -> OcpiError:
    return not_found(f"no such object in {module}", UNKNOWN.get(module, Code.CLIENT_ERROR))


def replaced(state: State, match: Match, received: Received) -> Answer:
    key, steps, module = _key(state, match, received), _steps(match), match.module.id
    if state.has_fault("forgetful", received) is not None:
        return success()
    if not steps:
        is_new = state.objects.put_text(module, key, received.body)
        return success(status=201 if is_new else 200)
    kept = state.objects.find(module, key)
    if kept is None:
        raise _none(module)
    is_new = part_of(kept.text, steps) is None
    try:
        text = with_part(kept.text, steps, lambda _: received.body)
    except LookupError:
        raise _none(module) from None
    state.objects.put_text(module, key, text)
    return success(status=201 if is_new else 200)


def merging(state: State, match: Match, received: Received) -> Answer:
    key, steps, module = _key(state, match, received), _steps(match), match.module.id
    kept = state.objects.find(module, key)
    if state.has_fault("unknown_patch", received) is not None:
        kept = None
    if kept is None or part_of(kept.text, steps) is None:
        raise _none(module)
    appends = match.module.appends

    def change(text: bytes | None) -> bytes:
        return merged(text or b"{}", received.body, () if steps else appends)

    state.objects.put_text(module, key, with_part(kept.text, steps, change))
    return success()


def removed(state: State, match: Match, received: Received) -> Answer:
    if not state.objects.remove(match.module.id, _key(state, match, received)):
        raise _none(match.module.id)
    return success()


def appended(state: State, match: Match, received: Received) -> Answer:
    """A new object whose URL is told in the Location header; the same one twice is no harm."""
    module, content = match.module, received.json
    names = (*(OWNER if state.has_roles else ()), *module.key.values())
    for name in names:
        if not content.get(name):
            raise invalid(f"body field {name} is missing")
    identifier = str(content[names[-1]])
    key = state.objects.key(module.id, _owner(content), identifier)
    kept = state.objects.find(module.id, key)
    if kept is not None and kept.content != content:
        raise invalid(f"{module.id} {identifier} is here already, with other content")
    place = next((name for name, where in state.places.items() if where == (module.id, key)), "")
    if not place:
        place = secrets.token_hex(8)
        state.places[place] = (module.id, key)
        state.objects.put_text(module.id, key, received.body)
    made = success(status=200 if kept else 201)
    return Answer(made.status, (("Location", f"{state.origin}{BASE}/kept/{place}"),), made.body)


def _owner(content: Mapping[str, object]) -> PartyId:
    """Whose an object says it is; in 2.1.1 no object says that."""
    return PartyId.of(*(str(content.get(name) or "") for name in OWNER))


def from_its_place(state: State, received: Received) -> Answer:
    """GET of the URL that a Location header told."""
    module, key = state.places.get(received.tail, ("", (PartyId("", ""), "")))
    kept = state.objects.find(module, key) if module else None
    if kept is None:
        raise not_found("nothing is kept here")
    return success(msgspec.Raw(kept.text))


def read(state: State, match: Match, received: Received) -> Answer:
    module = match.module
    if match.interface is Interface.RECEIVER:
        kept = state.objects.find(module.id, _key(state, match, received))
    else:
        wanted = fold(match.parameters[next(iter(module.key))])
        own = _visible(state, match, received)
        kept = next((each for each in own if fold(_identifier(match, each)) == wanted), None)
    text = None if kept is None else part_of(kept.text, _steps(match))
    if text is None:
        raise _none(module.id)
    return success(msgspec.Raw(text))


def _identifier(match: Match, kept: Kept) -> str:
    return str(kept.content.get(next(iter(match.module.key.values()))))


def listed(state: State, match: Match, received: Received) -> Answer:
    """One page of our own objects, oldest first."""
    small = state.has_fault("small_pages", received)
    most = int(small) if small else state.page_limit
    if state.has_fault("ignores_limit", received) is not None:
        most = ALL
    asked = window(received.query, most)
    if state.has_fault("ignores_offset", received) is not None:
        asked = replace(asked, offset=0)
    limit = most if most == ALL else asked.limit
    fit = [
        kept
        for kept in _visible(state, match, received)
        if _between(kept.last_updated, asked.date_from, asked.date_to)
    ]
    page = fit[asked.offset : asked.offset + limit]
    headers = [("X-Total-Count", str(len(fit))), ("X-Limit", str(state.page_limit))]
    after = asked.offset + limit
    if after < len(fit):
        filters = [pair for pair in parse_qsl(received.query) if pair[0] not in ("offset", "limit")]
        query = urlencode([*filters, ("offset", str(after)), ("limit", str(limit))])
        url = f"{state.origin}{received.path}?{query}"
        headers.append(("Link", f'<{url}>; rel="next"'))
    text = b"[" + b",".join(kept.text for kept in page) + b"]"
    return Answer(200, tuple(headers), success(msgspec.Raw(text)).body)


def _between(moment: datetime, date_from: datetime | None, date_to: datetime | None) -> bool:
    return (date_from is None or moment >= date_from) and (date_to is None or moment < date_to)


def _visible(state: State, match: Match, received: Received) -> list[Kept]:
    """Our own objects that the requesting party may see: of the party addressed, and of private
    modules only those that name the requesting party. The hub may see all: it asks for whom they
    concern."""
    own = {received.to} if received.to in state.party_ids else state.party_ids
    found = [kept for kept in state.objects.kept(match.module.id) if kept.owner in own]
    if match.module.audience is Audience.EVERYONE or _may_see_all(state, received):
        return found
    fields = naming_fields(match.module)
    if not (fields and match.module.names_owner):  # nothing says for whom these are
        return found
    return [k for k in found if received.from_ in {party_in(k.content, f) for f in fields}]


def _may_see_all(state: State, received: Received) -> bool:
    """Whether the hub asks; in 2.1.1 there is nobody else on the connection."""
    if not state.has_roles:
        return True
    hub = state.connection.hub_party
    return hub is not None and received.from_ == hub


BY_EFFECT: Mapping[Effect, Callable[[State, Match, Received], Answer]] = {
    Effect.LIST: listed,
    Effect.READ: read,
    Effect.REPLACE: replaced,
    Effect.MERGE: merging,
    Effect.REMOVE: removed,
    Effect.APPEND: appended,
}
