"""Sends in the token form a platform is known to take; once in the other when it refuses."""

from collections.abc import Awaitable, Callable

from hub.ocpi.headers import TokenForm
from hub.ocpi.message import Answer, Outgoing
from hub.routing.hop import with_form
from hub.routing.network import Platform

Send = Callable[[Outgoing], Awaitable[Answer]]
OTHER_FORM = {TokenForm.BASE64: TokenForm.PLAIN, TokenForm.PLAIN: TokenForm.BASE64}


async def in_either_form(
    send: Send, request: Outgoing, platform: Platform
) -> tuple[Answer, TokenForm | None]:
    """The answer, and the other form when that was the one understood: it is to be remembered.

    A 401 means that the platform did nothing, so sending again repeats nothing.
    """
    answer = await send(request)
    if answer.status != 401 or platform.token is None:
        return answer, None
    form = OTHER_FORM[platform.token_form]
    again = await send(with_form(request, platform, form))
    return again, None if again.status == 401 else form
