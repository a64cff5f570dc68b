"""Whether a platform may send a message at all: the checks of one request, in their order.

Nothing here looks at where the message goes. spec: the order is that of the routing rules in
docs/routing.md; each refusal names the header or field, the rule, and what would have worked.
"""

from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qsl

from msgspec import Struct

from hub.ocpi import datetimes
from hub.ocpi.description import OWNER
from hub.ocpi.headers import Half
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Message
from hub.ocpi.module import PUSHES, Effect, Interface, Module, Operation, Route
from hub.ocpi.status import Code, invalid, not_found
from hub.routing.clues import LONGEST, NUL, found_in, named_in
from hub.routing.network import Network, Platform


class Asking(Struct, frozen=True):
    """A message, and who it comes from."""

    message: Message
    platform: Platform
    network: Network
    from_party: PartyId


class Rule(Struct, frozen=True):
    """What is asked of a message, and of which operations it can be asked at all."""

    require: Callable[[Asking], None]
    concerns: Callable[[Module, Route, Operation], bool]


WITH_OBJECT = frozenset({Effect.REPLACE, Effect.MERGE, Effect.APPEND})
# Versions whose PATCH need not have last_updated: the time of receipt stands for it.
UNSTAMPED = frozenset({"2.1.1"})


def check(message: Message, platform: Platform, network: Network) -> PartyId:
    """The requesting party. Raises OcpiError 404 or 2001 at the first rule that is broken."""
    asking = Asking(message, platform, network, requesting_party(message, platform, network))
    match = message.match
    for require in _required(match.module, match.route, match.operation):
        require(asking)
    return asking.from_party


@cache  # of a few hundred operations
def _required(
    module: Module, route: Route, operation: Operation
) -> tuple[Callable[[Asking], None], ...]:
    return tuple(r.require for r in RULES.values() if r.concerns(module, route, operation))


def requesting_party(message: Message, platform: Platform, network: Network) -> PartyId:
    """The party that OCPI-from names, or the only one there is. Raises OcpiError 2001."""
    hosted = network.hosts(platform.id)
    if isinstance(message.from_, PartyId) and message.from_ in hosted:
        return message.from_
    names = ", ".join(map(str, sorted(hosted))) or "none"
    if isinstance(message.from_, Half):
        raise invalid(
            "OCPI-from-country-code and OCPI-from-party-id come as a pair; "
            f"only one of them was sent. Parties of this platform: {names}."
        )
    if message.from_ is None:
        if len(hosted) != 1:
            raise invalid(
                "OCPI-from-country-code and OCPI-from-party-id are missing; this platform hosts "
                f"several parties ({names}), so the hub cannot tell who is asking."
            )
        return next(iter(hosted))
    raise invalid(
        f"OCPI-from {message.from_} is not a party of this platform; its parties are {names}."
    )


def require_open(version: str, platform: Platform) -> None:
    """Raises OcpiError 404 with 3002 for a version that is hidden from the platform."""
    if not platform.is_open(version):
        raise not_found(
            f"OCPI {version} is not offered to this platform, which speaks {platform.version}.",
            Code.UNSUPPORTED_VERSION,
        )


def _version_is_open(asking: Asking) -> None:
    require_open(asking.message.version, asking.platform)


def _to_is_whole(asking: Asking) -> None:
    if isinstance(asking.message.to, Half):
        raise invalid(
            "OCPI-to-country-code and OCPI-to-party-id come as a pair; only one of them was sent."
        )


def _body_fits(asking: Asking) -> None:
    message = asking.message
    if not isinstance(message.content, dict):
        raise invalid(f"the body of this {message.method} must be one JSON object.")


def _owner(asking: Asking) -> None:
    """The URL and FROM name the same owner, and it is hosted here (D-02)."""
    parameters, from_party = asking.message.match.parameters, asking.from_party
    owner = PartyId.of(parameters["country_code"], parameters["party_id"])
    if not asking.network.roles(asking.platform.id, owner):
        raise not_found(
            f"{owner}, the owner in the URL, is not a party of this platform; push your own "
            "objects to a RECEIVER interface, and read those of others on the SENDER's."
        )
    if owner != from_party:
        raise invalid(f"the URL's owner {owner} and OCPI-from {from_party} must be the same party.")


def _nameable(asking: Asking) -> None:
    """An object can be kept and found under its ids: the database has no NUL, and its indexes no
    room for ids without end."""
    match, content = asking.message.match, asking.message.content
    ids = dict(match.parameters)
    if match.operation.effect in WITH_OBJECT:
        ids |= {name: str(content.get(name)) for name in match.module.key.values()}
    for name, value in ids.items():
        if NUL in value:
            raise invalid(f"{name} holds a NUL character, which no id may have.")
        if len(value) > LONGEST:
            raise invalid(f"{name} has {len(value)} characters; no id has more than {LONGEST}.")


def _identity(asking: Asking) -> None:
    """The body, where it says so, has the owner and the id of the URL."""
    message, from_party = asking.message, asking.from_party
    match, content = message.match, message.content
    module = match.module
    expected: dict[str, str] = {}
    if module.names_owner:
        expected |= {"country_code": from_party.country_code, "party_id": from_party.party_id}
    nested = [part for part in module.parts if part.parameter in match.parameters]
    if nested:
        expected = {nested[-1].id_field: match.parameters[nested[-1].parameter]}
    else:
        expected |= {
            id_field: match.parameters[parameter]
            for parameter, id_field in module.key.items()
            if parameter in match.parameters
        }
    if message.method == "POST":
        for name in (*(OWNER if module.names_owner else ()), *module.key.values()):
            if not content.get(name):
                raise invalid(f"body field {name} is missing; it identifies the object.")
    for name, value in expected.items():
        given = content.get(name)
        if given is None or fold(str(given)) == fold(value):
            continue
        second = content.get(module.second_id) if name in module.key.values() else None
        if second is None or fold(str(second)) != fold(value):
            raise invalid(
                f"body field {name} is {str(given)[:40]!r} but the URL and OCPI-from say "
                f"{value!r}; they must name the same object."
            )


def _qualifier(asking: Asking) -> None:
    """What tells objects of one id apart is the same in the query and the body (a Token's type)."""
    message = asking.message
    qualifier, content = message.match.module.qualifier, message.content
    assert qualifier is not None  # the rule concerns no others
    name = qualifier[0]
    asked, given = dict(parse_qsl(message.query)).get(name), content.get(name)
    if asked and given is not None and fold(str(given)) != fold(asked):
        raise invalid(
            f"body field {name} is {str(given)[:40]!r} but the query says {asked[:40]!r}; "
            "they must name the same object."
        )


def _acting_role(asking: Asking) -> None:
    match, from_party = asking.message.match, asking.from_party
    callers = match.module.callers(match.interface)
    roles = asking.network.roles(asking.platform.id, from_party)
    if not roles & callers:
        raise invalid(
            f"OCPI-from {from_party} is registered as {', '.join(sorted(roles))}; the "
            f"{match.interface} interface of {match.module.id} is called by "
            f"{', '.join(sorted(callers))}."
        )


def _merge_has_last_updated(asking: Asking) -> None:
    message = asking.message
    if message.version in UNSTAMPED:
        return
    given = message.content.get("last_updated")
    try:
        datetimes.parse(given if isinstance(given, str) else "")
    except (ValueError, OverflowError):
        found = "it is missing" if given is None else f"it is {str(given)[:40]!r}"
        raise invalid(
            "body field last_updated is required in every PATCH, as a DateTime in UTC such as "
            f"2026-01-31T12:00:00Z; {found}."
        ) from None


def _own_tokens(asking: Asking) -> None:
    """spec: mod_commands_startsession_object: only tokens of the requesting party."""
    message, from_party = asking.message, asking.from_party
    for name in message.match.operation.own:
        for inner in found_in(message.content, name):
            party = named_in(inner)
            if party is not None and party != from_party:
                what = f"body field {name}" if name else "the body"
                raise invalid(f"{what} belongs to {party}; it must be {from_party}'s own.")


def _query(asking: Asking) -> None:
    message = asking.message
    given = {name for name, value in parse_qsl(message.query) if value}
    for name in message.match.operation.required_query:
        if name not in given:
            raise invalid(f"query parameter {name} is required here.")


def _all(module: Module, route: Route, operation: Operation) -> bool:
    return True


def _with_object(module: Module, route: Route, operation: Operation) -> bool:
    return operation.effect in WITH_OBJECT


def _with_body(module: Module, route: Route, operation: Operation) -> bool:
    takes = bool(operation.takes) and not operation.may_lack_body
    return takes or operation.effect in WITH_OBJECT


def _of_an_owner(module: Module, route: Route, operation: Operation) -> bool:
    its_own = operation.effect in PUSHES or operation.effect is Effect.READ
    return its_own and route.interface is Interface.RECEIVER and "country_code" in route.parameters


def _with_ids(module: Module, route: Route, operation: Operation) -> bool:
    return bool(route.parameters) or operation.effect in WITH_OBJECT


def _qualified(module: Module, route: Route, operation: Operation) -> bool:
    return module.qualifier is not None and operation.effect in WITH_OBJECT


def _stamped(module: Module, route: Route, operation: Operation) -> bool:
    return operation.effect is Effect.MERGE and operation.stamped


def _with_own(module: Module, route: Route, operation: Operation) -> bool:
    return bool(operation.own)


def _with_query(module: Module, route: Route, operation: Operation) -> bool:
    return bool(operation.required_query)


# In the order in which they are asked, by what they make sure of.
FROM = "OCPI-from is a party of this platform"
RULES: dict[str, Rule] = {
    "the version is not hidden from the platform": Rule(_version_is_open, _all),
    "OCPI-to is a pair, or absent": Rule(_to_is_whole, _all),
    "the body is one JSON object, where there must be one": Rule(_body_fits, _with_body),
    "the owner in the URL is OCPI-from": Rule(_owner, _of_an_owner),
    "no id holds a NUL, or is without end": Rule(_nameable, _with_ids),
    "the body names the same object as the URL": Rule(_identity, _with_object),
    "the body has the type of the query, where both say it": Rule(_qualifier, _qualified),
    "OCPI-from has a role that calls this interface": Rule(_acting_role, _all),
    "a PATCH has last_updated": Rule(_merge_has_last_updated, _stamped),
    "tokens in the body are of OCPI-from": Rule(_own_tokens, _with_own),
    "required query parameters are there": Rule(_query, _with_query),
}
