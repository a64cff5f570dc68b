"""The rules from OCPI 2.2.1 to 2.1.1, which has no owners, no VAT and fewer words."""

from hub.ocpi.bridge.rules import Direction, Values
from hub.ocpi.bridge.to_2_1_1 import charging, locations, tariffs, tokens
from hub.ocpi.bridge.to_2_1_1.facts import moment
from hub.ocpi.schema.notation import DateTime

DIRECTION = Direction(
    "2.2.1",
    "2.1.1",
    {**locations.RULES, **charging.RULES, **tariffs.RULES, **tokens.RULES},
    enums={
        "Capability": Values(),
        "Facility": Values(),
        "ConnectorType": Values(refuses="2.1.1 does not know the connector."),
        "PowerType": Values({"AC_2_PHASE": "AC_1_PHASE", "AC_2_PHASE_SPLIT": "AC_1_PHASE"}),
        "AuthMethod": Values({"COMMAND": "AUTH_REQUEST"}),
        "SessionStatus": Values({"RESERVATION": "PENDING", "RESERVED": "PENDING"}),
        "CdrDimensionType": Values(refuses="2.1.1 does not know the dimension."),
        "TokenType": Values(otherwise="OTHER"),
    },
    scalars={DateTime: moment},
)
