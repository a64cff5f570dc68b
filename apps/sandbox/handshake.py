"""Versions and credentials of a simulated platform, as the side that registers and as the other.

spec: credentials_registration, credentials_updating_the_credentials. The hub may be on either
side; `hub_token` is what it gave us, `own_token` what it was given, whatever letter they have.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from apps.sandbox.calls import Caller, Reply
from apps.sandbox.memory import Received
from apps.sandbox.state import Connection, Endpoints, State, new_token
from hub.ocpi import envelope, jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.message import Answer
from hub.ocpi.module import Interface, Role
from hub.ocpi.status import Code, OcpiError, invalid, method_not_allowed

TIME_LIMIT = 10.0


class HandshakeFailed(Exception):
    """The other side refused or could not be understood; the former connection stands."""


# The registering side


async def register(caller: Caller, versions_url: str, token_a: str) -> Reply:
    """Registers with a hub: its versions, its details, POST credentials. Raises HandshakeFailed."""
    return await _exchange(caller, "POST", versions_url, token_a)


async def rotate(caller: Caller, versions_url: str = "") -> Reply:
    """Gives the hub a new token and takes a new one: PUT credentials, in the version that the
    platform speaks by now. Raises HandshakeFailed."""
    connection = caller.state.connection
    url = versions_url or connection.hub_versions_url
    return await _exchange(caller, "PUT", url, connection.hub_token)


async def switch(caller: Caller, version: str, versions_url: str = "") -> Reply:
    """Goes over to another version by PUT on its credentials endpoint. Raises HandshakeFailed; the
    platform talks as before then."""
    state = caller.state
    before = state.version, state.token_form, state.offers
    state.former_version = state.version
    state.speak(version)
    try:
        return await rotate(caller, versions_url)
    except BaseException:
        state.version, state.token_form, state.offers = before
        state.former_version = ""
        raise


async def unregister(caller: Caller) -> Reply:
    """Ends the connection: DELETE credentials. Raises HandshakeFailed."""
    reply = await caller.request("DELETE", "credentials")
    _expect(reply, "DELETE credentials")
    caller.state.connection = Connection()
    return reply


async def _exchange(caller: Caller, method: str, versions_url: str, token: str) -> Reply:
    state = caller.state
    before = state.connection
    endpoints = await _endpoints(caller, versions_url, token)
    # The other side calls back with our token while it is still answering.
    own_token = new_token()
    state.connection = replace(before, own_token=own_token, former_token=before.own_token)
    try:
        reply = await caller.request(
            method,
            "credentials",
            url=_credentials_url(endpoints),
            token=token,
            json=credentials(state, own_token),
        )
        _expect(reply, f"{method} credentials")
        given = _read(reply.data)
    except (HandshakeFailed, OcpiError):
        state.connection = before
        raise
    state.connection = replace(
        state.connection,
        hub_token=given.token,
        hub_versions_url=given.url,
        hub_endpoints=endpoints,
        hub_party=given.hub,
    )
    return reply


async def _endpoints(caller: Caller, versions_url: str, token: str) -> Endpoints:
    """The other side's endpoints of our version. Raises HandshakeFailed."""
    version = caller.state.version
    listed = await caller.request(
        "GET", "versions", url=versions_url, token=token, time_limit=TIME_LIMIT
    )
    _expect(listed, f"GET {versions_url}")
    urls = {each["version"]: each["url"] for each in listed.data}
    if version not in urls:
        raise HandshakeFailed(f"{versions_url} offers {sorted(urls)}, not {version}")
    details = await caller.request(
        "GET", "versions", url=urls[version], token=token, time_limit=TIME_LIMIT
    )
    _expect(details, f"GET {urls[version]}")
    return {
        (each["identifier"], _interface(caller.state, each)): each["url"]
        for each in details.data["endpoints"]
    }


def _interface(state: State, listed: dict[str, str]) -> Interface:
    """The interface that a listed endpoint is of. Raises HandshakeFailed."""
    if state.has_roles != ("role" in listed):
        raise HandshakeFailed(f"OCPI {state.version} does not list an endpoint as {listed}")
    if not state.has_roles:
        return state.caller_of(listed["identifier"])
    return Interface(listed["role"])


def _credentials_url(endpoints: Endpoints) -> str:
    for (module, _), url in endpoints.items():
        if module == "credentials":
            return url
    raise HandshakeFailed("version details list no credentials endpoint")


def _expect(reply: Reply, what: str) -> None:
    if reply.status >= 300 or reply.code != Code.SUCCESS:
        raise HandshakeFailed(f"{what}: {reply}")


# The other side


class Given(msgspec.Struct, frozen=True):
    """What credentials say about the other side."""

    token: str
    url: str
    roles: list[dict[str, Any]] = []
    country_code: str = ""  # 2.1.1
    party_id: str = ""
    hub_party_id: str = ""  # 2.3.0

    @property
    def hub(self) -> PartyId | None:
        """The hub's own party, if the other side is a hub; in 2.1.1 the one party there is."""
        if self.hub_party_id:
            return PartyId.of(self.hub_party_id[:2], self.hub_party_id[2:])
        if self.party_id:
            return PartyId.of(self.country_code, self.party_id)
        for role in self.roles:
            if role.get("role") == Role.HUB:
                return PartyId.of(role["country_code"], role["party_id"])
        return None


def _read(data: object) -> Given:
    try:
        return msgspec.convert(data, Given)
    except msgspec.ValidationError as error:
        raise HandshakeFailed(f"credentials: {error}") from None


def credentials(state: State, token: str) -> dict[str, Any]:
    """Our credentials object holding that token, as our version has it."""
    said = {"token": token, "url": state.versions_url}
    parties = [
        {
            "role": party.role.value,
            "country_code": party.country_code,
            "party_id": party.party_id,
            "business_details": {
                "name": state.name,
                "website": "https://platform.example",
                "logo": {
                    "url": "https://platform.example/logo.png",
                    "category": "OPERATOR" if party.role is Role.CPO else "OTHER",
                    "type": "png",
                    "width": 256,
                    "height": 256,
                },
            },
        }
        for party in state.parties
    ]
    if not state.has_roles:
        return said | {name: value for name, value in parties[0].items() if name != "role"}
    return said | {"roles": parties}


def versions(state: State, received: Received) -> Answer:
    """The list of versions, or the details of the one."""
    if not received.tail:
        return success([{"version": state.version, "url": state.details_url}])
    endpoints = [("credentials", Interface.SENDER), *sorted(state.offers)]
    listed = [
        {"identifier": module, "url": state.endpoint(module, role)}
        | ({"role": role.value} if state.has_roles else {})
        for module, role in endpoints
    ]
    return success({"version": state.version, "endpoints": listed})


async def answer_credentials(caller: Caller, received: Received, token: str) -> Answer:
    """The answer to a request on our credentials endpoint, shown with `token`."""
    state = caller.state
    connection = state.connection
    if received.method == "GET":
        return success(credentials(state, token))
    invited = token in connection.invitations
    if received.method == "POST" and not invited:
        raise method_not_allowed("POST", ("GET", "PUT", "DELETE"), "a registered platform")
    if received.method in ("PUT", "DELETE") and invited:
        raise method_not_allowed(received.method, ("GET", "POST"), "a platform not registered")
    if received.method == "DELETE":
        state.connection = Connection(invitations=connection.invitations)
        return success()
    if received.method not in ("POST", "PUT"):
        raise method_not_allowed(received.method, ("GET", "POST", "PUT", "DELETE"), "credentials")
    try:
        given = _read(jsontext.decode(received.body))
    except HandshakeFailed as failed:
        raise invalid(str(failed)) from None
    try:
        endpoints = await _endpoints(caller, given.url, given.token)
    except (HandshakeFailed, OcpiError, KeyError, TypeError, ValueError) as failed:
        raise OcpiError(Code.UNUSABLE_API, f"your versions could not be read: {failed}") from None
    state.connection = Connection(
        hub_token=given.token,
        own_token=new_token(),
        former_token="" if invited else token,
        invitations=connection.invitations - {token},
        hub_versions_url=given.url,
        hub_endpoints=endpoints,
        hub_party=given.hub,
    )
    return success(credentials(state, state.connection.own_token))


def success(data: object = msgspec.UNSET, status: int = 200) -> Answer:
    """An answer 1000, with or without data."""
    return Answer(status, (), envelope.render(Code.SUCCESS, datetime.now(UTC), data=data))
