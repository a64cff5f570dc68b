"""unregister: the hub ends its registration with a platform."""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console import facts
from apps.console.command_line import Answer, Error
from apps.console.pages.platform_acts import why_not_renew
from apps.console.platform_text import PlatformCommand
from apps.credentials.registration import unregister
from apps.parties.platforms import named


class Command(PlatformCommand):
    help = "End the registration with a platform: no token is good any more, if it agrees."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")

    def answer(self, options: dict[str, Any]) -> Answer:
        platform = named(options["name"])
        if why := why_not_renew(platform):
            raise Error(f"{platform.name} {why}")
        self.note(f"ending the registration with {platform.name} ...")
        async_to_sync(unregister)(platform)
        return facts.platform(named(platform.name), timezone.now())
