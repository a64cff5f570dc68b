"""Locations: where charging is possible, pushed by the CPO with their EVSEs and connectors.

spec: mod_locations_locations_module
"""

from hub.ocpi import (
    CONSUMERS,
    EVERY_VERSION,
    Audience,
    Effect,
    Module,
    Operation,
    OwnerOf,
    Part,
    Reference,
    Role,
    receiver,
    sender,
)

OWNER = "{country_code}/{party_id}/"
READ_BY_ID = Operation(Effect.READ, clues=(OwnerOf("locations", "location_id"),))
PUSHED = {"get": Effect.READ, "put": Effect.REPLACE, "patch": Effect.MERGE}

MODULE = Module(
    id="locations",
    senders=frozenset({Role.CPO, Role.NAP}),
    receivers=CONSUMERS,
    audience=Audience.EVERYONE,
    object="Location",
    versions=EVERY_VERSION,
    key={"location_id": "id"},
    parts=(
        Part("evse_uid", "evses", "uid", "EVSE"),
        Part("connector_id", "connectors", "id", "Connector"),
    ),
    references=(Reference("evses.connectors.tariff_ids", "tariffs"),),
    routes=(
        sender("", get=Effect.LIST),
        sender("{location_id}", get=READ_BY_ID),
        sender("{location_id}/{evse_uid}", get=READ_BY_ID),
        sender("{location_id}/{evse_uid}/{connector_id}", get=READ_BY_ID),
        receiver(OWNER + "{location_id}", **PUSHED),
        receiver(OWNER + "{location_id}/{evse_uid}", **PUSHED),
        receiver(OWNER + "{location_id}/{evse_uid}/{connector_id}", **PUSHED),
    ),
)
