"""What an operator does to a platform, from suspending it to letting it register again."""

from datetime import datetime

from asgiref.sync import async_to_sync

from apps.console.acts import Act
from apps.credentials import registration
from apps.credentials.invitations import Invitation, invite_again
from apps.outbox import by_hand
from apps.outbox.models import Delivery
from apps.parties import platforms
from apps.parties.models import Platform
from hub.routing.network import Status


def _suspend(platform: Platform, reason: str, now: datetime) -> str:
    platforms.suspend(platform, reason, now)
    return f"{platform} is suspended: its requests are refused and nothing is sent to it."


def _resume(platform: Platform, reason: str, now: datetime) -> str:
    platforms.resume(platform, now)
    return f"{platform} is {platforms.named(platform.name).status} again."


def _renew(platform: Platform, reason: str, now: datetime) -> str:
    async_to_sync(registration.renew)(platform)
    return f"{platform} has new credentials, and its endpoints were fetched again."


def _unregister(platform: Platform, reason: str, now: datetime) -> str:
    async_to_sync(registration.unregister)(platform)
    return f"{platform} is unregistered: no token is good any more, its parties show as OFFLINE."


def _invite_again(platform: Platform, reason: str, now: datetime) -> Invitation:
    return invite_again(platform, now=now)


def _send_again(platform: Platform, reason: str, now: datetime) -> str:
    dropped = Delivery.objects.filter(platform_id=platform.pk)
    number = by_hand.send_again(by_hand.repeatable(dropped).values_list("pk", flat=True), now)
    by_hand.go_on(platform.pk)
    return f"{platform}: {number} pushes wait to be sent again."


def _not_suspended_yet(platform: Platform) -> str:
    return "is suspended already" if platform.status == Status.SUSPENDED else ""


def _suspended(platform: Platform) -> str:
    return "" if platform.status == Status.SUSPENDED else f"is not suspended but {platform.status}"


def why_not_renew(platform: Platform) -> str:
    """Why credentials cannot be renewed with a platform, or ended; empty when they can."""
    return why_not_invite(platform) or ("" if platform.version else "has not registered yet")


def why_not_invite(platform: Platform) -> str:
    """Why a platform cannot register again; empty when it can. A handshake ends in CONNECTED, so
    it must not be the way around a suspension."""
    return "is suspended: resume it first" if platform.status == Status.SUSPENDED else ""


ACTS = (
    Act(
        "suspend",
        "Suspend",
        "Its requests are refused and nothing is sent to it, until you resume it. Others see its"
        " parties as SUSPENDED.",
        _suspend,
        _not_suspended_yet,
        asks_reason=True,
    ),
    Act("resume", "Resume", "Traffic flows again in both directions.", _resume, _suspended),
    Act(
        "send-again",
        "Send pushes again",
        "What was given up goes out once more, as far as nothing later of the same object was"
        " booked; if its lane rests because it refused the hub's token, it goes on.",
        _send_again,
        why_not_invite,
    ),
    Act(
        "renew",
        "Renew credentials",
        "The hub sends the platform a new token and gets a new one from it; endpoints are fetched"
        " again. If that fails, everything stays as it is.",
        _renew,
        why_not_renew,
    ),
    Act(
        "unregister",
        "Unregister",
        "The hub tells the platform that the registration ends. If it agrees, all tokens end and"
        " its parties stay known as OFFLINE; else everything stays as it is.",
        _unregister,
        why_not_renew,
    ),
    Act(
        "invite-again",
        "Register again",
        "All its tokens end at once and it is cut off until it has registered anew, with a token"
        " that you are shown next.",
        _invite_again,
        why_not_invite,
    ),
)
