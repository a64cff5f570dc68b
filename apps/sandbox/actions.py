"""What a simulated platform does when asked: authorize, obey a command, set a profile, book.

Commands and charging profiles are answered at once and followed by a result, posted to the URL
that came with the request. spec: mod_commands_commandresult_object, mod_charging_profiles
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from apps.sandbox.calls import Caller
from apps.sandbox.handshake import success
from apps.sandbox.memory import Received
from apps.sandbox.state import State
from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Answer
from hub.ocpi.module import Interface
from hub.ocpi.registry import Match
from hub.ocpi.status import Code, OcpiError, invalid, not_found

COMMANDS = frozenset(
    {"CANCEL_RESERVATION", "RESERVE_NOW", "START_SESSION", "STOP_SESSION", "UNLOCK_CONNECTOR"}
)
TIMEOUT_SECONDS = 30
NOBODY = PartyId("", "")


@dataclass(frozen=True, slots=True)
class Command:
    """One command as the CPO's own systems get it."""

    name: str
    content: Mapping[str, Any]
    asking: PartyId
    asked: PartyId


Later = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What became of a command: a CommandResultType, and what follows once the result is sent."""

    result: str = "ACCEPTED"
    then: Later | None = None


Outcome = tuple[dict[str, Any], Later | None]
Acted = tuple[Answer, Later | None]

# The CPO's own systems behind its platform. None: every command succeeds and nothing follows.
Obey = Callable[[Command], Awaitable[Obeyed]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for action with all that is needed to answer it."""

    caller: Caller
    match: Match
    received: Received
    obey: Obey | None

    @property
    def state(self) -> State:
        return self.caller.state

    def has_fault(self, name: str) -> bool:
        return self.state.has_fault(name, self.received) is not None

    def later(self, url: str, outcome: Callable[[], Awaitable[Outcome]]) -> Later | None:
        """The posting of a result, as the faults have it, and what follows it."""
        if self.has_fault("no_result"):
            return None
        to, from_ = self.received.from_, self.received.to
        if self.has_fault("swapped_result"):
            to, from_ = from_, to
        pair = (
            to if isinstance(to, PartyId) else None,
            from_ if isinstance(from_, PartyId) else None,
        )
        if self.has_fault("bare_result"):
            pair = (None, None)
        module = self.match.module.id

        async def post() -> None:
            content, then = await outcome()
            if self.has_fault("wrapped_result"):
                stamp = datetimes.render(datetime.now(UTC))
                content = {"data": content, "status_code": 1000, "timestamp": stamp}
            await self.caller.result(module, url, content, to=pair[0], from_=pair[1])
            if then is not None:
                await then()

        return post


async def authorize(asked: Asked) -> Acted:
    state, received = asked.state, asked.received
    uid = asked.match.parameters["token_uid"]
    kind = parse_qs(received.query).get("type", ["RFID"])[0]
    own = {received.to} if received.to in state.party_ids else state.party_ids
    token = next(
        (
            kept.content
            for owner in sorted(state.party_ids & own)
            if (kept := state.objects.find("tokens", state.objects.key("tokens", owner, uid, kind)))
        ),
        None,
    )
    if token is None:
        raise not_found(f"token {uid!r} of type {kind} is not ours", Code.UNKNOWN_TOKEN)
    allowed = state.verdicts.get(fold(uid), "ALLOWED" if token["valid"] else "BLOCKED")
    info: dict[str, Any] = {"allowed": allowed}
    if received.body:
        info["location"] = received.json
    if not state.has_roles:
        return success(info), None
    info["token"] = token
    if allowed == "ALLOWED":
        info["authorization_reference"] = secrets.token_hex(12)
    return success(info), None


async def command(asked: Asked) -> Acted:
    name, content = asked.match.parameters["command"], asked.received.json
    if not isinstance(content, dict) or not content.get("response_url"):
        raise invalid("body field response_url is missing")
    known, code = _knows(asked.state, content)
    if name not in COMMANDS:
        return _response("NOT_SUPPORTED"), None
    if asked.has_fault("rejects"):
        return _response("REJECTED"), None
    if not known:
        verdict = "UNKNOWN_SESSION" if "session_id" in content else "REJECTED"
        return _response(verdict, code), None
    order = Command(name, content, *_ends(asked))

    async def outcome() -> Outcome:
        obeyed = Obeyed() if asked.obey is None else await asked.obey(order)
        return {"result": obeyed.result}, obeyed.then

    accepted = _response("ACCEPTED") if asked.state.has_roles else success({"result": "ACCEPTED"})
    return accepted, asked.later(content["response_url"], outcome)


def _ends(asked: Asked) -> tuple[PartyId, PartyId]:
    """Who asks, and who is asked. Raises OcpiError where the request does not say it and should."""
    state, received = asked.state, asked.received
    if not state.has_roles:
        return state.connection.hub_party or NOBODY, state.parties[0].id
    if not (isinstance(received.from_, PartyId) and isinstance(received.to, PartyId)):
        raise invalid("routing headers are missing")
    return received.from_, received.to


def _knows(state: State, content: Mapping[str, Any]) -> tuple[bool, Code]:
    """Whether the location or session of a command is one of ours."""
    if "session_id" in content:
        return _has(state, "sessions", content["session_id"]), Code.SUCCESS
    if "location_id" in content:
        return _has(state, "locations", content["location_id"]), Code.UNKNOWN_LOCATION
    return True, Code.SUCCESS


def _has(state: State, module: str, identifier: str) -> bool:
    return any(
        state.objects.find(module, state.objects.key(module, owner, str(identifier)))
        for owner in state.party_ids
    )


def _response(result: str, code: Code = Code.SUCCESS) -> Answer:
    data = {"result": result, "timeout": TIMEOUT_SECONDS}
    if code is Code.SUCCESS:
        return success(data)
    raise Refused(code, data)


class Refused(OcpiError):
    """An OCPI error that carries data: a rejected command says REJECTED and why."""

    def __init__(self, code: Code, data: object) -> None:
        super().__init__(code, "the location is unknown here")
        self.data = data


async def profile(asked: Asked) -> Acted:
    """GET, PUT and DELETE of the charging profile of one of our sessions."""
    state, received = asked.state, asked.received
    session_id = asked.match.parameters["session_id"]
    if asked.has_fault("rejects"):
        return _response("REJECTED"), None
    if not _has(state, "sessions", session_id):
        return _response("UNKNOWN_SESSION"), None
    result: dict[str, Any] = {"result": "ACCEPTED"}
    if received.method == "PUT":
        url = received.json["response_url"]
        state.profiles[session_id] = received.json["charging_profile"]
    else:
        url = parse_qs(received.query)["response_url"][0]
    if received.method == "DELETE" and state.profiles.pop(session_id, None) is None:
        result = {"result": "UNKNOWN"}
    if received.method == "GET":
        result["profile"] = {
            "start_date_time": datetimes.render(datetime.now(UTC)),
            "charging_profile": state.profiles.get(session_id, {"charging_rate_unit": "W"}),
        }

    async def outcome() -> Outcome:
        return result, None

    return _response("ACCEPTED"), asked.later(url, outcome)


async def noted(asked: Asked) -> Acted:
    """An active charging profile that the CPO tells about: nothing to answer."""
    return success(), None


async def preferences(asked: Asked) -> Acted:
    if not _has(asked.state, "sessions", asked.match.parameters["session_id"]):
        raise not_found("no such session")
    return success("ACCEPTED"), None


async def booking(asked: Asked) -> Acted:
    """A request for a booking: a new one is pending, an edit joins the booking that is there."""
    state, request = asked.state, asked.received.json
    _, owner = _ends(asked)
    now = datetimes.render(datetime.now(UTC))
    identifier = f"B-{request['request_id']}"
    known = state.objects.get("bookings", owner, identifier) or {
        "id": identifier,
        "country_code": owner.country_code,
        "party_id": owner.party_id,
        "request_id": request["request_id"],
        "location_id": request["location_id"],
        "booking_tokens": request.get("tokens") or [],
        "period": request["period"],
        "reservation_status": "PENDING",
        "authorization_reference": request["authorization_reference"],
        "booking_terms": {
            "supported_access_methods": ["OPEN"],
            "change_until_minutes": 60,
            "cancel_until_minutes": 30,
        },
        "booking_requests": [],
    }
    asking = {"request_status": "PENDING", "booking_request": request, "request_received": now}
    known["booking_requests"] = [*known["booking_requests"], asking]
    known["last_updated"] = now
    state.objects.put("bookings", known)
    return success(known), None


ACTIONS: Mapping[tuple[str, Interface], Callable[[Asked], Awaitable[Acted]]] = {
    ("tokens", Interface.SENDER): authorize,
    ("commands", Interface.RECEIVER): command,
    ("chargingprofiles", Interface.RECEIVER): profile,
    ("chargingprofiles", Interface.SENDER): noted,
    ("sessions", Interface.SENDER): preferences,
    ("bookings", Interface.SENDER): booking,
}
