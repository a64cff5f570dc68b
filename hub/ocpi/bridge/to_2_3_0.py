"""The rules from OCPI 2.2.1 to 2.3.0: money, and what the hub itself is called."""

from hub.ocpi.bridge.prices import PRICE_UP, TARIFF_UP
from hub.ocpi.bridge.rules import Direction, Rules, Values
from hub.ocpi.bridge.token_types import TOKEN_TYPE

DIRECTION = Direction(
    "2.2.1",
    "2.3.0",
    {
        "Price": PRICE_UP,
        "Tariff": TARIFF_UP,
        "Token": Rules({"type": TOKEN_TYPE}),
        "CdrToken": Rules({"type": TOKEN_TYPE}),
    },
    # Other hubs are told as OTHER; the hub itself is in `hub_party_id`.
    enums={"Role": Values(otherwise="OTHER")},
)
