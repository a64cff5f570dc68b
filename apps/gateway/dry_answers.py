"""The second half of a dry run: what would be sent, or answered, once it is decided."""

from collections.abc import Sequence
from contextlib import suppress

from django.conf import settings
from msgspec.structs import replace
from psycopg.errors import ReadOnlySqlTransaction

from apps.credentials.pages import endpoint_url
from apps.gateway import across, standins
from apps.gateway.appended import accepted_before
from apps.gateway.checked import findings, refuse
from apps.gateway.dry_steps import NEW_ID, NOT_SUPPORTED, Case, Run
from apps.gateway.found import key_of, part_ids
from apps.outbox.due import Due
from apps.outbox.spoken import Spoken as Told
from apps.outbox.spoken import spoken
from apps.outbox.way import way_of
from apps.store import find
from apps.store.change import change_of
from apps.store.objects import EVERYONE
from apps.store.standins import find as find_stand_in
from apps.traffic.losses import sentence
from hub.ocpi import paging
from hub.ocpi.bridge import Note
from hub.ocpi.message import Answer
from hub.ocpi.module import Effect, Interface
from hub.ocpi.status import Code, OcpiError
from hub.policy.retry import Drop
from hub.routing.decide import Hop
from hub.routing.hop import outgoing
from hub.routing.reply import response_url, with_response_url
from hub.routing.table import Action
from hub.routing.translated import alike
from hub.routing.visible import view

STAND_IN = "via-(made when it is sent)"
AT_SENDING = "yes, with an alias or a number that is given when it is sent"


async def forwarded(run: Run, case: Case, hops: Sequence[Hop]) -> None:
    """The leg to one party, or to each of those that are asked around."""
    original, operation = case.message, case.message.match.operation
    if operation.reply_to is not None:
        with run.step("response_url is on a host of the platform") as step:
            step.says = f"{response_url(original, case.platform)} is replaced by a URL of the hub"
        url = endpoint_url(original.version, Interface.SENDER, original.match.module.identifier)
        case = replace(case, message=with_response_url(original, f"{url}/{STAND_IN}"))
    for hop in hops:
        if operation.effect is Effect.APPEND and await _accepted_before(run, case, hop):
            run.action = "answer as the first time; nothing is sent"
            return
        said = await _said(run, case, hop)
        if said is None:
            run.action = NOT_SUPPORTED
            return
        with run.step(f"a request to {hop.to.id} can be made") as step:
            request = outgoing(said.message, hop, NEW_ID)
            step.says = request.url
        run.add(str(hop.to.id), hop.platform, request, original.body, said.notes)


async def _said(run: Run, case: Case, hop: Hop) -> across.Spoken | None:
    """The message in the version of its receiver; None where the hub answers in its place."""
    message, target = case.message, hop.platform.version
    if alike(message.version, target):
        return across.Spoken(message)
    with run.step(_can_be_said(hop)) as step:
        try:
            answer = await across.request(case.connection, case, message, hop)
        except ReadOnlySqlTransaction:
            step.says = AT_SENDING
            return across.Spoken(message)
        if isinstance(answer, Answer):
            step.says = answer.envelope.status_message if answer.envelope is not None else ""
            return None
        step.says = _lost(message.version, hop, answer.notes)
        return answer


async def _accepted_before(run: Run, case: Case, hop: Hop) -> bool:
    with run.step("it is new, or the same as it was") as step:
        key = await accepted_before(
            case.connection, case.message, case.from_party, hop.to.id, case.now
        )
        step.says = "new" if key is None else "accepted before"
    return key is not None


async def broadcast(run: Run, case: Case, hops: Sequence[Hop]) -> None:
    """The deliveries of a push to everyone."""
    message, mode = case.message, case.platform.validation
    with run.step(f"validation ({mode.value}) lets the body pass") as step:
        found = findings(message, case.now)
        refuse(mode, found)
        step.says = f"{len(found)} findings"
    change = change_of(message, case.from_party, EVERYONE, case.platform.id, case.now)
    with run.step("kept for everyone") as step:
        step.says = change.object
    for hop in hops:
        due = Due(
            id=0,
            payload_id=0,
            platform_id=hop.platform.id,
            party=str(hop.to.id),
            object=change.object,
            attempts=1,
            created_at=case.now,
            module=message.match.module.id,
            method=message.method,
            tail=message.tail,
            query=message.query,
            body=message.body,
            owner=str(change.owner),
            from_party="",
            correlation_id=message.correlation_id,
            request_id=message.request_id,
            version=message.version,
        )
        # The push is accepted even where one delivery is given up at once; its step says why.
        told = await _told(run, case, hop, due)
        if told is None:
            continue
        with suppress(OcpiError), run.step(f"a delivery to {hop.to.id} can be made") as step:
            way = way_of(told.due, hop.platform, case.network)
            request = way.request(told.due, NEW_ID)
            step.says = request.url
            run.add(str(hop.to.id), hop.platform, request, message.body, told.notes)


async def _told(run: Run, case: Case, hop: Hop, due: Due) -> Told | None:
    """The delivery in the version of its receiver; None where it is given up at once."""
    target = hop.platform.version
    if alike(due.version, target):
        return Told(due)
    with suppress(OcpiError), run.step(_can_be_said(hop)) as step:
        try:
            told = await spoken(case.connection, due, target, case.network, case.now)
        except ReadOnlySqlTransaction:
            step.says = AT_SENDING
            return Told(due)
        if isinstance(told.refused, Drop):
            raise OcpiError(Code.HUB_ERROR, told.refused.reason)
        if told.refused is not None:
            step.says = f"{told.refused.reason}: the whole object is PUT in its place"
            return None
        step.says = _lost(case.message.version, hop, told.notes)
        return told
    return None


def _can_be_said(hop: Hop) -> str:
    return f"it can be said in OCPI {hop.platform.version}, for {hop.to.id}"


def _lost(source: str, hop: Hop, notes: Sequence[Note]) -> str:
    target = hop.platform.version
    lost = sentence(target, str(hop.to.id), notes)
    return lost or f"from OCPI {source} to {target}: nothing is lost"


async def from_store(run: Run, case: Case, action: Action) -> None:
    """What the hub answers itself."""
    message, module = case.message, case.message.match.module
    if action is Action.GET_ALL:
        with run.step("the query can be read") as step:
            window = paging.window(message.query, settings.HUB.page_limit)
            step.says = f"from {window.offset} on, {window.limit} a page"
        return
    with run.step("the hub keeps it, and the party may see it") as step:
        key = key_of(message)
        if action is Action.GET_ONE:
            seen = view(case.from_party, module, case.network)
            copy = await find.one(case.connection, module, seen, key, message.version)
        else:
            copy = await find.own(case.connection, module, case.from_party, key)
        text = find.inside(module, copy.text, part_ids(message))
        step.says = f"{len(text)} bytes of OCPI {copy.version}"


async def on_stand_in(run: Run, case: Case, identifier: str) -> None:
    """A request on a URL that the hub gave out (rows 21 and 22 of docs/routing.md)."""
    with run.step("the hub gave this URL to the platform") as step:
        found = await find_stand_in(case.connection, identifier, case.platform.id, case.now)
        stand_in = standins.usable(found, case.message.method)
        step.says = f"a {stand_in.kind} of {stand_in.module}, for {stand_in.follower_party}"
    if not stand_in.url:
        run.action = "answer the copy that the hub keeps"
        return
    with run.step("the platform behind it is connected") as step:
        platform = standins.behind(stand_in, case.network)
        step.says = platform.name
    run.action = Action.FORWARD.value
    request = standins.onward(case.message, stand_in, platform, case.network, NEW_ID)
    run.add(stand_in.target_party, platform, request, case.message.body)
