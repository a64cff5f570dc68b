"""operator: one user, and the way back in for who is locked out or has lost the phone."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, Error, HubCommand, pairs
from apps.operators import accounts, lockout, second_factor


class Command(HubCommand):
    help = "Show an operator; forget mistakes at the log-in, or the second factor."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the user's name")
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--unlock", action="store_true", help="forget the mistakes at the log-in")
        one.add_argument(
            "--forget-second-factor",
            action="store_true",
            help="remove app and recovery codes; they can be set up anew after the password",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        user: Any = get_user_model().objects.filter(username=options["name"]).first()
        if user is None:
            raise Error(f"no user is named {options['name']!r}")
        if options["unlock"]:
            lockout.unlock(user.username)
        if options["forget_second_factor"] and not second_factor.forget(user):
            raise Error(f"{user.username} has no second factor")
        return accounts.fact(user, timezone.now())

    def lines(self, answer: Answer) -> Iterable[str]:
        return pairs(answer)
