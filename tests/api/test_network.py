"""Who is connected, by API: platforms, invitations, switches, parties, claims, agreements."""

import json
from typing import Any

import pytest

from apps.audit.models import Entry
from apps.parties.models import Agreement, CredentialsRole, PartyClaim
from apps.parties.models import Platform as Row
from tests.api.scripts import Script
from tests.console.saying import soon
from tests.hub import Hub, playground_platform
from tests.platforms import SENDER, Platform

CPO = ("NL", "CPO")


def last() -> Entry:
    return Entry.objects.latest("id")


def told() -> tuple[str, str, str, str, str]:
    """The last entry of the audit: who, how, what, to what, why."""
    entry = last()
    return entry.actor, entry.via, entry.act, entry.subject, entry.reason


def code(msp: Platform) -> int | None:
    return msp.request("GET", "tariffs", SENDER, to=CPO).code


def test_platforms_are_listed_and_told_of(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    listed = script.get("platforms")["items"]
    assert [each["platform"] for each in listed] == ["DE/MSP", "NL/CPO"]
    assert [each["parties"] for each in listed] == [["DE/MSP EMSP"], ["NL/CPO CPO"]]
    assert script.get("platforms", name="NL/CPO")["items"] == listed[1:]
    assert script.get("platforms", status="OFFLINE")["items"] == []
    one = script.get(f"platforms/{hub.row(cpo).pk}")
    assert (one["platform"], one["status"], one["version"]) == ("NL/CPO", "CONNECTED", "2.2.1")
    assert one["since"].endswith("Z")
    assert one["switches"]["validation"] == "lenient"
    assert cpo.hub_token not in json.dumps(one)
    assert cpo.own_token not in json.dumps(one)


def test_a_platform_is_suspended_and_resumed(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    path = f"platforms/{hub.row(cpo).pk}"
    done = script.do(f"{path}/suspend", {"reason": "unpaid"})
    assert done == {
        "result": "NL/CPO is suspended: its requests are refused and nothing is sent to it.",
        "invitation": None,
        "password": None,
    }
    assert soon(lambda: code(msp) == 4003)
    assert told() == ("script (API token act)", "api", "Suspend", "NL/CPO", "unpaid")
    assert (last().before["status"], last().after["status"]) == ("CONNECTED", "SUSPENDED")
    again = script.refused(409, "POST", f"{path}/suspend", {})
    assert again["detail"] == "NL/CPO is suspended already."
    script.do(f"{path}/resume")
    assert soon(lambda: code(msp) == 1000)
    assert told()[2:4] == ("Resume", "NL/CPO")


def test_who_is_invited_registers_with_the_token(hub: Hub, script: Script) -> None:
    invited = script.do("invitations", {"name": "Newcomer"}, status=201)
    assert told()[1:4] == ("api", "Invited", "Newcomer")
    assert invited["token_a"] not in json.dumps([last().before, last().after])
    newcomer = playground_platform(hub, "NL/CPO", name="Newcomer")
    reply = newcomer.register(invited["versions_url"], invited["token_a"])
    assert reply.code == 1000
    assert script.get("platforms")["items"][0]["status"] == "CONNECTED"
    response = script.ask("POST", "invitations", {"name": "Another"})
    assert response.headers["Cache-Control"] == "no-store"
    problem = script.refused(409, "POST", "invitations", {"name": "Newcomer"})
    assert "is registered already" in problem["detail"]


def test_a_platform_registers_again(hub: Hub, cpo: Platform, script: Script) -> None:
    path = f"platforms/{hub.row(cpo).pk}"
    done = script.do(f"{path}/invite-again", {"reason": "lost its database"})
    invitation = done["invitation"]
    assert cpo.register(invitation["versions_url"], invitation["token_a"]).code == 1000
    entry = Entry.objects.get(act="Register again")
    assert invitation["token_a"] not in json.dumps([entry.before, entry.after])


def test_credentials_are_renewed_and_ended(hub: Hub, cpo: Platform, script: Script) -> None:
    path, before = f"platforms/{hub.row(cpo).pk}", cpo.hub_token
    script.do(f"{path}/renew")
    assert cpo.hub_token != before
    script.do(f"{path}/unregister")
    assert not cpo.is_registered
    assert told()[2] == "Unregister"


def test_a_platform_that_does_not_answer_is_to_blame(
    hub: Hub, cpo: Platform, script: Script
) -> None:
    cpo.stop()
    problem = script.refused(502, "POST", f"platforms/{hub.row(cpo).pk}/renew", {})
    assert problem["title"] == "The platform did not do its part"
    assert not Entry.objects.filter(act="Renew credentials").exists()
    cpo.start()


def test_the_hub_registers_with_who_invited_it(hub: Hub, script: Script) -> None:
    inviting = playground_platform(hub, "NL/CPO", name="Host")
    versions_url, token_a = inviting.invite()
    asked = {"versions_url": versions_url, "token_a": token_a, "name": "Host"}
    made = script.do("registrations", asked, status=201)
    assert (made["platform"], made["status"]) == ("Host", "CONNECTED")
    assert token_a not in json.dumps(last().after)


def test_switches_are_changed_one_by_one(hub: Hub, cpo: Platform, script: Script) -> None:
    path = f"platforms/{hub.row(cpo).pk}"
    new = {"max_per_second": 7, "not_pulled": ["tariffs"], "presents_as": "nl/hub"}
    switches = script.do(path, new, "PATCH")["switches"]
    assert {name: switches[name] for name in new} == {**new, "presents_as": "NL/HUB"}
    assert (last().act, last().before) == (
        "Change",
        {"max_per_second": None, "not_pulled": [], "presents_as": ""},
    )
    assert script.do(path, {"max_per_second": None}, "PATCH")["switches"]["max_per_second"] is None
    assert script.do(path, {"name": "Renamed"}, "PATCH")["platform"] == "Renamed"
    count = Entry.objects.count()
    script.do(path, {}, "PATCH")
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("wrong", "field", "rule"),
    [
        ({"max_per_second": "many"}, "max_per_second", "valid integer"),
        ({"overwrites": "perhaps"}, "overwrites", "valid boolean"),
        ({"validation": "mild"}, "validation", "not a valid choice"),
        ({"not_pulled": ["commands"]}, "not_pulled", "no module commands"),
        ({"hidden_versions": ["9.9"]}, "hidden_versions", "not a valid choice"),
        ({"presents_as": "HUB"}, "presents_as", "country code of two letters"),
        ({"name": "DE/MSP"}, "name", "another platform"),
        ({"status": "CONNECTED"}, "status", "is no member here"),
        ([], "", "JSON object"),
    ],
)
def test_what_is_wrong_with_a_switch_is_named(
    hub: Hub, cpo: Platform, msp: Platform, script: Script, wrong: Any, field: str, rule: str
) -> None:
    problem = script.refused(400, "PATCH", f"platforms/{hub.row(cpo).pk}", wrong)
    assert [error["field"].partition(".")[0] for error in problem["errors"]] == [field]
    assert rule in problem["errors"][0]["rule"]
    assert hub.row(cpo).max_per_second is None


def test_an_endpoint_is_corrected_and_the_correction_taken_back(
    hub: Hub, cpo: Platform, script: Script
) -> None:
    path = f"platforms/{hub.row(cpo).pk}/endpoints"
    which = {"module": "tariffs", "interface": "SENDER"}

    def override() -> list[str]:
        rows = script.get(f"platforms/{hub.row(cpo).pk}")["endpoints"]
        return [row["override"] for row in rows if (row["module"], row["interface"]) == key]

    key = ("tariffs", "SENDER")
    script.do(path, {**which, "override": "https://other.example/t"}, "PUT")
    assert override() == ["https://other.example/t"]
    assert last().after == {"tariffs SENDER": "https://other.example/t"}
    problem = script.refused(400, "PUT", path, {**which, "override": "ftp://x"})
    assert problem["errors"][0]["field"] == "override"
    script.do(path, {**which, "override": ""}, "PUT")
    assert override() == [""]


def test_a_platform_is_removed(hub: Hub, cpo: Platform, script: Script) -> None:
    path = f"platforms/{hub.row(cpo).pk}"
    assert script.do(path, method="DELETE", status=204) is None
    assert told()[2:4] == ("Delete", "NL/CPO")
    assert script.refused(404, "GET", path)["detail"].startswith("There is no platform")
    assert not Row.objects.exists()


def test_parties_are_listed(hub: Hub, cpo: Platform, msp: Platform, script: Script) -> None:
    found = script.get("parties")["items"]
    assert [(each["party"], each["role"], each["platform"]) for each in found] == [
        ("DE/MSP", "EMSP", "DE/MSP"), ("NL/CPO", "CPO", "NL/CPO"),
    ]  # fmt: skip
    assert script.get("parties", party="nl/cpo")["items"] == found[1:]
    assert script.get("parties", role="EMSP")["items"] == found[:1]
    assert script.get("parties", platform="NL/CPO")["items"] == found[1:]
    assert script.get(f"parties/{found[0]['id']}") == found[0]


@pytest.mark.parametrize(("act", "holder"), [("grant", None), ("reject", "NL/CPO")])
def test_claims_are_decided(
    hub: Hub, cpo: Platform, msp: Platform, script: Script, act: str, holder: str | None
) -> None:
    claim = PartyClaim.objects.create(
        platform=hub.row(msp), held_by=hub.row(cpo), role="CPO", party="NL/CPO"
    )
    assert len(script.get("claims", decision="open")["items"]) == 1
    script.do(f"claims/{claim.pk}/{act}")
    role = CredentialsRole.objects.filter(role="CPO", party="NL/CPO").first()
    assert (role.platform.name if role else None) == holder
    assert script.get("claims", decision="open")["items"] == []
    problem = script.refused(409, "POST", f"claims/{claim.pk}/{act}", {})
    assert "before" in problem["detail"]


def test_an_agreement_from_beginning_to_end(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    new = {"one": "nl/cpo", "other": "DE/MSP", "modules": ["tariffs"], "reason": "contract 7"}
    made = script.do("agreements", new, status=201)
    assert (made["one"], made["state"], made["modules"]) == ("NL/CPO", "offered", ["tariffs"])
    assert told() == (
        "script (API token act)", "api", "Add", "NL/CPO and DE/MSP", "contract 7",
    )  # fmt: skip
    path = f"agreements/{made['id']}"
    for act, expected in (("activate", 1000), ("pause", 4003), ("activate", 1000), ("end", 4001)):
        script.do(f"{path}/{act}", {"reason": act})
        assert soon(lambda expected=expected: code(msp) == expected)  # type: ignore[misc]
    history = script.get(path)["history"]
    assert [each["to"] for each in history] == ["ended", "active", "paused", "active", "offered"]
    assert {each["by"] for each in history} == {"script"}
    assert "is ended" in script.refused(409, "POST", f"{path}/activate", {})["detail"]
    assert script.get("agreements", party="DE/MSP", state="ended")["items"][0]["id"] == made["id"]
    assert script.get("agreements", party="DE/XXX")["items"] == []
    script.do(path, method="DELETE", status=204)
    assert not Agreement.objects.exists()


def test_the_terms_of_an_agreement_change(
    hub: Hub, cpo: Platform, msp: Platform, script: Script
) -> None:
    new = {"one": "NL/CPO", "other": "*", "state": "active", "ends": "2030-01-01T00:00:00Z"}
    made = script.do("agreements", new, status=201)
    assert made["ends"] == "2030-01-01T00:00:00.000Z"
    path = f"agreements/{made['id']}"
    changed = script.do(path, {"modules": ["tariffs"]}, "PATCH")
    assert (changed["modules"], changed["ends"]) == (["tariffs"], "2030-01-01T00:00:00.000Z")
    assert script.do(path, {"ends": None}, "PATCH")["ends"] is None
    assert told()[2] == "Change"


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"one": "NL"}, 400, "one: Write a country code"),
        ({"other": "NL/CPO"}, 409, "two different parties"),
        ({"modules": ["x"]}, 400, "the hub has no module x"),
        ({"state": "paused"}, 400, "state: "),
        ({"starts": "soon"}, 400, "starts: "),
        (
            {"starts": "2026-02-01T00:00:00Z", "ends": "2026-01-01T00:00:00Z"}, 409,
            "must end after it starts",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_agreement_is_said(
    hub: Hub, script: Script, wrong: dict[str, Any], status: int, said: str
) -> None:
    new = {"one": "NL/CPO", "other": "DE/MSP"} | wrong
    assert said in script.refused(status, "POST", "agreements", new)["detail"]
    assert not Agreement.objects.exists()
