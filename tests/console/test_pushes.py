"""Deliveries as cells: a row for each push, a cell for each recipient, the lanes above."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.console import push_facts
from apps.outbox import depth
from apps.outbox.models import Delivery, Lane, Payload
from tests.console.saying import words
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

PAGE = "/admin/pushes/"
HUB = ("NL", "HUB")


def push(cpo: Platform, identifier: str = "T1", correlation_id: str = "c-1", **more: Any) -> None:
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier, **more),
        to=HUB, headers={"X-Correlation-ID": correlation_id},
    )  # fmt: skip
    assert reply.code == 1000


def cells(page: Any) -> list[str]:
    """What the cells of a page say, in their order."""
    return [html.unescape(text) for text in re.findall(r'title="([^"]*)"', page.content.decode())]


@pytest.fixture
def pushed(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """A push that one of two recipients refuses, and one that waits for both."""
    hub.platform("FR/MSP")
    msp.faults.set("refuse", 2000, module="tariffs")
    push(cpo)
    hub.deliver()
    msp.faults.clear()
    push(cpo, "T2", "c-2")


def test_a_row_for_each_push_and_a_cell_for_each_recipient(pushed: None, operator: Client) -> None:
    found = operator.get(PAGE, {"format": "json"}).json()["pushes"]
    assert [each["correlation_id"] for each in found] == ["c-2", "c-1"]
    waiting, done = found
    assert waiting["numbers"]["waiting"] == waiting["recipients"] == 2
    assert [(cell["party"], cell["state"]) for cell in done["cells"]] == [
        ("DE/MSP", "dropped"), ("FR/MSP", "done"),
    ]  # fmt: skip
    page = operator.get(PAGE)
    told = cells(page)
    assert any(
        re.match(r"DE/MSP: given up; 1 attempt; HTTP 200, OCPI 2000; .+", each) for each in told
    )
    assert "FR/MSP: done; 1 attempt; HTTP 201, OCPI 1000" in told
    dropped = Delivery.objects.get(state="dropped")
    assert f'href="/admin/outbox/delivery/{dropped.pk}/change/"' in page.content.decode()


def test_what_was_given_up_is_sent_again_from_there(
    pushed: None, hub: Hub, operator: Client
) -> None:
    page = operator.get(PAGE).content.decode()
    (url,) = re.findall(r'href="(/admin/outbox/delivery/act/again/[^"]*)"', page)
    assert "nothing older goes out over something newer" in words(operator.get(url))
    operator.post(html.unescape(url), {"reason": "mended"}, follow=True)
    hub.deliver()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"done"}


def test_what_waits_is_dropped_from_there(pushed: None, operator: Client) -> None:
    page = operator.get(PAGE).content.decode()
    (url,) = re.findall(r'href="(/admin/outbox/delivery/act/give-up/[^"]*)"', page)
    operator.post(html.unescape(url), {"reason": "not needed"}, follow=True)
    assert not Delivery.objects.filter(state="waiting").exists()


def test_a_viewer_sees_no_acts_and_a_stranger_nothing(pushed: None, viewer: Client) -> None:
    assert "/act/" not in viewer.get(PAGE).content.decode()
    user = User.objects.create(username="other", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_leg"))
    client = Client()
    client.force_login(user)
    assert client.get(PAGE).status_code == client.get(f"{PAGE}?format=json").status_code == 403
    user.delete()


def test_lanes_say_how_much_waits_since_when_and_when_they_are_tried(
    pushed: None, hub: Hub, msp: Platform, operator: Client
) -> None:
    now = timezone.now()
    soon, later = now + timedelta(minutes=1), now + timedelta(minutes=5)
    Delivery.objects.filter(state="waiting").update(due_at=soon)
    number = hub.row(msp).pk
    Lane.objects.update_or_create(
        pk=number,
        defaults={"leased_until": now, "paused_until": later, "paused_reason": "token refused"},
    )
    depth.sample(now)
    data = operator.get(PAGE, {"format": "json"}).json()
    lanes = {each["platform"]: each for each in data["lanes"]}
    assert {name: each["waiting"] for name, each in lanes.items()} == {"DE/MSP": 1, "FR/MSP": 1}
    assert lanes["DE/MSP"]["rests"] == "token refused"
    assert lanes["FR/MSP"]["rests"] == ""
    assert lanes["FR/MSP"]["next_try"] < lanes["DE/MSP"]["next_try"]
    assert f"?waiting_for={number}" in operator.get(PAGE).content.decode()
    Lane.objects.filter(pk=number).update(held_since=now, held_reason="their release")
    held = operator.get(PAGE, {"format": "json"}).json()["lanes"]
    assert [(each["rests"], each["next_try"]) for each in held if each["id"] == number] == [
        ("paused: their release", None)
    ]


def test_without_a_worker_it_says_so(hub: Hub, operator: Client) -> None:
    page = words(operator.get(PAGE))
    assert "No worker has looked" in page
    assert "No pushes." in page


def test_a_correlation_id_finds_its_pushes(pushed: None, operator: Client) -> None:
    found = operator.get(PAGE, {"q": "c-1", "format": "json"}).json()["pushes"]
    assert [each["correlation_id"] for each in found] == ["c-1"]
    assert "Nothing fits." in words(operator.get(PAGE, {"q": "nothing"}))


def test_a_superseded_push_says_so(hub: Hub, cpo: Platform, msp: Platform) -> None:
    push(cpo)
    push(cpo, last_updated=LATER, correlation_id="c-2")
    found, _ = push_facts.pushes(None)
    assert [[cell["state"] for cell in each["cells"]] for each in found] == [
        ["waiting"], ["superseded"],
    ]  # fmt: skip


def test_many_pushes_are_paged_and_many_recipients_are_cut(hub: Hub, operator: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id,"
            " request_id, owner, object) SELECT 'tariffs', 'PUT', 'T' || n, '', '', 'c-' || n,"
            " 'r', 'NL/CPO', 'tariffs NL/CPO T' || n FROM generate_series(1, 120) n"
        )
        cursor.execute(
            "INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts,"
            " reason) SELECT p.id, n, 'NL/' || n, p.object, CASE WHEN n = 70 THEN 'dropped'"
            " ELSE 'done' END, 1, '' FROM outbox_payload p, generate_series(1, 70) n"
        )
    seen, before = [], None
    while True:
        query = {"format": "json"} | ({"before": before} if before else {})
        data = operator.get(PAGE, query).json()
        seen += [each["id"] for each in data["pushes"]]
        before = data["before"]
        if before is None:
            break
    assert seen == sorted(Payload.objects.values_list("pk", flat=True), reverse=True)
    first = operator.get(PAGE, {"format": "json"}).json()["pushes"][0]
    assert (first["recipients"], len(first["cells"])) == (70, push_facts.MOST_CELLS)
    assert first["cells"][0]["state"] == "dropped"
    assert "and 10 more" in words(operator.get(PAGE))
