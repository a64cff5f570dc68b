"""Handshakes that the hub begins: registering with a platform, renewing credentials with it, and
looking at its versions again.
"""

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from apps.credentials import own, pages, rows
from apps.credentials.errors import PeerUnusable, RoleUnknown, Uncertain
from apps.credentials.legs import logged, write_at_once
from apps.credentials.peer import Caller, Peer, json_body, look, versions_in
from apps.database import in_thread
from apps.parties import directory, tokens
from apps.parties.models import Platform, Token
from apps.parties.platforms import remember_form
from apps.transport.client import Client
from hub.ocpi.credentials import Credentials, read
from hub.ocpi.headers import TokenForm
from hub.ocpi.module import SINCE_2_2_1, Role
from hub.ocpi.status import OcpiError
from hub.routing.network import TokenKind

T = TypeVar("T")
# How long a new token is good of which nobody knows whether the platform has it: until somebody
# has looked, or the PUT has been made again.
UNCERTAIN = timedelta(days=7)


# How platforms of 2.1.1 name their own side in their URLs.
NAMED_IN_URLS = {"cpo": Role.CPO, "emsp": Role.EMSP, "msp": Role.EMSP}


class AlreadyRegistered(ValueError):
    """The name belongs to a platform that is registered."""


async def register(
    versions_url: str, token_a: str, name: str | None = None, role: Role | None = None
) -> Platform:
    """Registers the hub with a platform that invited it, in the highest version that both have, and
    returns the platform.

    The name defaults to that of the platform's first party. `role` is that of the platform's party,
    CPO or EMSP, which OCPI 2.1.1 does not say. Raises OcpiError when the platform cannot be
    registered with, RoleUnknown when its role must be named; nothing is left behind then. Raises
    AlreadyRegistered.
    """
    correlation_id = str(uuid.uuid4())
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)
    try:
        caller = Caller(
            logged(client.send, write_at_once, None), token_a, TokenForm.BASE64, correlation_id
        )
        peer = await look(caller, versions_url, *pages.VERSIONS)
        face = _face(peer, role)
        platform, made, issued = await in_thread(_prepare, name or f"at {versions_url}")
        try:
            credentials, told = await _exchange(caller, "POST", peer, issued, platform, face)
            await in_thread(_connected, platform, credentials, peer, name)
            await in_thread(_note, platform, told, peer)
        except BaseException:
            await in_thread(_undo, platform, made, issued)
            raise
    finally:
        await client.close()
    return await in_thread(_row, platform)


async def renew(platform: Platform) -> None:
    """Renews the credentials with a registered platform by PUT: its endpoints are fetched again,
    both tokens are new, the former ones stay valid for the grace. Raises OcpiError; the former
    state stays whole then. Where nobody knows whether the platform took the new token, both are
    good, and the next PUT offers the same one again."""
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)
    try:
        token = await in_thread(_their_token, platform)
        form = TokenForm(platform.token_form)
        send = logged(client.send, write_at_once, platform.pk)
        caller = Caller(send, token, form, str(uuid.uuid4()))
        peer = await look(caller, platform.versions_url, platform.version)
        face = await in_thread(_face_as_registered, platform)
        issued, is_new = await in_thread(_issue, platform)
        try:
            credentials, told = await _exchange(caller, "PUT", peer, issued, platform, face)
        except OcpiError as error:
            is_refused = not isinstance(error, Uncertain)
            if is_new and is_refused:
                await in_thread(_take_back, platform, issued)
            raise
        await in_thread(_renewed, platform, credentials, peer, issued)
        await in_thread(_note, platform, told, peer)
    finally:
        await client.close()


async def unregister(platform: Platform) -> None:
    """Ends the registration with a platform by DELETE; its tokens are worthless afterwards.

    Raises OcpiError when the platform does not agree; the registration stands then.
    """
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)
    try:
        token = await in_thread(_their_token, platform)
        url = await in_thread(_credentials_url, platform)
        send = logged(client.send, write_at_once, platform.pk)
        caller = Caller(send, token, TokenForm(platform.token_form), str(uuid.uuid4()))
        await caller.call("DELETE", url)
        await in_thread(rows.unregistered, platform.pk, "unregistered by the hub", _now())
    finally:
        await client.close()


async def test_call(platform: Platform) -> tuple[str, ...]:
    """The versions that a registered platform offers, asked for with the token that the hub has for
    it; they and the form in which it takes the token are remembered. Raises OcpiError."""

    async def versions(caller: Caller) -> tuple[str, ...]:
        return tuple(versions_in(await caller.call("GET", platform.versions_url)))

    offered = await _with_token(platform, versions)
    await in_thread(rows.offers, platform.pk, offered, _now())
    return offered


async def fetch_again(platform: Platform) -> None:
    """Fetches the versions and endpoints of a registered platform again; tokens stay as they are.
    Raises OcpiError; the former endpoints stay then."""

    async def endpoints(caller: Caller) -> Peer:
        return await look(caller, platform.versions_url, platform.version)

    await in_thread(rows.fetched, platform.pk, await _with_token(platform, endpoints), _now())


async def _with_token(platform: Platform, work: Callable[[Caller], Awaitable[T]]) -> T:
    """What comes of work with a caller that has the hub's token for a platform."""
    client = Client(settings.HUB.egress_allow, settings.HUB.max_answer_bytes)
    try:
        token = await in_thread(_their_token, platform)
        send = logged(client.send, write_at_once, platform.pk)
        caller = Caller(send, token, TokenForm(platform.token_form), str(uuid.uuid4()))
        result = await work(caller)
        await in_thread(remember_form, platform.pk, caller.form)
    finally:
        await client.close()
    return result


async def _exchange(
    caller: Caller, method: str, peer: Peer, issued: str, platform: Platform, face: str
) -> tuple[Credentials, own.Named]:
    """The platform's Credentials object for the hub's, and the parties that the hub's names.
    Raises PeerUnusable, and Uncertain where the platform may have taken the hub's all the same."""
    content, told = await in_thread(_own, platform, issued, peer, face)
    data = await caller.call(method, peer.credentials_url, json_body(content))
    try:
        return read(data, peer.version, pages.FACES.get(face, Role.OTHER)), told
    except OcpiError as error:
        raise Uncertain(f"its Credentials object: {error.message}") from None


def _own(
    platform: Platform, issued: str, peer: Peer, face: str
) -> tuple[dict[str, Any], own.Named]:
    told = own.named_to(platform.pk, peer.version, directory.load(_now()))
    return own.naming(issued, peer.version, face, told), told


def _note(platform: Platform, told: own.Named, peer: Peer) -> None:
    """Notes what parties were named; what has changed meanwhile is told by another PUT."""
    own.note(platform.pk, told, peer.version, _now())


def _face(peer: Peer, role: Role | None) -> str:
    """The face to show to a platform that is registered with: in 2.1.1 it follows from its role.
    Only CPOs take commands, and some say what they are in their URLs. Raises RoleUnknown."""
    if peer.version in SINCE_2_2_1:
        return ""
    if role is None:
        listed = [urlsplit(each.url).path.lower().split("/") for each in peer.endpoints]
        named = {r for face, r in NAMED_IN_URLS.items() if any(face in path for path in listed)}
        takes_commands = any(each.module == "commands" for each in peer.endpoints)
        role = Role.CPO if takes_commands else named.pop() if len(named) == 1 else None
    face = pages.face_for([role]) if role is not None else ""
    if not face:
        raise RoleUnknown(
            "OCPI 2.1.1 does not say which role a platform has: name it, CPO or EMSP."
        )
    return face


def _face_as_registered(platform: Platform) -> str:
    return pages.face_for([Role(row.role) for row in platform.roles.all()])


def _prepare(name: str) -> tuple[Platform, bool, str]:
    with transaction.atomic():
        platform, made = Platform.objects.get_or_create(name=name)
        if platform.tokens.filter(kind=TokenKind.ISSUED).exists():
            raise AlreadyRegistered(f"{name!r} is registered already")
        issued = tokens.issue(platform, TokenKind.ISSUED)
        directory.changed()
    return platform, made, issued


def _connected(platform: Platform, credentials: Credentials, peer: Peer, name: str | None) -> None:
    with transaction.atomic():
        rows.connected(platform.pk, credentials, peer, _now(), "registered by the hub")
        platform.tokens.filter(kind=TokenKind.INVITATION).delete()
        if name is None:
            Platform.objects.filter(pk=platform.pk).update(name=_free_name(credentials))


def _free_name(credentials: Credentials) -> str:
    first = credentials.roles[0]
    name = str(first.business_details.get("name") or first.party)[:90]
    taken = set(Platform.objects.values_list("name", flat=True))
    return next(n for n in (name, *(f"{name} {i}" for i in range(2, 1000))) if n not in taken)


def _undo(platform: Platform, made: bool, issued: str) -> None:
    with transaction.atomic():
        _drop(platform, issued)
        if made:
            Platform.objects.filter(pk=platform.pk).delete()
        directory.changed()


def _issue(platform: Platform) -> tuple[str, bool]:
    """A token to offer, and whether it is a new one. Until the platform has answered it may have
    it or not, so it is good beside the present one, and stays so if this process ends."""
    with transaction.atomic():
        pending = tokens.pending(platform, _now())
        issued = pending or tokens.issue(platform, TokenKind.ISSUED)
        tokens.put_off(platform, issued, _now() + UNCERTAIN)
        directory.changed()
    return issued, not pending


def _renewed(platform: Platform, credentials: Credentials, peer: Peer, issued: str) -> None:
    """Writes a PUT that the platform has taken. Its new token is kept whatever its parties are: it
    may have ended the former one by now."""
    now = _now()
    try:
        with transaction.atomic():
            rows.connected(platform.pk, credentials, peer, now, "credentials renewed by the hub")
            tokens.retire_all_but(platform, TokenKind.ISSUED, issued, rows.grace_end(now))
    except OcpiError:
        with transaction.atomic():
            tokens.retire(platform, TokenKind.THEIRS, rows.grace_end(now))
            tokens.issue(platform, TokenKind.THEIRS, token=credentials.token)
            tokens.retire_all_but(platform, TokenKind.ISSUED, issued, rows.grace_end(now))
            directory.changed()
        raise


def _take_back(platform: Platform, issued: str) -> None:
    with transaction.atomic():
        _drop(platform, issued)
        directory.changed()


def _drop(platform: Platform, issued: str) -> None:
    tokens.of(platform, issued).delete()


def _row(platform: Platform) -> Platform:
    return Platform.objects.get(pk=platform.pk)


def _credentials_url(platform: Platform) -> str:
    endpoint = platform.endpoints.filter(module="credentials").first()
    url = (endpoint.override or endpoint.url) if endpoint else ""
    if not url:
        raise PeerUnusable(f"{platform.name} lists no credentials endpoint")
    return url


def _their_token(platform: Platform) -> str:
    token = Token.objects.filter(platform=platform, kind=TokenKind.THEIRS, replaced=False).first()
    if token is None:
        raise PeerUnusable(f"{platform.name} has not registered yet")
    return tokens.reveal(token)


def _now() -> datetime:
    return datetime.now(UTC)
