"""What one simulated platform is and knows: parties, offers, its half of the handshake."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from apps.sandbox.faults import Faults
from apps.sandbox.memory import Memory, Received
from apps.sandbox.objects import Objects
from apps.sandbox.script import Script
from hub.ocpi import headers as h
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.headers import TokenForm
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Interface, Module, Role

VERSION = "2.2.1"
# Has neither roles nor routing headers nor message ids, and one party on a platform.
WITHOUT_ROLES = "2.1.1"
# How a token is written in a version; 2.1.1 has no encoding of it.
FORMS = {WITHOUT_ROLES: TokenForm.PLAIN}
BASE = "/platform"
Endpoints = dict[tuple[str, Interface], str]
CLIENT_INFO = (MODULE_ID, Interface.RECEIVER)


class PartyRole(NamedTuple):
    """One role of one party that the platform hosts."""

    role: Role
    country_code: str
    party_id: str

    @property
    def id(self) -> PartyId:
        return PartyId.of(self.country_code, self.party_id)


def new_token() -> str:
    """A credentials token; its dashes keep it from being valid Base64 of another one."""
    return f"sandbox-{secrets.token_urlsafe(24)}"


@dataclass
class Connection:
    """Tokens and URLs of both sides.

    Attributes:
        hub_token: what this platform shows to the hub.
        own_token: what the hub shows to this platform; `former_token` is still taken until the
            new one is used for the first time.
        invitations: tokens A handed out; good for versions and credentials only.
    """

    hub_token: str = ""
    own_token: str = ""
    former_token: str = ""
    invitations: set[str] = field(default_factory=set)
    hub_versions_url: str = ""
    hub_endpoints: Endpoints = field(default_factory=dict)
    hub_party: PartyId | None = None

    @property
    def is_registered(self) -> bool:
        return bool(self.hub_token)

    def recognised(self, authorization: str) -> tuple[str, TokenForm] | None:
        """Which of our tokens an Authorization header shows, and its spelling."""
        for token, form in h.candidates(authorization):
            if token in (self.own_token, self.former_token) or token in self.invitations:
                return token, form
        return None


@dataclass
class State:
    """Everything about one platform that its parts share."""

    name: str
    parties: tuple[PartyRole, ...]
    modules: Mapping[str, Module]
    token_form: TokenForm
    trailing_slash: bool
    page_limit: int
    memory: Memory
    objects: Objects
    # What it offers in every version, None: what its roles run; and whether it hears of others.
    chosen: frozenset[tuple[str, Interface]] | None = None
    hears_news: bool = False
    version: str = VERSION
    # What it spoke before it went over to its version: the hub may not know of that for a moment.
    former_version: str = ""
    offers: frozenset[tuple[str, Interface]] = frozenset()
    origin: str = ""
    connection: Connection = field(default_factory=Connection)
    faults: Faults = field(default_factory=Faults)
    script: Script = field(default_factory=Script)
    complaints: list[str] = field(default_factory=list)
    # Answers of tokens' authorize by uid, where they are not simply ALLOWED or BLOCKED.
    verdicts: dict[str, str] = field(default_factory=dict)
    # Charging profiles set, by session id.
    profiles: dict[str, object] = field(default_factory=dict)
    # Where a kept CDR can be read, by the id in its URL.
    places: dict[str, tuple[str, tuple[PartyId, str]]] = field(default_factory=dict)
    # What the hub told of other parties: party to role to ClientInfo.
    clients: dict[PartyId, dict[str, dict[str, str]]] = field(default_factory=dict)
    # Callback URLs given out, by id: the module they belong to.
    callbacks: dict[str, str] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.party_ids = frozenset(party.id for party in self.parties)

    def speak(self, version: str) -> None:
        """Offers what it has in a version, in that version from now on. The token is written as
        the version has it, unless the platform has a habit of its own."""
        if self.token_form is FORMS.get(self.version, TokenForm.BASE64):
            self.token_form = FORMS.get(version, TokenForm.BASE64)
        self.version = version
        modules = self.chosen
        if modules is None:
            modules = offered(self.modules, self.parties, version)
        hears = self.hears_news and self.has_roles
        self.offers = modules | ({CLIENT_INFO} if hears else frozenset())

    @property
    def has_roles(self) -> bool:
        """Whether its version has roles, routing headers and message ids."""
        return self.version != WITHOUT_ROLES

    def caller_of(self, module: str) -> Interface:
        """The interface of others that its own roles call: what a listing without roles means."""
        roles = {party.role for party in self.parties}
        described = [m for m in self.modules.values() if m.identifier == module]
        called = (i for i in Interface for m in described if roles & m.callers(i))
        return next(called, Interface.SENDER)

    @property
    def versions_url(self) -> str:
        return f"{self.origin}{BASE}/versions"

    @property
    def details_url(self) -> str:
        return f"{self.origin}{BASE}/{self.version}"

    def endpoint(self, module: str, interface: Interface) -> str:
        """The URL of an own endpoint as version details list it."""
        slash = "/" if self.trailing_slash else ""
        if module == "credentials":
            return f"{self.details_url}/credentials{slash}"
        return f"{self.details_url}/{module}/{interface.segment}{slash}"

    def callback_url(self, module: str) -> str:
        """A new URL of this platform that results may be posted to."""
        identifier = secrets.token_hex(8)
        self.callbacks[identifier] = module
        return f"{self.origin}{BASE}/results/{identifier}"

    def has_fault(self, name: str, received: Received) -> float | None:
        """The value of an active fault, None when it is not active for this request."""
        return self.faults.value(name, received)


def offered(
    modules: Mapping[str, Module], parties: Iterable[PartyRole], version: str
) -> frozenset[tuple[str, Interface]]:
    """Every interface that these roles run in a version, by the descriptions."""
    roles = {party.role for party in parties}
    return frozenset(
        (module.identifier, interface)
        for module in modules.values()
        for interface in Interface
        if not module.custom and version in module.versions and roles & module.roles(interface)
    )
