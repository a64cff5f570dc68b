"""What can go wrong on the way to a platform, told apart by class and never by an error's text.

OcpiError
  Unreachable      4003  no connection: DNS, TCP, TLS, or the connection broke before an answer
  TooManyInFlight  4003  the platform already has as many requests waiting as it may have
  TimedOut         4002  connected, but no whole answer in time
  AnswerTooLarge   4000  the answer is larger than the hub accepts
  Forbidden        2001  the hub may not call this URL at all
"""

from hub.ocpi.status import Code, OcpiError


class Unreachable(OcpiError):
    def __init__(self, reason: str) -> None:
        super().__init__(
            Code.CONNECTION_PROBLEM, f"no connection to the receiving platform ({reason})."
        )


class TooManyInFlight(OcpiError):
    def __init__(self, cap: int) -> None:
        super().__init__(
            Code.CONNECTION_PROBLEM,
            f"the receiving platform has {cap} requests waiting already; try again later.",
        )


class TimedOut(OcpiError):
    def __init__(self, seconds: float) -> None:
        super().__init__(
            Code.TIMEOUT,
            f"the receiving platform did not answer within {seconds:g} s; "
            "whether it acted is unknown.",
        )


class AnswerTooLarge(OcpiError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            Code.HUB_ERROR, f"the receiving platform's answer is larger than {limit} bytes."
        )


class Forbidden(OcpiError):
    """A URL that the guard refuses. The message names the rule, not what lies behind the name."""

    def __init__(self, rule: str) -> None:
        super().__init__(Code.INVALID_PARAMETERS, f"the hub does not call this URL: {rule}.")
