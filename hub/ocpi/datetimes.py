"""OCPI DateTime: read with tolerance, written by the letter.

spec: types_datetime_type. UTC only; no designator means UTC; at most three fraction digits.
"""

import re
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)  # clocks differ
_PATTERN = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?"
    r"\s*([Zz]|[+-]\d{2}:?\d{2})?"
)


def parse(text: str) -> datetime:
    """The moment in UTC; raises ValueError. Takes `+00:00`, more fraction digits and the
    placeholder `1970-1-1T00:00:00Z` of the CDR notes as well."""
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not an OCPI DateTime such as 2026-01-31T12:00:00Z")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    micro = int(((fraction or "") + "000000")[:6])
    # 24:00 and second 60 arrive from real platforms; both mean the next moment.
    moment = datetime(int(year), int(month), int(day), tzinfo=UTC) + timedelta(
        hours=int(hour), minutes=int(minute), seconds=int(second or 0), microseconds=micro
    )
    if zone and zone not in "Zz":
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        moment -= offset if zone[0] == "+" else -offset
    return moment


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether no clock that is about right says so yet: it says nothing of what came first."""
    return moment > now + TOLERANCE


def render(moment: datetime) -> str:
    """`2026-01-31T12:00:00.123Z`: always three fraction digits, always `Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"
