"""Objects as another version says them: looks up what the conversion has to know, and converts.

    done = await said(connection, Wanted("Tariff", "2.3.0", "2.1.1", owner, None, now), body)
    done.text, done.notes, done.refusal

Between equal versions, and where no version knows the class, the texts are the very bytes, and
nothing is looked up; but for 2.1.1, where ids may have other names (apps/store/other_names.py).
What a version says and loses is in hub.ocpi.bridge.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from apps.store import alias, facts, other_names, same_uid
from apps.store.drivers import drivers
from apps.store.named import OF_A_USER, Named, named
from apps.store.numbers import numbers
from apps.store.unsaid import is_known
from hub.ocpi import datetimes
from hub.ocpi.bridge import Bridged, Context, Owner, Refusal, bridge
from hub.ocpi.bridge.aliases import OTHERS, OWN
from hub.ocpi.ids import PartyId
from hub.ocpi.schema import SCHEMAS
from hub.routing.translated import OLDEST, alike

Connection = AsyncConnection[Any]

# So many are converted before others have their turn in the event loop.
AT_ONCE = 10


class Wanted(msgspec.Struct, frozen=True):
    """What is to be said, and for whom.

    Attributes:
        name: the class as 2.2.1 calls it; empty for an unknown one, which passes as it is.
        source: the version of the texts; target: the version that is wanted.
        owner: as it is spelled; whose objects these are, of a command the party that sends it, of
            an AuthorizationInfo the party that answers.
        viewer: the party that gets them; None for whoever may see them.
        now: the present moment, and when the texts came.
        is_patch: the texts are bodies of PATCH.
        token: uid and type of the token that an AuthorizationInfo is about.
    """

    name: str
    source: str
    target: str
    owner: PartyId
    viewer: PartyId | None
    now: datetime
    is_patch: bool = False
    token: tuple[str, str] = ("", "")

    @property
    def passes(self) -> bool:
        """Whether texts pass as they are."""
        known = self.source in SCHEMAS and self.target in SCHEMAS
        if not known or not is_known(self.name):
            return True
        renames = other_names.concerns(self.name)
        return alike(self.source, self.target) or (self.source == self.target and not renames)


async def said(connection: Connection, wanted: Wanted, text: bytes) -> Bridged:
    """One text as it is wanted."""
    return (await all_said(connection, wanted, (text,)))[0]


async def all_said(connection: Connection, wanted: Wanted, texts: Sequence[bytes]) -> list[Bridged]:
    """Texts of one class and one owner as they are wanted, in the same order; what they need to
    know is looked up once for all."""
    if wanted.passes:
        return [Bridged(text) for text in texts]
    whose = (wanted.name, wanted.owner, wanted.viewer)
    texts = await other_names.led_back(connection, *whose, texts)
    done = [Bridged(text) for text in texts]
    if wanted.source != wanted.target:
        done = await _bridged(connection, wanted, texts)
    if wanted.target != OLDEST:
        return done
    told = [each.text for each in done if each.text is not None]
    named = iter(await other_names.named(connection, *whose, told, wanted.now))
    return [each if each.text is None else replace(each, text=next(named)) for each in done]


async def _bridged(connection: Connection, wanted: Wanted, texts: Sequence[bytes]) -> list[Bridged]:
    known = await context(connection, wanted, texts)
    source, target, name = wanted.source, wanted.target, wanted.name
    refused: dict[int, Refusal] = {}
    if (name, target) == (same_uid.CLASS, OLDEST) and not wanted.is_patch:
        refused = await same_uid.refused(connection, wanted.owner, wanted.viewer, texts, source)
    done = []
    for number, text in enumerate(texts):
        refusal = refused.get(number)
        if refusal is not None:
            done.append(Bridged(None, refusal=refusal))
            continue
        done.append(bridge(source, target, name, text, known, is_patch=wanted.is_patch))
        if number % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0)
    return done


async def other_ids(connection: Connection, wanted: Wanted, ids: Sequence[str]) -> dict[str, str]:
    """Those ids of a URL, the object's first, that the other side knows by another name."""
    module_id = OWN.get(wanted.name, {}).get("id")
    if wanted.passes or module_id is None:
        return {}
    if wanted.source == OLDEST != wanted.target:
        told = Named(long=frozenset(each for each in ids if len(each) > alias.LONGEST_ID))
        return await _ids(connection, wanted, told)
    if wanted.target != OLDEST:
        return {}
    seen = (wanted.owner, wanted.viewer, ids[:1], wanted.now)
    return dict(await other_names.given(connection, module_id, *seen))


async def context(connection: Connection, wanted: Wanted, texts: Sequence[bytes]) -> Context:
    """What is known about what the texts name. New aliases and numbers of reservations are kept."""
    told = named(wanted.name, texts)
    source, target = wanted.source, wanted.target
    ids = await _ids(connection, wanted, told)
    known = Context(
        owner=Owner(*wanted.owner), received=datetimes.render(wanted.now), now=wanted.now, ids=ids
    )
    if source == OLDEST:
        known = replace(known, time_zone=facts.time_zone(wanted.owner))
        one, admitted = await drivers(
            connection, wanted.owner, told.auth_ids, told.charges, wanted.now
        )
        known = replace(known, drivers=one, admitted=admitted)
        if wanted.name == "AuthorizationInfo" and wanted.token[0]:
            token = await facts.token(connection, wanted.owner, *wanted.token)
            known = replace(known, token=token)
    types = await facts.token_types(connection, _holder(wanted), told.others, source, target)
    if types:
        known = replace(known, token_types=types)
    if target == OLDEST:
        known = await _for_the_oldest(connection, wanted, told, known)
    if target < source:
        tariffs = told.tariffs | named("Location", tuple(known.locations.values())).tariffs
        sayable = await facts.tariffs(connection, _place_owner(wanted), tariffs, target, known)
        known = replace(known, tariffs=sayable)
    return known


async def _for_the_oldest(
    connection: Connection, wanted: Wanted, told: Named, known: Context
) -> Context:
    if wanted.name != "Location":
        kept = await facts.locations(connection, _place_owner(wanted), told.locations)
        known = replace(known, locations=kept)
    if told.reservations:
        given = await numbers(connection, wanted.owner, told.reservations, wanted.now)
        known = replace(known, reservations=given)
    return known


async def _ids(connection: Connection, wanted: Wanted, told: Named) -> dict[str, str]:
    """Aliases of ids that are too long for the other side: of Locations and EVSEs of 2.1.1, of CDRs
    of newer versions."""
    if wanted.name in OTHERS:
        return {}
    at, owner = wanted.now, wanted.owner
    if wanted.source == OLDEST:
        return await alias.given(connection, "locations", owner, told.long, at)
    if wanted.target != OLDEST:
        return {}
    long = {each for each in told.cdrs if len(each) > alias.LONGEST_ID}
    return await alias.given(connection, "cdrs", owner, long, at)


def _holder(wanted: Wanted) -> PartyId | None:
    """Whose tokens the texts tell of; None where the texts say it themselves."""
    return wanted.owner if wanted.name in ("Token", *OF_A_USER) else None


def _place_owner(wanted: Wanted) -> PartyId:
    """Whose Locations and tariffs the texts are about."""
    if wanted.name in OF_A_USER and wanted.viewer is not None:
        return wanted.viewer
    return wanted.owner
