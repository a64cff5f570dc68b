"""operator: one user, and the way back in for who is locked out or has lost the phone."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser

from apps.console.command_line import Answer, Error, HubCommand, pairs
from apps.operators import lockout, second_factor
from apps.operators.models import ApiToken


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
        app = second_factor.authenticator(user)
        return {
            "name": user.username,
            "may_log_in": user.is_active and user.is_staff,
            "superuser": user.is_superuser,
            "groups": [group.name for group in user.groups.order_by("name")],
            "last_login": user.last_login,
            "mistakes": lockout.mistakes(user.username),
            "second_factor_since": app.created_at if app is not None else None,
            "recovery_codes_left": second_factor.codes_left(user),
            "api_tokens": ApiToken.objects.filter(user=user, revoked_at=None).count(),
        }

    def lines(self, answer: Answer) -> Iterable[str]:
        return pairs(answer)
