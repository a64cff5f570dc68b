"""Booking attempts: a payload is read once for all of its receivers, and never out of date."""

from collections.abc import Sequence
from typing import Any

from apps.outbox.booking import Booking
from apps.outbox.due import Due
from apps.outbox.models import Delivery, Payload
from apps.outbox.tasks import worker
from tests.hub import Hub
from tests.outbox.test_lanes import at, push
from tests.platforms import Platform


def booked(booking: Booking, *lanes: Sequence[int]) -> list[list[Due]]:
    """What is booked for lanes that ask together, at this moment."""
    now = at(0)()

    async def book() -> list[list[Due]]:
        async with worker().pool.connection() as connection:
            found = await booking.book(connection, [(each, now) for each in lanes])
            return [list(each) for each in found]

    return worker().runner.run(book())


def pushed(cpo: Platform, number: int) -> list[int]:
    """Deliveries that wait, of so many objects."""
    for n in range(number):
        push(cpo, f"T{n}")
    return list(Delivery.objects.order_by("pk").values_list("pk", flat=True))


def bodies(window: Sequence[Due]) -> list[bytes]:
    return [bytes(due.body) for due in window]


def kept(deliveries: Sequence[int]) -> list[bytes]:
    """The bodies of deliveries, as the database has them."""
    found = {d.pk: bytes(d.payload.body) for d in Delivery.objects.select_related("payload")}
    return [found[each] for each in deliveries]


def test_who_asks_first_has_a_delivery_and_its_attempt_is_counted(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    one, two = pushed(cpo, 2)
    first, second = booked(Booking(), [one, two], [two])
    assert ([due.id for due in first], second) == ([one, two], [])
    assert [due.attempts for due in first] == [1, 1]
    assert bodies(first) == kept([one, two])


def test_a_payload_is_read_again_only_when_it_changed(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    (row,) = pushed(cpo, 1)
    booking = Booking()
    ((first,),) = booked(booking, [row])
    ((again,),) = booked(booking, [row])
    assert again.body is first.body
    Payload.objects.update(body=b'{"other": true}')
    ((changed,),) = booked(booking, [row])
    assert bytes(changed.body) == b'{"other": true}'


def test_what_is_kept_of_payloads_is_bounded(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """And what did not fit is there all the same."""
    rows = pushed(cpo, 3)
    for booking in (Booking(most=2), Booking(most_bytes=len(kept(rows)[0]) + 1)):
        for _ in range(2):
            (window,) = booked(booking, rows)
            assert bodies(window) == kept(rows)
        held: dict[Any, Any] = vars(booking)["_known"]
        assert 0 < len(held) < len(rows)


def test_a_payload_longer_than_all_that_is_kept_is_sent(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    rows = pushed(cpo, 2)
    booking = Booking(most_bytes=10)
    for _ in range(2):
        (window,) = booked(booking, rows)
        assert bodies(window) == kept(rows)
    assert vars(booking)["_known"] == {}
