"""Lockout: how long a log-in has to wait after attempts that failed.

Attempts are counted for a user at an address, for a user at any address, and for an address. The
first few are free; from then on each doubles the wait. Pure.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class Counted(StrEnum):
    """What attempts are counted for."""

    PAIR = "user at address"
    USER = "user"
    ADDRESS = "address"


# A user's own mistakes come from one address; guesses at many users, or from many addresses, are
# noticed later, because people share addresses, and a stranger could lock somebody out.
FREE: Mapping[Counted, int] = {Counted.PAIR: 5, Counted.USER: 20, Counted.ADDRESS: 20}
FIRST = timedelta(seconds=30)
LONGEST = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)


def wait_after(counted: Counted, failures: int) -> timedelta:
    """How long after the last of so many attempts that failed the next one is allowed."""
    beyond = failures - FREE[counted]
    if beyond < 0:
        return timedelta()
    # Beyond this power it is the longest anyway, and the number would grow without end.
    return min(LONGEST, FIRST * (1 << min(beyond, 16)))
