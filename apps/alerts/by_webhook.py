"""Notices by HTTP POST to HUB_ALERT_WEBHOOK_URL, signed with HUB_ALERT_WEBHOOK_SECRET.

Hub-Signature: t=SECONDS,v1=HEX, where HEX is HMAC-SHA-256 under the secret of the text
"SECONDS.BODY". Who checks it, and refuses old SECONDS, knows that the hub wrote it, and when.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Sequence

from django.conf import settings

from apps.alerts import letter
from apps.alerts.errors import NotTaken
from apps.alerts.models import Notice
from apps.transport.client import Client
from apps.transport.errors import AnswerTooLarge, Forbidden, TimedOut, Unreachable
from hub.ocpi.message import Answer, Outgoing
from hub.ocpi.status import OcpiError

SECONDS = 10.0
MAX_ANSWER_BYTES = 64 * 1024
SIGNATURE = "Hub-Signature"
# The errors' own texts speak of platforms.
WHY: dict[type[OcpiError], str] = {
    Unreachable: "no connection",
    TimedOut: f"no answer within {SECONDS:g} s",
    AnswerTooLarge: f"the answer is larger than {MAX_ANSWER_BYTES} bytes",
    Forbidden: "the address is not public, or not https: name its network in HUB_EGRESS_ALLOW",
}


async def send(notices: Sequence[Notice]) -> str:
    """One request with all of them. Raises NotTaken unless the answer is 2xx."""
    url, secret = settings.HUB.alert_webhook_url, settings.HUB.alert_webhook_secret
    if url is None:
        raise NotTaken("HUB_ALERT_WEBHOOK_URL is not set")
    body = json.dumps(
        {"hub": letter.hub(), "notices": [letter.fact(notice) for notice in notices]}
    ).encode()
    headers = (
        ("Content-Type", "application/json"),
        (SIGNATURE, signature(secret, int(time.time()), body)),
    )
    answer = await _answer(Outgoing("POST", url, headers, body, SECONDS))
    if not 200 <= answer.status < 300:
        raise NotTaken(f"HTTP {answer.status}")
    return f"HTTP {answer.status}"


def signature(secret: str, seconds: int, body: bytes) -> str:
    """The header of a body sent at a moment, in seconds since 1970."""
    signed = hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={signed}"


async def _answer(request: Outgoing) -> Answer:
    client = Client(settings.HUB.egress_allow, MAX_ANSWER_BYTES, redirects=False)
    try:
        return await client.send(request)
    except OcpiError as error:
        raise NotTaken(WHY.get(type(error), type(error).__name__)) from error
    finally:
        await client.close()
