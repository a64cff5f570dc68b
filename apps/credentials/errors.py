"""What goes wrong in a handshake, with the code for each cause.

spec: credentials_errors_during_registration, credentials_required_endpoints_not_available
"""

from collections.abc import Sequence

from hub.ocpi.status import Code, OcpiError, method_not_allowed


class PeerUnusable(OcpiError):
    """3001: the peer's versions or credentials endpoint cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(Code.UNUSABLE_API, f"your OCPI endpoints cannot be used: {reason}")


class Uncertain(PeerUnusable):
    """3001, and nobody knows whether the peer did what it was asked for: there was no answer, or
    none that could be read."""


class NoMutualVersion(OcpiError):
    """3002: the peer does not offer a version that was asked for."""

    def __init__(self, wanted: Sequence[str], offered: list[str]) -> None:
        listed = ", ".join(offered) or "none"
        super().__init__(
            Code.UNSUPPORTED_VERSION,
            f"your versions endpoint offers {listed}; this registration is for "
            f"{' or '.join(wanted)}.",
        )


class RoleUnknown(ValueError):
    """A platform of 2.1.1 does not show whether it is a CPO or an eMSP, and nobody said it."""


class EndpointsMissing(OcpiError):
    """3003: an endpoint without which nothing works is not listed."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            Code.NO_MATCHING_ENDPOINTS, f"your version details do not list the {missing} endpoint."
        )


class Quarantined(OcpiError):
    """2000: a party in the request is held by another platform; nothing has changed."""

    def __init__(self, contested: list[str]) -> None:
        super().__init__(
            Code.CLIENT_ERROR,
            f"{', '.join(contested)} is registered to another platform of this hub. Nothing was "
            "changed; the hub's operator has been asked to decide. Send the same request again "
            "after the decision.",
        )


def not_for_unregistered(method: str) -> OcpiError:
    """405: PUT or DELETE before registration."""
    return method_not_allowed(method, ("GET", "POST"), "credentials before registration")


def not_for_registered(method: str) -> OcpiError:
    """405: POST after registration."""
    return method_not_allowed(method, ("GET", "PUT", "DELETE"), "credentials after registration")
