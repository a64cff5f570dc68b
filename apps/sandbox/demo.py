"""The demo: platforms play a session through the running hub, first two of one version, then all
versions; and stay up to be looked at."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar

import uvloop
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user_model

from apps.credentials import registration
from apps.credentials.invitations import Invitation, invite
from apps.parties import platforms
from apps.sandbox.byhand import Guest, instructions
from apps.sandbox.cast import Cast
from apps.sandbox.charging import Charging
from apps.sandbox.fixtures import load
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.play import play
from apps.sandbox.report import Report
from apps.sandbox.scene import HubSide, Scene
from apps.sandbox.sites import A_THOUSAND, sites
from apps.sandbox.state import VERSION, WITHOUT_ROLES, new_token
from apps.sandbox.steps import MIXED, ROAMING
from apps.store.forget import forget
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role

CPO_NAME, MSP_NAME, GUEST_NAME = "Heron & Ohm", "Otter Card", "By hand"
OPENED = 40  # sites that are new, and pushed
TICKS = 12
TICK_SECONDS = 0.3
EXIT_FAILED = 1

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """`sites` is how many the CPO has; `objects` are more objects, from a file of lines;
    `by_hand` is the version of the platform that is lent for registering by hand."""

    sites: int = A_THOUSAND
    once: bool = False
    by_hand: str = VERSION
    objects: Path | None = None


def run(options: Options, out: IO[str]) -> int:
    """Plays the session; returns the exit code. A signal ends it at once."""
    return uvloop.run(_until_signalled(options, Report(out)))


async def _until_signalled(options: Options, report: Report) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    work = asyncio.ensure_future(_demo(options, report, stop))
    signalled = asyncio.ensure_future(stop.wait())
    await asyncio.wait({work, signalled}, return_when=asyncio.FIRST_COMPLETED)
    signalled.cancel()
    if stop.is_set() and options.once:
        work.cancel()
        return EXIT_FAILED
    if stop.is_set() and not work.done():
        work.cancel()
        return 0
    return await work


async def _demo(options: Options, report: Report, stop: asyncio.Event) -> int:
    cpo = SandboxPlatform(CPO_NAME, ((Role.CPO, "NL", "HOH"),))
    msp = SandboxPlatform(MSP_NAME, ((Role.EMSP, "DE", "OTR"),))
    guest = SandboxPlatform(GUEST_NAME, ((Role.EMSP, "FR", "HND"),), version=options.by_hand)
    cast = Cast()
    for platform in (cpo, msp, guest, *cast.all.values()):
        # What an earlier demo left in this database.
        await _in_thread(platforms.forget, platform.name)
        await _in_thread(forget, platform.party)
    moment = datetime.now(UTC)
    opened = list(sites(cpo.party, min(OPENED, options.sites), moment=moment))
    older = sites(cpo.party, options.sites, moment=moment - timedelta(days=1))
    cpo.objects.put_all("locations", islice(older, len(opened), None))
    async with cpo, msp, guest, cast:
        charging = Charging(cpo, tick_seconds=TICK_SECONDS, ticks=TICKS)
        scene = Scene(_hub_side(), cpo, msp, charging, report, opened, cast)
        report.title(f"A roaming session: {CPO_NAME} (CPO), the hub, {MSP_NAME} (eMSP)")
        if options.objects:
            _tell(report, options.objects, [cpo, msp])
        failed = await play(scene, ROAMING)
        if failed is None:
            report.title("A mixed network: OCPI 2.1.1, 2.2.1 and 2.3.0 through the same hub")
            failed = await play(scene, MIXED, len(ROAMING) + 1)
        if failed is not None:
            report.text(f"\nThe session stopped: step {failed}.")
            return EXIT_FAILED
        report.text("\nEvery step was as expected, on both sides of the hub.")
        if not options.once:
            await _stay(guest, report, stop)
    return 0


def _tell(report: Report, file: Path, platforms: Sequence[SandboxPlatform]) -> None:
    """Gives the platforms the objects of a file, and tells which."""
    with file.open("rb") as lines:
        loaded = load(lines, platforms)
    for (name, module), count in sorted(loaded.items()):
        report.text(f"{name or 'nobody here'} has {count} {module} of {file.name}")


def _hub_side() -> HubSide:
    async def invited(platform: SandboxPlatform) -> tuple[str, str]:
        invitation = await _invited(platform.name)
        url = invitation.versions_url
        if platform.version == WITHOUT_ROLES:
            url = invitation.versions_urls_of_2_1_1[platform.state.parties[0].role]
        return url, invitation.token_a

    async def register(versions_url: str, token_a: str, name: str) -> None:
        await registration.register(versions_url, token_a, name)

    return HubSide(
        party=PartyId.of(*settings.HUB.party),
        url=f"{settings.HUB.public_url}/ocpi/",
        invite=invited,
        register=register,
    )


async def _invited(name: str) -> Invitation:
    return await _in_thread(lambda: invite(name, now=datetime.now(UTC)))


async def _stay(guest: SandboxPlatform, report: Report, stop: asyncio.Event) -> None:
    """Tells what there is to look at, and how to register by hand with a platform we lend."""
    invitation = await _invited(guest.name)
    guest.state.connection.own_token = new_token()
    hub = settings.HUB
    password = await _in_thread(_password)
    report.title("Look around")
    report.text(f"  operator's pages  {hub.public_url}/admin/   {password}")
    report.text(f"  versions URL      {invitation.versions_url}")
    for role, url in invitation.versions_urls_of_2_1_1.items():
        report.text(f"    OCPI 2.1.1      {url}  as {role}")
    report.text(f"  CREDENTIALS_TOKEN_A, good once, until {invitation.expires:%Y-%m-%d %H:%M} UTC")
    report.text(f"    plain           {invitation.token_a}")
    report.text(f"    Base64          {invitation.token_a_base64}")
    report.title("Register by hand")
    lent = Guest(guest.versions_url, guest.own_token, guest.party, guest.version)
    report.text(instructions(invitation, lent, hub.party))
    report.text("\nCtrl-C stops everything.")
    await stop.wait()


def _password() -> str:
    """The first operator's login, as far as it is known here."""
    operator = get_user_model().objects.filter(is_superuser=True).order_by("pk").first()
    path = settings.HUB.data_dir / "admin-password"
    if operator is None or not path.exists():
        return "(log in as the operator you made)"
    return f"{operator.get_username()} / {path.read_text().strip()}"


async def _in_thread(work: Callable[..., T], *arguments: object) -> T:
    return await sync_to_async(work, thread_sensitive=False)(*arguments)
