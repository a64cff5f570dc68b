"""Ids in texts by the names that the other side knows: given to what goes to 2.1.1, which tells no
owners, and led back in what comes from whoever was told them (apps/store/alias.py)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store import alias
from apps.store.tables import table
from hub.ocpi.bridge.aliases import OTHERS, OWN, ids_in, with_names
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Audience

Connection = AsyncConnection[Any]


def concerns(name: str) -> bool:
    """Whether objects of a class hold ids that may have other names."""
    return name in OWN or name in OTHERS


async def led_back(
    connection: Connection,
    name: str,
    owner: PartyId,
    viewer: PartyId | None,
    texts: Sequence[bytes],
) -> Sequence[bytes]:
    """Texts with the ids that aliases in them stand for, where these are of those who get them: of
    a command's receiver, and of an owner who asks for what it told. Without a viewer nobody gets
    them, and they stay as they are."""
    if viewer is None:
        return texts
    is_own = PartyId.of(*owner) == PartyId.of(*viewer)
    places = OTHERS.get(name, OWN.get(name, {}) if is_own else {})
    told = ids_in(places, texts) if places else {}
    ids = {each for some in told.values() for each in some if alias.may_be_one(each)}
    real = {each: found.identifier for each, found in (await alias.real(connection, ids)).items()}
    names = dict.fromkeys(told, real) if real else {}
    return [with_names(places, text, names) for text in texts] if names else texts


async def named(
    connection: Connection,
    name: str,
    owner: PartyId,
    viewer: PartyId | None,
    texts: Sequence[bytes],
    now: datetime,
) -> Sequence[bytes]:
    """Texts of 2.1.1 with aliases in place of ids that another owner had first. What an owner is
    told of itself has its own ids."""
    places = OWN.get(name, {})
    if not places or (viewer is not None and PartyId.of(*owner) == PartyId.of(*viewer)):
        return texts
    told = ids_in(places, texts)
    names = {m: await given(connection, m, owner, viewer, ids, now) for m, ids in told.items()}
    return [with_names(places, text, names) for text in texts]


async def given(
    connection: Connection,
    module_id: str,
    owner: PartyId,
    viewer: PartyId | None,
    ids: Collection[str],
    now: datetime,
) -> Mapping[str, str]:
    """The aliases of those of an owner's ids that another owner had first; once given, for all."""
    if not ids:
        return {}
    module = module_of(module_id)
    short = {each for each in ids if len(each) <= alias.LONGEST_ID}
    known = await alias.known(connection, module_id, owner, short)
    # What is for everyone has one name for all; what is private has had one reader only.
    seen_by = str(PartyId.of(*viewer)) if viewer is not None else ""
    for_whom = None if module.audience is Audience.EVERYONE else seen_by
    asked = {each for each in ids if each not in known}
    taken = await alias.taken(connection, table(module).name, owner, asked, for_whom)
    return {**known, **await alias.given(connection, module_id, owner, taken, now)}
