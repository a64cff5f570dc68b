"""Takes out of the delivery record what tells of drivers: the body, and the ids in its URL.

That something was sent, when, to whom and how it ended, stays for HUB_LOG_DAYS. What still has to
be sent is left whole until it ends.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from apps.outbox.models import Delivery, Payload
from hub.ocpi.ids import fold

Modules = list[str]


def forget(modules: Modules, before: datetime) -> int:
    """Blanks what was pushed before a moment; the number of pushes."""
    return _blank(_whole(modules).filter(created_at__lt=before))


@transaction.atomic
def erase(modules: Modules, uid: str, party: str = "", *, remove: bool) -> int:
    """How many pushes are about a token; with `remove` they are blanked, and dropped where they
    still had to go out."""
    pushes = _whole(modules).filter(object__contains=f" {fold(uid)}\t")
    if party:
        pushes = pushes.filter(owner=party)
    if not remove:
        return pushes.count()
    Delivery.objects.filter(payload__in=pushes, state=Delivery.State.WAITING).update(
        state=Delivery.State.DROPPED, reason="the token was erased"
    )
    return _blank(pushes)


def _whole(modules: Modules) -> QuerySet[Payload]:
    return Payload.objects.filter(module__in=modules).exclude(body=b"")


def _blank(pushes: QuerySet[Payload]) -> int:
    ended = pushes.exclude(deliveries__state=Delivery.State.WAITING)
    ids = list(ended.values_list("pk", flat=True))
    Delivery.objects.filter(payload__in=ids).update(object="")
    return Payload.objects.filter(pk__in=ids).update(body=b"", tail="", query="", object="")
