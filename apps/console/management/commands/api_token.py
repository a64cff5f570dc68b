"""api_token: tokens for scripts that use the API, of one user: list, make, revoke."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, Error, HubCommand, columns
from apps.console.pages.api_tokens import LONGEST_DAYS
from apps.operators import api_tokens
from apps.operators.models import ApiToken, Scope

COLUMNS = ("id", "user", "name", "scope", "created", "expires", "last_used", "state")
ONCE = "\nThe token, which is not shown again:\n\n  {token}\n"


class Command(HubCommand):
    help = "List the API tokens of a user, make one, or revoke one."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="whose token; it may never do more than this user")
        parser.add_argument("--name", default="", help="make one, for this purpose")
        parser.add_argument(
            "--scope", choices=[each.value for each in Scope], default=Scope.READ.value
        )
        parser.add_argument("--expires", type=int, metavar="DAYS", help="good for so many days")
        parser.add_argument("--revoke", type=int, metavar="ID", help="end this one at once")

    def answer(self, options: dict[str, Any]) -> Answer:
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise Error(f"no user is named {options['user']!r}")
        if options["revoke"]:
            return {"tokens": [_revoked(user, options["revoke"])]}
        if options["name"]:
            return _made(user, options)
        now = timezone.now()
        rows = api_tokens.with_owner(ApiToken.objects.filter(user=user))
        return {"tokens": [api_tokens.fact(row, now) for row in rows]}

    def lines(self, answer: Answer) -> Iterable[str]:
        rows = answer["tokens"]
        yield from columns(rows, *COLUMNS) if rows else ["No token."]
        if "token" in answer:
            yield ONCE.format(**answer)


def _made(user: Any, options: dict[str, Any]) -> Answer:
    name, days = options["name"].strip(), options["expires"]
    if not 1 <= len(name) <= 60 or not name.isprintable():
        raise Error("a token's name has 1 to 60 printable characters")
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise Error(f"a token is good for 1 to {LONGEST_DAYS} days")
    now = timezone.now()
    expires = now + timedelta(days=days) if days else None
    row, token = api_tokens.make(user, name, Scope(options["scope"]), expires)
    row.refresh_from_db()
    return {"tokens": [api_tokens.fact(row, now)], "token": token}


def _revoked(user: Any, key: int) -> Answer:
    row = api_tokens.with_owner(ApiToken.objects.filter(user=user, pk=key)).first()
    if row is None:
        raise Error(f"{user} has no token {key}")
    if not api_tokens.revoke(row, timezone.now()):
        raise Error(f"token {key} was revoked before")
    row.refresh_from_db()
    return api_tokens.fact(row, timezone.now())
