"""The commands page: command, response and result in one row, whose turn, time-outs, filters."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from apps.console import command_facts
from apps.console.command_facts import Asked, Page, commands
from apps.gateway.asgi import application as gateway
from apps.store.models import StandIn
from apps.traffic.models import Leg
from apps.traffic.record import BodyPolicy
from tests.console.saying import soon, words
from tests.gateway.objects import location, session, token
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

URL, CPO = "/admin/commands/", ("NL", "CPO")


def order(msp: Platform, number: str = "c-1", command: str = "START_SESSION", **more: Any) -> Any:
    body = {"response_url": msp.callback_url(), "location_id": "L1", "token": token()} | more
    return msp.request(
        "POST", "commands", RECEIVER, command, json=body, to=CPO,
        headers={"X-Correlation-ID": number},
    )  # fmt: skip


def ask_for_profile(msp: Platform, method: str, number: str) -> None:
    """Asks for a charging profile, sets or clears one."""
    url = msp.callback_url("chargingprofiles")
    profile = {"charging_rate_unit": "A", "charging_profile_period": []}
    more: dict[str, Any] = {"query": f"duration=900&response_url={quote(url, safe='')}"}
    if method == "PUT":
        more = {"json": {"charging_profile": profile, "response_url": url}}
    reply = msp.request(
        method, "chargingprofiles", RECEIVER, "S1", to=CPO,
        headers={"X-Correlation-ID": number}, **more,
    )  # fmt: skip
    assert reply.code == 1000, reply
    msp.heard(tail=url.rpartition("/")[2])


def told(at: Any = None, **asked: Any) -> Page:
    return commands(Asked(**asked), at or timezone.now())


def logged(hub: Hub, number: int) -> None:
    def there() -> bool:
        hub.flush()
        return Leg.objects.filter(module="commands").count() == number

    assert soon(there)


@pytest.fixture
def both(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.objects.put("locations", location())


def test_command_response_and_result_are_one_row(
    hub: Hub, both: None, cpo: Platform, msp: Platform, operator: Client
) -> None:
    assert order(msp).code == 1000
    msp.heard(module="results")
    logged(hub, 4)
    (row,) = told().commands
    assert (row["command"], row["from"], row["to"]) == ("START_SESSION", "DE/MSP", "NL/CPO")
    assert (row["state"], row["turn"]) == ("done", "nobody's: the result has been handed on")
    assert Leg.objects.get(pk=row["id"]).direction == "in"
    response, result = (Leg.objects.get(pk=row[name]["id"]) for name in ("response", "result"))
    assert (response.direction, response.platform_id) == ("out", hub.row(cpo).pk)
    assert (result.direction, result.follows) == ("in", "c-1")
    assert row["result"]["taken"]["outcome"] == "ok"
    page = words(operator.get(URL))
    assert "START_SESSION" in page
    assert "DE/MSP → NL/CPO" in page
    assert [c["id"] for c in operator.get(URL, {"format": "json"}).json()["commands"]] == [
        row["id"]
    ]


def test_what_was_answered_is_told_without_any_body(
    hub: Hub, both: None, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.process, "bodies", BodyPolicy("none", 10_000))
    order(msp)
    msp.heard(module="results")
    logged(hub, 4)
    cpo.faults.set("rejects")
    order(msp, "c-2")
    logged(hub, 6)
    rejected, done = told().commands
    assert (done["response"]["says"], done["result"]["says"]) == ("ACCEPTED", "ACCEPTED")
    assert (rejected["state"], rejected["response"]["says"]) == ("refused", "REJECTED")
    assert rejected["turn"] == "nobody's: NL/CPO answered REJECTED"


def test_a_result_that_is_owed_is_the_others_turn_until_it_times_out(
    hub: Hub, both: None, cpo: Platform, msp: Platform
) -> None:
    cpo.faults.set("no_result")
    order(msp)
    logged(hub, 2)
    (row,) = told().commands
    assert (row["state"], row["turn"]) == ("waiting", "NL/CPO's: it owes the result")
    assert row["result_until"] == StandIn.objects.get(kind="result").expires_at
    later = row["result_until"] + timedelta(seconds=1)
    (row,) = told(later).commands
    assert (row["state"], row["turn"]) == (
        "timed out", "nobody's: NL/CPO sent no result in time"
    )  # fmt: skip
    StandIn.objects.all().delete()  # as when it is cleared away
    assert told().commands[0]["state"] == "timed out"


def test_who_refused_is_named(
    hub: Hub, both: None, cpo: Platform, msp: Platform, operator: Client
) -> None:
    order(msp, "c-hub", response_url="http://192.0.2.1/elsewhere")
    cpo.faults.set("http", 500)
    order(msp, "c-cpo")
    logged(hub, 3)
    broken, refused = told().commands
    assert (broken["state"], broken["turn"]) == ("failed", "NL/CPO gave no usable answer")
    assert (refused["state"], refused["turn"]) == ("refused", "nobody's: the hub refused it")
    assert "response_url must be" in refused["response"]["error"]
    assert "response_url must be" in words(operator.get(URL))


def test_a_result_that_is_not_taken_is_told(
    hub: Hub, both: None, cpo: Platform, msp: Platform
) -> None:
    msp.faults.set("http", 500)
    order(msp)
    logged(hub, 4)
    (row,) = told().commands
    assert (row["state"], row["turn"]) == ("failed", "DE/MSP did not take the result")


def test_it_is_narrowed(
    hub: Hub, both: None, cpo: Platform, msp: Platform, operator: Client
) -> None:
    cpo.faults.set("no_result")
    order(msp, "c-1")
    order(msp, "c-2", "UNLOCK_CONNECTOR", evse_uid="E1", connector_id="1")
    order(msp, "c-3", response_url="http://192.0.2.1/elsewhere")
    logged(hub, 5)

    def found(**query: Any) -> list[str]:
        rows = operator.get(URL, {**query, "format": "json"}).json()["commands"]
        return sorted(row["correlation_id"] for row in rows)

    assert found() == ["c-1", "c-2", "c-3"]
    assert found(command="UNLOCK_CONNECTOR") == ["c-2"]
    assert found(state="refused") == ["c-3"]
    assert found(party="nl/cpo") == ["c-1", "c-2", "c-3"]
    assert found(party="FR/MSP") == []
    assert found(platform=hub.row(msp).pk) == ["c-1", "c-2", "c-3"]
    assert found(platform=hub.row(cpo).pk) == []
    assert found(since="2001-01-01T00:00", until="2002-01-01T00:00") == []
    assert found(party="nonsense") == []
    assert "Write a country code" in words(operator.get(URL, {"party": "nonsense"}))
    second = Leg.objects.get(correlation_id="c-2", direction="in")
    assert found(before=second.pk) == ["c-1"]
    assert found(before=999_999_999) == []


def test_charging_profiles_are_told_as_commands_are(
    hub: Hub, both: None, cpo: Platform, msp: Platform, operator: Client
) -> None:
    cpo.objects.put("sessions", session())
    order(msp, "c-0")
    msp.heard(module="results")
    for number, method in enumerate(("PUT", "GET", "DELETE"), 1):
        ask_for_profile(msp, method, f"c-{number}")

    def there() -> bool:
        hub.flush()
        return Leg.objects.exclude(follows="").count() == 4

    assert soon(there)
    rows = {row["correlation_id"]: row for row in told().commands}
    assert list(rows) == ["c-3", "c-2", "c-1", "c-0"]
    words_of = [(row["module"], row["command"], row["state"]) for row in rows.values()]
    assert words_of == [
        ("chargingprofiles", "ClearProfile", "done"),
        ("chargingprofiles", "ActiveChargingProfile", "done"),
        ("chargingprofiles", "ChargingProfile", "done"),
        ("commands", "START_SESSION", "done"),
    ]
    assert all(row["result"]["taken"]["outcome"] == "ok" for row in rows.values())
    chosen = operator.get(URL, {"command": "ChargingProfile", "format": "json"}).json()
    assert [row["correlation_id"] for row in chosen["commands"]] == ["c-1"]
    assert "ClearProfile" in words(operator.get(URL))


def test_looking_on_finds_every_command_once(
    hub: Hub, both: None, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    cpo.faults.set("no_result")
    for number in range(7):
        order(msp, f"c-{number}")
        if number % 2:
            msp.request(
                "DELETE", "chargingprofiles", RECEIVER, "S1", to=CPO,
                query=f"response_url={quote(msp.callback_url('chargingprofiles'), safe='')}",
                headers={"X-Correlation-ID": f"p-{number}"},
            )  # fmt: skip

    def there() -> bool:
        hub.flush()
        return Leg.objects.filter(interface="RECEIVER", direction="in").count() == 10

    assert soon(there)
    monkeypatch.setattr(command_facts, "MOST_READ", 3)
    found: list[str] = []
    page = told()
    for _ in range(20):
        found += [row["correlation_id"] for row in page.commands]
        if page.further is None:
            break
        page = told(before=page.further)
    assert sorted(found) == ["c-0", "c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "p-1", "p-3", "p-5"]


def test_an_empty_page_says_what_a_command_is(hub: Hub, viewer: Client) -> None:
    assert "No commands yet" in words(viewer.get(URL))


def test_who_may_not_see_messages_sees_no_commands(hub: Hub) -> None:
    user = User.objects.create(username="nobody", is_staff=True)
    browser = Client()
    browser.force_login(user)
    assert browser.get(URL).status_code == 403
    user.delete()
