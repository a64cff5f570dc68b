"""The traces of a driver's token, counted or removed: what the command and the API answer."""

from typing import Any

from apps.outbox import personal as deliveries
from apps.store import erase as kept
from apps.sync import personal as pulls
from apps.traffic import personal as log


def erased(uid: str, party: str, *, remove: bool) -> dict[str, Any]:
    """How many traces of each kind there are of the token with that uid, of one eMSP (such as
    DE/MSP) or of any; with `remove` they are gone. Reads the whole message log: minutes."""
    return {
        "uid": uid,
        "removed": remove,
        "traces": {
            **kept.erase(uid, party, remove=remove),
            "messages": log.mentions(uid, blank=remove),
            "pushes": deliveries.erase(log.modules(), uid, party, remove=remove),
            "marks of pulls": pulls.erase(uid, party, remove=remove),
        },
    }
