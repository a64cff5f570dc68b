"""Signs of life that a worker collects: one statement where nothing follows from them, and all that
follows where something does."""

from datetime import datetime

import pytest

from apps.outbox.tasks import worker
from apps.parties import signs
from apps.parties.models import Liveness, StatusChange
from hub.ocpi.message import Answer
from hub.policy.liveness import Came
from hub.routing.network import Status
from tests.hub import Hub
from tests.hubclientinfo.goings import at, failing
from tests.platforms import Platform

ENOUGH = (-20.0, -15.0, -10.0, -5.0, 0.0)


def noted(platform_id: int, moment: datetime) -> None:
    """A worker has an answer of a platform, and writes that."""
    here = worker()
    collected = signs.Signs(lambda: moment)
    collected.outcome(platform_id, Answer(200, (), b""), None)
    here.runner.run(signs.write_beside(here.pool, collected.take()))


def test_who_answers_is_seen_and_nothing_more_is_asked(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def follows(_: object) -> bool:
        raise AssertionError("nothing follows from it")

    monkeypatch.setattr(signs, "_follow", follows)
    moment = at(60)
    noted(hub.row(cpo).pk, moment)
    assert hub.row(cpo).last_seen == moment


def test_an_answer_ends_failures_in_a_row(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk
    failing(row, (-5.0, 0.0))
    assert Liveness.objects.get(pk=row).failures == 2
    noted(row, at(1))
    assert Liveness.objects.get(pk=row).failures == 0


def test_an_answer_brings_back_who_was_offline(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk
    failing(row, ENOUGH)
    assert hub.row(cpo).status == Status.OFFLINE
    noted(row, at(5))
    assert hub.row(cpo).status == Status.CONNECTED


def test_who_failed_and_was_heard_after_that_is_there(hub: Hub, cpo: Platform) -> None:
    row = hub.row(cpo).pk
    failures = [signs.Failure(at(second), Came.NO_ANSWER) for second in ENOUGH]
    signs.write(signs.Collected(heard={row: at(1)}, failed={row: failures}))
    changes = StatusChange.objects.filter(platform_id=row).order_by("pk")
    assert [change.after for change in changes][-2:] == [Status.OFFLINE, Status.CONNECTED]
