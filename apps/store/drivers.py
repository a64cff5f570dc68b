"""Which token is behind the `auth_id` by which 2.1.1 tells who charged.

The one token of that contract, of a party that the CPO may deal with. Where there are several, the
one that was let charge at that EVSE just before the charge began, by an authorize or a command that
passed the hub; never a guess.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.parties import directory
from apps.store import alias
from hub.ocpi import datetimes, jsontext
from hub.ocpi.bridge import Context, Driver, bridge
from hub.ocpi.bridge.context import Charge
from hub.ocpi.ids import PartyId, fold
from hub.routing.agreements import Relation
from hub.routing.lessons import Admission

Connection = AsyncConnection[Any]
MIDDLE = "2.2.1"
# An admission is meant for a charge that begins so soon after it. Some begin when the cable is
# plugged in, a while before the driver is asked who they are.
BEFORE, AFTER = timedelta(days=1), timedelta(minutes=15)
# CDRs come for so long after a charge began.
ADMISSION_LIFE = timedelta(days=60)

# As the index token_contract spells it.
CONTRACT = "upper(coalesce(payload ->> 'contract_id', payload ->> 'auth_id'))"
_TOKENS = f"""
SELECT owner, version, payload ->> 'uid', payload ->> 'type', {CONTRACT},
    coalesce(payload ->> 'contract_id', payload ->> 'auth_id')
FROM tokens_token WHERE {CONTRACT} = ANY(%s) AND audience = ''
"""
_ADMIT = """
INSERT INTO store_admission (cpo, emsp, location, evse, uid, type, at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_ADMITTED = """
SELECT location, evse, emsp, uid, type, at FROM store_admission
WHERE cpo = %s AND location = ANY(%s) AND at BETWEEN %s AND %s ORDER BY at
"""
# A token as it is kept: owner, folded uid, folded type.
Token = tuple[str, str, str]


async def admit(connection: Connection, admitted: Sequence[Admission], now: datetime) -> None:
    """Keeps who was let charge; places are known by the names that their CPO gave them."""
    for each in admitted:
        real = await alias.real(connection, (each.location, each.evse))
        place = [real[name].identifier if name in real else name
                 for name in (each.location, each.evse)]  # fmt: skip
        texts = [fold(text) for text in (*place, each.uid, each.type)]
        await connection.execute(_ADMIT, (str(each.cpo), str(each.emsp), *texts, now))


async def drivers(
    connection: Connection,
    owner: PartyId,
    auth_ids: Collection[str],
    charges: Collection[Charge],
    now: datetime,
) -> tuple[Mapping[str, Driver], Mapping[Charge, Driver]]:
    """The tokens behind each `auth_id` that has one only; and those behind the charges of an owner
    whose `auth_id` has several, where one of them was let charge there. `now` is when they were
    told, which stands for a beginning that cannot be true."""
    if not auth_ids:
        return {}, {}
    found = await _candidates(connection, owner, auth_ids)
    of_all = {each: found.get(fold(each), {}) for each in auth_ids}
    one = {each: next(iter(some.values())) for each, some in of_all.items() if len(some) == 1}
    several = [each for each in charges if len(found.get(fold(each.auth_id), ())) > 1]
    return one, await _admitted(connection, owner, several, found, now)


async def holder(connection: Connection, owner: PartyId, auth_id: str) -> PartyId | None:
    """The one party that has all tokens of a contract; None where there is none, or several: which
    of the tokens was used need not be known to tell who is meant."""
    found = await _candidates(connection, owner, [auth_id])
    held = {PartyId.parse(party) for party, _, _ in found.get(fold(auth_id), {})}
    return held.pop() if len(held) == 1 else None


async def _candidates(
    connection: Connection, owner: PartyId, auth_ids: Collection[str]
) -> dict[str, dict[Token, Driver]]:
    """The tokens of each contract, of parties that the owner may deal with."""
    network, sessions = directory.snapshot(), module_of("sessions")
    cursor = await connection.execute(_TOKENS, ([fold(each) for each in auth_ids],))
    found: dict[str, dict[Token, Driver]] = {}
    for holder, version, uid, kind, contract, spelled in await cursor.fetchall():
        party = PartyId.parse(holder)
        may = network.relation(PartyId.of(*owner), party, sessions) is Relation.ALLOWED
        if not may or party not in network.parties or not uid:
            continue
        driver = Driver(*network.spelled(party), uid, _in_the_middle(version, kind), spelled)
        found.setdefault(contract, {})[holder, fold(uid), fold(kind or "")] = driver
    return found


async def _admitted(
    connection: Connection,
    owner: PartyId,
    charges: Sequence[Charge],
    candidates: Mapping[str, Mapping[Token, Driver]],
    now: datetime,
) -> dict[Charge, Driver]:
    starts = {each: _began(each.start, now) for each in charges}
    if not starts:
        return {}
    cursor = await connection.execute(
        _ADMITTED,
        (
            str(PartyId.of(*owner)),
            [fold(each.location_id) for each in starts],
            min(starts.values()) - BEFORE,
            max(starts.values()) + AFTER,
        ),
    )
    rows = await cursor.fetchall()
    found = {}
    for charge, start in starts.items():
        place = fold(charge.location_id), ("", fold(charge.evse_uid))
        tokens = candidates[fold(charge.auth_id)]
        let: list[Token] = [
            (emsp, uid, kind)
            for location, evse, emsp, uid, kind, at in rows
            if location == place[0] and evse in place[1] and start - BEFORE <= at <= start + AFTER
            if (emsp, uid, kind) in tokens
        ]
        if len({emsp for emsp, _, _ in let}) == 1:  # of one driver's tokens, the last one
            found[charge] = tokens[let[-1]]
    return found


def _began(text: str, now: datetime) -> datetime:
    """When a charge began; now, where that is no moment, or one that nobody knows of any more, or
    that is yet to come: the clocks of some stations are not set."""
    try:
        moment = datetimes.parse(text)
    except (ValueError, OverflowError):
        return now
    return moment if now - ADMISSION_LIFE <= moment <= now + BEFORE else now


def _in_the_middle(version: str, kind: str) -> str:
    text = bytes(jsontext.raw(kind))
    told = bridge(version, MIDDLE, "TokenType", text, Context()).text
    return str(jsontext.decode(told)) if told is not None else kind
