"""What comes back to a stand-in, or is fetched through one, from a platform of another version."""

from msgspec.structs import replace

from apps.gateway.across import Notes, back, lost, saying, told
from apps.gateway.call import Call, Passage
from apps.store.models import StandIn as Row
from apps.store.said import Wanted, said
from apps.store.standins import StandIn
from apps.traffic.losses import sentence
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import Code, OcpiError
from hub.routing.network import Platform


async def result(
    call: Call, stand_in: StandIn, platform: Platform, request: Outgoing
) -> tuple[Outgoing, Notes]:
    """The result of a command or a charging profile as the one who asked understands it. Raises
    OcpiError 4000 where its version has no such result."""
    if stand_in.kind != Row.Kind.RESULT:
        return request, ()
    wanted = Wanted(
        name=stand_in.replies,
        source=call.message.version,
        target=platform.version,
        owner=call.network.spelled(PartyId.parse(stand_in.follower_party)),
        viewer=PartyId.parse(stand_in.target_party),
        now=call.now,
    )
    async with call.process.pool.connection() as connection:
        done = await said(connection, wanted, request.body)
    if done.text is None:
        raise OcpiError(Code.HUB_ERROR, f"{told(done.refusal, platform.version)}.")
    return replace(request, body=done.text), done.notes


async def answered(
    call: Call,
    passage: Passage,
    stand_in: StandIn,
    platform: Platform,
    answer: Answer,
    notes: Notes,
) -> Answer:
    """The answer as whoever followed the stand-in understands it: the next page of a list, or an
    object that was posted. Raises OcpiError 4000 for an object that cannot be said."""
    told_them = sentence(platform.version, stand_in.target_party, notes)
    found = answer.envelope
    raw = found.raw_data if found is not None and answer.accepted else None
    if stand_in.kind == Row.Kind.RESULT or raw is None or raw == b"null":
        return saying(answer, told_them)
    is_page = stand_in.kind == Row.Kind.PAGE
    # A page is of what the other side owns, a posted object is of the one who posted it.
    owner = stand_in.target_party if is_page else stand_in.follower_party
    wanted = Wanted(
        name=call.message.match.module.object,
        source=platform.version,
        target=call.message.version,
        owner=call.network.spelled(PartyId.parse(owner)),
        viewer=call.from_party,
        now=call.now,
    )
    data, lost_here, left_out = await back(call, wanted, raw, is_page)
    lost(call, passage, wanted, lost_here)
    told_you = sentence(wanted.target, str(call.from_party), lost_here)
    return saying(answer, told_them, told_you, left_out, data=data if data != raw else None)
