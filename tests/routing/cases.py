"""Every module, interface and method with its rows of the decision table, by the state of TO.

Written out from docs/routing.md, and not computed from the code.
"""

from typing import NamedTuple

from hub.ocpi.ids import PartyId
from hub.ocpi.message import Message
from hub.ocpi.module import Interface
from tests.routing.networks import (
    AWAY_CPO,
    AWAY_MSP,
    AWAY_PTP,
    CPO,
    MSP,
    PTP,
    message,
)

S, R = Interface.SENDER, Interface.RECEIVER
WHEN = "2026-01-31T12:00:00Z"
CPO_SIDE, MSP_SIDE = CPO, MSP


class Case(NamedTuple):
    """One request and the rows it lands in for TO none, hub, up. A row with a code refuses."""

    method: str
    interface: Interface
    module: str
    tail: str
    asking: PartyId
    none: str
    hub: str
    up: str
    content: object = None
    query: str = ""
    version: str = "2.2.1"

    @property
    def other(self) -> PartyId:
        """The party at the other end: payments are between CPO and PTP."""
        if self.module == "payments":
            return PTP if self.asking == CPO else CPO
        return MSP if self.asking == CPO else CPO

    @property
    def away(self) -> PartyId:
        """One like it that cannot be reached."""
        return {CPO: AWAY_CPO, MSP: AWAY_MSP, PTP: AWAY_PTP}[self.other]

    def message(self, to: PartyId | None) -> Message:
        """The request, to a party or to nobody in particular."""
        return message(
            self.method,
            self.interface,
            self.module,
            self.tail,
            from_=self.asking,
            to=to,
            content=self.content,
            query=self.query,
            version=self.version,
        )


LOCATION = {"country_code": "NL", "party_id": "CPO", "id": "L1", "last_updated": WHEN}
EVSE = {"uid": "E1", "last_updated": WHEN}
CONNECTOR = {"id": "1", "last_updated": WHEN}
TARIFF = {"country_code": "NL", "party_id": "CPO", "id": "T1", "last_updated": WHEN}
TOKEN = {"country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID", "last_updated": WHEN}
SESSION = {"country_code": "NL", "party_id": "CPO", "id": "S1", "last_updated": WHEN}
CDR = {"country_code": "NL", "party_id": "CPO", "id": "C1", "last_updated": WHEN}
CHANGE = {"last_updated": WHEN}
REQUEST = {"country_code": "DE", "party_id": "MSP", "request_id": "R1"}
BOOKING = {"country_code": "NL", "party_id": "CPO", "id": "B1", "last_updated": WHEN}
# Its party is not its owner: that is the CPO it is for.
TERMINAL = {"country_code": "NL", "party_id": "CPO", "terminal_id": "T1"}
ASSIGNED = {"location_ids": ["L1"]}
CONFIRMATIONS = "financial-advice-confirmations"
REPLY = {"response_url": "https://demsp.example/result"}
PROFILE = "duration=900&response_url=https%3A%2F%2Fdemsp.example%2Fresult"

CASES = (
    # Public modules
    Case("GET", S, "locations", "", MSP, "2 2001", "3", "5"),
    Case("GET", S, "locations", "L1", MSP, "6", "7", "8"),
    Case("GET", S, "locations", "L1/E1", MSP, "6", "7", "8"),
    Case("GET", S, "locations", "L1/E1/1", MSP, "6", "7", "8"),
    Case("GET", R, "locations", "NL/CPO/L1", CPO, "9 2002", "10", "11"),
    Case("GET", R, "locations", "NL/CPO/L1/E1", CPO, "9 2002", "10", "11"),
    Case("GET", R, "locations", "NL/CPO/L1/E1/1", CPO, "9 2002", "10", "11"),
    Case("PUT", R, "locations", "NL/CPO/L1", CPO, "13", "12", "14", LOCATION),
    Case("PUT", R, "locations", "NL/CPO/L1/E1", CPO, "13", "12", "14", EVSE),
    Case("PUT", R, "locations", "NL/CPO/L1/E1/1", CPO, "13", "12", "14", CONNECTOR),
    Case("PATCH", R, "locations", "NL/CPO/L1", CPO, "13", "12", "14", CHANGE),
    Case("PATCH", R, "locations", "NL/CPO/L1/E1", CPO, "13", "12", "14", CHANGE),
    Case("PATCH", R, "locations", "NL/CPO/L1/E1/1", CPO, "13", "12", "14", CHANGE),
    Case("GET", S, "tariffs", "", MSP, "2 2001", "3", "5"),
    Case("GET", R, "tariffs", "NL/CPO/T1", CPO, "9 2002", "10", "11"),
    Case("PUT", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14", TARIFF),
    Case("DELETE", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14"),
    Case("GET", S, "tokens", "", CPO, "2 2001", "3", "5"),
    Case("POST", S, "tokens", "U1/authorize", CPO, "18", "18", "20"),
    Case("GET", R, "tokens", "DE/MSP/U1", MSP, "9 2002", "10", "11"),
    Case("PUT", R, "tokens", "DE/MSP/U1", MSP, "13", "12", "14", TOKEN),
    Case("PATCH", R, "tokens", "DE/MSP/U1", MSP, "13", "12", "14", CHANGE),
    # Private modules
    Case("GET", S, "sessions", "", MSP, "2 2001", "4", "5"),
    Case("PUT", S, "sessions", "S1/charging_preferences", MSP, "18", "19 2000", "20", {}),
    Case("GET", R, "sessions", "NL/CPO/S1", CPO, "9", "10", "11"),
    Case("PUT", R, "sessions", "NL/CPO/S1", CPO, "16", "15 2000", "17", SESSION),
    Case("PATCH", R, "sessions", "NL/CPO/S1", CPO, "16", "15 2000", "17", CHANGE),
    Case("GET", S, "cdrs", "", MSP, "2 2001", "4", "5"),
    Case("POST", R, "cdrs", "", CPO, "16", "15 2000", "17", CDR),
    Case("POST", R, "commands", "START_SESSION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "STOP_SESSION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "RESERVE_NOW", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "CANCEL_RESERVATION", MSP, "18", "19 2000", "20", REPLY),
    Case("POST", R, "commands", "UNLOCK_CONNECTOR", MSP, "18", "19 2000", "20", REPLY),
    Case("GET", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", None, PROFILE),
    Case("PUT", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", REPLY),
    Case("DELETE", R, "chargingprofiles", "S1", MSP, "18", "19 2000", "20", None, PROFILE),
    Case("PUT", S, "chargingprofiles", "S1", CPO, "18", "19 2000", "20", {}),
    # What one version has alone
    Case("PATCH", R, "tariffs", "NL/CPO/T1", CPO, "13", "12", "14", CHANGE, version="2.1.1"),
    *(
        case._replace(version="2.3.0")
        for case in (
            Case("GET", S, "Booking", "booking_locations", MSP, "2 2001", "3", "5"),
            Case("GET", S, "Booking", "booking_locations/L1", MSP, "6", "7", "8"),
            Case("GET", S, "Booking", "booking_locations/L1/C1", MSP, "6", "7", "8"),
            Case("GET", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "9 2002", "10", "11"),
            Case("GET", R, "Booking", "NL/CPO/booking_locations/L1/C1", CPO, "9 2002", "10", "11"),
            Case(
                "PUT", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "13", "12", "14", LOCATION
            ),
            Case(
                "PUT",
                R,
                "Booking",
                "NL/CPO/booking_locations/L1/1",
                CPO,
                "13",
                "12",
                "14",
                CONNECTOR,
            ),
            Case(
                "PATCH", R, "Booking", "NL/CPO/booking_locations/L1", CPO, "13", "12", "14", CHANGE
            ),
            Case(
                "PATCH",
                R,
                "Booking",
                "NL/CPO/booking_locations/L1/1",
                CPO,
                "13",
                "12",
                "14",
                CHANGE,
            ),
            Case(
                "PATCH", R, "Booking", "bookinglocations/NL/CPO/L1", CPO, "13", "12", "14", CHANGE
            ),
            Case(
                "PATCH", R, "Booking", "bookinglocations/NL/CPO/L1/1", CPO, "13", "12", "14", CHANGE
            ),
            Case("GET", S, "Booking", "", MSP, "2 2001", "4", "5"),
            Case("POST", S, "Booking", "", MSP, "18", "19 2000", "20", REQUEST),
            Case("GET", R, "Booking", "NL/CPO/B1", CPO, "9", "10", "11"),
            Case("PUT", R, "Booking", "NL/CPO/B1", CPO, "16", "15 2000", "17", BOOKING),
            Case("PATCH", R, "Booking", "NL/CPO/B1", CPO, "16", "15 2000", "17", CHANGE),
            Case("GET", S, "payments", "terminals", CPO, "2 2001", "4", "5"),
            Case("GET", S, "payments", "terminals/T1", CPO, "6", "7", "8"),
            Case("POST", S, "payments", "terminals/activate", CPO, "18", "19 2000", "20", {}),
            Case("POST", S, "payments", "terminals/T1/deactivate", CPO, "18", "19 2000", "20"),
            Case("PUT", S, "payments", "terminals/T1", CPO, "16", "15 2000", "17", TERMINAL),
            Case("PATCH", S, "payments", "terminals/T1", CPO, "16", "15 2000", "17", ASSIGNED),
            Case("POST", R, "payments", "terminals", PTP, "16", "15 2000", "17", TERMINAL),
            Case("GET", R, "payments", "terminals/T1", PTP, "9", "10", "11"),
            Case("GET", S, "payments", CONFIRMATIONS, CPO, "2 2001", "4", "5"),
            Case("GET", S, "payments", CONFIRMATIONS + "/F1", CPO, "6", "7", "8"),
            Case("POST", R, "payments", CONFIRMATIONS, PTP, "16", "15 2000", "17", {"id": "F1"}),
            Case("GET", R, "payments", CONFIRMATIONS + "/F1", PTP, "9", "10", "11"),
            Case("GET", S, "invoicereconciliation", "", MSP, "2 2001", "4", "5"),
            Case("POST", R, "invoicereconciliation", "", CPO, "16", "15 2000", "17", CDR),
            Case("GET", R, "invoicereconciliation", "NL/CPO/I1", CPO, "9", "10", "11"),
            Case("PUT", R, "invoicereconciliation", "NL/CPO/C1", CPO, "16", "15 2000", "17", CDR),
            Case("DELETE", R, "invoicereconciliation", "NL/CPO/I1", CPO, "16", "15 2000", "17"),
        )
    ),
    # A custom module's rows are those of its audience; see tests/modules.
)
NAMES = [f"{c.method} {c.interface} {c.version} {c.module}/{c.tail}" for c in CASES]
