"""What the pages offer to do to rows, as operations; and each act told to the audit."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Model

from apps.api import network_shapes
from apps.api.asked import Reason
from apps.api.operation import Call, Operation, Refused
from apps.audit import chain, fields
from apps.audit.models import Entry
from apps.console.acts import Act, ActsAdmin
from apps.console.audited import Values, now_is
from apps.credentials.invitations import Invitation

Get = Callable[[Call], Any]


def acts(name: str, needed: str, get: Get, page: ActsAdmin) -> Iterator[Operation]:
    """One POST for each act of a page, to one row of the resource of that name."""
    for act in page.acts:
        yield Operation(
            "POST",
            f"{name}/<int:id>/{act.name}",
            f"{name}_{act.name}".replace("-", "_"),
            name,
            f"{act.label}. {act.warning}",
            (needed,),
            _doing(get, act),
            network_shapes.Done,
            takes=Reason,
        )


def _doing(get: Get, act: Act) -> Callable[[Call], dict[str, Any]]:
    def run(call: Call) -> dict[str, Any]:
        row = get(call)
        if why := act.fits(row):
            raise Refused(f"{row} {why}.")
        before = fields.values(row)
        result = act.run(row, call.asked["reason"], call.now)
        tell(call, act.label, row, before, now_is(row), call.asked["reason"])
        if isinstance(result, Invitation):
            return {"result": f"{row} may register anew.", "invitation": invitation(result)}
        return {"result": result, "invitation": None}

    return run


def invitation(made: Invitation) -> dict[str, Any]:
    """An invitation with its token."""
    return {
        "platform": made.platform,
        "token_a": made.token_a,
        "token_a_base64": made.token_a_base64,
        "versions_url": made.versions_url,
        "versions_urls_of_2_1_1": made.versions_urls_of_2_1_1,
        "expires": made.expires,
    }


def tell(call: Call, act: str, row: Model, before: Values, after: Values, reason: str = "") -> None:
    """Writes down what a script did to a row; of its fields only those that differ."""
    old, new = fields.changed(before, after)
    kind, via = str(row._meta.verbose_name), Entry.Via.API
    chain.write(
        chain.Act(call.actor, via, act, kind, fields.subject(row), reason, old, new), call.now
    )
