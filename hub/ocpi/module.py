"""The vocabulary in which an OCPI module is described; everything else is derived from it.

A description says which interfaces a module has, what each method does to an object, who may call
it, and where a message says who it is for. It holds no behaviour. `docs/adding-a-module.md` shows
a whole one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from hub.ocpi.clue import Admits, Clue, End, Link
from hub.ocpi.status import Code


class Role(StrEnum):
    """spec: types_role_enum"""

    CPO = "CPO"
    EMSP = "EMSP"
    HUB = "HUB"
    NAP = "NAP"
    NSP = "NSP"
    OTHER = "OTHER"
    PTP = "PTP"  # of the Payments module; missing from the enum (D-27)
    SCSP = "SCSP"


# Who consumes what CPOs publish (spec: transport_and_format_message_routing_broadcast_push names
# EMSP, NSP and OTHER; the terminology's role table adds NAP, PTP and SCSP where they offer the
# module).
CONSUMERS = frozenset({Role.EMSP, Role.NSP, Role.OTHER, Role.NAP, Role.PTP, Role.SCSP})

# In which OCPI versions a module is: all, and those with routing headers and roles.
EVERY_VERSION = frozenset({"2.1.1", "2.2.1", "2.3.0"})
SINCE_2_2_1 = frozenset({"2.2.1", "2.3.0"})


class Interface(StrEnum):
    """spec: version_information_endpoint_interface_role_enum"""

    SENDER = "SENDER"
    RECEIVER = "RECEIVER"

    @property
    def segment(self) -> str:
        """How the hub's own URLs name it: `sender` or `receiver`."""
        return self.value.lower()


class Effect(Enum):
    """What a request does to an object, whatever the module."""

    LIST = "list"  # many objects, paged
    READ = "read"  # one object
    REPLACE = "replace"  # PUT of an owned object
    MERGE = "merge"  # PATCH of an owned object
    REMOVE = "remove"  # DELETE of an owned object
    APPEND = "append"  # POST of a new object that never changes
    ASK = "ask"  # needs the other party's own answer


PUSHES = frozenset({Effect.REPLACE, Effect.MERGE, Effect.REMOVE, Effect.APPEND})


class Audience(Enum):
    """For whom the objects of a module are."""

    EVERYONE = "everyone"  # may be broadcast
    ADDRESSEE = "addressee"  # for the parties involved, never broadcast


class Place(Enum):
    """Where a request carries the URL that its result is posted to."""

    BODY = "body"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class By:
    """A class that depends on a URL parameter: its value, to the name of the class."""

    parameter: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One method of one route.

    Attributes:
        effect: what it does.
        clues: where a request without TO says who it is for, in order of trust.
        learns: what a passing message teaches the routing index.
        admits: the token that it lets charge somewhere, if it does.
        reply_to: where the response_url is, if there is one.
        lasts_until: body field with the moment until which results may come (RESERVE_NOW).
        location: the answer carries the new object's URL in its Location header.
        own: body fields whose party must be the requesting party; "" is the body itself.
        required_query: query parameters that must be there.
        between: two moments of the query; listed is what has a part with `moments` between them.
        unresolved: HTTP status and code when no clue finds the other party.
        time_limit: seconds the hub waits for the other party.
        takes: the class of the request's body, where the effect does not say it.
        may_lack_body: the body may be left out.
        gives: the class of the answer's `data`, where the effect does not say it.
        replies: the class of the result that is posted to the response_url later.
        owner: the end that owns the object which is pushed.
        stamped: a PATCH must have last_updated.
        versions: OCPI versions that have it, where these are not all of the module.
    """

    effect: Effect
    clues: tuple[Clue, ...] = ()
    learns: tuple[Link, ...] = ()
    admits: Admits | None = None
    reply_to: Place | None = None
    lasts_until: str = ""
    location: bool = False
    own: tuple[str, ...] = ()
    required_query: tuple[str, ...] = ()
    between: tuple[str, str] | tuple[()] = ()
    unresolved: tuple[int, Code] = (200, Code.UNKNOWN_RECEIVER)
    time_limit: float = 30.0
    takes: str | By = ""
    may_lack_body: bool = False
    gives: str = ""
    replies: str = ""
    owner: End = End.FROM
    stamped: bool = True
    versions: frozenset[str] | None = None


PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One URL shape below a module's endpoint and what its methods do. `known_as` is how the
    specification spells a URL that is understood in another order; it is passed on as that."""

    interface: Interface
    template: str
    operations: Mapping[str, Operation]
    segments: tuple[str, ...] = ()
    known_as: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.template))


Declared = Effect | Operation


def _route(
    interface: Interface,
    template: str,
    methods: Mapping[str, Declared | None],
    known_as: str = "",
) -> Route:
    operations = {
        method.upper(): declared if isinstance(declared, Operation) else Operation(declared)
        for method, declared in methods.items()
        if declared is not None
    }
    segments = tuple(template.split("/")) if template else ()
    return Route(interface, template, operations, segments, known_as)


def sender(
    template: str = "",
    *,
    get: Declared | None = None,
    post: Declared | None = None,
    put: Declared | None = None,
    patch: Declared | None = None,
    delete: Declared | None = None,
) -> Route:
    """A URL shape of the SENDER interface, run by the side that owns the data."""
    methods = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}
    return _route(Interface.SENDER, template, methods)


def receiver(
    template: str = "",
    known_as: str = "",
    /,
    *,
    get: Declared | None = None,
    post: Declared | None = None,
    put: Declared | None = None,
    patch: Declared | None = None,
    delete: Declared | None = None,
) -> Route:
    """A URL shape of the RECEIVER interface, run by the side that consumes the data."""
    methods = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}
    return _route(Interface.RECEIVER, template, methods, known_as)


@dataclass(frozen=True, slots=True)
class Part:
    """A nested object with a URL of its own: URL parameter, list member, id field in the item, and
    the class it is of. `moments` is a dotted path in the item, through objects and lists: lists may
    be asked `between` two moments."""

    parameter: str
    member: str
    id_field: str
    object: str = ""
    moments: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Ids of other objects: `field`, a dotted path through objects and lists, names objects of
    `module` that the same owner keeps here, for everyone or for the same party."""

    field: str
    module: str


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """The description of one OCPI module.

    Attributes:
        id: what the hub calls it.
        identifier: the ModuleID on the wire, where it is another; several modules may share one
            (D-29), told apart by their URLs.
        spellings: other ModuleIDs that peers use for it (D-28).
        senders: roles that run the SENDER interface, and so call other parties' RECEIVER.
        receivers: roles that run the RECEIVER interface, and so call other parties' SENDER.
        audience: whether its objects may be broadcast.
        routes: its URL shapes.
        object: the class of its objects; without one their content is not looked at.
        key: URL parameter of the object's id, to the field of the object that holds it; empty
            when nothing is kept. The owner's country_code and party_id always belong to the key.
        second_id: another field of the object that its URL may hold in place of the id.
        names_owner: its objects say whose they are, in country_code and party_id.
        qualifier: a query parameter that belongs to the key too, with its default (`type` of
            tokens); the object has a field of the same name.
        parts: nested objects, outermost first.
        appends: list members that a PATCH adds to.
        references: ids of other objects in its objects; an unknown one is a finding.
        personal: its messages tell of drivers, so they are forgotten early.
        versions: OCPI versions that have the module.
        custom: not in the specification; shown only to platforms with an agreement for it.
    """

    id: str
    senders: frozenset[Role]
    receivers: frozenset[Role]
    audience: Audience
    routes: tuple[Route, ...]
    object: str = ""
    identifier: str = ""
    spellings: frozenset[str] = frozenset()
    key: Mapping[str, str] = field(default_factory=dict)
    second_id: str = ""
    names_owner: bool = True
    qualifier: tuple[str, str] | None = None
    parts: tuple[Part, ...] = ()
    appends: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    personal: bool = False
    versions: frozenset[str] = SINCE_2_2_1
    custom: bool = False

    def __post_init__(self) -> None:
        if not self.identifier:
            object.__setattr__(self, "identifier", self.id)

    @property
    def keeps(self) -> bool:
        """Whether the hub keeps objects of this module."""
        return bool(self.key)

    @property
    def interfaces(self) -> frozenset[Interface]:
        """The interfaces it has URLs on; results come back to the SENDER, so a module with a
        response_url has one."""
        replies = any(o.reply_to for route in self.routes for o in route.operations.values())
        return frozenset(r.interface for r in self.routes) | (
            {Interface.SENDER} if replies else frozenset()
        )

    def has(self, operation: Operation, version: str) -> bool:
        """Whether an operation of it is in a version."""
        return version in (self.versions if operation.versions is None else operation.versions)

    def roles(self, interface: Interface) -> frozenset[Role]:
        """The roles that run this interface."""
        return self.senders if interface is Interface.SENDER else self.receivers

    def callers(self, interface: Interface) -> frozenset[Role]:
        """The roles that call this interface: those that run the other one."""
        return self.receivers if interface is Interface.SENDER else self.senders
