"""Tariffs: what charging costs, pushed by the CPO.

spec: mod_tariffs_tariffs_module
"""

from hub.ocpi import (
    CONSUMERS,
    EVERY_VERSION,
    Audience,
    Effect,
    Module,
    Operation,
    Role,
    receiver,
    sender,
)

MODULE = Module(
    id="tariffs",
    senders=frozenset({Role.CPO, Role.NAP}),
    receivers=CONSUMERS,
    audience=Audience.EVERYONE,
    object="Tariff",
    versions=EVERY_VERSION,
    key={"tariff_id": "id"},
    routes=(
        sender("", get=Effect.LIST),
        receiver(
            "{country_code}/{party_id}/{tariff_id}",
            get=Effect.READ,
            put=Effect.REPLACE,
            patch=Operation(Effect.MERGE, versions=frozenset({"2.1.1"})),
            delete=Effect.REMOVE,
        ),
    ),
)
