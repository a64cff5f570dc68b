"""The commands there are, by the descriptions of modules: whatever is answered at once and has a
result that comes later. Charging profiles are asked for in the same way, and so are among them.
"""

from dataclasses import dataclass
from functools import cache

from django.db.models import Q

from apps.modules import registry
from apps.traffic.models import Leg
from hub.ocpi.module import By, Interface, Operation


@dataclass(frozen=True, slots=True)
class Kind:
    """One command there is: its word, and the messages that it is told by. `tail` is how the path
    ends, empty where the method alone tells."""

    word: str
    module: str
    method: str
    tail: str = ""

    @property
    def fits(self) -> Q:
        return Q(method=self.method, **({"path__endswith": self.tail} if self.tail else {}))


@cache
def kinds() -> tuple[Kind, ...]:
    """Every command there is. Descriptions do not change while the hub runs."""
    return tuple(
        kind
        for module in registry().values()
        for route in module.routes
        if route.interface is Interface.RECEIVER
        for method, operation in route.operations.items()
        if operation.reply_to is not None
        for kind in _kinds(module.id, method, operation)
    )


def _kinds(module: str, method: str, operation: Operation) -> list[Kind]:
    """The commands of an operation: those that its URL names, or the one its result is named by."""
    if isinstance(operation.takes, By):
        return [Kind(name, module, method, f"/{name}") for name in sorted(operation.takes.names)]
    return [Kind(str(operation.replies).removesuffix("Result"), module, method)]


def word_of(leg: Leg) -> str:
    """What the command of a message is called; the end of its path where it is none there is."""
    path = leg.path.partition("?")[0].rstrip("/")
    fitting = (
        kind.word
        for kind in kinds()
        if (kind.module, kind.method) == (leg.module, leg.method) and path.endswith(kind.tail)
    )
    return next(fitting, path.rpartition("/")[2])
