"""The hub as a client of a peer's versions and credentials endpoints, tolerant of how peers differ.

Peers write tokens plain or in Base64, answer a wrong token with 401 or with an OCPI error in a 200,
give the URL of their version details or a base URL for that of their versions, and leave out roles.
"""

import uuid
from dataclasses import dataclass
from typing import Any

import msgspec

from apps.credentials.errors import EndpointsMissing, NoMutualVersion, PeerUnusable, Uncertain
from apps.transport.forms import OTHER_FORM, Send
from hub.ocpi.headers import TokenForm, authorization
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError

TIME_LIMIT = 15.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One endpoint of a peer's version details; `role` is empty where it left it out."""

    module: str
    role: str
    url: str


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer offers in one version, the token form that it understood, and all versions that
    its versions endpoint lists."""

    version: str
    endpoints: tuple[Listed, ...]
    form: TokenForm
    offered: tuple[str, ...]

    @property
    def credentials_url(self) -> str:
        return next(e.url for e in self.endpoints if e.module == "credentials")


class Caller:
    """Calls one peer with one token; finds out which form of the token it takes."""

    def __init__(self, send: Send, token: str, form: TokenForm, correlation_id: str) -> None:
        self._send = send
        self._token = token
        self.form = form
        self._correlation_id = correlation_id

    async def call(self, method: str, url: str, body: bytes = b"") -> Any:
        """The `data` of a successful answer. Raises PeerUnusable with what was seen instead, and
        Uncertain where what was asked for may have been done all the same."""
        answer = await self._once(method, url, body)
        if _refused(answer):
            self.form = OTHER_FORM[self.form]
            again = await self._once(method, url, body)
            if _refused(again):
                self.form = OTHER_FORM[self.form]
            else:
                answer = again
        found = answer.envelope
        if not 200 <= answer.status < 300 or found is None:
            refused = 300 <= answer.status < 500
            raise (PeerUnusable if refused else Uncertain)(
                f"{method} {url} answered HTTP {answer.status}"
            )
        if not 1000 <= found.status_code < 2000:
            raise PeerUnusable(
                f"{method} {url} answered status_code {found.status_code} {found.status_message!r}"
            )
        return found.data

    async def _once(self, method: str, url: str, body: bytes) -> Answer:
        headers = (
            ("Authorization", authorization(self._token, self.form)),
            ("X-Request-ID", str(uuid.uuid4())),
            ("X-Correlation-ID", self._correlation_id),
            ("Accept", "application/json"),
            *((("Content-Type", "application/json"),) if body else ()),
        )
        try:
            return await self._send(Outgoing(method, url, headers, body, TIME_LIMIT))
        except OcpiError as error:
            raise Uncertain(f"{method} {url}: {error.message}") from None


def _refused(answer: Answer) -> bool:
    """Whether an answer may mean that the token was not understood; some say so with HTTP 200."""
    if answer.status in (401, 403):
        return True
    found = answer.envelope
    return found is not None and 2000 <= found.status_code < 4000 and not found.data


async def look(caller: Caller, versions_url: str, *wanted: str) -> Peer:
    """A peer's endpoints in the last of these versions that it offers.

    Raises PeerUnusable (3001), NoMutualVersion (3002) or EndpointsMissing (3003).
    """
    data = await _versions(caller, versions_url)
    offered = versions_in(data)
    if isinstance(data, list):
        version = next((each for each in reversed(wanted) if offered.get(each)), "")
        if not version:
            raise NoMutualVersion(wanted, sorted(offered))
        data = await caller.call("GET", offered[version])
    else:
        version = str(data.get("version", wanted[-1])) if isinstance(data, dict) else wanted[-1]
        if version not in wanted:
            raise NoMutualVersion(wanted, [version])
    listed = data.get("endpoints") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        raise PeerUnusable(f"{versions_url} leads to no list of endpoints")
    endpoints = tuple(
        Listed(str(e["identifier"]), str(e.get("role") or "").upper(), str(e["url"]))
        for e in listed
        if isinstance(e, dict) and e.get("identifier") and e.get("url")
    )
    if not any(e.module == "credentials" for e in endpoints):
        raise EndpointsMissing("credentials")
    return Peer(version, endpoints, caller.form, tuple(offered) or (version,))


def versions_in(data: object) -> dict[str, str]:
    """The versions in what a versions endpoint said, in its order, with the URL of each; from
    version details the one that they are of."""
    listed = data if isinstance(data, list) else [data]
    return {
        str(each["version"])[:8]: str(each.get("url") or "")
        for each in listed
        if isinstance(each, dict) and each.get("version")
    }


async def _versions(caller: Caller, url: str) -> Any:
    """The list of versions, or the version details where the URL is theirs; a base URL without an
    answer of its own is tried with `/versions`."""
    try:
        return await caller.call("GET", url)
    except PeerUnusable:
        if url.rstrip("/").endswith("versions"):
            raise
        first = url.rstrip("/") + "/versions"
        try:
            return await caller.call("GET", first)
        except PeerUnusable:
            pass
        raise


def json_body(value: object) -> bytes:
    """A value as the body of a request."""
    return msgspec.json.encode(value)
