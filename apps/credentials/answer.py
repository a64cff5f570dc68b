"""Answers the configuration modules: versions, version details and credentials.

They are local to the hub, carry no routing headers, and are the only thing that an invitation's
token opens. Rows are written in a thread, partners are called from the event loop.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from apps.credentials import own, pages, rows
from apps.credentials.errors import not_for_registered, not_for_unregistered
from apps.credentials.pages import Place
from apps.credentials.peer import Caller, Peer, look
from apps.database import in_thread
from apps.parties import directory
from apps.transport.forms import Send
from hub.ocpi.credentials import Credentials, read
from hub.ocpi.headers import TokenForm
from hub.ocpi.module import Role
from hub.ocpi.status import OcpiError, method_not_allowed, not_found
from hub.routing.network import Network, Platform, TokenKind

NO_DATA = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """One request on a configuration module; `path` is what follows `/ocpi/`, without slashes at
    its ends, `token` the token it came with."""

    method: str
    path: tuple[str, ...]
    content: Any
    platform: Platform
    kind: TokenKind
    token: str
    form: TokenForm
    correlation_id: str
    now: datetime

    def __repr__(self) -> str:
        return f"ConfigRequest({self.method} {'/'.join(self.path)} of {self.platform.name})"


async def answer(request: ConfigRequest, network: Network, send: Send) -> object:
    """The `data` of the response, NO_DATA where there is none. Raises OcpiError."""
    place = pages.place(request.path)
    if place is None:
        raise no_such_page(request.path)
    if place.kind == "versions":
        _only_get(request, "the versions endpoint")
        return pages.versions(request.platform, network, place.face)
    if place.kind == "details":
        _only_get(request, "version details")
        return pages.details(place.version, request.platform, request.kind, network, place.face)
    pages.require(place.version, place.face, request.platform)
    handler = _CREDENTIALS.get(request.method)
    if handler is None:
        raise method_not_allowed(request.method, tuple(_CREDENTIALS), "the credentials module")
    return await handler(request, place, send)


def is_configuration(path: tuple[str, ...]) -> bool:
    """Whether a path below `/ocpi/` is answered here."""
    return pages.place(path) is not None


async def _get(request: ConfigRequest, place: Place, send: Send) -> object:
    """The object valid for the caller, with the parties as they are now (A-27, D-20)."""
    return await in_thread(
        own.own_credentials,
        request.token, place.version, place.face, request.platform.id, directory.snapshot(),
    )  # fmt: skip


async def _give(request: ConfigRequest, place: Place, issued: str) -> object:
    return await in_thread(
        own.give,
        issued, place.version, place.face, request.platform.id, directory.snapshot(), request.now,
    )  # fmt: skip


def _read(request: ConfigRequest, place: Place) -> Credentials:
    """The object in the body, in the version of the endpoint that was called."""
    return read(request.content, place.version, pages.FACES.get(place.face, Role.OTHER))


async def _post(request: ConfigRequest, place: Place, send: Send) -> object:
    if request.kind is not TokenKind.INVITATION:
        raise not_for_registered("POST")
    credentials = _read(request, place)
    await _write(rows.claim_parties, request.platform.id, credentials.roles)
    peer = await _look(request, credentials, place.version, send)
    issued = await _write(
        rows.registered, request.platform.id, credentials, peer, peer.form, request.now
    )
    return await _give(request, place, issued)


async def _put(request: ConfigRequest, place: Place, send: Send) -> object:
    if request.kind is TokenKind.INVITATION:
        raise not_for_unregistered("PUT")
    credentials = _read(request, place)
    await _write(rows.claim_parties, request.platform.id, credentials.roles)
    peer = await _look_again(request, credentials, place.version, send)
    issued = await _write(
        rows.updated, request.platform.id, credentials, peer, peer.form, request.now
    )
    return await _give(request, place, issued)


async def _delete(request: ConfigRequest, place: Place, send: Send) -> object:
    if request.kind is TokenKind.INVITATION:
        raise not_for_unregistered("DELETE")
    await _write(rows.unregistered, request.platform.id, "unregistered itself", request.now)
    return NO_DATA


_CREDENTIALS = {"GET": _get, "POST": _post, "PUT": _put, "DELETE": _delete}


async def _look_again(
    request: ConfigRequest, credentials: Credentials, version: str, send: Send
) -> Peer:
    """The peer as it is now. Which token is valid during the exchange is not defined (#568): the
    new one is tried first, then the former. Raises the first attempt's error."""
    former = request.platform.token
    try:
        return await _look(request, credentials, version, send)
    except OcpiError as first:
        if former is None or former.value == credentials.token:
            raise
        caller = Caller(send, former.value, request.form, request.correlation_id)
        try:
            return await look(caller, credentials.url, version)
        except OcpiError:
            raise first from None


async def _look(request: ConfigRequest, credentials: Credentials, version: str, send: Send) -> Peer:
    caller = Caller(send, credentials.token, request.form, request.correlation_id)
    return await look(caller, credentials.url, version)


async def _write(work: Callable[..., Any], *arguments: Any) -> Any:
    """Writes rows beside the event loop, then takes the change into this process at once."""

    def both() -> Any:
        result = work(*arguments)
        directory.refresh_if_changed()
        return result

    return await in_thread(both)


def _only_get(request: ConfigRequest, where: str) -> None:
    if request.method != "GET":
        raise method_not_allowed(request.method, ("GET",), where)


def no_such_page(path: tuple[str, ...]) -> OcpiError:
    """404 for a path below `/ocpi/` that is nothing."""
    return not_found(
        f"/ocpi/{'/'.join(path)[:80]} is no OCPI URL of this hub; begin at {pages.versions_url()}."
    )
