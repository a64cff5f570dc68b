"""Of an object for everyone and a copy of it for one party, that party is shown the newer one, by
the owner's last_updated; the copy where they are of one moment or have none. SQL for every place
that spells hub.routing.visible."""

from apps.store.objects import EVERYONE
from apps.store.tables import Table


def hidden(found: Table) -> str:
    """A condition on alias `t`, a row for everyone or for %(viewer)s, that holds where the viewer
    is shown the other one."""
    same_module = "AND o.module = t.module" if found.module else ""
    public = f"t.audience = '{EVERYONE}'"
    return (
        f"EXISTS (SELECT 1 FROM {found.name} o WHERE o.owner = t.owner AND o.key = t.key "
        f"AND o.audience = CASE WHEN {public} THEN %(viewer)s ELSE '{EVERYONE}' END {same_module} "
        f"AND CASE WHEN {public} THEN (t.last_updated > o.last_updated) IS NOT TRUE "
        "ELSE o.last_updated > t.last_updated END)"
    )


def pairs(found: Table) -> str:
    """SQL for the number of objects of which %(viewer)s has both, and is not shown one that was
    last updated between %(date_from)s and %(date_to)s; of owners in %(both)s."""
    same_module = "AND t.module = d.module" if found.module else ""
    return f"""
SELECT count(*) FROM (
    SELECT CASE WHEN t.last_updated > d.last_updated THEN d.last_updated ELSE t.last_updated END
        AS last_updated
    FROM {found.name} d JOIN {found.name} t ON t.owner = d.owner AND t.key = d.key
        AND t.audience = '{EVERYONE}' {same_module}
    WHERE {found.where.replace("t.", "d.")} AND d.audience = %(viewer)s AND d.owner = ANY(%(both)s)
) other
WHERE (%(date_from)s::timestamptz IS NULL OR last_updated >= %(date_from)s)
    AND (%(date_to)s::timestamptz IS NULL OR last_updated < %(date_to)s)
"""
