"""The type of a token that an older version could only call OTHER: restored on the way back."""

from hub.ocpi.bridge.engine import Spot
from hub.ocpi.bridge.exact import Object
from hub.ocpi.bridge.notes import Verdict, What
from hub.ocpi.bridge.rules import Turn
from hub.ocpi.schema import SCHEMAS


def _restored(value: object, spot: Spot) -> Object:
    uid = spot.inside.get("uid")
    if value == "OTHER" and uid is None and spot.context.token_types:
        spot.refuse(Verdict.WHOLE, "Whether it was told as OTHER shows in the whole token only.")
    in_truth = spot.context.token_types.get(uid) if isinstance(uid, str) else None
    types = SCHEMAS[spot.walk.direction.target].enums["TokenType"]
    if value != "OTHER" or in_truth is None or not (types.is_open or in_truth in types.values):
        return {"type": value}
    spot.note(What.CHANGED, "The type that the token was told with at first.")
    return {"type": in_truth}


TOKEN_TYPE = Turn(
    ("type",), _restored, "The same; OTHER is the type again that was told as OTHER, where known."
)
