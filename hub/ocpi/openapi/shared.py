"""What all paths of the document share: parameters, headers, answers, the envelope around data."""

from typing import Any

from hub.ocpi.module import SINCE_2_2_1
from hub.ocpi.openapi.schemas import MOMENT, Json, ref

SECURITY: list[Json] = [{"Token": []}]


def security_schemes(version: str) -> Json:
    """How a request shows its token. spec: transport_and_format_authorization_header"""
    form = "in Base64" if version in SINCE_2_2_1 else "as it is"
    token = {"type": "apiKey", "in": "header", "name": "Authorization"}
    return {"Token": {**token, "description": f"`Token `, then the credentials token {form}."}}


def _parameter(place: str, name: str, description: str, schema: Json) -> Json:
    return {"name": name, "in": place, "description": description, "schema": schema}


def _text(limit: int) -> Json:
    return {"type": "string", "maxLength": limit, "pattern": "^[!-~]*$"}


IDS = {
    "RequestId": _parameter(
        "header",
        "X-Request-ID",
        "Unique for each request; made up by the hub where there is none.",
        _text(128),
    ),
    "CorrelationId": _parameter(
        "header",
        "X-Correlation-ID",
        "The same for every request of one chain; made up by the hub where there is none.",
        _text(128),
    ),
}
ROUTING = {
    "ToCountry": _parameter(
        "header",
        "OCPI-to-country-code",
        "Country code of the party that is asked, or of the hub.",
        _text(2),
    ),
    "ToParty": _parameter(
        "header",
        "OCPI-to-party-id",
        "Party id of the party that is asked, or of the hub.",
        _text(3),
    ),
    "FromCountry": _parameter(
        "header", "OCPI-from-country-code", "Country code of the party that asks.", _text(2)
    ),
    "FromParty": _parameter(
        "header", "OCPI-from-party-id", "Party id of the party that asks.", _text(3)
    ),
}
PAGING = {
    "DateFrom": _parameter("query", "date_from", "From this last_updated on.", MOMENT),
    "DateTo": _parameter("query", "date_to", "Before this last_updated.", MOMENT),
    "Offset": _parameter(
        "query", "offset", "How many objects come before.", {"type": "integer", "minimum": 0}
    ),
    "Limit": _parameter(
        "query", "limit", "How many objects at most.", {"type": "integer", "minimum": 1}
    ),
}


def all_parameters(version: str) -> Json:
    """Every parameter that a version has: 2.1.1 knows no message ids and no routing."""
    return {**IDS, **ROUTING, **PAGING} if version in SINCE_2_2_1 else PAGING


def heading(version: str, *, routed: bool) -> list[Json]:
    """The headers of a request, as references; with the two parties where it is routed."""
    if version not in SINCE_2_2_1:
        return []
    return parameters(IDS, ROUTING) if routed else parameters(IDS)


def parameters(*groups: dict[str, Json]) -> list[Json]:
    """References to the parameters of these groups."""
    return [{"$ref": f"#/components/parameters/{name}"} for group in groups for name in group]


_SENT: Json = {
    "Link": {
        "description": 'The next page, as `<url>; rel="next"`; absent on the last one.',
        "schema": {"type": "string"},
    },
    "X-Total-Count": {
        "description": "How many objects there are for this party.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "X-Limit": {
        "description": "How many objects a page has at most.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Location": {
        "description": "Where the new object can be read.",
        "schema": {"type": "string", "format": "uri", "maxLength": 255},
    },
}
_OF_THE_REQUEST: Json = {"description": "That of the request.", "schema": {"type": "string"}}
PAGE_SENT = ("Link", "X-Total-Count", "X-Limit")

ENVELOPE: Json = {
    "type": "object",
    "description": "spec: transport_and_format_response_format",
    "properties": {
        "data": {"description": "What was asked for, where there is something to say."},
        "status_code": {"type": "integer", "minimum": 1000, "maximum": 4999},
        "status_message": {"type": ["string", "null"]},
        "timestamp": MOMENT,
    },
    "required": ["status_code", "timestamp"],
    "additionalProperties": True,
}
REFUSAL: Json = {
    "description": "A status code of 2000 or more; `status_message` says why.",
    "allOf": [
        ref("Envelope"),
        {"type": "object", "properties": {"status_code": {"minimum": 2000}}},
    ],
}
ENVELOPES = {"Envelope": ENVELOPE, "Refusal": REFUSAL}


def around(data: Json | None) -> Json:
    """The schema of an answer with that data. A refusal of OCPI comes with HTTP 200 as well."""
    if data is None:
        return ref("Envelope")
    accepted = {"status_code": {"minimum": 1000, "maximum": 1999}, "data": data}
    given = {"type": "object", "properties": accepted, "required": ["data"]}
    return {"oneOf": [{"allOf": [ref("Envelope"), given]}, ref("Refusal")]}


def ids_sent(version: str) -> tuple[str, ...]:
    """The message ids of an answer."""
    return ("X-Request-ID", "X-Correlation-ID") if version in SINCE_2_2_1 else ()


def headers(version: str) -> Json:
    """Every header that an answer may have."""
    return _SENT | dict.fromkeys(ids_sent(version), _OF_THE_REQUEST)


def answer(version: str, description: str, schema: Json, sent: tuple[str, ...] = ()) -> Json:
    """A response with a JSON body and the headers of that name."""
    names = (*ids_sent(version), *sent)
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {"application/json": {"schema": schema}},
    }


def body(schema: Json, required: bool = True) -> Json:
    """A request body in JSON."""
    return {"required": required, "content": {"application/json": {"schema": schema}}}


_REFUSALS = {
    400: ("NotJson", "The body is not valid JSON."),
    401: ("NoToken", "No token, an unknown one, or one that is good for registration only."),
    403: ("Suspended", "The platform is suspended."),
    404: ("NotFound", "No such URL, or no such object for this party."),
    405: ("NotOffered", "The method is not offered here, or not to this platform."),
    413: ("TooLarge", "The body is longer than the hub accepts."),
    429: ("TooMany", "More requests than the hub accepts; Retry-After says when to go on."),
}


def responses(version: str) -> Json:
    """The HTTP errors by name."""
    return {name: answer(version, says, ref("Refusal")) for name, says in _REFUSALS.values()}


def refusals() -> dict[str, Any]:
    """The HTTP errors that any request may be answered with."""
    return {
        str(status): {"$ref": f"#/components/responses/{name}"}
        for status, (name, _) in _REFUSALS.items()
    }
