"""register: the hub begins the handshake with a platform that gave it a token."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import CommandParser
from django.db import connection
from django.utils import timezone

from apps.console import facts
from apps.console.command_line import Answer
from apps.console.platform_text import PlatformCommand
from apps.credentials.pages import FACES
from apps.credentials.registration import register
from hub.ocpi.module import Role


class Command(PlatformCommand):
    help = "Register the hub with a platform, given its versions URL and a CREDENTIALS_TOKEN_A."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("versions_url")
        parser.add_argument("token_a", help="as the platform's operator gave it, not in Base64")
        parser.add_argument("--name", help="its name in this hub (else that of its first party)")
        parser.add_argument(
            "--role",
            choices=[role.value for role in FACES.values()],
            help="of its party: needed where its OCPI is 2.1.1 and does not show it",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        connection.ensure_connection()  # says at once when no hub is running
        self.note(f"registering with {options['versions_url']} ...")
        registered = async_to_sync(register)(
            options["versions_url"],
            options["token_a"],
            options["name"],
            Role(options["role"]) if options["role"] else None,
        )
        return facts.platform(registered, timezone.now())
