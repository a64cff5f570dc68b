"""Operations that commands have beside pages: kept objects as lines, HubClientInfo compared.

Lines are read while they are sent, a batch at a time, so that a million objects need no more memory
than a hundred.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from django import forms
from django.http import StreamingHttpResponse

from apps import database
from apps.api import overview_shapes as shapes
from apps.api.acting import tell
from apps.api.operation import Call, Operation
from apps.api.resources import PLATFORMS, Resource
from apps.console.clientinfo import clientinfo
from apps.console.fields import PartyField
from apps.modules import module_of
from apps.store import read_out
from apps.store.read_out import Wanted
from hub.ocpi.ids import PartyId

LINES = "application/jsonl"


def lines(resource: Resource) -> Operation:
    """All kept copies of a module, as `export` writes them."""
    module = resource.name.partition("/")[2]
    return Operation(
        "GET", f"{resource.name}/lines", f"{resource.word}_lines", resource.group,
        f"Every kept copy of {module} as JSON Lines, in the order in which they came. A download"
        " that broke off goes on with `after`, the sequence of its last whole line.",
        (resource.needs("view"),), _sent(module), None, query=_query, media=LINES,
    )  # fmt: skip


def _query() -> Mapping[str, forms.Field]:
    return {
        "owner": PartyField(required=False, max_length=6, help_text="Such as NL/CPO."),
        "directed": forms.BooleanField(required=False, help_text="Copies for one party, too."),
        "after": forms.IntegerField(
            required=False, min_value=0, max_value=2**63 - 1, help_text="Behind this sequence."
        ),
    }


def _sent(module: str) -> Callable[[Call], StreamingHttpResponse]:
    def run(call: Call) -> StreamingHttpResponse:
        owner = PartyId.parse(call.asked["owner"]) if call.asked["owner"] else None
        wanted = Wanted(module_of(module), owner, call.asked["directed"])
        return StreamingHttpResponse(_read(wanted, call.asked["after"] or 0), content_type=LINES)

    return run


async def _read(wanted: Wanted, after: int) -> AsyncIterator[bytes]:
    async with database.pool(1) as pool:
        async for batch in read_out.read_out(pool, wanted, after):
            yield batch.text


def _clientinfo(call: Call) -> dict[str, Any]:
    row = PLATFORMS.get(call)
    found = clientinfo(row, tell_again=call.asked["tell_again"])
    if call.asked["tell_again"]:
        tell(call, "Tell again", row, {}, {"told_again": found["told_again"]})
    return found


OPERATIONS = (
    Operation(
        "POST", "platforms/<int:id>/clientinfo", "platforms_clientinfo", "platforms",
        "Asks a platform for its HubClientInfo objects and compares them with what it should have;"
        " with `tell_again` it is sent what differs.",
        ("parties.change_platform",), _clientinfo, shapes.Compared, shapes.TellAgain,
    ),
)  # fmt: skip
