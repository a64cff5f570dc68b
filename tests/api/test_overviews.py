"""What pages show beyond rows, by API: quality, map, onboarding, pushes, commands, agreements."""

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from apps.audit.models import Entry
from apps.counts.models import Pair
from apps.hubclientinfo.models import ClientInfo
from apps.operators.models import Scope
from tests.api.filled import fill
from tests.api.scripts import Script, of_group, token
from tests.api.test_served import fetched
from tests.console.test_policy import SERVED
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import hearing, news
from tests.platforms import RECEIVER, Platform
from tests.sync.pulling import pull

HUB = ("NL", "HUB")


@pytest.fixture
def filled(hub: Hub, cpo: Platform, msp: Platform) -> None:
    fill(hub, cpo, msp)


def page(path: str, **query: Any) -> Any:
    """What an operator's page says, as JSON."""
    with of_group("operator", name="looking") as user:
        browser = Client()
        browser.force_login(user)
        return browser.get(path, {**query, "format": "json"}).json()


def without_now(data: Any) -> Any:
    """The same but for the moment of asking."""
    return {name: value for name, value in data.items() if name != "now"}


def test_they_say_what_their_pages_say(
    hub: Hub, filled: None, cpo: Platform, script: Script
) -> None:
    pair = {"one": "NL/CPO", "other": "DE/MSP", "module": "tariffs"}
    key = hub.row(cpo).pk
    for path, where, query in (
        ("quality", "/admin/quality/", {"owner": "NL/CPO"}),
        ("quality/NL/CPO", "/admin/quality/NL/CPO/", {}),
        ("map", "/admin/map/", {"owner": "NL/CPO", "zoom": 5}),
        ("agreements/matrix", "/admin/agreements/matrix/", {"cpo": "NL", "down": 1}),
        ("agreements/pair", "/admin/agreements/pair/", pair),
        ("objects", "/admin/objects/", {"q": "t1"}),
        (f"platforms/{key}/onboarding", f"/admin/onboarding/{key}/", {}),
    ):
        assert without_now(script.get(path, **query)) == without_now(page(where, **query)), path


def test_what_they_find_is_there(hub: Hub, filled: None, script: Script) -> None:
    quality = script.get("quality/nl/cpo")
    assert {score["module"] for score in quality["scores"]} >= {"locations", "tariffs"}
    assert quality["rules"][0]["examples"]
    assert "Data quality of NL/CPO" in quality["text"]
    assert script.get("map")["places"][0]["id"] == "L1"
    assert script.get("map", state="planned")["total"] == 0
    pair = script.get("agreements/pair", one="NL/CPO", other="DE/MSP", module="tariffs")
    assert pair["answer"]["may"] is True
    (command,) = script.all("commands")
    assert (command["command"], command["state"]) == ("START_SESSION", "done")
    assert script.all("commands", state="waiting") == []
    assert script.get("objects")["modules"]
    found = script.get("objects", owner="NL/CPO", module="tariffs")["found"]
    assert [each["objects"][0]["id"] for each in found] == ["T1"]


def test_pushes_come_in_pages_with_their_cells(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    for name in ("T1", "T2", "T3"):
        body = tariff(name)
        cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{name}", json=body, to=HUB)
    assert [each["path"] for each in script.all("pushes", limit=1)] == [
        "NL/CPO/T3", "NL/CPO/T2", "NL/CPO/T1",
    ]  # fmt: skip
    (newest, *_) = script.get("pushes")["items"]
    assert [(cell["party"], cell["state"]) for cell in newest["cells"]] == [("DE/MSP", "waiting")]
    assert script.all("pushes", q=newest["correlation_id"]) == [newest]
    assert script.get("lanes") == {"looked_at": None, "lanes": []}


def test_messages_are_counted_by_pair_module_and_outcome(
    hub: Hub, filled: None, cpo: Platform, msp: Platform, script: Script
) -> None:
    rows = script.all("statistics/messages")
    assert script.all("statistics/messages", limit=1) == rows
    assert sum(row["messages"] for row in rows) == sum(
        Pair.objects.values_list("messages", flat=True)
    )
    (asked,) = [r for r in rows if r["module"] == "tariffs" and r["from"]["platform"] == "DE/MSP"]
    assert (asked["to"]["platform"], asked["outcome"], asked["messages"]) == ("NL/CPO", "ok", 1)
    assert asked["hub_ms"]["p95"] > 0
    own = script.all("statistics/messages", platform=hub.row(msp).pk, module="tariffs")
    assert own
    assert all(hub.row(msp).pk in (row["from"]["id"], row["to"]["id"]) for row in own)
    refused = script.all("statistics/messages", outcome="refused")
    assert {row["outcome"] for row in refused} == {"refused"}
    long_ago = (datetime.now(UTC) - timedelta(days=2)).isoformat()
    assert script.all("statistics/messages", until=long_ago) == []
    assert script.refused(400, "GET", "statistics/messages", cursor="WzFd")["errors"]


@pytest.mark.parametrize(
    ("path", "query"),
    [("agreements/pair", {"one": "NL/CPO", "other": "*"}), ("agreements/pair", {"one": "NL/CPO"}),
     ("commands", {"party": "nonsense"}), ("pushes", {"cursor": "x"}), ("map", {"lat": "north"}),
     ("map", {"owner": "nobody at all"}), ("objects", {"module": "commands"})],
)  # fmt: skip
def test_what_cannot_be_is_refused(
    hub: Hub, script: Script, path: str, query: dict[str, str]
) -> None:
    assert script.refused(400, "GET", path, **query)["errors"]


def test_the_seals_are_looked_at(hub: Hub, cpo: Platform, script: Script, auditing: Script) -> None:
    script.do(f"platforms/{hub.row(cpo).pk}/suspend", {"reason": "why"})
    seal = Entry.objects.latest("id").seal
    found = auditing.get("audit/verify", expect=seal)
    assert (found["last_seal"], found["broken_at"], found["expected"]) == (seal, None, True)
    assert auditing.get("audit/verify", expect="0" * 64)["expected"] is False
    assert script.ask("GET", "audit/verify").status_code == 403


def test_what_a_platform_was_told_is_compared_and_told_again(
    hub: Hub, cpo: Platform, script: Script
) -> None:
    msp = hearing(hub, "DE/MSP")
    news(hub)
    path = f"platforms/{hub.row(msp).pk}/clientinfo"
    assert script.do(path)["differing"] == 0
    assert not Entry.objects.filter(act="Tell again").exists()
    ClientInfo.objects.filter(platform_id=hub.row(msp).pk).update(status="OFFLINE")
    found = script.do(path, {"tell_again": True})
    assert found["differing"] == found["told_again"] > 0
    told = Entry.objects.latest("id")
    assert (told.act, told.via, told.after) == (
        "Tell again", "api", {"told_again": found["told_again"]},
    )  # fmt: skip


@SERVED
def test_kept_objects_are_sent_as_lines_and_gone_on_with(
    hub: Hub, cpo: Platform, operator_user: Any
) -> None:
    for number in range(450):
        body = tariff(f"T{number}")
        cpo.objects.put("tariffs", body)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/A1", json=tariff("A1"), to=HUB)
    pull()
    secret = token(operator_user, Scope.READ)
    lines, headers = asked_lines(f"{hub.url}/api/objects/tariffs/lines", secret)
    assert headers["Content-Type"] == "application/jsonl"
    assert len(lines) == 451
    assert lines[0]["object"]["id"] == "A1"
    half = lines[200]["sequence"]
    rest, _ = asked_lines(f"{hub.url}/api/objects/tariffs/lines?after={half}", secret)
    assert rest == lines[201:]
    nobody, _ = asked_lines(f"{hub.url}/api/objects/tariffs/lines?owner=BE/CPO", secret)
    assert nobody == []
    status, _, problem = fetched(
        f"{hub.url}/api/objects/tariffs/lines?after=x", Authorization=f"Bearer {secret}"
    )
    assert (status, problem["errors"][0]["field"]) == (400, "after")


def asked_lines(url: str, secret: str) -> tuple[list[Any], Any]:
    """The lines of an answer, decoded."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {secret}"})
    with urllib.request.urlopen(request) as response:
        return [json.loads(line) for line in response.read().splitlines()], response.headers
