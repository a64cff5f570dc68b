"""URLs inside messages that must lead back through the hub: found, and replaced by stand-ins.

Each leg has its own token pair, and the other side may not be able to reach the URL at all.
spec: mod_commands_post_method, mod_charging_profiles_receiver_interface
"""

from urllib.parse import quote, unquote_plus, urljoin, urlsplit

from msgspec.structs import replace

from hub.ocpi import jsontext
from hub.ocpi.message import Answer, Message
from hub.ocpi.module import Place
from hub.ocpi.paging import next_link
from hub.ocpi.status import invalid
from hub.routing.hop import target_url
from hub.routing.network import Platform

FIELD = "response_url"
MAX_URL = 255  # spec: types_url_type


def response_url(message: Message, platform: Platform) -> str:
    """Where the requester wants the result.

    Raises OcpiError 2001 when it is missing, or on a host that is not one of the requester's own:
    the hub would send a token there.
    """
    url = (
        _query_parts(message.query)[1]
        if message.match.operation.reply_to is Place.QUERY
        else message.content.get(FIELD)
        if isinstance(message.content, dict)
        else None
    )
    if not isinstance(url, str) or not url:
        raise invalid(f"{FIELD} is required, as a URL: the result is posted there.")
    if not on_hosts(url, platform):
        raise invalid(
            f"{FIELD} must be an http(s) URL on a host of your registered endpoints "
            f"({', '.join(sorted(platform.hosts)) or 'none'})."
        )
    return url


def result_in(content: object) -> str:
    """What a response or a result says, such as ACCEPTED, in an envelope or without one; empty
    where it says nothing of the kind."""
    if isinstance(content, dict) and isinstance(content.get("data"), dict):
        content = content["data"]
    said = content.get("result") if isinstance(content, dict) else None
    return said if isinstance(said, str) else ""


def with_response_url(message: Message, url: str) -> Message:
    """The message with its response_url replaced; in a body, the other bytes stay."""
    if message.match.operation.reply_to is Place.QUERY:
        others = [pair for pair in _query_parts(message.query)[0] if pair]
        return replace(message, query="&".join([*others, f"{FIELD}={quote(url, safe='')}"]))
    return replace(message, body=jsontext.replace(message.body, FIELD, url))


def _query_parts(query: str) -> tuple[list[str], str]:
    """The parameters other than response_url as they stand, and the response_url.

    The spec's own example has the URL unencoded, with parameters of its own: what follows
    response_url and is not `duration` belongs to it.
    """
    others: list[str] = []
    url: list[str] = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        if unquote_plus(name) == FIELD:
            url = [unquote_plus(value)]
        elif url and name != "duration":
            url.append(pair)
        else:
            others.append(pair)
    return others, "&".join(url)


def on_hosts(url: str, platform: Platform) -> bool:
    """Whether a URL is http(s) on one of the hosts the platform registered."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a port that is none is a ValueError
    except ValueError:
        return False
    is_whole = url.isprintable() and " " not in url
    return is_whole and parts.scheme in ("http", "https") and host in platform.hosts


def next_page(
    answer: Answer, request_url: str, base_url: str, tail: str, platform: Platform
) -> str:
    """Where the target's Link leads, empty when there is no next page. A Link to a foreign host, or
    one with the wrong scheme, keeps only its query: the page is below the endpoint we know."""
    link = next_link(answer.header("link"))
    if not link:
        return ""
    url = urljoin(request_url, link)
    ours, theirs = urlsplit(request_url), urlsplit(url)
    if (ours.scheme, ours.netloc) == (theirs.scheme, theirs.netloc) and on_hosts(url, platform):
        return url
    return target_url(base_url, tail, theirs.query)


def object_url(answer: Answer, request_url: str, platform: Platform) -> str:
    """Where the target says a new object is: its Location header, or a URL in `data` as some send
    it. Empty when there is none the hub may call."""
    data = answer.envelope.data if answer.envelope is not None else None
    location = answer.header("location") or (data if isinstance(data, str) else "")
    if not location:
        return ""
    url = urljoin(request_url, location)
    return url if on_hosts(url, platform) else ""


def visible_query(url: str, stand_in: str) -> str:
    """The stand-in with the filters of the page it stands for, as far as 255 characters allow."""
    query = urlsplit(url).query
    full = f"{stand_in}?{query}" if query else stand_in
    return full if len(full) <= MAX_URL else stand_in
