"""The way to a receiver: what is the same for all that one party gets of one owner and module,
found once for a window and not for each delivery.
"""

from msgspec import Struct

from apps.modules import registry
from apps.outbox.due import Due
from apps.traffic.legs import Between
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Headers, Outgoing
from hub.ocpi.module import Interface
from hub.ocpi.status import Code, OcpiError
from hub.routing.hop import addressed, credential, message_ids, target_url
from hub.routing.network import Network, Platform

TIME_LIMIT = 30.0
JSON = (("Content-Type", "application/json"),)


class Way(Struct, frozen=True):
    """Where it leads, the hub's token there, and the routing headers; `between` is for the log."""

    platform: Platform
    base: str
    token: Headers
    routing: Headers
    between: Between

    def request(self, due: Due, request_id: str) -> Outgoing:
        """What the platform is sent for a delivery."""
        return Outgoing(
            due.method,
            target_url(self.base, due.tail, due.query),
            self.token
            + message_ids(self.platform, request_id, due.correlation_id)
            + self.routing
            + (JSON if due.body else ()),
            bytes(due.body),
            TIME_LIMIT,
        )


class Ways:
    """The ways to one platform, in a network as it is for one window."""

    def __init__(self, platform: Platform, network: Network) -> None:
        self.platform = platform
        self.network = network
        self._found: dict[tuple[str, str, str, str], Way] = {}

    def of(self, due: Due) -> Way:
        """The way of a delivery. Raises as `way_of`."""
        key = (due.party, due.owner, due.module, due.from_party)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = way_of(due, self.platform, self.network)
        return found


def way_of(due: Due, platform: Platform, network: Network) -> Way:
    """The way of one delivery. Raises OcpiError 4000 and 4003 when it cannot be sent, 4001 when its
    agreement does not allow it any more."""
    base = platform.endpoints.get((registry().identifier_of(due.module), Interface.RECEIVER))
    if base is None:
        raise OcpiError(Code.HUB_ERROR, f"it offers no RECEIVER interface of {due.module} any more")
    why_not = _why_not(due, platform, network)
    if why_not:
        raise OcpiError(Code.UNKNOWN_RECEIVER, why_not)
    between = Between(
        platform.id,
        due.from_party or str(network.hub),
        due.party,
        due.module,
        Interface.RECEIVER.value,
        platform.version,
    )
    return Way(platform, base, credential(platform), _routing(due, platform, network), between)


def _why_not(due: Due, platform: Platform, network: Network) -> str:
    """Why its receiver may not have it here: the party has left the platform, or may not exchange
    it with its owner. Empty where it may, and for what the hub itself says to a platform."""
    module = registry().get(due.module)
    if not due.party or module is None:
        return ""
    party = PartyId.parse(due.party)
    if not network.roles(platform.id, party):
        return f"{party} is not on the platform any more"
    return network.why_not(PartyId.parse(due.owner), party, module)


def _routing(due: Due, platform: Platform, network: Network) -> Headers:
    """FROM the hub, unless it carries on a party's own message; none where the hub speaks to the
    platform and not to a party, or its version has none
    (spec: transport_and_format_message_routing_headers)."""
    if not due.party:
        return ()
    own = network.spelled(PartyId.parse(due.from_party)) if due.from_party else network.hub
    return addressed(platform, network.spelled(PartyId.parse(due.party)), own)
