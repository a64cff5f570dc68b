"""The Content-Security-Policy of every page: nothing runs or loads that is not a file of the hub.

As the outermost middleware it covers errors and static files too.
"""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# Only where the page does not say otherwise.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

Sync = Callable[[HttpRequest], HttpResponseBase]
Async = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def middleware(get_response: Sync | Async) -> Sync | Async:
    """Adds the headers to every response, under WSGI and ASGI alike."""
    if iscoroutinefunction(get_response):
        answer_async: Async = get_response

        async def protected_async(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(await answer_async(request))

        return protected_async
    answer: Sync = get_response  # type: ignore[assignment]  # not a coroutine function, so the other

    def protected(request: HttpRequest) -> HttpResponseBase:
        return _with_headers(answer(request))

    return protected


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
