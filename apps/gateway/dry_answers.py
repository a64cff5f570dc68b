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
from apps.outbox.attempt import request_of
from apps.outbox.due import Due
from apps.store import find
from apps.store.change import change_of
from apps.store.objects import EVERYONE
from apps.store.standins import find as find_stand_in
from apps.traffic.losses import sentence
from hub.ocpi import paging
from hub.ocpi.message import Answer, Message
from hub.ocpi.module import Effect, Interface
from hub.ocpi.status import OcpiError
from hub.routing.decide import Hop
from hub.routing.hop import outgoing
from hub.routing.reply import response_url, with_response_url
from hub.routing.table import Action
from hub.routing.visible import view

STAND_IN = "via-(made when it is sent)"


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
        message = await _said(run, case, hop)
        if message is None:
            run.action = NOT_SUPPORTED
            return
        with run.step(f"a request to {hop.to.id} can be made") as step:
            request = outgoing(message, hop, NEW_ID)
            step.says = request.url
        run.add(str(hop.to.id), hop.platform, request, original.body)


async def _said(run: Run, case: Case, hop: Hop) -> Message | None:
    """The message in the version of its receiver; None where the hub answers in its place."""
    message, target = case.message, hop.platform.version
    if message.version == target:
        return message
    with run.step(f"it can be said in OCPI {target}, for {hop.to.id}") as step:
        try:
            spoken = await across.request(case.connection, case, message, hop)
        except ReadOnlySqlTransaction:
            step.says = "yes, with an alias or a number that is given when it is sent"
            return message
        if isinstance(spoken, Answer):
            step.says = spoken.envelope.status_message if spoken.envelope is not None else ""
            return None
        step.says = (
            sentence(target, str(hop.to.id), spoken.notes)
            or f"from OCPI {message.version} to {target}: nothing is lost"
        )
        return spoken.message


async def _accepted_before(run: Run, case: Case, hop: Hop) -> bool:
    with run.step("it is new, or the same as it was") as step:
        key = await accepted_before(
            case.connection, case.message, case.from_party, hop.to.id, case.now
        )
        step.says = "new" if key is None else "accepted before"
    return key is not None


def broadcast(run: Run, case: Case, hops: Sequence[Hop]) -> None:
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
        with suppress(OcpiError), run.step(f"a delivery to {hop.to.id} can be made") as step:
            request = request_of(due, hop.platform, case.network, NEW_ID)
            step.says = request.url
            run.add(str(hop.to.id), hop.platform, request, message.body)


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
