"""What the hub would do with a message: the very checks and decisions, step by step, and nothing is
sent, kept or logged.

Left out is what depends on the moment: the token, and how many requests a platform may make.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from apps.credentials.answer import is_configuration, no_such_page
from apps.gateway import across, clientinfo, dry_answers, standins
from apps.gateway.auth import not_suspended
from apps.gateway.dry_steps import NOT_SUPPORTED, Case, Run
from apps.gateway.found import answer_to
from apps.gateway.inbound import Request, decode, read_message, read_request
from apps.gateway.understood import UNDERSTOOD, understood
from apps.modules import registry
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.status import OcpiError
from hub.routing import guard
from hub.routing.clues import (
    Each,
    Everyone,
    Issuer,
    KnownParty,
    OtherEnd,
    Owners,
    Question,
    TheOnly,
)
from hub.routing.decide import (
    AskAround,
    Broadcast,
    Decision,
    Forward,
    FromStore,
    Resolve,
    decide,
    meant,
    placed,
    state_of,
)  # fmt: skip
from hub.routing.network import Network, Platform
from hub.routing.table import NOT_OFFERED, ROWS, Action, operation_of


class Asked(Struct, frozen=True):
    """A request as a platform would send it: raw path with its query, headers, body."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    platform: Platform


async def dry_run(
    asked: Asked, network: Network, connection: AsyncConnection[Any], now: datetime
) -> Run:
    """The run of a request. The connection is read from only."""
    run = Run()
    try:
        await _run(run, asked, network, connection, now)
    except OcpiError as error:
        run.refuse(error)
    return run


async def _run(
    run: Run, asked: Asked, network: Network, connection: AsyncConnection[Any], now: datetime
) -> None:
    request, platform = _read(asked), asked.platform
    with run.step("the platform may call") as step:
        not_suspended(platform)
        step.says = f"{platform.name} is {platform.status.value}"
    with run.step("the body is JSON, or empty") as step:
        content = decode(asked.body)
        step.says = f"{len(asked.body)} bytes"
    if is_configuration(request.path):
        run.row, run.action = 1, "answer itself: this is a configuration module"
        return
    if len(request.path) < 3:
        with run.step("the hub has this URL"):
            raise no_such_page(request.path)
    if clientinfo.is_asked(request):
        run.row, run.action = 1, "answer itself: this is its list of HubClientInfo"
        return
    stand_in = standins.SEGMENT.fullmatch(request.path[-1])
    if stand_in is not None and len(request.path) == 4:
        message = standins.message_on(request, asked.body, content)
        case = Case(message, platform, network.hub, network, now, connection=connection)
        await dry_answers.on_stand_in(run, case, stand_in.group(1))
        return
    with run.step("the hub has this URL, and it takes this method") as step:
        message = read_message(request, asked.body, content, registry())
        match = message.match
        step.says = f"{match.operation.effect.value}, {match.interface} of {match.module.id}"
    if message.version in UNDERSTOOD:
        with run.step("it is understood as OCPI 2.2.1") as step:
            message = await understood(message, platform, network, connection, now)
            step.says = "what the checks and the routing look at"
    from_party = _guarded(run, message, platform, network)
    case = Case(message, platform, from_party, network, now, connection=connection)
    owners: list[PartyId] = []
    try:
        decision = _decided(run, case)
        if isinstance(decision, Resolve):
            decision = await _placed(run, case, decision, owners)
    except OcpiError as error:
        if across.not_offered(case, error, owners) is None:
            raise
        run.action = NOT_SUPPORTED
        return
    await _carried_out(run, case, decision)


def _read(asked: Asked) -> Request:
    """By the gateway's own reader, as a web server would hand it over."""
    path, _, query = asked.path.partition("?")
    return read_request(
        {
            "method": asked.method,
            "raw_path": path.encode("latin-1", "replace"),
            "query_string": query.encode("latin-1", "replace"),
            "headers": [
                (name.lower().encode("latin-1", "replace"), text.encode("latin-1", "replace"))
                for name, text in asked.headers
            ],
        }
    )


def _guarded(run: Run, message: Message, platform: Platform, network: Network) -> PartyId:
    """What `guard.check` does, step by step."""
    with run.step(guard.FROM) as step:
        from_party = guard.requesting_party(message, platform, network)
        step.says = str(from_party)
    asking, match = guard.Asking(message, platform, network, from_party), message.match
    for name, rule in guard.RULES.items():
        with run.step(name):
            if rule.concerns(match.module, match.route, match.operation):
                rule.require(asking)
    return from_party


def _decided(run: Run, case: Case) -> Decision:
    """What leads to a row of the routing table, and the decision."""
    message, network, match = case.message, case.network, case.message.match
    op = operation_of(message)
    with run.step("the kind of request") as step:
        step.says = f"{op.value}; objects for {match.module.audience.value}"
    with run.step("who is meant, and in what state") as step:
        party = meant(message, op, case.from_party, case.platform, network)
        state, _ = state_of(party, case.from_party, match.module, match.interface, network)
        step.says = state.value if party is None else f"{party}: {state.value}"
    row = ROWS[op, match.module.audience, state]
    run.row, run.action = row.number, row.action.value
    with run.step("the routing table") as step:
        try:
            decision = decide(message, case.from_party, case.platform, network)
        except OcpiError:
            if row.action is not Action.REFUSE:  # the row fits, but the party lacks the endpoint
                run.row, run.action = NOT_OFFERED.number, NOT_OFFERED.action.value
            raise
        step.says = f"row {row.number}: {row.action.value}"
    return decision


async def _carried_out(run: Run, case: Case, decision: Decision) -> None:
    match decision:
        case Forward(hop=hop):
            await dry_answers.forwarded(run, case, [hop])
        case AskAround(hops=hops):
            run.action = "ask them all at once; the first yes wins"
            await dry_answers.forwarded(run, case, hops)
        case Broadcast(hops=hops):
            await dry_answers.broadcast(run, case, hops)
        case FromStore(action=action):
            await dry_answers.from_store(run, case, action)


async def _placed(run: Run, case: Case, decision: Resolve, owners: list[PartyId]) -> Decision:
    """The questions about a request without a receiver, until one is answered; whom the answer
    names goes into `owners`."""
    for question in decision.questions:
        with run.step(_words(question)) as step:
            owners += await answer_to(case.connection, question, case.from_party, case.network)
            step.says = ", ".join(map(str, owners)) or "nobody"
        if owners:
            break
    with run.step("one party is found, and can be reached") as step:
        found = placed(
            case.message, case.from_party, case.platform, case.network, decision.row, owners
        )
        if isinstance(found, Forward):
            step.says = str(found.hop.to.id)
    return found


def _words(question: Question) -> str:
    match question:
        case KnownParty():
            return "whom does the content name?"
        case OtherEnd(kind, identifier):
            return f"who is at the other end of {kind} {identifier}?"
        case Owners(module, identifier):
            return f"who owns {identifier} in {module}?"
        case Issuer(party):
            return f"is it spelled after {party}, and may {party} be asked?"
        case Everyone():
            return "who takes part in asking around?"
        case Each(several):
            return "; ".join(dict.fromkeys(_words(each) for each in several))
        case TheOnly():
            return "is there one party only that it may be for?"
