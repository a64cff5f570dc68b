"""What an operator does to a platform, from suspending it to letting it register again."""

from datetime import datetime

from asgiref.sync import async_to_sync

from apps.console import pulling
from apps.console.acts import Act
from apps.credentials import registration
from apps.credentials.invitations import Invitation, invite_again
from apps.hubclientinfo import returned
from apps.outbox import by_hand
from apps.outbox.models import Delivery, Lane
from apps.parties import platforms
from apps.parties.models import Platform
from hub.ocpi.datetimes import render
from hub.policy.pulling import Kind
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


def _pause_lane(platform: Platform, reason: str, now: datetime) -> str:
    by_hand.hold(platform.pk, reason, now)
    return f"{platform}: its lane is paused. Broadcast pushes wait until you resume it."


def _resume_lane(platform: Platform, reason: str, now: datetime) -> str:
    by_hand.let_go(platform.pk)
    return f"{platform}: its lane is resumed; what waits goes out within seconds."


def _test_call(platform: Platform, reason: str, now: datetime) -> str:
    offered = async_to_sync(registration.test_call)(platform)
    return f"{platform} answered: it takes the hub's token, and offers {', '.join(offered)}."


def _fetch_again(platform: Platform, reason: str, now: datetime) -> str:
    async_to_sync(registration.fetch_again)(platform)
    return f"{platform}: {platform.endpoints.exclude(url='').count()} endpoints were fetched."


def _pull(platform: Platform, reason: str, now: datetime) -> str:
    booked = pulling.order(pulling.sources(platform, ""), Kind.DELTA)
    return f"{platform}: pulls of {len(booked)} lists are booked; the worker begins within seconds."


def _catch_up(platform: Platform, reason: str, now: datetime) -> str:
    since = returned.catch_up_again(platform, now)
    return f"{platform} gets what changed since {render(since)}; the worker begins within seconds."


def _held(platform: Platform) -> bool:
    return Lane.objects.filter(pk=platform.pk, held_since__isnull=False).exists()


def _lane_paused_already(platform: Platform) -> str:
    return "has a paused lane already" if _held(platform) else ""


def _lane_not_paused(platform: Platform) -> str:
    return "" if _held(platform) else "has a lane that is not paused"


def _not_connected(platform: Platform) -> str:
    connected = platform.status == Status.CONNECTED
    return "" if connected else f"is not connected but {platform.status}"


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
        "test-call",
        "Test call",
        "The hub asks for its versions, with the token that it has for it. Nothing is changed; the"
        " request is in the message log.",
        _test_call,
        why_not_renew,
    ),
    Act(
        "pause-lane",
        "Pause lane",
        "Broadcast pushes for it wait, in their order, until you resume the lane. All other traffic"
        " goes on. When it goes OFFLINE what waits is given up, as always.",
        _pause_lane,
        _lane_paused_already,
        asks_reason=True,
    ),
    Act(
        "resume-lane",
        "Resume lane",
        "What waits goes out, the oldest of each object first.",
        _resume_lane,
        _lane_not_paused,
        asks_reason=True,
    ),
    Act(
        "pull",
        "Pull",
        "The hub asks for what has changed in each of its lists since the last pull.",
        _pull,
        _not_connected,
    ),
    Act(
        "catch-up",
        "Catch up",
        "It gets the present state of every object that changed since it was last away, or if it"
        " never was, since it was invited. What it had already it gets again.",
        _catch_up,
        _not_connected,
        asks_reason=True,
    ),
    Act(
        "send-again",
        "Send pushes again",
        "What was given up goes out once more, as far as nothing later of the same object was"
        " booked; if its lane rests because it refused the hub's token, it goes on.",
        _send_again,
        why_not_invite,
    ),
    Act(
        "fetch-versions",
        "Fetch versions again",
        "The hub reads its versions and endpoints again; tokens stay as they are. If that fails,"
        " everything stays as it is.",
        _fetch_again,
        why_not_renew,
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
