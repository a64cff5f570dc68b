"""Removes the traces of one driver's token from what is kept."""

from django.db import connection, transaction

from apps.modules import registry
from apps.store.models import Admission
from apps.store.tables import table
from hub.ocpi.clue import Named
from hub.ocpi.ids import fold
from hub.ocpi.module import Module

Erased = dict[str, int]
# A kept object without the one character of JSON that PostgreSQL cannot read.
_WHOLE = r"(replace(t.payload::text, '\u0000', '\u0020')::jsonb)"


@transaction.atomic
def erase(uid: str, party: str = "", *, remove: bool) -> Erased:
    """How many rows of each kind tell of a token uid, of one party or of any: the token itself,
    sessions and CDRs that it paid, what the hub learned from them. With `remove` they are gone.
    """
    erased: Erased = {}
    learned: set[str] = set()
    for module in registry().values():
        where = _about(module)
        if where:
            values = {"uid": fold(uid), "party": party, "module": module.id}
            keys, more = _rows(module, where, values, remove=remove)
            erased[module.id] = len(keys)
            learned |= {fold(each) for each in more}
            learned |= set(keys) if module.id != "tokens" else set()
    erased["routing index"] = _by_key("store_routingindex", learned, remove=remove)
    erased["admissions"] = _admissions(fold(uid), party, remove=remove)
    erased["stand-ins"] = _by_key("store_standin", learned, remove=remove)
    return erased


def _about(module: Module) -> str:
    """The condition on alias `t` under which an object tells of the token."""
    if module.id == "tokens":
        return "split_part(t.key, E'\\t', 1) = %(uid)s AND %(party)s IN ('', t.owner)"
    fields = {
        clue.field
        for route in module.routes
        for operation in route.operations.values()
        for clue in operation.clues
        if isinstance(clue, Named) and module.keeps and module.personal
    }
    # The token is the object that names the party, or is inside it, as in a request for a booking.
    return " OR ".join(
        f"EXISTS (SELECT FROM jsonb_path_query({_WHOLE}, 'lax $.{field}[*].**') each "
        "WHERE upper(each->>'uid') = %(uid)s AND (%(party)s = '' OR %(party)s = "
        "upper(concat(each->>'country_code', '/', each->>'party_id'))))"
        for field in sorted(fields)
    )


def _rows(
    module: Module, where: str, values: dict[str, str], *, remove: bool
) -> tuple[list[str], set[str]]:
    """The keys of the objects, and the ids in them that the routing index may know."""
    found = table(module)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.sequence, t.owner, t.key, t.audience, {_WHOLE}->>'session_id', "
            f"{_WHOLE}->>'authorization_reference', {_WHOLE}->>'request_id' "
            f"FROM {found.name} t "
            f"WHERE {found.where} AND ({where})",
            values,
        )
        rows = cursor.fetchall()
        if remove and rows:
            cursor.execute(
                f"DELETE FROM {found.name} WHERE sequence = ANY(%s)", ([row[0] for row in rows],)
            )
            for about in ("store_finding", "store_pastchange"):
                cursor.executemany(
                    f"DELETE FROM {about} WHERE module = %s AND owner = %s AND key = %s "
                    "AND audience = %s",
                    [(module.id, *row[1:4]) for row in rows],
                )
    return [row[2] for row in rows], {each for row in rows for each in row[4:] if each}


def _admissions(uid: str, party: str, *, remove: bool) -> int:
    rows = Admission.objects.filter(uid=uid)
    if party:
        rows = rows.filter(emsp=party)
    count = rows.count()
    if remove:
        rows.delete()
    return count


def _by_key(name: str, keys: set[str], *, remove: bool) -> int:
    with connection.cursor() as cursor:
        if remove:
            cursor.execute(f"DELETE FROM {name} WHERE key = ANY(%s)", (sorted(keys),))
            return int(cursor.rowcount)
        cursor.execute(f"SELECT count(*) FROM {name} WHERE key = ANY(%s)", (sorted(keys),))
        return int(cursor.fetchone()[0])
