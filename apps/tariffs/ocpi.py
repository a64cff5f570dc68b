"""Tariffs: what charging costs, pushed by the CPO.

spec: mod_tariffs_tariffs_module
"""

from hub.ocpi import CONSUMERS, Audience, Effect, Module, Role, receiver, sender

MODULE = Module(
    id="tariffs",
    senders=frozenset({Role.CPO, Role.NAP}),
    receivers=CONSUMERS,
    audience=Audience.EVERYONE,
    object="Tariff",
    key={"tariff_id": "id"},
    routes=(
        sender("", get=Effect.LIST),
        receiver(
            "{country_code}/{party_id}/{tariff_id}",
            get=Effect.READ,
            put=Effect.REPLACE,
            delete=Effect.REMOVE,
        ),
    ),
)
