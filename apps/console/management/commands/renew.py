"""renew: new credentials with a registered platform, and its endpoints fetched again."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import facts
from apps.console.command_line import Answer, Error
from apps.console.pages.platform_acts import why_not_renew
from apps.console.platform_text import PlatformCommand
from apps.credentials.registration import renew
from apps.parties.platforms import named


class Command(PlatformCommand):
    help = (
        "Renew the credentials with a platform: both tokens are new, the endpoints fetched again."
    )

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def answer(self, options: dict[str, Any]) -> Answer:
        platform = named(options["name"])
        if why := why_not_renew(platform):
            raise Error(f"{platform.name} {why}")
        self.note(f"renewing the credentials with {platform.name} ...")
        async_to_sync(renew)(platform)
        return facts.platform(named(platform.name), timezone.now())
