"""Why something was not found, for the operator: the hub has it, and the asker may not see it.

Asked only after a refusal; the asker is told nothing of it (D-08).
"""

from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection

from apps.modules import module_of
from apps.store import find
from apps.store.tables import object_key
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Module
from hub.ocpi.status import OcpiError
from hub.routing.clues import Each, Owners, Question
from hub.routing.network import Network
from hub.routing.visible import view

Connection = AsyncConnection[Any]


async def explain(
    error: OcpiError,
    connection: Connection,
    questions: Iterable[Question],
    viewer: PartyId,
    network: Network,
) -> OcpiError:
    """The refusal with what the message log is to say: whose objects with these ids there are."""
    single = [one for q in questions for one in (q.questions if isinstance(q, Each) else (q,))]
    found = [
        why
        for question in single
        if isinstance(question, Owners)
        for why in await _why(
            connection,
            module_of(question.module),
            object_key(module_of(question.module), question.id, question.qualifier),
            viewer,
            network,
        )
    ]
    return _with(error, found)


async def explain_one(
    error: OcpiError,
    connection: Connection,
    module: Module,
    key: str,
    viewer: PartyId,
    network: Network,
) -> OcpiError:
    """The same where one object was asked for."""
    return _with(error, await _why(connection, module, key, viewer, network))


async def _why(
    connection: Connection, module: Module, key: str, viewer: PartyId, network: Network
) -> list[str]:
    seen = view(viewer, module, network)
    return [
        network.why_not(viewer, owner, module) or f"its owner {owner} is suspended"
        for owner in await find.keepers(connection, module, key, viewer)
        if owner != viewer and (owner in seen.owners) is not seen.only
    ]


def _with(error: OcpiError, found: list[str]) -> OcpiError:
    if found:
        error.reason = f"{error.message} There is one: {'; '.join(found)}."
    return error
