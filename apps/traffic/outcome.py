"""How a leg ended, in one of three words: what an operator looks for first."""

from enum import StrEnum
from functools import lru_cache

from hub.ocpi.status import Code


class Outcome(StrEnum):
    """`refused`: somebody said no. `failed`: nobody could say yes, or no answer came."""

    OK = "ok"
    REFUSED = "refused"
    FAILED = "failed"


@lru_cache(maxsize=1000)
def outcome(http_status: int | None, code: int | None) -> str:
    """The word of Outcome for an HTTP status and an OCPI code; None where there is none.

    spec: status_codes_status_codes: 2xxx blames the requester, 3xxx and 4xxx whoever answers. 4001
    blames the requester too: the party it names is not there.
    """
    if http_status is None or http_status >= 500 or 300 <= http_status < 400:
        return Outcome.FAILED.value
    if code is not None and code >= 3000 and code != Code.UNKNOWN_RECEIVER:
        return Outcome.FAILED.value
    if http_status >= 400 or (code is not None and code >= 2000):
        return Outcome.REFUSED.value
    return Outcome.OK.value
