"""Sessions and CDRs of 2.1.1 tell a contract, which may have several tokens: the one that was let
charge there is meant (V-04)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.store.drivers import ADMISSION_LIFE
from apps.store.erase import erase
from apps.store.models import Admission
from apps.store.tasks import prune
from hub.ocpi import datetimes
from tests.gateway import objects, objects_2_1_1
from tests.gateway.test_across_answers import command
from tests.gateway.test_across_pushes import MIDDLE, OLD, both, said
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")


def now(offset: float = 0) -> str:
    """So many hours from now."""
    return datetimes.render(datetime.now(UTC) + timedelta(hours=offset))


def second_token(hub: Hub, msp: Platform, uid: str = "U2", **more: Any) -> dict[str, Any]:
    owner = "/".join(msp.party)
    content = objects.token(uid, owner, **more)
    url = f"{owner}/{uid}"
    query = f"type={content['type']}"
    reply = msp.request("PUT", "tokens", RECEIVER, url, query=query, json=content, to=HUB)
    assert reply.code == 1000
    msp.objects.put("tokens", content)
    return content


def authorize(cpo: Platform, uid: str, place: dict[str, Any] | None) -> None:
    reply = cpo.request("POST", "tokens", SENDER, f"{uid}/authorize", json=place)
    assert reply.code == 1000, reply


def session(cpo: Platform, evse: str = "E1", start: str = "", **more: Any) -> Any:
    used = objects_2_1_1.location(evses=[objects_2_1_1.evse(uid=evse)])
    content = objects_2_1_1.session(location=used, start_datetime=start or now(), **more)
    return cpo.request("PUT", "sessions", RECEIVER, f"NL/CPO/{content['id']}", json=content)


@pytest.fixture
def two(hub: Hub) -> tuple[Platform, Platform]:
    """A 2.1.1 CPO, and an eMSP with two tokens of one contract."""
    cpo, msp = both(hub, OLD, MIDDLE)
    msp.objects.put("tokens", said(MIDDLE, "token"))
    second_token(hub, msp)
    msp.clear()
    return cpo, msp


PLACES: list[dict[str, Any]] = [
    {"location_id": "L1", "evse_uids": ["E0", "e1"]},
    {"location_id": "L1"},
]


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize("place", PLACES)
def test_the_token_that_was_authorized_there_is_meant(
    hub: Hub, two: tuple[Platform, Platform], place: dict[str, Any]
) -> None:
    cpo, msp = two
    assert session(cpo).code == 3000
    authorize(cpo, "U2", place)
    started = now()
    assert session(cpo, start=started).code == 1000
    assert msp.heard(module="sessions").json["cdr_token"]["uid"] == "U2"
    cdr = objects_2_1_1.cdr(start_date_time=started, stop_date_time=now(1))
    assert cpo.request("POST", "cdrs", RECEIVER, json=cdr).code == 1000
    assert msp.heard(module="cdrs").json["cdr_token"]["uid"] == "U2"


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
def test_the_last_one_before_it_began_is_meant(hub: Hub, two: tuple[Platform, Platform]) -> None:
    cpo, msp = two
    authorize(cpo, "U1", PLACES[0])
    authorize(cpo, "U2", PLACES[0])
    assert session(cpo).code == 1000
    assert msp.heard(module="sessions").json["cdr_token"]["uid"] == "U2"


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize(
    ("evse", "start", "place"),
    [
        ("E2", 0, PLACES[0]),  # it was let charge somewhere else
        ("E1", -1, PLACES[0]),  # it was let charge later
        ("E1", 0, {"location_id": "L2"}),
        ("E1", 0, None),  # it was not said where
    ],
)
def test_elsewhere_and_at_other_times_it_is_not_guessed(
    hub: Hub, two: tuple[Platform, Platform], evse: str, start: float, place: Any
) -> None:
    cpo, msp = two
    authorize(cpo, "U2", place)
    reply = session(cpo, evse, now(start))
    assert (reply.status, reply.code) == (200, 3000)
    assert not [each for each in msp.received if each.module == "sessions"]


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
@pytest.mark.parametrize(
    "start", ["1970-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "2026-13-45T00:00:00Z"]
)
def test_a_beginning_that_cannot_be_true_is_when_it_was_told(
    hub: Hub, two: tuple[Platform, Platform], start: str
) -> None:
    """The clock of the station is not set."""
    cpo, msp = two
    authorize(cpo, "U2", PLACES[0])
    assert session(cpo, start=start).code == 1000
    assert msp.heard(module="sessions").json["cdr_token"]["uid"] == "U2"
    long_ago = datetime.now(UTC) - timedelta(hours=25)
    Admission.objects.update(at=long_ago)
    assert session(cpo, start=start, id="S2").code == 3000


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
def test_who_was_let_charge_long_before_is_not_meant(
    hub: Hub, two: tuple[Platform, Platform]
) -> None:
    cpo, msp = two
    authorize(cpo, "U2", PLACES[0])
    Admission.objects.update(at=datetime.now(UTC) - timedelta(hours=25))
    assert session(cpo).code == 3000
    assert not [each for each in msp.received if each.module == "sessions"]


def test_a_no_teaches_nothing(hub: Hub, two: tuple[Platform, Platform]) -> None:
    cpo, msp = two
    msp.verdicts["U2"] = "BLOCKED"
    authorize(cpo, "U2", PLACES[0])
    assert session(cpo).code == 3000


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
def test_a_command_teaches_it_as_well(hub: Hub, two: tuple[Platform, Platform]) -> None:
    cpo, msp = two
    cpo.objects.put("locations", objects_2_1_1.location())
    body = command(msp, token=objects.token("U2"))
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=("NL", "CPO"))
    assert reply.data["result"] == "ACCEPTED", reply
    assert session(cpo).code == 1000
    assert msp.heard(module="sessions").json["cdr_token"]["uid"] == "U2"


@pytest.mark.ocpi("V-04", versions=("2.1.1",))
def test_of_two_parties_tokens_none_is_guessed(hub: Hub, two: tuple[Platform, Platform]) -> None:
    cpo, _ = two
    other = hub.platform("FR/MSP")
    second_token(hub, other, "U7")
    authorize(cpo, "U2", PLACES[0])
    assert session(cpo).code == 1000
    authorize(cpo, "U7", PLACES[0])
    assert session(cpo, id="S2").code == 3000
    assert not [each for each in other.received if each.module == "sessions"]


def test_who_charged_where_is_forgotten(hub: Hub, two: tuple[Platform, Platform]) -> None:
    cpo, _ = two
    authorize(cpo, "U1", PLACES[0])
    authorize(cpo, "U2", PLACES[0])
    assert erase("u2", "DE/MSP", remove=False)["admissions"] == 2
    erase("u2", "DE/MSP", remove=True)
    assert set(Admission.objects.values_list("uid", flat=True)) == {"U1"}
    prune()
    assert Admission.objects.count() == 2
    Admission.objects.update(at=datetime.now(UTC) - ADMISSION_LIFE - timedelta(hours=1))
    prune()
    assert not Admission.objects.exists()


def test_newer_cpos_say_who_charged_themselves(hub: Hub) -> None:
    cpo, msp = both(hub, MIDDLE, MIDDLE)
    msp.objects.put("tokens", said(MIDDLE, "token"))
    authorize(cpo, "U1", PLACES[0])
    assert not Admission.objects.exists()
