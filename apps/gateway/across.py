"""One forwarded message between platforms of different versions: said as the other side says it,
its answer said back, and what cannot be said refused with the reason.

    request  -> what is sent in its place, or the answer of the hub itself
    answered -> the answer as the requester's version says it

Between equal versions nothing here is called. What was lost goes into the log row of the leg, into
the counts of the platform that was told, and into `status_message` for whoever asked.
"""

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace
from psycopg import AsyncConnection

from apps.gateway import authorized, patched
from apps.gateway.call import Call, Heard, Passage
from apps.gateway.other_ids import tail_in
from apps.gateway.own import own
from apps.store.said import Wanted, all_said, said
from apps.traffic.losses import sentence
from hub.ocpi import envelope, jsontext
from hub.ocpi.bridge import Bridged, Context, Note, Refusal, Verdict, bridge
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Message
from hub.ocpi.module import By, Effect, Interface
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.messages import answer_name, body_name
from hub.ocpi.status import Code, OcpiError
from hub.routing.decide import Hop
from hub.routing.translated import OLDEST, query_in

Connection = AsyncConnection[Any]
Notes = tuple[Note, ...]
MIDDLE = "2.2.1"
# The enum that a part of the URL is of.
_ENUMS = {"command": "CommandType"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message as the receiver is sent it, and what was lost on the way there."""

    message: Message
    notes: Notes = ()


async def request(
    connection: Connection, heard: Heard, message: Message, hop: Hop
) -> Spoken | Answer:
    """What is sent to a platform of another version in place of a message, or the hub's own answer
    where that version has nothing of the kind.

    Raises OcpiError 4000 with the reason when it cannot be said there, 404 with 2001 for charging
    preferences, which 2.1.1 does not have.
    """
    target = hop.platform.version
    why = _missing(message, target)
    if why:
        return _unspoken(heard, why)
    wanted = Wanted(
        name=body_name(message.match),
        source=message.version,
        target=target,
        owner=heard.network.spelled(heard.from_party),
        viewer=hop.to.id,
        now=heard.now,
        is_patch=message.match.operation.effect is Effect.MERGE,
    )
    tail = await tail_in(connection, message, wanted)
    if target == message.version:
        done = await said(connection, wanted, message.body)
        return Spoken(replace(message, tail=tail, body=done.text or message.body))
    message = await authorized.restored(connection, message, target, hop.to.spelled)
    came, message = message, replace(message, tail=tail, query=query_in(message, target))
    if not (wanted.name and message.body):
        return Spoken(message)
    if wanted.is_patch:
        kept = await patched.kept(connection, heard, came, wanted.viewer)
        return await _patch(connection, message, wanted, kept)
    done = await said(connection, wanted, message.body)
    if done.text is None:
        return _unspoken(heard, told(done.refusal, target))
    return Spoken(replace(message, body=done.text), done.notes)


async def _patch(
    connection: Connection, message: Message, wanted: Wanted, kept: patched.Patched | None
) -> Spoken | Answer:
    """A PATCH, or the PUT of the whole in its place. Whether the receiver may know the object at
    all does not show in a PATCH, so the whole is looked at first."""
    whole: Bridged | None = None
    if kept is not None:
        looked_at = {message.match.module.object: kept.object, wanted.name: kept.part}
        for name, text in looked_at.items():
            whole = await said(connection, replace(wanted, name=name, is_patch=False), text)
            if whole.text is None:
                raise OcpiError(Code.HUB_ERROR, told(whole.refusal, wanted.target))
    done = await said(connection, wanted, message.body)
    if done.text is not None and (whole is not None or wanted.target not in patched.HIDING):
        return Spoken(replace(message, body=done.text), done.notes)
    if whole is None or whole.text is None:
        why = told(done.refusal, wanted.target) if done.text is None else "it is not kept whole"
        raise OcpiError(
            Code.HUB_ERROR,
            f"this PATCH cannot be passed on in OCPI {wanted.target}: {why}. PUT the whole object.",
        )
    if done.refusal is not None and done.refusal.verdict is not Verdict.WHOLE:
        raise OcpiError(Code.HUB_ERROR, told(done.refusal, wanted.target))
    return Spoken(replace(message, method="PUT", body=whole.text), whole.notes)


def _missing(message: Message, target: str) -> str:
    """Why the target's version has no such request at all; empty when it has."""
    match = message.match
    if not (match.module.custom or match.module.has(match.operation, target)) and (
        match.operation.effect is not Effect.MERGE  # a PUT may take its place
    ):
        return f"the receiver speaks OCPI {target}, which has no such request of {match.module.id}"
    takes = match.operation.takes
    if isinstance(takes, By):
        enum = SCHEMAS[target].enums.get(_ENUMS.get(takes.parameter, ""))
        value = match.parameters[takes.parameter]
        if enum is not None and not enum.is_open and value not in enum.values:
            return f"OCPI {target} has no {value[:40]}"
    return ""


def not_offered(heard: Heard, error: OcpiError, found: Sequence[PartyId] = ()) -> Answer | None:
    """The answer in place of a party that does not offer the interface since its version has no
    such module: TO, or the one that was found by content. None where it is refused for another
    reason. Raises OcpiError where no answer of the module says so."""
    message, match = heard.message, heard.message.match
    meant = {message.to} if isinstance(message.to, PartyId) and not found else {*found}
    if error.code is not Code.HUB_ERROR or len(meant) != 1:
        return None
    target = heard.network.find(meant.pop(), match.module, match.interface)
    version = target.platform.version if target is not None else ""
    if version not in SCHEMAS or match.module.custom or match.module.has(match.operation, version):
        return None
    return _unspoken(heard, _missing(message, version))


def told(refusal: Refusal | None, target: str) -> str:
    """A refusal of the bridge as a sentence."""
    if refusal is None:
        return f"it cannot be said in OCPI {target}"
    return f"it cannot be said in OCPI {target} ({refusal.path}: {refusal.why.rstrip('.')})"


def _not_supported(why: str) -> bytes:
    text = [{"language": "en", "text": why[:512]}]
    return msgspec.json.encode({"result": "NOT_SUPPORTED", "timeout": 0, "message": text})


def _profiles_not_supported(_: str) -> bytes:
    return msgspec.json.encode({"result": "NOT_SUPPORTED", "timeout": 0})


# What is answered, as OCPI 2.2.1 says it, in place of a party that cannot understand the request;
# by the class that it would have answered with.
_OWN: dict[str, Callable[[str], bytes]] = {
    "CommandResponse": _not_supported,
    "ChargingProfileResponse": _profiles_not_supported,
}
_ERRORS: dict[str, tuple[int, Code]] = {
    "ChargingPreferencesResponse": (404, Code.INVALID_PARAMETERS),
}


def _unspoken(heard: Heard, why: str) -> Answer:
    """The answer to what the receiver's version has no words for. Raises OcpiError where no answer
    of the module says so."""
    gives = heard.message.match.operation.gives
    if gives not in _OWN:
        http, code = _ERRORS.get(gives, (200, Code.HUB_ERROR))
        raise OcpiError(code, f"{why}.", http=http)
    done = bridge(MIDDLE, heard.message.version, gives, _OWN[gives](why), Context())
    if done.text is None:
        raise OcpiError(Code.HUB_ERROR, f"{why}.")
    body = envelope.render(Code.SUCCESS, heard.now, message=f"{why}.", data=envelope.raw(done.text))
    return own(heard, 200, body)


async def answered(
    call: Call, passage: Passage, hop: Hop, answer: Answer, spoken: Spoken
) -> Answer:
    """The answer of a platform of another version, as the requester's version says it, with what
    was lost on both ways in `status_message`.

    Raises OcpiError 404 with 2004 for a token that a 2.1.1 platform does not know, 4000 when what
    was asked for cannot be said to the requester.
    """
    source, target = hop.platform.version, call.message.version
    told_them = sentence(source, str(hop.to.id), spoken.notes)
    if not answer.accepted:
        if source != target:
            _unknown(call, source, answer)
        return saying(answer, told_them)
    name, match = answer_name(call.message.match), call.message.match
    found = answer.envelope
    raw = found.raw_data if found is not None else None
    if not name or raw is None or raw == b"null":
        return saying(answer, told_them)
    owner = hop.to.spelled
    if match.interface is Interface.RECEIVER and match.operation.effect is Effect.READ:
        owner = call.network.spelled(call.from_party)
    wanted = Wanted(
        name=name,
        source=source,
        target=target,
        owner=owner,
        viewer=call.from_party,
        now=call.now,
        token=authorized.token_of(call.message),
    )
    data, notes, left_out = await back(call, wanted, raw, match.operation.effect is Effect.LIST)
    lost(call, passage, wanted, notes)
    told_you = sentence(target, str(call.from_party), notes)
    return saying(answer, told_them, told_you, left_out, data=data if data != raw else None)


async def back(call: Call, wanted: Wanted, raw: bytes, is_list: bool) -> tuple[bytes, Notes, str]:
    """The `data` of an answer as the requester's version says it, what was lost, and a sentence
    about what is left out of a list. Raises OcpiError 4000 for one object that cannot be said."""
    async with call.process.pool.connection() as connection:
        if is_list:
            return await _list(connection, wanted, raw)
        raw = jsontext.only(raw)
        done = await said(connection, wanted, raw)
        if done.text is None and wanted.name == authorized.CLASS and raw.startswith(b"{"):
            done = await authorized.said_of_unkept(connection, call, wanted, raw)
    if done.text is None:
        raise OcpiError(Code.HUB_ERROR, f"what was answered: {told(done.refusal, wanted.target)}.")
    return done.text, done.notes, ""


async def _list(connection: Connection, wanted: Wanted, raw: bytes) -> tuple[bytes, Notes, str]:
    try:
        texts = [bytes(item) for item in jsontext.items(raw)]
    except jsontext.JsonError as error:
        raise OcpiError(Code.HUB_ERROR, f"the list that was answered is {error}.") from None
    done = await all_said(connection, wanted, texts)
    if [each.text for each in done] == texts:
        return raw, (), ""
    kept = [each.text for each in done if each.text is not None]
    notes = tuple(
        dataclasses.replace(note, path=f"$[{number}]{note.path.removeprefix('$')}")
        for number, each in enumerate(done)
        for note in each.notes
        if each.text is not None
    )
    left_out = len(done) - len(kept)
    why = f"{left_out} cannot be said in OCPI {wanted.target}, and were left out"
    return b"[" + b",".join(kept) + b"]", notes, why if left_out else ""


def lost(call: Call, passage: Passage, wanted: Wanted, notes: Notes) -> None:
    """Notes what was lost in what the requester is told: for the log row, and for the counts."""
    if notes:
        passage.notes += notes
        call.process.recorder.counts.losses(
            call.now,
            call.platform.id,
            call.message.match.module.id,
            wanted.source,
            wanted.target,
            notes,
        )


def _unknown(call: Call, source: str, answer: Answer) -> None:
    """2.1.1 has no code of its own for an unknown token: it says 404, or any 2xxx."""
    http, code = call.message.match.operation.unresolved
    found = answer.envelope
    says_no = answer.status == 404 or (found is not None and 2000 <= found.status_code < 3000)
    if source == OLDEST and code is Code.UNKNOWN_TOKEN and says_no:
        own_words = found.status_message if found is not None else ""
        raise OcpiError(code, own_words or "the eMSP does not know the token.", http=http)


def saying(answer: Answer, *sentences: str, data: bytes | None = None) -> Answer:
    """The answer with sentences after its own `status_message`, and with other data. One without
    an OCPI response stays as it is."""
    added = "; ".join(each for each in sentences if each)
    if answer.envelope is None or not (added or data is not None):
        return answer
    members = jsontext.members(answer.body)
    if data is not None:
        members["data"] = msgspec.Raw(data)
    if added:
        own_words = answer.envelope.status_message
        members["status_message"] = jsontext.raw(f"{own_words}; {added}" if own_words else added)
    return Answer(answer.status, answer.headers, jsontext.join(members))
