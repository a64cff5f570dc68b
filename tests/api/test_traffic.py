"""What passed, by API: messages, traces, deliveries, pulls, findings, objects, dry runs, alerts."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from apps.alerts.models import Alert, Kind
from apps.audit.models import Entry
from apps.outbox.models import Delivery
from apps.traffic.models import Leg
from tests.api.scripts import Script
from tests.gateway.objects import location, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB = ("NL", "HUB")
# More digits than a float has, and a spelling that a parser would not keep.
PRICE = b"0.12345678901234567890"


def push(cpo: Platform, identifier: str = "T1", **more: Any) -> None:
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier, **more), to=HUB
    )
    assert reply.code == 1000


@pytest.fixture
def pushed(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """Three broadcast pushes that have arrived."""
    for number in range(3):
        push(cpo, f"T{number}")
    hub.deliver()
    hub.flush()


def test_messages_come_in_pages_and_are_narrowed_as_on_the_page(
    hub: Hub, pushed: None, script: Script
) -> None:
    everything = script.all("messages", limit=1000)
    assert len(everything) == Leg.objects.count()
    in_pages = script.all("messages", limit=2)
    assert [each["id"] for each in in_pages] == [each["id"] for each in everything]
    tariffs = script.all("messages", module="tariffs", limit=4)
    assert [each["id"] for each in tariffs] == [
        each["id"] for each in everything if each["module"] == "tariffs"
    ]
    assert len(tariffs) == 6
    assert len(script.all("messages", module="tariffs", party="de/msp")) == 3
    assert script.get("messages", q=tariffs[0]["correlation_id"])["items"][0]["method"] == "PUT"
    assert script.get("messages", outcome="failed")["items"] == []
    assert script.get("messages", since="2999-01-01T00:00:00Z")["items"] == []


def test_a_message_is_shown_beside_its_other_leg(
    hub: Hub, pushed: None, msp: Platform, script: Script
) -> None:
    assert msp.request("GET", "tariffs", SENDER, to=("NL", "CPO")).code == 1000
    hub.flush()
    leg = Leg.objects.get(module="tariffs", method="GET", direction="in")
    found = script.get(f"messages/{leg.pk}")
    assert found["right"]["direction"] == "out"
    assert msp.hub_token not in json.dumps(found)
    again = script.do(f"messages/{found['right']['id']}/again", {"reason": "to see"})
    assert "was sent again: HTTP 200, OCPI 1000" in again["result"]
    assert script.refused(409, "POST", f"messages/{leg.pk}/again", {})["detail"].endswith(
        "is a request of a platform: only that platform can send it again."
    )


def test_a_trace_is_found_by_any_id(hub: Hub, pushed: None, script: Script) -> None:
    leg = Leg.objects.filter(module="tariffs", direction="in").latest("pk")
    for number in (leg.correlation_id, leg.request_id):
        found = script.get("trace", id=number)
        assert (found["means"], len(found["trace"]["legs"])) == ("message", 2)
        assert found["sequence"]["events"]
        assert len(found["trace"]["deliveries"]) == 1
    assert script.get("trace", id="NL/CPO")["means"] == "party"
    assert script.get("trace", id="T1")["chains"]
    assert script.refused(404, "GET", "trace", id="nothing")["detail"] == (
        "Nothing is known of nothing."
    )
    assert script.refused(400, "GET", "trace")["errors"] == [
        {"field": "id", "rule": "This field is required."}
    ]


def test_deliveries_are_sent_again_and_given_up(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    msp.faults.set("refuse", 2000, module="tariffs")
    push(cpo)
    hub.deliver()
    msp.faults.clear()
    row = Delivery.objects.get()
    listed = script.get("deliveries")["items"][0]
    assert (listed["state"], listed["platform"], listed["party"]) == ("dropped", "DE/MSP", "DE/MSP")
    path = f"deliveries/{row.pk}"
    assert "is dropped" in script.refused(409, "POST", f"{path}/give-up", {})["detail"]
    script.do(f"{path}/again", {"reason": "mended"})
    assert script.get("deliveries", waiting_for=hub.row(msp).pk)["items"][0]["id"] == row.pk
    script.do(f"{path}/give-up", {"reason": "after all not"})
    assert hub.deliver() == 0
    script.do(f"{path}/again")
    assert hub.deliver() == 1
    assert script.get(path)["state"] == "done"
    acts = list(Entry.objects.order_by("id").values_list("act", "reason"))
    assert acts == [("Send again", "mended"), ("Give up", "after all not"), ("Send again", "")]


def test_an_objects_text_has_every_digit(hub: Hub, cpo: Platform, script: Script) -> None:
    body = json.dumps(tariff("T/1")).encode().replace(b"0.25", PRICE)
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T%2F1", body=body, to=HUB)
    assert reply.code == 1000
    listed = script.get("objects/tariffs", owner="NL/CPO")["items"]
    assert [(each["id"].upper(), each["for_party"]) for each in listed] == [("T/1", "")]
    assert "text" not in listed[0]
    for found in (
        script.get(f"objects/tariffs/{listed[0]['sequence']}"),
        script.get("objects/tariffs/nl/cpo/t%2F1")["copies"][0],
        script.get("objects/tariffs/NL/CPO/T/1")["copies"][0],
    ):
        assert PRICE.decode() in found["text"]
        assert json.loads(found["text"])["id"] == "T/1"
    assert script.get("objects/tariffs", q="t/1")["items"] == listed
    assert script.get("objects/tariffs", q="T2")["items"] == []
    assert script.refused(404, "GET", "objects/tariffs/NL/CPO/T9")["detail"] == (
        "The hub keeps no tariffs T9 of NL/CPO."
    )
    assert script.refused(404, "GET", "objects/commands")


def test_findings_are_told_with_their_object(hub: Hub, cpo: Platform, script: Script) -> None:
    wrong = location(time_zone="Somewhere/Else", coordinates={"latitude": "1", "longitude": "2"})
    assert cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=wrong, to=HUB
    ).code == 1000  # fmt: skip
    found = script.all("findings", module="locations")
    assert found
    one = script.get("objects/locations/NL/CPO/L1")["copies"][0]
    assert {each["id"] for each in one["findings"]} == {each["id"] for each in found}
    assert script.get(f"findings/{found[0]['id']}") == found[0]
    assert script.get("findings", severity="error", owner="DE/MSP")["items"] == []


def test_pulls_are_asked_for(hub: Hub, cpo: Platform, script: Script) -> None:
    cpo.objects.put("tariffs", tariff())
    pull()
    lists = script.get("lists", platform="NL/CPO", module="tariffs")["items"]
    assert [each["latest"]["state"] for each in lists] == ["done"]
    done = script.do(f"lists/{lists[0]['id']}/pull-all", {"reason": "after their repair"})
    assert "is booked" in done["result"]
    pull()
    pulls = script.get("pulls", list=lists[0]["id"])["items"]
    assert next((each["kind"], each["state"], each["cause"]) for each in pulls) == (
        "full", "done", "operator",
    )  # fmt: skip
    hub.set_status(cpo, "SUSPENDED")  # type: ignore[arg-type]  # its value
    assert "SUSPENDED" in script.refused(
        409, "POST", f"lists/{lists[0]['id']}/pull", {}
    )["detail"]  # fmt: skip


def test_a_dry_run_says_what_would_become_of_a_request(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    asked: dict[str, Any] = {
        "method": "PUT",
        "path": "/ocpi/2.2.1/receiver/tariffs/NL/CPO/T1",
        "headers": {"OCPI-from-country-code": "NL", "OCPI-from-party-id": "CPO"},
        "body": json.dumps(tariff()),
    }
    found = script.do("dry-run", asked)
    assert [leg["party"] for leg in found["legs"]] == ["DE/MSP"]
    assert found["refusal"] is None
    assert all(step["passed"] for step in found["steps"])
    refused = script.do("dry-run", {**asked, "platform": "DE/MSP"})
    assert refused["refusal"]["code"] == 2001
    problem = script.refused(400, "POST", "dry-run", {**asked, "path": "/elsewhere"})
    assert "The path begins with /ocpi/" in problem["detail"]
    assert not msp.complaints
    assert Delivery.objects.count() == 0


def test_statistics_and_network_are_those_of_the_pages(
    hub: Hub, pushed: None, script: Script
) -> None:
    found = script.get("statistics")
    assert set(found) == {
        "now", "attention", "platforms", "versions", "traffic", "deliveries",
    }  # fmt: skip
    assert found["platforms"]["CONNECTED"] == 2
    assert [each["platform"] for each in script.get("network")["items"]] == ["DE/MSP", "NL/CPO"]


def test_the_hub_tells_of_itself_without_secrets(hub: Hub, script: Script) -> None:
    found = script.get("hub")
    assert found["party"] == "NL/HUB"
    assert found["settings"]["secret_key"] == "set"
    assert settings.SECRET_KEY not in json.dumps(found)


def test_alerts_are_told_open_ones_first(hub: Hub, script: Script) -> None:
    now = timezone.now()
    alert = {"kind": Kind.OFFLINE, "about": "NL/CPO", "text": "is OFFLINE"} | {
        "since": now, "seen_at": now,
    }  # fmt: skip
    Alert.objects.create(subject="1", **alert, raised_at=now)
    Alert.objects.create(subject="2", **alert, raised_at=now, ended_at=now)
    Alert.objects.create(subject="3", **alert)  # has not lasted long enough yet
    assert [each["subject"] for each in script.get("alerts")["items"]] == ["1"]
    assert [each["subject"] for each in script.get("alerts", all="true")["items"]] == ["2", "1"]
    assert script.do("alerts/test")["items"][0]["event"] == "test"
    assert Entry.objects.latest("id").act == "Test"


def test_the_audit_is_for_auditors(
    hub: Hub, cpo: Platform, script: Script, auditing: Script
) -> None:
    script.do(f"platforms/{hub.row(cpo).pk}/suspend", {"reason": "why"})
    found = auditing.get("audit", act="Suspend")["items"]
    assert [(each["via"], each["reason"]) for each in found] == [("api", "why")]
    assert found[0]["after"]["status"] == "SUSPENDED"
    assert auditing.get(f"audit/{found[0]['id']}") == found[0]
    assert script.ask("GET", "audit").status_code == 403


def test_too_many_requests_are_told_when_to_come_again(
    hub: Hub, script: Script, settings: Any
) -> None:
    settings.HUB = replace(settings.HUB, api_rate_limit=2)
    script.get("hub")
    script.refused(404, "GET", "nothing")
    response = script.ask("GET", "hub")
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert response.json()["title"] == "Too many requests"
    settings.HUB = replace(settings.HUB, api_rate_limit=0)
    assert script.get("hub")


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "said"),
    [
        ("GET", "platforms", {"platfrom": "x"}, 400, "platfrom: is no parameter here"),
        ("GET", "messages", {"since": "yesterday"}, 400, "since: "),
        ("GET", "messages", {"platform": "999"}, 400, "platform: "),
        ("GET", "messages", {"cursor": "x"}, 400, "cursor: is not one that the API gave"),
        ("GET", "platforms", {"cursor": "e30"}, 400, "cursor: is not one that the API gave"),
        ("GET", "platforms", {"cursor": "ü"}, 400, "cursor: is not one that the API gave"),
        ("GET", "platforms", {"limit": "0"}, 400, "limit: "),
        ("GET", "platforms", {"limit": "5000"}, 400, "limit: "),
        ("GET", "no/such/path", {}, 404, "The API has no such path."),
        ("GET", f"platforms/{10**30}", {}, 404, "There is no platform"),
        ("DELETE", "platforms", {}, 405, "DELETE"),
        ("OPTIONS", "platforms", {}, 405, "OPTIONS"),
    ],
)
def test_problems_name_what_is_wrong(
    hub: Hub, script: Script, method: str, path: str, query: dict[str, str], status: int, said: str
) -> None:
    assert said in script.refused(status, method, path, **query)["detail"]


def test_only_json_goes_in_and_out(hub: Hub, script: Script) -> None:
    headers = {"Authorization": f"Bearer {script.token}"}
    url = "/api/invitations"
    form = script.client.post(url, {"name": "x"}, headers=headers)
    assert form.status_code == 415
    assert form.json()["title"] == "The body is not of the type that is taken here"
    broken = script.client.post(url, "{", content_type="application/json", headers=headers)
    assert (broken.status_code, broken.json()["status"]) == (400, 400)
    html = script.client.get("/api/hub", headers={**headers, "Accept": "text/html"})
    assert html.status_code == 406
