"""HubClientInfo at a simulated platform: what the hub tells of other parties, and can ask back.

spec: mod_hub_client_info_client_interface
"""

from collections.abc import Iterator

from apps.sandbox.handshake import success
from apps.sandbox.memory import Received
from apps.sandbox.state import State
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Answer
from hub.ocpi.schema import SCHEMAS, check
from hub.ocpi.status import invalid, method_not_allowed, not_found

OWN = ("country_code", "party_id")


def answer(state: State, received: Received) -> Answer:
    """PUT keeps a ClientInfo, GET gives it back. Raises OcpiError."""
    segments = received.tail.split("/")
    if len(segments) != len(OWN):
        raise not_found("ClientInfo is at {country_code}/{party_id}")
    party = PartyId.of(*segments)
    if received.method == "GET":
        if party not in state.clients:
            raise not_found("nobody told me of this party")
        return success(list(state.clients[party].values())[-1])
    if received.method != "PUT":
        raise method_not_allowed(received.method, ("GET", "PUT"), "HubClientInfo")
    content = jsontext.decode(received.body)
    if not isinstance(content, dict):
        raise invalid("the body must be a ClientInfo object")
    kept = state.clients.setdefault(party, {})
    # The latest is the last one.
    kept.pop(str(content.get("role")), None)
    kept[str(content.get("role"))] = content
    return success()


def complaints(state: State, received: Received) -> Iterator[str]:
    """What is wrong with a ClientInfo, read to the letter."""
    if received.method != "PUT":
        return
    content = received.json
    for finding in check(SCHEMAS[state.version]["ClientInfo"], content):
        yield f"{finding.path} {finding.code}: {finding.message}"
    if isinstance(content, dict):
        said = tuple(fold(str(content.get(name))) for name in OWN)
        if said != tuple(fold(segment) for segment in received.tail.split("/")):
            yield f"the URL says {received.tail} and the body {'/'.join(said)}"
