"""Takes out of the pulls what tells of a driver: the marks of a token that a list did not have."""

from django.db import transaction
from django.db.models import Q, QuerySet

from apps.modules import registry
from apps.sync.models import Missing
from hub.ocpi.ids import fold


@transaction.atomic
def erase(uid: str, party: str = "", *, remove: bool) -> int:
    """How many marks there are on a token uid, of one party or of any; with `remove` they go."""
    marks = _marks(fold(uid), party)
    return marks.delete()[0] if remove else marks.count()


def _marks(key: str, party: str) -> QuerySet[Missing]:
    personal = [module.id for module in registry().values() if module.personal]
    marks = Missing.objects.filter(
        Q(key=key) | Q(key__startswith=f"{key}\t"), source__module__in=personal
    )
    return marks.filter(source__party=party) if party else marks
