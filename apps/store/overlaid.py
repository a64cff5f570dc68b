"""Of an object for everyone and a copy of it for one party, that party is shown the newer one, by
the owner's last_updated; the copy where they are of one moment or have none. One that lies ahead of
the clock is none, as where objects are kept. SQL for every place that spells hub.routing.visible.
"""

from apps.store.objects import EVERYONE
from apps.store.tables import Table
from hub.ocpi.datetimes import TOLERANCE

_LATEST = f"now() + INTERVAL '{TOLERANCE.total_seconds():.0f} seconds'"


def newer(public: str, copy: str) -> str:
    """A condition that holds where the public object, under one alias, is shown and not the copy,
    under another; else false or null."""
    moment = f"{public}.last_updated"
    return f"({moment} > {copy}.last_updated AND {moment} <= {_LATEST})"


def hidden(found: Table) -> str:
    """A condition on alias `t`, a row for everyone or for %(viewer)s, that holds where the viewer
    is shown the other one."""
    same_module = "AND o.module = t.module" if found.module else ""
    public = f"t.audience = '{EVERYONE}'"
    return (
        f"EXISTS (SELECT 1 FROM {found.name} o WHERE o.owner = t.owner AND o.key = t.key "
        f"AND o.audience = CASE WHEN {public} THEN %(viewer)s ELSE '{EVERYONE}' END {same_module} "
        f"AND CASE WHEN {public} THEN {newer('t', 'o')} IS NOT TRUE ELSE {newer('o', 't')} END)"
    )


def pairs(found: Table) -> str:
    """SQL for the number of objects of which %(viewer)s has both, and is not shown one that was
    last updated between %(date_from)s and %(date_to)s; of owners in %(both)s."""
    same_module = "AND t.module = d.module" if found.module else ""
    return f"""
SELECT count(*) FROM (
    SELECT CASE WHEN {newer("t", "d")} THEN d.last_updated ELSE t.last_updated END AS last_updated
    FROM {found.name} d JOIN {found.name} t ON t.owner = d.owner AND t.key = d.key
        AND t.audience = '{EVERYONE}' {same_module}
    WHERE {found.where.replace("t.", "d.")} AND d.audience = %(viewer)s AND d.owner = ANY(%(both)s)
) other
WHERE (%(date_from)s::timestamptz IS NULL OR last_updated >= %(date_from)s)
    AND (%(date_to)s::timestamptz IS NULL OR last_updated < %(date_to)s)
"""
