"""Pushes that are accepted while what waits is merged: neither ends the other."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from apps.outbox.models import Delivery
from tests.gateway.objects import evse, location
from tests.hub import Hub
from tests.outbox.test_bursts import at_minute, patch
from tests.outbox.test_lanes import at, drained
from tests.outbox.test_older_and_newer import WAITS, put
from tests.platforms import Platform


def test_a_push_and_a_window_lock_what_waits_in_one_order(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    put(cpo, location())
    hub.deliver()
    for minute in (1, 2):
        patch(cpo, "E1", at_minute(minute), status="CHARGING")
    row, failed = hub.row(msp).pk, list[BaseException]()
    newest = Delivery.objects.latest("pk")
    _many_others(newest)

    def begun(work: Callable[..., Any], *arguments: Any) -> threading.Thread:
        def run() -> None:
            try:
                work(*arguments)
            except BaseException as error:  # the test looks at it
                failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    with transaction.atomic():
        list(Delivery.objects.select_for_update().filter(pk=newest.pk))
        whole = location(evses=[evse(last_updated=at_minute(9))], last_updated=at_minute(9))
        pushing = begun(put, cpo, whole)
        _wait_for(1)
        draining = begun(drained, row, at(0))
        _wait_for(2)
    pushing.join()
    draining.join()
    assert failed == []


def _many_others(like: Delivery) -> None:
    """A long lane: what waits of an object is found by the object then."""
    Delivery.objects.bulk_create(
        Delivery(
            payload_id=like.payload_id,
            platform_id=like.platform_id,
            party=like.party,
            object=f"tariffs NL/CPO T{number}",
            due_at=at(3600)(),
        )
        for number in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox_delivery")


def _wait_for(number: int) -> None:
    with connection.cursor() as cursor:
        found = 0
        while found < number:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITS)
            found = cursor.fetchone()[0]
