"""invite: gives a partner what it needs to register with the hub."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from apps.console.command_line import Answer, Error, HubCommand, cell, pairs
from apps.console.pages.platform_acts import why_not_invite
from apps.credentials.invitations import Invitation, NameTaken, invite, invite_again
from apps.parties.platforms import named

NEXT = """
Give the partner the versions URL and the token; one that speaks OCPI 2.1.1 the URL for its role.
Its platform reads that URL with the token in the Authorization header, then POSTs its credentials.
In OCPI 2.2.1 and 2.3.0 the header carries the Base64 form, in 2.1.1 the plain one:

  curl -H 'Authorization: Token {token_a_base64}' {versions_url}

The token is good for registering only, once, and is not shown again."""


class Command(HubCommand):
    help = "Invite a platform: print a CREDENTIALS_TOKEN_A and the URL to begin at."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the platform's name in this hub")
        parser.add_argument(
            "--again",
            action="store_true",
            help="let a registered platform start over; its present tokens end at once",
        )

    def answer(self, options: dict[str, Any]) -> Answer:
        name, now = options["name"].strip(), timezone.now()
        if not 1 <= len(name) <= 100 or not name.isprintable():
            raise Error("a platform's name has 1 to 100 printable characters")
        invitation = _again(name, now) if options["again"] else _first(name, now)
        return {
            "platform": invitation.platform,
            "token_a": invitation.token_a,
            "token_a_base64": invitation.token_a_base64,
            "versions_url": invitation.versions_url,
            "versions_urls_of_2_1_1": invitation.versions_urls_of_2_1_1,
            "expires": invitation.expires,
        }

    def lines(self, answer: Answer) -> Iterable[str]:
        shown = {
            "platform": answer["platform"],
            "versions URL": answer["versions_url"],
            **{
                f"for a 2.1.1 {role}": url for role, url in answer["versions_urls_of_2_1_1"].items()
            },
            "token, plain": answer["token_a"],
            "token, Base64": answer["token_a_base64"],
            "expires": cell(answer["expires"]),
        }
        return [*pairs(shown), NEXT.format(**answer)]


def _first(name: str, now: datetime) -> Invitation:
    try:
        return invite(name, now=now)
    except NameTaken as error:
        hint = "or, to let this platform start over, add --again"
        raise Error(f"{error}, {hint}") from error


def _again(name: str, now: datetime) -> Invitation:
    platform = named(name)
    if why := why_not_invite(platform):
        raise Error(f"{platform.name} {why}")
    return invite_again(platform, now=now)
