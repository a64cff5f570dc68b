"""Operations that commands have beside pages: kept objects as lines, out and in, the traces of a
token erased, HubClientInfo compared.

Lines are read while they are sent, a batch at a time, so that a million objects need no more memory
than a hundred.
"""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, BinaryIO

from asgiref.sync import async_to_sync
from django import forms
from django.http import StreamingHttpResponse
from django.utils import timezone

from apps import database
from apps.api import asked
from apps.api import upkeep_shapes as shapes
from apps.api.acting import tell, told
from apps.api.bodies import LINES, LONGEST_BODY, MIB
from apps.api.operation import Call, Operation, Refused
from apps.api.resources import PLATFORMS, Resource
from apps.console import kept_rows
from apps.console.clientinfo import clientinfo
from apps.console.erasing import erased
from apps.console.fields import PartyField
from apps.console.taken_in import MOST_WRONG, OUTCOMES, TakenIn, taken_in
from apps.modules import module_of, registry
from apps.operators.models import Scope
from apps.store import read_out
from apps.store.read_in import Way, read_in
from apps.store.read_out import Wanted
from hub.ocpi.ids import PartyId


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


def _needed(*verbs: str) -> tuple[str, ...]:
    """These permissions for every table of kept objects."""
    return tuple(
        f"{model._meta.app_label}.{verb}_{model._meta.model_name}"
        for model in sorted(kept_rows.models(), key=lambda model: model._meta.label)
        for verb in verbs
    )


def _modules() -> list[tuple[str, str]]:
    found = sorted(module.id for module in registry().values() if module.keeps)
    return [("", ""), *((name, name) for name in found)]


def _take_in(call: Call) -> dict[str, Any]:
    body, name = call.asked["body"], call.asked["module"]
    if isinstance(body, Mapping):  # as an empty body is read
        raise Refused("there are no lines in the body, or no Content-Length before it", "body")
    way = Way(module_of(name) if name else None, "import by the API", timezone.now)
    done = async_to_sync(_read_in)(body, way)
    fact = taken_in(done)
    counts = {word: fact[word] for word in ("lines", *OUTCOMES)}
    told(call, "Import", "kept objects", name or "as exported", call.asked["reason"], after=counts)
    return fact


async def _read_in(body: BinaryIO, way: Way) -> TakenIn:
    began, lines, outcomes = time.monotonic(), 0, Counter[str]()
    wrong: list[tuple[int, str]] = []
    async with database.pool(1) as pool:
        async for step in read_in(pool, body, way):
            lines, outcomes = step.line, outcomes + step.outcomes
            wrong += step.wrong[: MOST_WRONG - len(wrong)]
    return TakenIn(lines, 0, outcomes, wrong, time.monotonic() - began)


def _erase(call: Call) -> dict[str, Any]:
    """The uid of a driver who is forgotten must not live on in the audit."""
    wanted = call.asked
    found = erased(wanted["uid"], wanted["party"], remove=wanted["remove"])
    if wanted["remove"]:
        told(call, "Erase", "token", "", wanted["reason"], after={"traces": found["traces"]})
    return found


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
        ("parties.change_platform",), _clientinfo, shapes.Compared, asked.TellAgain,
    ),
    Operation(
        "POST", "objects/lines", "objects_import", "objects",
        "Keeps objects from JSON Lines: what `export` writes, or with `module` bare OCPI objects. A"
        " bad line is told and left out; the same object twice is no harm. Answers when all lines"
        f" are through; a body has {LONGEST_BODY // MIB} MiB at the most.",
        _needed("add", "change"), _take_in, shapes.TakenIn, at_least=Scope.ADMINISTER,
        reads=LINES,
        query=lambda: {
            "module": forms.ChoiceField(
                required=False, choices=_modules, help_text="That of bare objects."
            ),
            "reason": forms.CharField(
                required=False, max_length=asked.REASON, help_text="Kept in the audit."
            ),
        },
    ),
    Operation(
        "POST", "erasures", "erase", "objects",
        "Counts the traces of a token in store, message log and delivery record; with `remove` they"
        " are gone for good. Reads the whole message log, which takes minutes. Platforms keep"
        " copies of their own.",
        (*_needed("delete"), "traffic.delete_leg", "outbox.delete_delivery"), _erase,
        shapes.Erased, asked.Erasure, at_least=Scope.ADMINISTER,
    ),
)  # fmt: skip
