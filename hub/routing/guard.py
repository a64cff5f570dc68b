"""Whether a platform may send a message at all: the checks of one request, in their order.

Nothing here looks at where the message goes. spec: the order is that of the routing rules in
docs/routing.md; each refusal names the header or field, the rule, and what would have worked.
"""

from urllib.parse import parse_qsl

from hub.ocpi import datetimes
from hub.ocpi.headers import Half
from hub.ocpi.ids import PartyId, fold
from hub.ocpi.message import Message
from hub.ocpi.module import PUSHES, Effect, Interface
from hub.ocpi.status import invalid, not_found
from hub.routing.network import Network, Platform


def check(message: Message, platform: Platform, network: Network) -> PartyId:
    """The requesting party. Raises OcpiError 404 or 2001 at the first rule that is broken."""
    from_party = _from_party(message, platform, network)
    if isinstance(message.to, Half):
        raise invalid(
            "OCPI-to-country-code and OCPI-to-party-id come as a pair; only one of them was sent."
        )
    _body_fits(message)
    _owner(message, platform, network, from_party)
    _acting_role(message, platform, network, from_party)
    _merge_has_last_updated(message)
    _own_tokens(message, from_party)
    _query(message)
    return from_party


def _from_party(message: Message, platform: Platform, network: Network) -> PartyId:
    hosted = {party.id for party in network.hosted.get(platform.id, ())}
    if message.from_ in hosted:
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
        return hosted.pop()
    raise invalid(
        f"OCPI-from {message.from_} is not a party of this platform; its parties are {names}."
    )


def _body_fits(message: Message) -> None:
    if message.match.operation.effect in (Effect.REPLACE, Effect.MERGE, Effect.APPEND) and (
        not isinstance(message.content, dict)
    ):
        raise invalid(f"the body of this {message.method} must be one JSON object.")


def _owner(message: Message, platform: Platform, network: Network, from_party: PartyId) -> None:
    """URL, body and FROM name the same owner, and it is hosted here (D-02)."""
    match = message.match
    if match.interface is not Interface.RECEIVER:
        return
    parameters = match.parameters
    effect = match.operation.effect
    if "country_code" in parameters and (effect in PUSHES or effect is Effect.READ):
        owner = PartyId.of(parameters["country_code"], parameters["party_id"])
        if not network.roles(platform.id, owner):
            raise not_found(f"{owner}, the owner in the URL, is not a party of this platform.")
        if owner != from_party:
            raise invalid(
                f"the URL's owner {owner} and OCPI-from {from_party} must be the same party."
            )
    if effect in (Effect.REPLACE, Effect.MERGE, Effect.APPEND):
        _identity(message, from_party)


def _identity(message: Message, from_party: PartyId) -> None:
    """The body, where it says so, has the owner and the id of the URL."""
    match, content = message.match, message.content
    expected = {"country_code": from_party.country_code, "party_id": from_party.party_id}
    nested = [part for part in match.module.parts if part.parameter in match.parameters]
    if nested:
        expected = {nested[-1].id_field: match.parameters[nested[-1].parameter]}
    else:
        expected |= {
            id_field: match.parameters[parameter]
            for parameter, id_field in match.module.key.items()
            if parameter in match.parameters
        }
    if match.operation.effect is Effect.APPEND:
        for name in ("country_code", "party_id", *match.module.key.values()):
            if not content.get(name):
                raise invalid(f"body field {name} is missing; it identifies the object.")
    for name, value in expected.items():
        given = content.get(name)
        if given is not None and fold(str(given)) != fold(value):
            raise invalid(
                f"body field {name} is {str(given)[:40]!r} but the URL and OCPI-from say "
                f"{value!r}; they must name the same object."
            )


def _acting_role(
    message: Message, platform: Platform, network: Network, from_party: PartyId
) -> None:
    match = message.match
    callers = match.module.callers(match.interface)
    roles = network.roles(platform.id, from_party)
    if not roles & callers:
        raise invalid(
            f"OCPI-from {from_party} is registered as {', '.join(sorted(roles))}; the "
            f"{match.interface} interface of {match.module.id} is called by "
            f"{', '.join(sorted(callers))}."
        )


def _merge_has_last_updated(message: Message) -> None:
    if message.match.operation.effect is not Effect.MERGE:
        return
    given = message.content.get("last_updated")
    try:
        datetimes.parse(given if isinstance(given, str) else "")
    except (ValueError, OverflowError):
        raise invalid(
            "body field last_updated is required in every PATCH, as a DateTime in UTC."
        ) from None


def _own_tokens(message: Message, from_party: PartyId) -> None:
    """spec: mod_commands_startsession_object: only tokens of the requesting party."""
    for name in message.match.operation.own:
        inner = message.content.get(name) if isinstance(message.content, dict) else None
        if not isinstance(inner, dict):
            continue
        country, party = inner.get("country_code"), inner.get("party_id")
        if country and party and PartyId.of(str(country), str(party)) != from_party:
            raise invalid(
                f"body field {name} belongs to {PartyId.of(str(country), str(party))}; "
                f"it must be one of {from_party}'s own."
            )


def _query(message: Message) -> None:
    required = message.match.operation.required_query
    if not required:
        return
    given = {name for name, value in parse_qsl(message.query) if value}
    for name in required:
        if name not in given:
            raise invalid(f"query parameter {name} is required here.")
