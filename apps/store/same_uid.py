"""Tokens of one uid and several types: 2.1.1 has one token of a uid, and is told of the one that
the hub kept first; the later ones are withheld from it.

spec: mod_tokens.html of 2.1.1, 12.2: the RECEIVER's URL has the uid, and no type.
"""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from apps.store.objects import EVERYONE
from hub.ocpi import jsontext
from hub.ocpi.bridge import Refusal, Verdict
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.schema import SCHEMAS

Connection = AsyncConnection[Any]
CLASS, OLDEST, USUAL = "Token", "2.1.1", "RFID"
KINDS = sorted({kind for schema in SCHEMAS.values() for kind in schema.enums["TokenType"].values})
# Marks those of some rows that are later ones, for lists of 2.1.1 and PATCHes to it.
MARK = """
UPDATE tokens_token t SET unsaid = btrim(concat_ws(' ', '2.1.1', t.unsaid))
WHERE t.sequence = ANY(%(sequences)s) AND t.version <> '2.1.1'
    AND position('2.1.1' in t.unsaid) = 0 AND EXISTS (
        SELECT 1 FROM tokens_token e WHERE e.owner = t.owner AND e.sequence < t.sequence
        AND e.audience IN ('', t.audience) AND e.key <> t.key AND e.key = ANY(ARRAY(
            SELECT split_part(t.key, E'\\t', 1) || E'\\t' || kind
            FROM unnest(%(kinds)s::text[]) kind)))
"""
_KEPT = """
SELECT key FROM tokens_token WHERE owner = %s AND key = ANY(%s) AND audience = ANY(%s)
ORDER BY sequence
"""
_KINDS = """
SELECT DISTINCT split_part(key, E'\\t', 2) FROM tokens_token
WHERE key = ANY(%s) AND (%s = '' OR owner = %s)
"""


def marking(sequences: Sequence[int]) -> dict[str, Any]:
    """The values of MARK."""
    return {"sequences": list(sequences), "kinds": KINDS}


async def refused(
    connection: Connection,
    owner: PartyId,
    viewer: PartyId | None,
    texts: Sequence[bytes],
    version: str,
) -> dict[int, Refusal]:
    """The positions of those tokens of an owner, as a version says them, of whose uid a viewer
    (None: everybody) was told with another type before."""
    keys = [_key(text) for text in texts]
    wanted = [f"{uid}\t{kind}" for uid, _ in keys for kind in KINDS]
    audiences = [EVERYONE, *([str(PartyId.of(*viewer))] if viewer is not None else [])]
    cursor = await connection.execute(_KEPT, (str(PartyId.of(*owner)), wanted, audiences))
    first: dict[str, str] = {}
    for (key,) in await cursor.fetchall():
        uid, _, kind = key.partition("\t")
        first.setdefault(uid, kind)
    why = "2.1.1 has one token of a uid, and was told of another type first."
    refusal = Refusal(Verdict.WITHHELD, "$.type", why, version)
    return {n: refusal for n, (uid, kind) in enumerate(keys) if first.get(uid, kind) != kind}


async def kind_of(connection: Connection, owner: PartyId | None, uid: str) -> str:
    """The type of the token that is meant by a uid alone, of an owner or of anybody: RFID where one
    is kept, else that of the only one; empty where none is kept, or several are."""
    keys = [f"{fold(uid)}\t{kind}" for kind in KINDS]
    folded = str(PartyId.of(*owner)) if owner is not None else ""
    cursor = await connection.execute(_KINDS, (keys, folded, folded))
    found = {kind for (kind,) in await cursor.fetchall()}
    if USUAL in found:
        return USUAL
    return found.pop() if len(found) == 1 else ""


def _key(text: bytes) -> tuple[str, str]:
    """The folded uid and type of a token; empty where they cannot be read."""
    try:
        content = jsontext.decode(text)
    except jsontext.JsonError:
        content = None
    told = content if isinstance(content, dict) else {}
    uid, kind = (str(told.get(name) or "").replace("\x00", "") for name in ("uid", "type"))
    return fold(uid), fold(kind or USUAL)
