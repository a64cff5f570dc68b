"""The rules from OCPI 2.1.1 to 2.2.1, whose objects say whose they are and who charged."""

from hub.ocpi.bridge.from_2_1_1 import charging, locations, tokens
from hub.ocpi.bridge.rules import Direction, Values

DIRECTION = Direction(
    "2.1.1",
    "2.2.1",
    {**locations.RULES, **charging.RULES, **tokens.RULES},
    enums={
        # FLAT is not there any more; what it cost is in the totals.
        "CdrDimensionType": Values(refuses="2.2.1 does not know the dimension."),
    },
)
