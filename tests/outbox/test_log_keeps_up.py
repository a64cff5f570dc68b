"""A long queue is sent no faster than the message log is written, so that memory stays flat."""

import pytest

from apps.outbox import lane
from apps.outbox.tasks import worker
from apps.traffic import recorder
from apps.traffic.models import Leg
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")


def test_a_lane_lets_the_log_be_written_between_windows(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BATCH", 3)
    monkeypatch.setattr(lane, "WINDOW", 2)
    for number in range(20):
        path = f"NL/CPO/T{number}"
        cpo.request("PUT", "tariffs", RECEIVER, path, json=tariff(f"T{number}"), to=HUB)
    here = worker()
    here.runner.run(here.flush())
    Leg.objects.all().delete()  # of what was sent before
    here.runner.run(here._drain(hub.row(msp).pk))
    written = Leg.objects.filter(direction="out", platform_id=hub.row(msp).pk, method="PUT")
    assert written.count() >= 20 - recorder.BATCH - lane.WINDOW
    here.runner.run(here.flush())
    assert written.count() == 20
