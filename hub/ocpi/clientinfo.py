"""The ClientInfo object: one party in one role, and whether it is connected.

Parties may have several roles, and the object has one, so a party is told once for each of them
(D-26). spec: mod_hub_client_info_hub_client_info_object
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.ocpi import datetimes, jsontext

MODULE_ID = "hubclientinfo"


@dataclass(frozen=True, slots=True)
class ClientInfo:
    """One object, as it goes over the wire; the two codes are as the party spelled them."""

    country_code: str
    party_id: str
    role: str
    status: str
    last_updated: datetime

    @property
    def tail(self) -> str:
        """Its URL below a RECEIVER endpoint. spec: mod_hub_client_info_client_put"""
        return f"{self.country_code}/{self.party_id}"

    def content(self) -> dict[str, str]:
        """Its members, in the order of the specification's table."""
        return {
            "party_id": self.party_id,
            "country_code": self.country_code,
            "role": self.role,
            "status": self.status,
            "last_updated": datetimes.render(self.last_updated),
        }

    def render(self) -> bytes:
        """The object as JSON."""
        return jsontext.join(self.content())


def status_in(data: Any, role: str) -> str:
    """The status that a platform's copy of a ClientInfo has; empty where it says nothing of this
    role. Some platforms answer with a list, or with the role they heard of last."""
    copies = data if isinstance(data, list) else [data]
    told = [copy for copy in copies if isinstance(copy, dict)]
    exact = [copy for copy in told if str(copy.get("role")).upper() == role]
    return next((str(copy.get("status") or "")[:20] for copy in exact or told), "")
