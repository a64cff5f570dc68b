"""OCPI status codes, and the one error that carries one of them to the wire.

The error tree:

    OcpiError            a refusal: HTTP status, OCPI status code, a sentence that helps
"""

from enum import IntEnum


class Code(IntEnum):
    """spec: status_codes_status_codes; the custom ranges 19xx to 49xx are never used."""

    SUCCESS = 1000
    CLIENT_ERROR = 2000
    INVALID_PARAMETERS = 2001
    NOT_ENOUGH_INFORMATION = 2002
    UNKNOWN_LOCATION = 2003
    UNKNOWN_TOKEN = 2004
    SERVER_ERROR = 3000
    UNUSABLE_API = 3001
    UNSUPPORTED_VERSION = 3002
    NO_MATCHING_ENDPOINTS = 3003
    HUB_ERROR = 4000
    UNKNOWN_RECEIVER = 4001
    TIMEOUT = 4002
    CONNECTION_PROBLEM = 4003


class OcpiError(Exception):
    """A refusal. `http` and `code` go to the wire, and so does the sentence: name the field or
    header, the rule, and what would have worked. It must never hold a token.

    `headers` are added to the answer (a 405 names the methods that are allowed). `reason` is what
    the message log says where the asker may not know it; empty: the same sentence.
    """

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        http: int = 200,
        headers: tuple[tuple[str, str], ...] = (),
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.http = http
        self.headers = headers
        self.reason = reason or message

    def __repr__(self) -> str:
        return f"OcpiError({int(self.code)}, http={self.http}, {self.message!r})"


def unauthorized(message: str) -> OcpiError:
    """HTTP 401: no token, an unknown one, or one that is not good for this module."""
    return OcpiError(Code.CLIENT_ERROR, message, http=401)


def not_found(message: str, code: Code = Code.CLIENT_ERROR) -> OcpiError:
    """HTTP 404: no such URL, or no such object for this caller."""
    return OcpiError(code, message, http=404)


def invalid(message: str) -> OcpiError:
    """2001 with HTTP 200: valid JSON from a known sender that breaks a rule."""
    return OcpiError(Code.INVALID_PARAMETERS, message)


def method_not_allowed(method: str, allowed: tuple[str, ...], where: str) -> OcpiError:
    """HTTP 405 with the methods that would have worked."""
    return OcpiError(
        Code.CLIENT_ERROR,
        f"{method} is not offered by {where}; it offers {', '.join(allowed)}.",
        http=405,
        headers=(("Allow", ", ".join(allowed)),),
    )
