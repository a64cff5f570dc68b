"""Owners whom the hub's Credentials object has yet to name to a platform (OCPI 2.3.0): what waits
there of their objects goes out after that (D-20).

Who finds out that a party is new to a platform holds, who has told it lets go. It is no lock: a
delivery that has waited for two minutes goes out all the same (lane.py).
"""

from collections.abc import Collection, Iterable

from django.db import connection

from apps.outbox.models import Unnamed

_WAITED_FOR = """
SELECT DISTINCT unnamed.platform_id FROM outbox_unnamed unnamed
WHERE unnamed.platform_id = ANY(%s) AND EXISTS (
    SELECT 1 FROM outbox_delivery d WHERE d.state = 'waiting' AND d.party <> ''
    AND d.platform_id = unnamed.platform_id AND split_part(d.object, ' ', 2) = unnamed.owner
)
"""


def hold(found: Iterable[tuple[int, str]]) -> None:
    """Lets deliveries wait: pairs of a platform, and a party that it has not been told of. To be
    called in the transaction that brings the party into its reach."""
    Unnamed.objects.bulk_create(
        (Unnamed(platform_id=platform_id, owner=owner) for platform_id, owner in sorted(found)),
        ignore_conflicts=True,
    )


def let_go(platform_id: int, but: Collection[str] = ()) -> None:
    """Lets go what waits for a platform, except of some owners."""
    Unnamed.objects.filter(platform_id=platform_id).exclude(owner__in=but).delete()


def waited_for(platform_ids: Collection[int]) -> set[int]:
    """Those of some platforms for which something waits only because its owner is not named."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED_FOR, [list(platform_ids)])
        return {row[0] for row in cursor.fetchall()}
