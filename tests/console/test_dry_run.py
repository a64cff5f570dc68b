"""A dry run says what the hub then does, and does nothing."""

import json
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.test import Client

from apps.outbox.models import Delivery
from apps.store.models import StandIn
from apps.tariffs.models import Tariff
from apps.traffic.models import Leg
from hub.routing import guard
from tests.console.saying import soon
from tests.gateway.objects import cdr, location, session, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

PAGE = "/admin/dry-run/"
BASE = "/ocpi/2.2.1"
HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


class Case(NamedTuple):
    """A request of NL/CPO; `to` as it is in OCPI-to."""

    method: str
    module: str
    interface: Any = RECEIVER
    tail: str = ""
    to: tuple[str, str] | None = None
    from_: tuple[str, str] | None = CPO
    json: Any = None
    query: str = ""
    url: str | None = None


REFUSED = (
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=("XX", "YYY"), json=tariff()),
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=MSP, from_=("FR", "MSP"), json=tariff()),
    Case("PUT", "tariffs", tail="BE/CPO/T1", to=MSP, json=tariff()),
    Case("PUT", "tariffs", tail="NL/CPO/T2", to=MSP, json=tariff()),
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=MSP, json=[]),
    Case("PATCH", "tariffs", tail="NL/CPO/T1", to=MSP, json={"currency": "USD"}),
    Case("PATCH", "locations", tail="NL/CPO/L1", to=MSP, json={"name": "New"}),
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=HUB, json={"id": "T1"}),
    Case("PUT", "tariffs", tail="NL/CPO/T1/more", to=HUB, json=tariff()),
    Case("GET", "tariffs", SENDER, to=MSP),
    Case("GET", "tokens", SENDER),
    Case("GET", "tokens", SENDER, to=HUB, query="limit=none"),
    Case("PUT", "tokens", tail="DE/MSP/U1", to=MSP, json=token()),
    Case("PUT", "sessions", tail="NL/CPO/S1", to=HUB, json=session()),
    Case("PUT", "sessions", tail="NL/CPO/S1", json=session(payer="XX/YYY")),
    Case("GET", "tariffs", tail="NL/CPO/T9", to=HUB),
)
ACCEPTED = (
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=MSP, json=tariff()),
    Case("PUT", "tariffs", tail="NL/CPO/T1", to=HUB, json=tariff()),
    Case("PUT", "tariffs", tail="NL/CPO/T1", json=tariff()),
    Case("PUT", "locations", tail="NL/CPO/L%201", to=MSP, json=location("L 1")),
    Case("GET", "tokens", SENDER, to=MSP, query="limit=5&offset=0"),
    Case("GET", "tokens", SENDER, to=HUB),
    Case("PUT", "sessions", tail="NL/CPO/S1", json=session()),
    Case("POST", "cdrs", to=MSP, json=cdr()),
)


def fields(case: Case) -> dict[str, str]:
    """The case as it is written into the form."""
    lines = []
    for end, party in (("from", case.from_), ("to", case.to)):
        if party is not None:
            lines += [f"OCPI-{end}-country-code: {party[0]}", f"OCPI-{end}-party-id: {party[1]}"]
    tail = f"/{case.tail}" if case.tail else ""
    return {
        "platform": "NL/CPO",
        "method": case.method,
        "path": f"{BASE}/{case.interface.segment}/{case.module}{tail}"
        + (f"?{case.query}" if case.query else ""),
        "headers": "\n".join(lines),
        "body": "" if case.json is None else json.dumps(case.json),
    }


def dry(browser: Client, case: Case) -> Any:
    return json.loads(browser.post(f"{PAGE}?format=json", fields(case)).content)


def really(cpo: Platform, case: Case) -> Any:
    return cpo.request(
        case.method, case.module, case.interface, case.tail, to=case.to, from_=case.from_,
        json=case.json, query=case.query, url=case.url,
    )  # fmt: skip


def state() -> dict[str, int]:
    """The number of rows of every table of the hub."""
    return {
        model._meta.label: model._default_manager.count()
        for config in apps.get_app_configs()
        if config.name.startswith("apps.")
        for model in config.get_models()
    }


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: f"{c.method} {c.module}/{c.tail} {c.to}")
def test_it_refuses_what_the_hub_refuses_with_the_same_words(
    case: Case, hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    found = dry(operator, case)
    reply = really(cpo, case)
    assert found["refusal"]["http"] == reply.status
    assert found["refusal"]["code"] == reply.code
    assert found["refusal"]["text"] == reply.message
    assert [step["passed"] for step in found["steps"]][-1] is False
    assert all(step["passed"] for step in found["steps"][:-1])
    assert found["steps"][-1]["says"] == reply.message
    assert found["legs"] == []


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda c: f"{c.method} {c.module}/{c.tail} {c.to}")
def test_it_shows_what_the_other_side_then_gets(
    case: Case, hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    found = dry(operator, case)
    assert really(cpo, case).code == 1000
    hub.deliver()
    hub.flush()
    sent = Leg.objects.filter(direction="out", module=case.module, platform_id=hub.row(msp).pk)
    assert [(leg["method"], leg["url"]) for leg in found["legs"]] == [
        (leg.method, leg.path) for leg in sent
    ]
    for shown, leg in zip(found["legs"], sent, strict=True):
        told = {line.partition(": ")[0].lower(): line for line in shown["headers"]}
        was = {line.partition(": ")[0].lower(): line for line in leg.request_headers.split("\n")}
        # Those of the connection come from the client that wrote the form, not from the platform.
        for name in (name for name in told if name.startswith(("ocpi-", "authorization"))):
            assert told[name].lower() == was[name].lower()
        assert told["authorization"].endswith("***")
        assert shown["body"] is None


def test_a_module_that_is_none_is_refused_alike(hub: Hub, cpo: Platform, operator: Client) -> None:
    case = Case("GET", "nonsense", tail="x", url=f"{hub.url}{BASE}/receiver/nonsense/x")
    found, reply = dry(operator, case)["refusal"], really(cpo, case)
    assert (found["http"], found["code"], found["text"]) == (404, reply.code, reply.message)


def test_nothing_is_sent_kept_or_logged(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    hub.flush()
    msp.clear()
    before = state()
    for case in (*REFUSED, *ACCEPTED):
        dry(operator, case)
        operator.post(PAGE, fields(case))
    hub.flush()
    assert state() == before
    assert not msp.received
    assert (Tariff.objects.count(), Delivery.objects.count(), StandIn.objects.count()) == (0, 0, 0)


def test_every_check_is_named_in_its_order(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    found = dry(operator, ACCEPTED[0])
    names = [step["name"] for step in found["steps"]]
    here = names.index(guard.FROM)
    assert names[here + 1 : here + 1 + len(guard.RULES)] == list(guard.RULES)
    assert (found["row"], found["action"]) == (14, "forward to the party")


def test_a_command_gets_a_response_url_of_the_hub(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    body = {"response_url": msp.callback_url(), "location_id": "L1"}
    case = Case("POST", "commands", tail="UNLOCK_CONNECTOR", to=CPO, from_=MSP, json=body)
    asked = fields(case) | {"platform": ""}
    found = json.loads(operator.post(f"{PAGE}?format=json", asked).content)
    assert found["platform"] == "DE/MSP"
    (leg,) = found["legs"]
    assert msp.callback_url() not in leg["body"]
    assert f"{hub.url}/ocpi/2.2.1/sender/commands/via-" in leg["body"]
    elsewhere = asked | {"body": json.dumps(body | {"response_url": "https://elsewhere.example/"})}
    refused = json.loads(operator.post(f"{PAGE}?format=json", elsewhere).content)
    assert refused["refusal"]["code"] == 2001
    assert StandIn.objects.count() == 0


def test_a_url_that_the_hub_gave_out_leads_where_it_stands_for(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    cpo.faults.set("no_result")
    cpo.objects.put("locations", location())
    callback = msp.callback_url()
    body = {"response_url": callback, "location_id": "L1", "token": token()}
    msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)
    given = cpo.heard(module="commands").json["response_url"]
    asked = {"method": "POST", "path": given, "body": '{"result": "ACCEPTED"}', "headers": ""}
    right = operator.post(f"{PAGE}?format=json", asked | {"platform": "NL/CPO"})
    assert json.loads(right.content)["legs"][0]["url"] == callback
    wrong = operator.post(f"{PAGE}?format=json", asked | {"platform": "DE/MSP"})
    assert json.loads(wrong.content)["refusal"]["http"] == 404


def test_a_cdr_that_was_accepted_is_not_sent_again(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    case = Case("POST", "cdrs", to=MSP, json=cdr())
    assert really(cpo, case).code == 1000
    assert dry(operator, case)["legs"] == []
    other = case._replace(json=cdr(total_energy=99))
    assert "accepted with another content" in dry(operator, other)["refusal"]["text"]


@pytest.mark.parametrize("path", ["/ocpi/versions", "/ocpi/2.2.1", "/ocpi/2.2.1/credentials",
                                  "/ocpi/2.2.1/sender/hubclientinfo"])  # fmt: skip
def test_configuration_modules_are_row_1(
    path: str, hub: Hub, cpo: Platform, operator: Client
) -> None:
    found = json.loads(
        operator.get(PAGE, {"path": path, "method": "GET", "platform": "NL/CPO", "format": "json"})
        .content
    )  # fmt: skip
    assert found["row"] == 1
    assert "answer itself" in found["action"]


def test_a_suspended_platform_is_refused(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    hub.change(cpo, status="SUSPENDED")
    assert dry(operator, ACCEPTED[0])["refusal"]["http"] == 403


def test_it_follows_the_network_as_it_is_now(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    assert dry(operator, ACCEPTED[0])["refusal"] is None
    msp.unregister()
    assert soon(lambda: dry(operator, ACCEPTED[0])["refusal"] is not None)
