"""The decision table: operation, audience and the state of TO give the row, and the row the action.

Row numbers are those of docs/routing.md, which is generated from this table. Rows 1 (configuration
modules), 21 and 22 (stand-ins) are not decided here: they never look at TO.
"""

from dataclasses import dataclass
from enum import Enum

from hub.ocpi.message import Message
from hub.ocpi.module import PUSHES, Audience, Effect, Interface
from hub.ocpi.status import Code


class Op(Enum):
    """What a request is, seen from the one who routes it."""

    LIST = "GET list"
    OBJECT = "GET one, SENDER"
    COPY = "GET one, RECEIVER"
    PUSH = "push"
    CALL = "call"


class To(Enum):
    """The state of the routing pair TO."""

    NONE = "none"
    HUB = "hub"
    UP = "up"
    DOWN = "down"
    PENDING = "pending"
    ENDED = "ended"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"


class Action(Enum):
    """What the hub does."""

    FORWARD = "forward to the party"
    RESOLVE = "find the party by content, then forward"
    BROADCAST = "keep for everyone, answer, push to every receiver"
    GET_ALL = "answer the list from the hub's store"
    GET_ONE = "answer the object from the hub's store"
    OWN_COPY = "answer the owner's object from the hub's store"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. A refusal has a code and a sentence; filled in are `{who}` is meant and by what,
    its `{status}`, `{hub}`, `{module}`, `{interface}`, and `{why}` an agreement forbids it."""

    number: int
    action: Action
    code: Code = Code.SUCCESS
    sentence: str = ""


def operation_of(message: Message) -> Op:
    """The kind of a request, from its effect and interface."""
    effect = message.match.operation.effect
    if effect in PUSHES:
        return Op.PUSH
    if effect is Effect.LIST:
        return Op.LIST
    if effect is Effect.READ:
        return Op.OBJECT if message.match.interface is Interface.SENDER else Op.COPY
    return Op.CALL


_PUB, _PRV = Audience.EVERYONE, Audience.ADDRESSEE

_LIST_WITHOUT_TO = Row(
    2,
    Action.REFUSE,
    Code.INVALID_PARAMETERS,
    "a list of {module} needs OCPI-to: a party asks that party, {hub} (the hub) asks for the "
    "objects of all parties (GET All).",
)
_PUB_COPY_WITHOUT_TO = Row(
    9,
    Action.REFUSE,
    Code.NOT_ENOUGH_INFORMATION,
    "whose copy is meant? The URL names only the owner; set OCPI-to to the party that holds the "
    "copy, or to {hub} for the hub's own.",
)
_PRIVATE_BROADCAST = Row(
    15,
    Action.REFUSE,
    Code.CLIENT_ERROR,
    "{module} objects are private and never broadcast; set OCPI-to to the party they are for, "
    "or leave OCPI-to out and the hub finds it (Open Routing).",
)
_CALL_TO_HUB = Row(
    19,
    Action.REFUSE,
    Code.CLIENT_ERROR,
    "the hub cannot carry out {module} itself; set OCPI-to to the party that can, or leave "
    "OCPI-to out and the hub finds it (Open Routing).",
)

ROWS: dict[tuple[Op, Audience, To], Row] = {
    (Op.LIST, _PUB, To.NONE): _LIST_WITHOUT_TO,
    (Op.LIST, _PRV, To.NONE): _LIST_WITHOUT_TO,
    (Op.LIST, _PUB, To.HUB): Row(3, Action.GET_ALL),
    (Op.LIST, _PRV, To.HUB): Row(4, Action.GET_ALL),
    (Op.LIST, _PUB, To.UP): Row(5, Action.FORWARD),
    (Op.LIST, _PRV, To.UP): Row(5, Action.FORWARD),
    (Op.OBJECT, _PUB, To.NONE): Row(6, Action.RESOLVE),
    (Op.OBJECT, _PRV, To.NONE): Row(6, Action.RESOLVE),
    (Op.OBJECT, _PUB, To.HUB): Row(7, Action.GET_ONE),
    (Op.OBJECT, _PRV, To.HUB): Row(7, Action.GET_ONE),
    (Op.OBJECT, _PUB, To.UP): Row(8, Action.FORWARD),
    (Op.OBJECT, _PRV, To.UP): Row(8, Action.FORWARD),
    (Op.COPY, _PUB, To.NONE): _PUB_COPY_WITHOUT_TO,
    (Op.COPY, _PRV, To.NONE): Row(9, Action.RESOLVE),
    (Op.COPY, _PUB, To.HUB): Row(10, Action.OWN_COPY),
    (Op.COPY, _PRV, To.HUB): Row(10, Action.OWN_COPY),
    (Op.COPY, _PUB, To.UP): Row(11, Action.FORWARD),
    (Op.COPY, _PRV, To.UP): Row(11, Action.FORWARD),
    (Op.PUSH, _PUB, To.HUB): Row(12, Action.BROADCAST),
    (Op.PUSH, _PUB, To.NONE): Row(13, Action.BROADCAST),
    (Op.PUSH, _PUB, To.UP): Row(14, Action.FORWARD),
    (Op.PUSH, _PRV, To.HUB): _PRIVATE_BROADCAST,
    (Op.PUSH, _PRV, To.NONE): Row(16, Action.RESOLVE),
    (Op.PUSH, _PRV, To.UP): Row(17, Action.FORWARD),
    (Op.CALL, _PUB, To.NONE): Row(18, Action.RESOLVE),
    (Op.CALL, _PRV, To.NONE): Row(18, Action.RESOLVE),
    # The one call of a public module is the authorization of a token: resolved by content (D-10).
    (Op.CALL, _PUB, To.HUB): Row(18, Action.RESOLVE),
    (Op.CALL, _PRV, To.HUB): _CALL_TO_HUB,
    (Op.CALL, _PUB, To.UP): Row(20, Action.FORWARD),
    (Op.CALL, _PRV, To.UP): Row(20, Action.FORWARD),
}

_ANYWHERE = {
    To.DOWN: Row(
        23,
        Action.REFUSE,
        Code.CONNECTION_PROBLEM,
        "{who} is {status}, not CONNECTED; nothing of {module} was sent.",
    ),
    To.UNKNOWN: Row(
        24,
        Action.REFUSE,
        Code.UNKNOWN_RECEIVER,
        "{who} is not a party of this hub; GET hubclientinfo lists those you can reach.",
    ),
    To.HIDDEN: Row(
        25,
        Action.REFUSE,
        Code.UNKNOWN_RECEIVER,
        "{who} is not a party you can reach through this hub.",
    ),
    To.ENDED: Row(
        25,
        Action.REFUSE,
        Code.UNKNOWN_RECEIVER,
        "{who} is not a party you can reach any more: {why}.",
    ),
    To.PENDING: Row(25, Action.REFUSE, Code.CONNECTION_PROBLEM, "{who} is planned: {why}."),
}

for _op in Op:
    for _audience in Audience:
        for _to, _row in _ANYWHERE.items():
            ROWS[_op, _audience, _to] = _row

NOT_OFFERED = Row(
    26,
    Action.REFUSE,
    Code.HUB_ERROR,
    "{who} does not offer the {interface} interface of {module}; nothing was sent.",
)

_missing = [
    (op, audience, to)
    for op in Op
    for audience in Audience
    for to in To
    if (op, audience, to) not in ROWS
]
if _missing:
    raise AssertionError(f"the decision table lacks rows for {_missing}")
