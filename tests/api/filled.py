"""A hub with something on every page and in every list: traffic, kept objects, counts, findings."""

from datetime import UTC, datetime

from django.utils import timezone

from apps.alerts.models import Alert, Kind
from apps.console import kept_rows
from apps.hubclientinfo import agreements
from apps.parties.models import Agreement, PartyClaim
from apps.store.models import CustomObject
from apps.summaries import scores
from apps.summaries.walk import walk
from apps.traffic.models import Leg
from tests.console.saying import soon
from tests.gateway.objects import cdr, location, session, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


def fill(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Lets them talk, and tasks count what came of it."""
    wrong = location(time_zone="Somewhere/Else")
    cpo.objects.put("locations", wrong)
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=wrong, to=HUB)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token(), to=HUB)
    msp.request("GET", "tariffs", SENDER, to=CPO)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    command(hub, msp)
    hub.deliver()
    pull()
    hub.flush()
    agreement = Agreement(one="NL/CPO", other="DE/MSP", state="active")
    agreements.record(agreement, "a test", "signed", timezone.now())
    PartyClaim.objects.create(
        platform=hub.row(msp), held_by=hub.row(cpo), role="CPO", party="NL/CPO"
    )
    now = timezone.now()
    Alert.objects.create(
        kind=Kind.OFFLINE, subject="1", about="x", text="y", since=now, seen_at=now, raised_at=now
    )
    keep_the_others()
    walk(datetime.now(UTC))
    scores.count(datetime.now(UTC))


def keep_the_others() -> None:
    """An object of each module that nobody here has sent one of."""
    for model in kept_rows.models():
        if model is not CustomObject and not model._default_manager.exists():
            model._default_manager.create(
                owner="NL/CPO", key="X1", audience="", payload='{"id": "X1"}', version="2.3.0",
                origin="push", cause="", flagged=False,
            )  # fmt: skip


def command(hub: Hub, msp: Platform) -> None:
    """A command whose result came back, all of it in the log."""
    body = {"response_url": msp.callback_url(), "location_id": "L1", "token": token()}
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)
    assert reply.code == 1000
    msp.heard(module="results")

    def logged() -> bool:
        hub.flush()
        return Leg.objects.filter(module="commands").count() == 4

    assert soon(logged)
