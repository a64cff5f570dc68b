"""A custom module as nobody may have one: its lists are asked for moments that no table keeps."""

from hub.ocpi import CONSUMERS, Audience, Effect, Module, Operation, Part, Role, sender

MODULE = Module(
    id="nltnm_tours",
    senders=frozenset({Role.CPO}),
    receivers=CONSUMERS,
    audience=Audience.EVERYONE,
    key={"tour_id": "id"},
    parts=(Part("stop_id", "stops", "id", moments="at"),),
    routes=(sender("", get=Operation(Effect.LIST, between=("stops_from", "stops_to"))),),
    custom=True,
)
