"""Carries out a decision: the one place where what was decided meets the world."""

import asyncio
import logging

from psycopg import Error

from apps.gateway import across, appended, kept, lists, standins, unseen
from apps.gateway.call import Call, Passage
from apps.gateway.checked import findings, refuse
from apps.gateway.found import answer_to
from apps.gateway.own import own
from apps.gateway.send import send
from apps.outbox.enqueue import accept_push
from apps.store import index
from apps.store.change import change_of
from apps.store.drivers import admit
from apps.store.keep import keep_alone
from apps.store.objects import EVERYONE
from hub.ocpi import envelope
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Headers
from hub.ocpi.module import PUSHES, Effect
from hub.ocpi.status import Code, OcpiError
from hub.routing.decide import (
    AskAround,
    Broadcast,
    Decision,
    Forward,
    FromStore,
    Hop,
    Resolve,
    decide,
    placed,
)
from hub.routing.hop import outgoing, returning
from hub.routing.lessons import Admission, admissions, ends, lessons
from hub.routing.table import Action
from hub.routing.translated import OLDEST, alike

log = logging.getLogger(__name__)


async def answered(call: Call, passage: Passage) -> Answer:
    """The answer to a message that passed the guard. Raises OcpiError for every refusal and
    failure."""
    try:
        decision = decide(call.message, call.from_party, call.platform, call.network)
    except OcpiError as error:
        own_answer = across.not_offered(call, error)
        if own_answer is None:
            raise
        return own_answer
    return await execute(call, passage, decision)


async def execute(call: Call, passage: Passage, decision: Decision) -> Answer:
    """What a decision comes to; raises as `answered`."""
    match decision:
        case Forward():
            passage.action = "forwarded"
            passage.to_party = str(decision.hop.to.id)
            return await _forward(call, passage, decision)
        case Broadcast():
            passage.action = "broadcast"
            passage.to_party = str(call.network.hub)
            return await _broadcast(call, passage, decision)
        case FromStore():
            passage.action = "answered"
            passage.to_party = str(call.network.hub)
            return await _STORE[decision.action](call, passage)
        case Resolve():
            owners = await _owners(call, decision)
            try:
                found = placed(
                    call.message, call.from_party, call.platform, call.network, decision.row, owners
                )
            except OcpiError as error:
                own_answer = across.not_offered(call, error, owners)
                if own_answer is not None:
                    return own_answer
                raise await _explained(call, decision, owners, error) from None
            return await execute(call, passage, found)
        case AskAround():
            passage.action = "asked around"
            return await _ask_around(call, passage, decision)


async def _forward(call: Call, passage: Passage, decision: Forward) -> Answer:
    hop, message = decision.hop, call.message
    operation = message.match.operation
    if operation.effect is Effect.APPEND:
        known = await appended.answer_again(call, hop)
        if known is not None:
            return known
    stand_in = ""
    if operation.reply_to is not None:
        message, stand_in = await standins.with_stand_in(call, hop)
    if alike(message.version, hop.platform.version):
        request = outgoing(message, hop, call.process.new_id())
        answer = await send(call, passage, request, hop.platform, str(hop.to.id))
    else:
        async with call.process.pool.connection() as connection:
            spoken = await across.request(connection, call, message, hop)
        if isinstance(spoken, Answer):
            return spoken
        request = outgoing(spoken.message, hop, call.process.new_id())
        answer = await send(call, passage, request, hop.platform, str(hop.to.id), spoken.notes)
        answer = await across.answered(call, passage, hop, answer, spoken)
    asking = call.network.spelled(call.from_party)
    back = returning(answer, message, asking, hop.to.spelled)
    if not answer.accepted:
        return back
    extra: Headers = ()
    if stand_in:
        await standins.wait_for_result(call, stand_in, answer)
    if operation.effect is Effect.LIST:
        extra = await standins.page_header(call, hop, answer, request.url)
    await _remember(call, passage, hop, answer)
    if operation.location:
        key = change_of(message, call.from_party, str(hop.to.id), 0, call.now).key
        extra = await standins.location_header(call, hop, answer, request.url, key)
    return Answer(back.status, back.headers + extra, back.body)


async def _remember(call: Call, passage: Passage, hop: Hop, answer: Answer) -> None:
    """Keeps the directed copy of an accepted push, and what the message teaches. The other party
    has accepted: whatever fails here is logged and does not turn its yes into a no."""
    message, to = call.message, hop.to.id
    keeps = message.match.operation.effect in PUSHES and message.match.module.keeps
    taught = lessons(message, call.from_party, to, answer)
    learned = call.process.learned.new(taught, call.now) if taught else []
    admitted: tuple[Admission, ...] = ()
    if OLDEST in (message.version, hop.platform.version):  # who tells contracts only
        admitted = admissions(message, call.from_party, to, answer)
    if not (keeps or learned or admitted):
        return
    try:
        async with call.process.pool.connection() as connection:
            await index.learn(connection, learned, call.now)
            call.process.learned.remember(learned, call.now)
            await admit(connection, admitted, call.now)
            if keeps:
                owner, other = ends(message, call.from_party, to)
                change = change_of(
                    message,
                    owner,
                    str(other),
                    call.platform.id,
                    call.now,
                    findings=findings(message, call.now),
                    overwrites=call.platform.overwrites,
                )
                passage.object = change.object
                await keep_alone(connection, change)
    except OcpiError as error:
        # A PATCH of an object that was never pushed to this party whole: there is nothing to merge.
        log.debug("no directed copy kept of %s: %s", message.correlation_id, error.message)
    except Error:
        log.exception("%s: copy not kept", message.correlation_id)


async def _broadcast(call: Call, passage: Passage, decision: Broadcast) -> Answer:
    found = findings(call.message, call.now)
    refuse(call.platform.validation, found)
    change = change_of(
        call.message,
        call.from_party,
        EVERYONE,
        call.platform.id,
        call.now,
        findings=found,
        overwrites=call.platform.overwrites,
    )
    passage.object = change.object
    async with call.process.pool.connection() as connection:
        pushed = await accept_push(connection, call.message, change, decision.hops)
    call.process.nudge({hop.platform.id for hop in decision.hops})
    return own(call, 201 if pushed.created else 200, envelope.render(Code.SUCCESS, call.now))


_STORE = {
    Action.GET_ALL: lists.get_all,
    Action.GET_ONE: kept.get_one,
    Action.OWN_COPY: kept.own_copy,
}


async def _owners(call: Call, decision: Resolve) -> list[PartyId]:
    """The answer to the first question that has one."""
    async with call.process.pool.connection() as connection:
        for question in decision.questions:
            found = await answer_to(connection, question, call.from_party, call.network)
            if found:
                return found
    return []


async def _explained(
    call: Call, decision: Resolve, owners: list[PartyId], error: OcpiError
) -> OcpiError:
    """A refusal because nobody was found, with whom the asker may not know of."""
    if owners:
        return error
    async with call.process.pool.connection() as connection:
        return await unseen.explain(
            error, connection, decision.questions, call.from_party, call.network
        )


# The answer to "may this token charge?", most telling first (spec: mod_tokens_allowed_enum).
_VERDICTS = ("ALLOWED", "BLOCKED", "EXPIRED", "NO_CREDIT", "NOT_ALLOWED")


async def _ask_around(call: Call, passage: Passage, decision: AskAround) -> Answer:
    """Asks every party at once with one deadline. The first ALLOWED wins; else the most telling
    refusal of a party that knows the token; else the token is unknown; 4002 when none answered."""
    asked = [
        asyncio.create_task(_forward(call, passage, Forward(decision.row, hop)))
        for hop in decision.hops
    ]
    answers: list[tuple[int, Answer]] = []
    late: list[OcpiError] = []
    others = 0
    try:
        for finished in asyncio.as_completed(asked):
            try:
                answer = await finished
            except OcpiError as error:
                late.append(error)
                continue
            data = answer.envelope.data if answer.envelope is not None else None
            allowed = data.get("allowed") if isinstance(data, dict) else None
            if allowed == "ALLOWED":
                return answer
            if allowed in _VERDICTS:
                answers.append((_VERDICTS.index(allowed), answer))
            else:
                others += 1
    finally:
        for task in asked:
            task.cancel()
    if answers:
        return min(answers, key=lambda pair: pair[0])[1]
    if late and not others:
        raise late[0]
    http, code = call.message.match.operation.unresolved
    raise OcpiError(code, "no party of this hub knows the token.", http=http)
