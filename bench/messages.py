"""The messages of the benchmarks: real OCPI objects of a chosen size, and the bytes that ask for
or push them."""

import base64
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KILOBYTE = 1000
SIZES = (1 * KILOBYTE, 16 * KILOBYTE)
AT = "2026-01-01T12:00:00Z"
VERSION = "2.2.1"
OK = b'"status_code":1000'


@dataclass(frozen=True, slots=True)
class Party:
    """One platform of the benchmarks with its one party; `name` is its path on the upstream."""

    name: str
    role: str
    country_code: str
    party_id: str


CPO = Party("cpo", "CPO", "NL", "CPO")
SLOW = Party("slow", "CPO", "BE", "SLO")
MSP = Party("msp", "EMSP", "DE", "MSP")
OTHER_MSP = Party("other-msp", "EMSP", "FR", "MSP")
RECEIVERS = tuple(Party(f"receiver-{n}", "EMSP", "FR", f"R{n:02}") for n in range(1, 19))
PARTIES = (CPO, SLOW, MSP, OTHER_MSP, *RECEIVERS)
# Registered only where a benchmark needs hundreds of receivers.
CROWD = tuple(Party(f"crowd-{n}", "EMSP", "IT", f"{n:03}") for n in range(480))
# Of every ten of them one answers pushes after this long, and one never does.
LATE = tuple(party for n, party in enumerate(CROWD) if n % 10 == 7)
LATE_SECONDS = 1.0
SILENT = tuple(party for n, party in enumerate(CROWD) if n % 10 == 9)
HUB = Party("hub", "HUB", "NL", "HUB")
OFFERS = {
    "CPO": (("locations", "SENDER"), ("sessions", "SENDER")),
    "EMSP": (("locations", "RECEIVER"), ("sessions", "RECEIVER")),
}


def endpoint(party: Party, module: str, interface: str) -> str:
    """The path of an endpoint on the upstream."""
    return f"/{party.name}/{VERSION}/{module}/{interface.lower()}"


def encode(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def envelope(data: object = None) -> bytes:
    """A success, as a platform answers it."""
    members = {} if data is None else {"data": data}
    return encode({**members, "status_code": 1000, "timestamp": AT})


def location_id(size: int) -> str:
    return f"LOC{size}"


def location(size: int) -> dict[str, object]:
    """A Location with as many EVSEs as fit, filled up with directions."""
    content: dict[str, Any] = {
        "country_code": "NL", "party_id": "CPO", "id": location_id(size), "publish": True,
        "name": "Stationsplein", "address": "Stationsplein 1", "city": "Utrecht",
        "country": "NLD", "coordinates": {"latitude": "52.089444", "longitude": "5.110278"},
        "time_zone": "Europe/Amsterdam", "last_updated": AT,
        "evses": [], "directions": [{"language": "en", "text": ""}],
    }  # fmt: skip
    return filled(content, "evses", _evse, size, ("directions", 0, "text"))


def session(size: int, identifier: str) -> dict[str, object]:
    """A Session with as many charging periods as fit, filled up with the meter's id."""
    content: dict[str, Any] = {
        "country_code": "NL", "party_id": "CPO", "id": identifier, "start_date_time": AT,
        "kwh": 12.3456, "auth_method": "WHITELIST", "location_id": "LOC1", "evse_uid": "EVSE1",
        "connector_id": "1", "meter_id": "", "currency": "EUR", "status": "ACTIVE",
        "cdr_token": {"country_code": "DE", "party_id": "MSP", "uid": "04A2B3C4D5E6F7",
                      "type": "RFID", "contract_id": "DEMSPC00000001"},
        "charging_periods": [], "last_updated": AT,
    }  # fmt: skip
    return filled(content, "charging_periods", _period, size, ("meter_id",))


def filled(
    content: dict[str, Any],
    member: str,
    item: Callable[[int], object],
    size: int,
    filler: tuple[Any, ...],
) -> dict[str, object]:
    """`content` at exactly `size` bytes: items in a list as long as they fit, then filler text."""
    items: list[object] = content[member]
    while len(encode(content)) + len(encode(item(len(items)))) + 1 <= size:
        items.append(item(len(items)))
    place: Any = content
    for step in filler[:-1]:
        place = place[step]
    place[filler[-1]] = "x" * (size - len(encode(content)))
    return content


def _evse(number: int) -> dict[str, object]:
    return {
        "uid": f"EVSE{number}", "evse_id": f"NL*CPO*E{number:06}", "status": "AVAILABLE",
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE"],
        "connectors": [{
            "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE",
            "max_voltage": 230, "max_amperage": 32, "tariff_ids": ["T1"], "last_updated": AT,
        }],
        "last_updated": AT,
    }  # fmt: skip


def _period(number: int) -> dict[str, object]:
    return {
        "start_date_time": AT,
        "dimensions": [{"type": "ENERGY", "volume": number + 0.25}],
        "tariff_id": "T1",
    }


def headers(token: str, from_: Party, to: Party) -> tuple[tuple[str, str], ...]:
    """What every request of a platform carries, with message ids of its own."""
    return (
        ("Authorization", f"Token {base64.b64encode(token.encode()).decode()}"),
        ("X-Request-ID", str(uuid.uuid4())),
        ("X-Correlation-ID", str(uuid.uuid4())),
        ("OCPI-from-country-code", from_.country_code),
        ("OCPI-from-party-id", from_.party_id),
        ("OCPI-to-country-code", to.country_code),
        ("OCPI-to-party-id", to.party_id),
        ("Accept", "application/json"),
    )


def request(
    method: str, path: str, token: str, from_: Party, to: Party, body: bytes = b""
) -> bytes:
    """One HTTP request as a platform sends it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers(token, from_, to)]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body
