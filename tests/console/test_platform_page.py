"""The page of a platform: what it shows beside the row, and what can be done to it there."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.hubclientinfo.models import CatchUp
from apps.outbox.models import Delivery, Lane
from apps.outbox.tasks import worker
from apps.parties.models import Agreement, Token
from apps.parties.models import Platform as Row
from apps.parties.tokens import reveal
from apps.store.models import Finding
from apps.sync.models import Pull, Source
from apps.traffic.models import Leg
from tests.console.saying import act, messages, words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


def url_of(row: Row) -> str:
    return reverse("admin:parties_platform_change", args=[row.pk])


def facts(browser: Client, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(url_of(row), {"format": "json"}).json()
    return found


def broadcast(cpo: Platform, key: str = "T1") -> None:
    body = tariff() | {"id": key}
    reply = cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{key}", json=body, to=HUB)
    assert reply.code == 1000, reply


@pytest.fixture
def busy(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A refusal, a pull, an agreement, a push that waits, a finding."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    pull()
    broadcast(cpo)
    hub.flush()
    Agreement.objects.create(one="NL/CPO", other="DE/MSP", state="active")
    now = timezone.now()
    for number in range(3):
        Finding.objects.create(
            platform=hub.row(cpo).pk, module="tariffs", owner="NL/CPO", key=f"T{number}",
            audience="", path="$.x", code="too_long", severity="warning", message="long",
            first_seen=now, last_seen=now,
        )  # fmt: skip


def test_the_page_says_what_the_json_says(
    hub: Hub, busy: None, cpo: Platform, msp: Platform, operator: Client
) -> None:
    told, page = facts(operator, hub.row(cpo)), words(operator.get(url_of(hub.row(cpo))))
    (refused,) = told["refusals"]["rows"]
    assert refused["code"] == 4001
    assert "XX/YYY is not a party" in refused["reason"]
    assert refused["reason"].replace("'", "&#x27;") in page
    assert told["findings"] == {
        "codes": [{"code": "too_long", "severity": "warning", "number": 3}], "or_more": False
    }  # fmt: skip
    assert [a["now"] for a in told["agreements"]] == ["allowed"]
    assert "NL/CPO and DE/MSP" in page
    assert {each["module"] for each in told["pulls"]} == {
        "locations",
        "tariffs",
        "sessions",
        "cdrs",
    }
    assert {each["identifier"] for each in told["offered"]} > {"credentials", "tokens"}
    assert f"{hub.url}/ocpi/2.2.1/sender/tokens" in page
    assert told["limits"]["requests_a_second"] == 500
    waiting = facts(operator, hub.row(msp))["lane"]
    assert (waiting["waiting"], waiting["or_more"], waiting["paused_since"]) == (1, False, None)
    for token in Token.objects.all():
        assert reveal(token) not in page
        assert reveal(token) not in str(told)


def test_who_may_see_less_is_shown_less(hub: Hub, busy: None, cpo: Platform) -> None:
    row = hub.row(cpo)
    user = User.objects.create(username="half", is_staff=True)
    permissions = Group.objects.get(name="viewer").permissions
    user.user_permissions.set(permissions.filter(codename="view_platform"))
    browser = Client()
    browser.force_login(user)
    told = facts(browser, row)
    assert not {"lane", "refusals", "findings", "pulls", "agreements", "acts"} & told.keys()
    page = words(browser.get(url_of(row)))
    assert "What went wrong" not in page
    assert "4001" not in page
    user.user_permissions.clear()
    user = User.objects.get(pk=user.pk)
    assert browser.get(url_of(row), {"format": "json"}).status_code == 403
    user.delete()


def test_a_paused_lane_lets_nothing_out_until_it_is_resumed(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    row = hub.row(msp)
    msp.clear()
    said = messages(act(operator, "pause-lane", row, reason="they update their system"))
    assert "its lane is paused" in said[0]
    broadcast(cpo)
    assert worker().due() == []
    assert (worker().drain(row.pk), msp.received) == (0, [])
    found = facts(operator, row)["lane"]
    assert (found["waiting"], found["paused_reason"]) == (1, "they update their system")
    assert "paused since" in words(operator.get(url_of(row)))
    # Nothing else that ends a rest ends this: not a registration, not sending again.
    msp.rotate()
    act(operator, "send-again", row)
    assert worker().due() == []
    assert messages(act(operator, "resume-lane", row))[0].startswith("DE/MSP: its lane is resumed")
    assert hub.deliver() == 1
    assert msp.heard(module="tariffs").method == "PUT"
    entry = Entry.objects.get(act="Pause lane")
    assert (entry.subject, entry.reason) == ("DE/MSP", "they update their system")
    acts = facts(operator, row)["acts"]
    assert [a["act"] for a in acts][:2] == ["Resume lane", "Send pushes again"]


def test_long_work_shows_how_far_it_is(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    row = hub.row(msp)
    msp.faults.set("refuse", 2000, module="tariffs")
    for number in range(4):
        broadcast(cpo, f"T{number}")
    hub.deliver()
    msp.faults.clear()
    assert facts(operator, row)["lane"]["under_way"] == []
    act(operator, "send-again", row)
    (first,) = Delivery.objects.filter(state="waiting")[:1]
    Delivery.objects.filter(pk=first.pk).update(state="done", reason="")
    again = {"what": "sending again", "done": 1, "of": 4}
    assert facts(operator, row)["lane"]["under_way"] == [again]
    assert "sending again: 1 gone out, of 4 booked so far" in words(operator.get(url_of(row)))
    assert 'value="1"' in operator.get(url_of(row)).content.decode()
    hub.deliver()
    assert facts(operator, row)["lane"]["under_way"] == []
    now = timezone.now()
    CatchUp.objects.create(
        platform=row, correlation_id="c-up", missed_from=now, returned_at=now, booked=7
    )
    catching = {"what": "catching up", "done": 7, "of": 7}
    assert facts(operator, row)["lane"]["under_way"] == [catching]


def test_a_lane_that_is_being_drained_stops_at_the_next_window(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    row = hub.row(msp)
    for number in range(3):
        broadcast(cpo, f"T{number}")
    hub.change(msp, max_per_second=1)
    Lane.objects.create(platform_id=row.pk, leased_until=timezone.now() - timedelta(hours=1))
    assert Delivery.objects.filter(state="waiting").count() == 3
    Lane.objects.update(held_since=timezone.now())
    assert worker().drain(row.pk) == 0
    assert Delivery.objects.filter(state="waiting").count() == 3


def test_a_test_call_says_what_came_of_it(hub: Hub, cpo: Platform, operator: Client) -> None:
    row = hub.row(cpo)
    hub.flush()
    Leg.objects.all().delete()
    said = messages(act(operator, "test-call", row))[0]
    assert said == "NL/CPO answered: it takes the hub's token, and offers 2.2.1."
    leg = Leg.objects.get(module="versions", direction="out")
    assert (leg.platform_id, leg.outcome) == (row.pk, "ok")
    cpo.offline()
    assert "does not accept connections" in messages(act(operator, "test-call", row))[0]


def test_versions_are_fetched_again_and_tokens_stay(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    row, before = hub.row(cpo), cpo.hub_token
    row.endpoints.filter(module="tariffs").update(url="http://127.0.0.1:1999/gone")
    row.endpoints.filter(module="sessions").update(override="http://127.0.0.1:1999/corrected")
    row.endpoints.filter(module="locations").delete()
    assert "endpoints were fetched" in messages(act(operator, "fetch-versions", row))[0]
    found = dict(row.endpoints.values_list("module", "url"))
    assert found["tariffs"] == cpo.endpoint("tariffs", SENDER)
    assert found["locations"] == cpo.endpoint("locations", SENDER)
    assert row.endpoints.get(module="sessions").override.endswith("/corrected")
    assert cpo.hub_token == before
    cpo.offline()
    assert "cannot be used" in messages(act(operator, "fetch-versions", row))[0]
    assert dict(row.endpoints.values_list("module", "url")) == found


def test_a_pull_and_a_catching_up_are_booked(hub: Hub, cpo: Platform, operator: Client) -> None:
    row = hub.row(cpo)
    pull()
    assert not Pull.objects.filter(state="open").exists()
    said = messages(act(operator, "pull", row))[0]
    assert said.startswith(f"NL/CPO: pulls of {Source.objects.count()} lists are booked")
    assert Pull.objects.filter(state="open").count() == Source.objects.count() > 0
    assert "gets what changed since" in messages(act(operator, "catch-up", row))[0]
    booked = CatchUp.objects.get(platform=row)
    assert booked.missed_from == row.created_at
    hub.change(cpo, status="OFFLINE")
    row = hub.row(cpo)
    for name in ("pull", "catch-up"):
        response = operator.get(f"/admin/parties/platform/act/{name}/?id={row.pk}")
        assert "is not connected but OFFLINE" in words(response)


def test_a_viewer_can_do_none_of_it(hub: Hub, cpo: Platform, viewer: Client) -> None:
    row = hub.row(cpo)
    for name in ("pause-lane", "resume-lane", "test-call", "fetch-versions", "pull", "catch-up"):
        assert viewer.post(f"/admin/parties/platform/act/{name}/?id={row.pk}").status_code == 403
    assert not Lane.objects.filter(held_since__isnull=False).exists()
