"""Checking a page of Locations against the field tables and the rules, beside decoding it.

What a pull does with every page, and a push with one object: in this process, on one core.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from bench.messages import encode
from bench.report import Budget, Figure
from bench.stage import Stage
from hub.ocpi.quality import remarks
from hub.ocpi.schema import SCHEMAS, check

PAGE = 100
AT = "2026-01-01T12:00:00Z"
BUDGET = Budget(10.0, "< 10 ms")


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    page = encode([_location(n) for n in range(PAGE)])
    objects = msgspec.json.decode(page)
    shape, now = SCHEMAS["2.2.1"]["Location"], datetime.now(UTC)
    rounds = stage.effort.rounds * 5
    decoding = _best(lambda: msgspec.json.decode(page), rounds)
    figures = []
    for name, work, budget in (
        ("field tables", lambda: [check(shape, each) for each in objects], BUDGET),
        ("rules", lambda: [remarks("Location", each, now) for each in objects], None),
    ):
        taken = _best(work, rounds)
        figures.append(
            Figure(f"{PAGE} Locations: {name}", taken, "ms", decoding, "decoding",
                   taken / decoding, budget, taken if budget else None)
        )  # fmt: skip
    size = len(page) / PAGE / 1000
    return figures, [f"check: a Location has 3 EVSEs with 2 connectors each, {size:.1f} kB"]


def _best(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the fastest of some rounds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


def _location(n: int) -> dict[str, object]:
    return {
        "country_code": "NL", "party_id": "HOH", "id": f"LOC{n:05}", "publish": True,
        "name": "Stationsplein", "address": f"Stationsplein {n}", "city": "Utrecht",
        "postal_code": "3511 ED", "country": "NLD", "time_zone": "Europe/Amsterdam",
        "coordinates": {"latitude": "52.089444", "longitude": "5.110278"},
        "parking_type": "ON_STREET", "facilities": ["CAFE", "TRAIN_STATION"],
        "operator": {"name": "Heron & Ohm", "website": "https://heron-ohm.example"},
        "opening_times": {"twentyfourseven": True},
        "directions": [{"language": "en", "text": "Behind the station. " * 10}],
        "evses": [_evse(n, k) for k in range(1, 4)], "last_updated": AT,
    }  # fmt: skip


def _evse(n: int, k: int) -> dict[str, object]:
    return {
        "uid": f"{n:05}*{k}", "evse_id": f"NL*HOH*E{n:05}*{k}", "status": "AVAILABLE",
        "capabilities": ["RFID_READER", "REMOTE_START_STOP_CAPABLE", "UNLOCK_CAPABLE"],
        "physical_reference": str(k), "floor_level": "0", "last_updated": AT,
        "directions": [{"language": "nl", "text": "Naast de fietsenstalling. " * 8}],
        "connectors": [
            {
                "id": str(c), "standard": "IEC_62196_T2", "format": "SOCKET",
                "power_type": "AC_3_PHASE", "max_voltage": 230, "max_amperage": 32,
                "max_electric_power": 22080, "tariff_ids": ["AC-EUR"], "last_updated": AT,
                "terms_and_conditions": "https://heron-ohm.example/terms",
            }
            for c in (1, 2)
        ],
    }  # fmt: skip
