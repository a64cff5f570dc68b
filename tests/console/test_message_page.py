"""The page of a message: both legs side by side, as curl, sent again; never a secret on it."""

import json
import shlex
import subprocess
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.console.comparing import NOT_KEPT, SAME, Kept, bodies, headers
from apps.console.curl import curl
from apps.gateway.asgi import application
from apps.outbox.models import Delivery
from apps.traffic.models import Leg
from apps.traffic.record import BodyPolicy
from tests.console.saying import messages, words
from tests.gateway.objects import location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

LOG = "/admin/traffic/leg/"
HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


def page_of(leg: Leg) -> str:
    return f"{LOG}{leg.pk}/change/"


def data(browser: Client, leg: Leg) -> Any:
    return json.loads(browser.get(page_of(leg), {"format": "json"}).content)


def changed(part: Any, kind: str) -> dict[str, tuple[str, str]]:
    """Headers with that mark, by name."""
    return {
        row["name"]: (row["left"], row["right"]) for row in part["headers"] if row["mark"] == kind
    }


@pytest.fixture
def pushed(hub: Hub, cpo: Platform, msp: Platform) -> tuple[Leg, Leg]:
    """A push from NL/CPO to DE/MSP: its two legs."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    hub.flush()
    inward = Leg.objects.get(module="tariffs", direction="in")
    return inward, Leg.objects.get(module="tariffs", direction="out")


def test_both_legs_are_beside_each_other_from_either(
    pushed: tuple[Leg, Leg], operator: Client
) -> None:
    inward, onward = pushed
    for leg in pushed:
        found = data(operator, leg)
        assert (found["left"]["id"], found["right"]["id"]) == (inward.pk, onward.pk)
        request, answer = found["parts"]
        assert changed(request, "changed")["x-request-id"] == (
            inward.request_id,
            onward.request_id,
        )
        assert "x-correlation-id" in changed(request, "same")
        assert "ocpi-to-party-id" in changed(request, "same")
        assert changed(answer, "changed")["x-request-id"]
        assert request["note"] == answer["note"] == SAME
        assert any('"T1"' in row["left"] for row in request["body"])


def test_the_page_marks_what_the_hub_changed(pushed: tuple[Leg, Leg], operator: Client) -> None:
    inward, onward = pushed
    page = operator.get(page_of(inward)).content.decode()
    assert "What the hub changed" in page
    assert onward.path in page
    assert 'class="mark-changed"' in page
    assert f"/admin/trace/?id={inward.correlation_id}" in page
    assert f"/admin/dry-run/?message={inward.pk}" in page


def test_a_replaced_response_url_is_a_changed_line(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    application.process.bodies = BodyPolicy("all", 100_000)  # type: ignore[union-attr]
    cpo.faults.set("no_result")
    cpo.objects.put("locations", location())
    callback = msp.callback_url()
    body = {"response_url": callback, "location_id": "L1", "token": token()}
    msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)
    hub.flush()
    application.process.bodies = BodyPolicy("public", 16_384)  # type: ignore[union-attr]
    leg = Leg.objects.get(module="commands", direction="in")
    (row,) = [row for row in data(operator, leg)["parts"][0]["body"] if row["mark"] != "same"]
    assert callback in row["left"]
    assert "/via-" in row["right"]


def test_no_secret_is_on_any_page_of_a_message(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    application.process.bodies = BodyPolicy("all", 100_000)  # type: ignore[union-attr]
    cpo.rotate()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    cpo.request("GET", "tokens", SENDER, to=MSP, headers={"Cookie": "sesame=1"})
    hub.flush()
    application.process.bodies = BodyPolicy("public", 16_384)  # type: ignore[union-attr]
    secrets = {cpo.hub_token, cpo.own_token, msp.hub_token, msp.own_token, "sesame=1"}
    assert Leg.objects.filter(module="credentials").exists()
    for leg in Leg.objects.all():
        for query in ({}, {"format": "json"}):
            page = operator.get(page_of(leg), query).content.decode()
            assert not [secret for secret in secrets if secret in page]
        assert "$TOKEN" in page


def test_the_curl_command_asks_the_same(
    hub: Hub, cpo: Platform, msp: Platform, pushed: tuple[Leg, Leg], operator: Client
) -> None:
    """It is run as a shell runs it; the hub answers as it did."""
    text = data(operator, pushed[0])["curl"]
    said = subprocess.run(
        ["sh", "-c", f"{text} --silent"],
        env={"TOKEN": cpo.hub_token, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert json.loads(said.stdout)["status_code"] == 1000
    msp.heard_all(2)


def test_curl_is_safe_to_paste() -> None:
    bad = "x'; rm -rf / #\n$(id)"
    text = curl("GET", f"http://h/{bad}", f"X-Note: {bad.splitlines()[0]}", bad, False)
    read = shlex.split(text.replace("\\\n", " "))
    assert read == [
        "curl", "-X", "GET", f"http://h/{bad}", "-H", "Authorization: Token $TOKEN",
        "-H", f"X-Note: {bad.splitlines()[0]}", "--data-binary", bad,
    ]  # fmt: skip


def test_a_list_is_asked_for_again_with_a_reason(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    cpo.request("GET", "tokens", SENDER, to=MSP)
    hub.flush()
    leg = Leg.objects.get(module="tokens", direction="out")
    url = f"{LOG}act/again/?id={leg.pk}"
    assert "Reason" in words(operator.get(url))
    msp.clear()
    response = operator.post(url, {"reason": "they say it is mended"}, follow=True)
    assert "HTTP 200, OCPI 1000" in messages(response)[0]
    heard = msp.heard(module="tokens")
    assert heard.headers["ocpi-from-party-id"] == "CPO"
    assert heard.headers["x-request-id"] != leg.request_id
    assert Leg.objects.filter(correlation_id=leg.correlation_id, direction="out").count() == 2
    assert "they say it is mended" in Entry.objects.latest("pk").reason
    assert not msp.complaints


def test_what_may_change_something_is_not_sent_again(
    hub: Hub, cpo: Platform, msp: Platform, pushed: tuple[Leg, Leg], operator: Client
) -> None:
    msp.clear()
    for leg in pushed:
        url = f"{LOG}act/again/?id={leg.pk}"
        assert "left as it is" in words(operator.get(url))
        operator.post(url, {"reason": "x"})
        assert "Send again" not in words(operator.get(page_of(leg)))
    hub.flush()
    assert not msp.received
    cpo.request("GET", "tokens", SENDER, to=MSP)
    hub.flush()
    leg = Leg.objects.get(module="tokens", direction="out")
    hub.change(msp, status="OFFLINE")
    assert "not connected" in words(operator.get(f"{LOG}act/again/?id={leg.pk}"))


def test_a_request_is_sent_again_to_the_platforms_own_hosts_only(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    """Its token goes there."""
    cpo.request("GET", "tokens", SENDER, to=MSP)
    hub.flush()
    leg = Leg.objects.get(module="tokens", direction="out")
    Leg.objects.filter(pk=leg.pk).update(path="http://elsewhere.example/tokens")
    assert "does not use any more" in words(operator.get(f"{LOG}act/again/?id={leg.pk}"))


def test_a_push_that_was_given_up_is_sent_again_through_its_delivery(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    msp.faults.set("refuse", 2001)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    hub.deliver()
    hub.flush()
    delivery = Delivery.objects.get()
    leg = Leg.objects.get(direction="out", module="tariffs")
    again = f"/admin/outbox/delivery/act/again/?id={delivery.pk}"
    assert again in operator.get(page_of(leg)).content.decode()
    assert "Reason" in words(operator.get(again))


def test_nothing_of_a_message_can_be_changed(pushed: tuple[Leg, Leg], operator: Client) -> None:
    assert operator.post(page_of(pushed[0]), {"path": "/x"}).status_code == 403


def test_headers_are_compared_without_case() -> None:
    rows = headers("A: 1\nB: 2\nC: 3\nc: 4", "a: 1\nb: 9\nD: 5")
    assert [(row.name, row.mark) for row in rows] == [
        ("a", "same"), ("b", "changed"), ("c", "left"), ("d", "right"),
    ]  # fmt: skip
    assert rows[2].left == "3, 4"


@pytest.mark.parametrize(
    ("left", "right", "marks", "note"),
    [
        (Kept('{"a":1}', 7), Kept(None, 7), {"same"}, SAME),
        (Kept(None, 7), Kept('{"a":1}', 7), {"same"}, SAME),
        (Kept("", 0), Kept(None, 0), set(), "Both without a body."),
        (Kept(None, 5), Kept(None, 6), set(), f"5 and 6 bytes, {NOT_KEPT}."),
        (Kept('{"a":1,"b":2}', 13), Kept('{"a":1,"b":3}', 13), {"same", "changed"}, ""),
        (Kept('{"a":1}', 7), Kept('{"a":1,"b":3}', 13), {"same", "changed", "right"}, ""),
        (Kept('{"a":1}', 7), Kept(None, 9), {"left"}, f"On the right 9 bytes, {NOT_KEPT}."),
        (Kept("no json", 7), Kept("no jsom", 7), {"changed"}, ""),
    ],
)
def test_bodies_are_compared_line_by_line(
    left: Kept, right: Kept, marks: set[str], note: str
) -> None:
    found = bodies(left, right)
    assert {row.mark for row in found.rows} == marks
    assert found.note == note


def test_every_digit_stays() -> None:
    found = bodies(Kept('{"a":0.10}', 10), Kept('{"a":0.1}', 9))
    assert [(row.left, row.right) for row in found.rows if row.mark == "changed"] == [
        ('  "a": 0.10', '  "a": 0.1')
    ]
