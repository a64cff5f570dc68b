"""Removes everything that is kept of one owner: for simulated platforms, which begin anew."""

from django.db import connection, transaction

from apps.modules import registry
from apps.store.models import Arrival, Finding, PastChange
from apps.store.tables import Table, table
from hub.ocpi.ids import PartyId


def forget(owner: PartyId) -> int:
    """Removes an owner's objects, in all their copies, and what was found wrong with them; returns
    how many there were."""
    with transaction.atomic():
        for about in (Finding, PastChange, Arrival):
            about.objects.filter(owner=str(owner)).delete()
        kept = [table(module) for module in registry().values() if module.keeps]
        return sum(_remove(each, owner) for each in kept)


def _remove(found: Table, owner: PartyId) -> int:
    values = {"owner": str(owner), "module": found.module}
    which = f"{found.where} AND t.owner = %(owner)s"
    with connection.cursor() as cursor:
        if found.parts:
            cursor.execute(
                f"DELETE FROM {found.parts} p USING {found.name} t "
                f"WHERE p.location_id = t.sequence AND {which}",
                values,
            )
        cursor.execute(f"DELETE FROM {found.name} t WHERE {which}", values)
        return int(cursor.rowcount)
