"""Notices by mail, through the server that HUB_MAIL_URL names.

The operator chose that server, so the address guard, which is for what partners hand us, is not
asked. Certificates are checked; a password never goes over a connection without TLS.
"""

import asyncio
import smtplib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from apps.alerts import letter
from apps.alerts.errors import NotTaken
from apps.alerts.models import Notice

# For each step of the conversation.
SECONDS = 10


async def send(notices: Sequence[Notice]) -> str:
    """One mail with all of them. Raises NotTaken."""
    return await asyncio.to_thread(_send, notices)


def _send(notices: Sequence[Notice]) -> str:
    hub, server = settings.HUB, settings.HUB.mail_url
    if server is None:
        raise NotTaken("HUB_MAIL_URL is not set")
    backend = EmailBackend(
        host=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        use_tls=server.tls == "starttls",
        use_ssl=server.tls == "tls",
        timeout=SECONDS,
    )
    domain = hub.mail_from.rpartition("@")[2]
    message = EmailMessage(
        letter.subject(notices),
        "\n\n".join(letter.paragraph(notice) for notice in notices) + "\n",
        hub.mail_from,
        list(hub.alert_mail_to),
        headers={
            # The same again when it is sent again, so that a second copy can be told from a second
            # alert.
            "Message-ID": f"<notice-{notices[0].pk}.{notices[0].booked_at:%Y%m%d%H%M%S}@{domain}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        try:
            backend.send_messages([message])
        finally:
            backend.close()  # after a refused log-in it is still open
    except smtplib.SMTPResponseException as error:
        raise NotTaken(f"the mail server answered {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotTaken(f"the mail was not taken ({type(error).__name__})") from error
    return "taken by the mail server"
