"""Lines taken in and traces erased by script: what the commands answer, for who may administer."""

import json
import urllib.request
from typing import Any

import pytest

from apps.api import bodies
from apps.audit.models import Entry
from apps.operators.models import Scope
from apps.store.models import Finding
from apps.tariffs.models import Tariff
from apps.tokens.models import Token
from tests.api.scripts import Script, token
from tests.console.saying import command
from tests.console.test_policy import SERVED
from tests.gateway.objects import tariff
from tests.gateway.objects import token as driver
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

HUB = ("NL", "HUB")
LINES = "application/jsonl"


@pytest.fixture
def administering(operator_user: Any) -> Script:
    return Script(token(operator_user, Scope.ADMINISTER))


def line(name: str, **more: Any) -> str:
    return json.dumps({"module": "tariffs", "owner": "NL/CPO", "object": tariff(name)} | more)


def send(script: Script, text: str, kind: str = LINES, **query: str) -> Any:
    return script.client.generic(
        "POST", "/api/objects/lines", text.encode(), kind, query_params=query,
        headers={"Authorization": f"Bearer {script.token}"},
    )  # fmt: skip


def served(hub: Hub, script: Script, path: str, body: str | None = None) -> str:
    """What the hub that is served answers, over a real connection."""
    headers = {"Authorization": f"Bearer {script.token}", "Content-Type": LINES}
    data = None if body is None else body.encode()
    request = urllib.request.Request(f"{hub.url}/api/{path}", data, headers)
    with urllib.request.urlopen(request) as response:
        return str(response.read().decode())


@SERVED
def test_what_was_exported_is_taken_in(hub: Hub, cpo: Platform, administering: Script) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    before = Tariff.objects.get().payload
    exported = served(hub, administering, "objects/tariffs/lines")
    Tariff.objects.all().delete()
    answer = json.loads(served(hub, administering, "objects/lines?reason=moved", exported))
    assert {name: answer[name] for name in ("lines", "new", "bad", "wrong")} == {
        "lines": 1, "new": 1, "bad": 0, "wrong": [],
    }  # fmt: skip
    assert Tariff.objects.get().payload == before
    entry = Entry.objects.latest("id")
    assert (entry.via, entry.act, entry.kind, entry.reason, entry.after["new"]) == (
        "api", "Import", "kept objects", "moved", 1,
    )  # fmt: skip
    assert json.loads(served(hub, administering, "objects/lines", exported))["same"] == 1


def test_a_bad_line_is_told_and_spoils_no_other(administering: Script) -> None:
    answer = send(administering, f"{line('T1')}\n{{\n{line('T2')}\n").json()
    assert (answer["lines"], answer["new"], answer["bad"]) == (3, 2, 1)
    assert answer["wrong"][0]["line"] == 2
    assert Tariff.objects.count() == 2


def test_bare_objects_are_of_the_module_that_is_named(administering: Script) -> None:
    assert send(administering, json.dumps(tariff()), module="tariffs").json()["new"] == 1
    problem = send(administering, json.dumps(tariff()), module="commands")
    assert (problem.status_code, problem.json()["errors"][0]["field"]) == (400, "module")


def test_the_answer_is_that_of_the_command(hub: Hub, administering: Script, tmp_path: Any) -> None:
    file = tmp_path / "lines"
    file.write_text(line("T1"))
    told = command("import", str(file))
    assert set(send(administering, line("T1")).json()) == set(told) - {"file"}


def test_what_is_no_import(administering: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    assert send(administering, "").status_code == 400
    assert send(administering, line("T1"), "application/json").status_code == 415
    monkeypatch.setattr(bodies, "LONGEST_BODY", 10)
    too_large = send(administering, line("T1"))
    assert (too_large.status_code, too_large.json()["status"]) == (413, 413)
    assert not Tariff.objects.exists()


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ACT, Scope.AUDIT])
def test_both_need_a_token_for_administering(
    operator_user: Any, msp: Platform, scope: Scope
) -> None:
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=driver(), to=HUB)
    script = Script(token(operator_user, scope))
    assert send(script, line("T1")).status_code == 403
    script.refused(403, "POST", "erasures", {"uid": "U1", "remove": True})
    assert Token.objects.count() == 1
    assert not Tariff.objects.exists()


def test_traces_are_counted_and_then_removed(
    hub: Hub, msp: Platform, administering: Script
) -> None:
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/SECRETUID", json=driver("SECRETUID"), to=HUB)
    hub.flush()
    count = Entry.objects.count()
    counted = administering.do("erasures", {"uid": "SECRETUID"})
    assert (counted["removed"], counted["traces"]["tokens"]) == (False, 1)
    assert counted == command("erase", "SECRETUID")
    assert Entry.objects.count() == count
    assert Token.objects.count() == 1
    of_another = administering.do("erasures", {"uid": "SECRETUID", "party": "FR/MSP"})
    assert of_another["traces"]["tokens"] == 0
    gone = administering.do(
        "erasures", {"uid": "SECRETUID", "remove": True, "reason": "their request"}
    )
    assert gone["traces"] == counted["traces"]
    assert not Token.objects.exists()
    assert not Finding.objects.filter(module="tokens").exists()
    entry = Entry.objects.latest("id")
    assert (entry.act, entry.kind, entry.reason, entry.after["traces"]["tokens"]) == (
        "Erase", "token", "their request", 1,
    )  # fmt: skip
    assert "SECRETUID" not in json.dumps([entry.subject, entry.before, entry.after])
    assert administering.do("erasures", {"uid": "SECRETUID"})["traces"]["tokens"] == 0
