"""What the pages offer to do to rows, as operations; and each act told to the audit."""

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model

from apps.api import network_shapes
from apps.api.asked import DueReason, Reason
from apps.api.operation import Call, Operation, Refused
from apps.audit import chain, fields
from apps.audit.models import Entry
from apps.console.acts import Act, ActsAdmin
from apps.console.audited import Values, now_is
from apps.credentials.invitations import Invitation
from apps.operators.one_time import Given

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
            _doing(page, get, act),
            network_shapes.Done,
            takes=DueReason if act.needs_reason else Reason,
        )


def _doing(page: ActsAdmin, get: Get, act: Act) -> Callable[[Call], dict[str, Any]]:
    def run(call: Call) -> dict[str, Any]:
        row = get(call)
        if why := page.forbids(call.http.user, row, by_script=True):
            raise PermissionDenied(f"{row} {why}.")
        if why := act.fits(row):
            raise Refused(f"{row} {why}.")
        before = fields.values(row)
        result = act.run(row, call.asked["reason"], call.now)
        tell(call, act.label, row, before, now_is(row), call.asked["reason"])
        done = {"invitation": None, "password": None}
        if isinstance(result, Invitation):
            return done | {
                "result": f"{row} may register anew.",
                "invitation": invitation(result),
            }
        if isinstance(result, Given):
            return done | {"result": f"{row} has a new password.", "password": password(result)}
        return done | {"result": result}

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


def password(given: Given) -> dict[str, Any]:
    """A one-time password."""
    return {"password": given.password, "ends": given.ends}


def tell(call: Call, act: str, row: Model, before: Values, after: Values, reason: str = "") -> None:
    """Writes down what a script did to a row; of its fields only those that differ."""
    old, new = fields.changed(before, after)
    told(call, act, str(row._meta.verbose_name), fields.subject(row), reason, old, new)


def told(
    call: Call,
    act: str,
    kind: str,
    subject: str,
    reason: str,
    before: Values | None = None,
    after: Values | None = None,
) -> None:
    """Writes down what a script did to what is no row, or not one row."""
    entry = chain.Act(
        call.actor, Entry.Via.API, act, kind, subject, reason, before or {}, after or {}
    )
    chain.write(entry, call.now)
