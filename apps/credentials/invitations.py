"""Invitations: a platform that was given a CREDENTIALS_TOKEN_A and has not registered yet."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from apps.credentials.pages import versions_url, versions_urls_of_2_1_1
from apps.parties import directory, tokens
from apps.parties.models import Platform
from apps.parties.platforms import set_status
from hub.policy.liveness import Event
from hub.routing.network import TokenKind

# The cause of the change of status with which a registered platform starts over.
INVITED_AGAIN = "invited again"


class NameTaken(ValueError):
    """A platform of that name is registered already."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the partner needs: where to begin, and the token that is good for beginning only."""

    platform: str
    token_a: str
    versions_url: str
    expires: datetime

    @property
    def versions_urls_of_2_1_1(self) -> dict[str, str]:
        """Where a platform of OCPI 2.1.1 begins, by the role of its party."""
        return versions_urls_of_2_1_1()

    @property
    def token_a_base64(self) -> str:
        return base64.b64encode(self.token_a.encode()).decode()


def invite(name: str, *, now: datetime) -> Invitation:
    """Invites a platform, or again one that has not registered yet; an earlier token ends.

    Raises NameTaken when a registered platform has that name.
    """
    with transaction.atomic():
        platform, _ = Platform.objects.select_for_update().get_or_create(name=name)
        if platform.tokens.filter(kind=TokenKind.ISSUED).exists():
            raise NameTaken(f"{name!r} is registered already; choose another name")
        return _invite(platform, now)


def invite_again(platform: Platform, *, now: datetime) -> Invitation:
    """Lets a registered platform start over: its tokens end at once, and it gets a token A."""
    with transaction.atomic():
        Platform.objects.filter(pk=platform.pk).update(version="")
        set_status(platform.pk, Event.INVITED_AGAIN, INVITED_AGAIN, now)
        return _invite(platform, now)


def _invite(platform: Platform, now: datetime) -> Invitation:
    tokens.end_all(platform)
    expires = now + timedelta(hours=settings.HUB.invitation_hours)
    token = tokens.issue(platform, TokenKind.INVITATION, expires_at=expires)
    directory.changed()
    return Invitation(platform.name, token, versions_url(), expires)
