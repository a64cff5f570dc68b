"""HubClientInfo as it is asked for: the hub's SENDER list, for a platform and not for a party.

A configuration module: no routing headers, neither needed nor given.
"""

from apps.credentials.pages import client_info_url
from apps.database import in_thread
from apps.gateway.inbound import Request
from apps.gateway.process import Process
from apps.hubclientinfo.listing import page
from hub.ocpi import envelope, paging
from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.message import Answer, Headers
from hub.ocpi.module import SINCE_2_2_1, Interface
from hub.ocpi.status import Code, method_not_allowed, not_found
from hub.routing.guard import require_open
from hub.routing.network import Platform

SENDER = Interface.SENDER.segment


def is_asked(request: Request) -> bool:
    """Whether a request is for the hub's own list."""
    _, interface, module_id, *_ = request.path
    return interface.lower() == SENDER and module_id.lower() == MODULE_ID


async def answer(process: Process, request: Request, platform: Platform) -> Answer:
    """The page that the query asks for.

    Raises OcpiError 404 for a version that is hidden, 404 and 405 for anything but GET of the list,
    2001 for a query parameter that cannot be read.
    """
    version, _, _, *rest = request.path
    if version not in SINCE_2_2_1:
        have = " and ".join(sorted(SINCE_2_2_1))
        raise not_found(f"OCPI {version[:40]} has no {MODULE_ID}; {have} have it.")
    where = client_info_url(version)
    require_open(version, platform)
    if rest:
        raise not_found(f"the hub gives the list at {where}, and nothing else.")
    if request.method != "GET":
        raise method_not_allowed(request.method, ("GET",), where)
    window = paging.window(request.query, process.page_limit)
    found = await in_thread(page, platform.id, window, process.clock())
    headers: Headers = (
        ("X-Request-ID", request.request_id),
        ("X-Correlation-ID", request.correlation_id),
        ("X-Total-Count", str(found.total)),
        ("X-Limit", str(process.page_limit)),
    )
    if found.cursor is not None:
        reached = window.offset + len(found.items)
        url = paging.next_page(where, request.query, reached, window.limit, found.cursor)
        headers += (("Link", f'<{url}>; rel="next"'),)
    body = envelope.render(Code.SUCCESS, process.clock(), data=found.items)
    return Answer(200, headers, body)
