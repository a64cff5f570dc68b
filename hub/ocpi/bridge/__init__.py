"""One version's object as another version's, with the list of what was lost on the way.

    done = bridge("2.3.0", "2.1.1", "Tariff", body, Context(now=now))
    done.text, done.notes, done.refusal

Prices are never guessed: what the other version cannot say is refused, with the reason. What
becomes of which field is in docs/bridge.md, generated from the tables here.
"""

from hub.ocpi.bridge.context import Context, Driver, Owner
from hub.ocpi.bridge.convert import bridge, bridge_list
from hub.ocpi.bridge.notes import Bridged, BridgedList, Note, Refusal, Verdict, What

__all__ = [
    "Bridged",
    "BridgedList",
    "Context",
    "Driver",
    "Note",
    "Owner",
    "Refusal",
    "Verdict",
    "What",
    "bridge",
    "bridge_list",
]
