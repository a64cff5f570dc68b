"""What the URL and the status codes of a message become in another version of OCPI. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from hub.ocpi import jsontext
from hub.ocpi.headers import ROUTING
from hub.ocpi.message import Answer, Message
from hub.ocpi.module import Interface, Module
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.status import Code

OLDEST = "2.1.1"


def alike(source: str, target: str) -> bool:
    """Whether messages pass between two versions as they are. Within 2.1.1 ids may need other
    names, as it tells no owners."""
    return source == target != OLDEST


# Query parameters that hold a value of an enum, and what stands for one that a version lacks.
_VALUES: Mapping[str, tuple[str, str]] = {"type": ("TokenType", "OTHER")}


def query_in(message: Message, target: str) -> str:
    """The query as a platform of the target version understands it. 2.1.1 names a token by its uid
    alone: the second half of the key is said where another version needs it."""
    match, query = message.match, message.query
    if message.version == OLDEST and match.module.qualifier is not None:
        name, usual = match.module.qualifier
        value = match.parameters.get(name, usual)
        if value != usual:
            query = "&".join([*([query] if query else []), urlencode({name: value})])
    return known_query(match.module, match.interface, query, target)


def known_query(module: Module, interface: Interface, query: str, target: str) -> str:
    """A query of a module's interface in another version. A 2.1.1 RECEIVER knows no second half of
    a key (`type` of tokens)."""
    qualifier = module.qualifier
    if not query or qualifier is None:
        return query
    pairs = parse_qsl(query, keep_blank_values=True)
    if target == OLDEST and interface is Interface.RECEIVER:
        return urlencode([pair for pair in pairs if pair[0] != qualifier[0]])
    return urlencode([(name, _value(name, value, target)) for name, value in pairs])


def _value(name: str, value: str, target: str) -> str:
    enum_name, otherwise = _VALUES.get(name, ("", value))
    enum = SCHEMAS[target].enums.get(enum_name)
    if enum is None or enum.is_open or value in enum.values:
        return value
    return otherwise


# What 2.1.1 says in place of codes that it does not have (D-24): the HTTP status, where it is
# another, and the code.
_CODES: Mapping[int, tuple[int | None, Code]] = {
    Code.UNKNOWN_TOKEN: (404, Code.CLIENT_ERROR),
    Code.CONNECTION_PROBLEM: (None, Code.UNUSABLE_API),
}
_HUB_CODES = range(4000, 5000)


def as_2_1_1(answer: Answer) -> Answer:
    """An answer as a 2.1.1 platform gets it: without hub codes, routing headers and message ids."""
    headers = tuple([pair for pair in answer.headers if pair[0].lower() not in ROUTING])
    found = answer.envelope if answer.rest is None else None
    code = found.status_code if found is not None else int(Code.SUCCESS)
    otherwise = (None, Code.SERVER_ERROR) if code in _HUB_CODES else None
    status, said = _CODES.get(code, otherwise) or (None, None)
    if said is None:
        return Answer(answer.status, headers, answer.body, answer.rest)
    members = jsontext.members(answer.body)
    members["status_code"] = jsontext.raw(int(said))
    return Answer(status or answer.status, headers, jsontext.join(members))
