"""Drivers are forgotten: by age, and when somebody asks for it."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection

from apps.bookings.models import Booking
from apps.cdrs.models import Cdr
from apps.outbox import personal as deliveries
from apps.outbox.models import Delivery, Payload
from apps.sessions.models import Session
from apps.store import past
from apps.store.models import Finding, PastChange, RoutingIndex
from apps.store.retention import expire
from apps.tariffs.models import Tariff
from apps.tokens.models import Token
from apps.traffic import partitions, personal
from apps.traffic.models import Leg
from tests.gateway.objects import LATER, cdr, session, tariff, token
from tests.gateway.objects_2_3_0 import booking, booking_request
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.store.store import put

HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


def roam(cpo: Platform, msp: Platform, uid: str, number: int) -> None:
    """A token, a session and a CDR of one driver."""
    paid_with = {**session()["cdr_token"], "uid": uid}
    msp.request("PUT", "tokens", RECEIVER, f"DE/MSP/{uid}", json=token(uid), to=HUB)
    cpo.request("PUT", "sessions", RECEIVER, f"NL/CPO/S{number}", to=MSP,
                json=session(f"S{number}", cdr_token=paid_with, kwh="1"))  # fmt: skip
    cpo.request("POST", "cdrs", RECEIVER, to=MSP,
                json=cdr(f"C{number}", cdr_token=paid_with, session_id=f"S{number}"))  # fmt: skip


def erase(*arguments: str) -> dict[str, Any]:
    output = StringIO()
    call_command("erase", *arguments, "--json", stdout=output)
    return dict(json.loads(output.getvalue())["traces"])


def test_the_traces_of_a_token_are_counted_and_removed(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    for number, uid in enumerate(("U1", "U12")):
        roam(cpo, msp, uid, number)
    hub.flush()
    expected = {
        "cdrs": 1, "sessions": 1, "tokens": 1, "bookings": 0, "routing index": 2, "stand-ins": 1,
        "admissions": 0, "messages": 1, "pushes": 1, "marks of pulls": 0,
    }  # fmt: skip
    assert erase("u1") == expected
    assert Token.objects.count() == 2
    assert erase("u1", "--party", "FR/MSP") == {**dict.fromkeys(expected, 0), "messages": 1}
    assert erase("u1", "--party", "de/msp", "--remove") == expected
    assert erase("u1") == dict.fromkeys(expected, 0)
    assert [t.key for t in Token.objects.all()] == ["U12\tRFID"]
    assert (Session.objects.get().key, Cdr.objects.get().key) == ("S1", "C1")
    assert set(RoutingIndex.objects.values_list("key", flat=True)) == {"S1", "C1"}
    assert set(Finding.objects.values_list("key", flat=True)) == {"S1"}
    assert Delivery.objects.get(state="dropped").reason == "the token was erased"
    hub.deliver()
    assert [r.json["uid"] for r in cpo.received if r.module == "tokens"] == ["U12"]


def test_bookings_tell_of_tokens_too(hub: Hub) -> None:
    """As what the booking is for, and inside the requests that led to it; a NUL is no obstacle."""
    now = datetime.now(UTC)
    mine = {"country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID"}
    asked = booking_request(tokens=[{**mine, "uid": "U2"}])
    status = {"request_status": "ACCEPTED", "booking_request": asked}
    told: tuple[dict[str, Any], ...] = ({"booking_tokens": [mine]}, {"booking_requests": [status]})
    for number, said in enumerate(told):
        secret = [{"method": "ACCESS_CODE", "value": "\x00"}]
        put("bookings", booking(f"B{number}", access_information=secret, **said), now)
    assert [erase(uid)["bookings"] for uid in ("u1", "u2", "u3")] == [1, 1, 0]
    assert erase("u1", "--party", "FR/MSP")["bookings"] == 0
    assert erase("u2", "--party", "DE/MSP", "--remove")["bookings"] == 1
    assert [kept.key for kept in Booking.objects.all()] == ["B0"]


def test_past_changes_go_with_the_object_or_by_their_age(hub: Hub) -> None:
    now = datetime.now(UTC)
    for uid in ("U1", "U2", "U3"):
        put("tokens", token(uid), now, owner="DE/MSP")
        put("tokens", token(uid, valid=False, last_updated=LATER), now, owner="DE/MSP")

    def keys() -> set[str]:
        return set(PastChange.objects.values_list("key", flat=True))

    assert keys() == {"U1\tRFID", "U2\tRFID", "U3\tRFID"}
    erase("u1", "--remove")
    assert keys() == {"U2\tRFID", "U3\tRFID"}
    Token.objects.filter(key="U2\tRFID").update(changed_at=now - timedelta(days=9))
    assert expire((("tokens", 8),), now) == {"tokens": 1}
    assert keys() == {"U3\tRFID"}
    for days, left in ((7, {"U3\tRFID"}), (8, set())):
        at = now + timedelta(days=days, seconds=-1)
        past.forget(at, days=30, personal=["tokens"], personal_days=7)
        assert keys() == left


def test_objects_are_removed_when_they_are_old(hub: Hub, cpo: Platform, msp: Platform) -> None:
    roam(cpo, msp, "U1", 1)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    now = datetime.now(UTC)
    keep_days = (("sessions", 2), ("cdrs", 5), ("no_such_module", 1))
    assert expire(keep_days, now + timedelta(days=1)) == {"sessions": 0, "cdrs": 0}
    assert expire(keep_days, now + timedelta(days=3)) == {"sessions": 1, "cdrs": 0}
    assert (Session.objects.count(), Cdr.objects.count(), Tariff.objects.count()) == (0, 1, 1)
    assert not Finding.objects.filter(module="sessions").exists()


def test_log_and_delivery_record_forget_drivers_after_some_days(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    roam(cpo, msp, "U1", 1)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    hub.deliver()
    hub.flush()
    today = Leg.objects.latest("at").at.date()
    before = Leg.objects.count()
    # There is one of yesterday, where the run of the tests began before midnight.
    assert partitions.name_of(today) not in personal.forget(today + timedelta(days=7), 7)
    # The partitions of the days ahead are empty; the next tests start with fresh ones.
    ahead = today + timedelta(days=8)
    assert partitions.name_of(today) in personal.forget(ahead, 7)
    assert personal.forget(ahead, 7) == []
    try:
        assert Leg.objects.count() == before
        forgotten = Leg.objects.filter(module__in=personal.modules())
        assert {leg.path.rpartition("/")[2] for leg in forgotten} == {"…"}
        assert not forgotten.exclude(request_body=None, answer_body=None, object="").exists()
        assert Leg.objects.filter(path__endswith="NL/CPO/T1").exclude(request_body=None).exists()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"COMMENT ON TABLE {partitions.name_of(today)} IS NULL")


def test_a_push_that_still_has_to_go_out_is_left_whole(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=token("U1"), to=HUB)
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert deliveries.forget(personal.modules(), soon) == 0
    assert hub.deliver() == 1
    assert cpo.heard(module="tokens").json["uid"] == "U1"
    assert deliveries.forget(personal.modules(), soon) == 1
    payload = Payload.objects.get()
    assert (bytes(payload.body), payload.tail, payload.object) == (b"", "", "")
    assert Delivery.objects.get().state == "done"
