"""The whole hub in processes of its own: platforms are told and caught up without being asked."""

import json

from tests import embedded
from tests.config.test_run import environment, free_port, running, until, wait_until_ready
from tests.gateway.objects import tariff
from tests.platforms import CPO, MSP, RECEIVER, playground
from tests.test_demo import manage

HUB = ("NL", "HUB")


def test_everybody_is_told_of_a_suspension_and_who_returns_is_caught_up() -> None:
    home, port = embedded.directory(), free_port()
    more = {"HUB_EGRESS_ALLOW": "127.0.0.0/8"}
    with running(home, port, **more) as runner, playground() as here:
        wait_until_ready(runner, port)
        env = environment(home, port, **more)
        cpo = here.platform("plaza", CPO, hears_news=True)
        msp = here.platform("card", MSP, hears_news=True)
        for platform in (cpo, msp):
            invited = json.loads(manage(home, env, "invite", platform.name, "--json"))
            assert platform.register(invited["versions_url"], invited["token_a"]).code == 1000
        until(lambda: cpo.told(("DE", "MSP"), "EMSP") == "CONNECTED")
        until(lambda: msp.told(("NL", "CPO"), "CPO") == "CONNECTED")
        manage(home, env, "suspend", "card", "--reason", "a test", "--json")
        until(lambda: cpo.told(("DE", "MSP"), "EMSP") == "SUSPENDED")
        pushed = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
        assert pushed.code == 1000
        manage(home, env, "resume", "card", "--json")
        until(lambda: cpo.told(("DE", "MSP"), "EMSP") == "CONNECTED")
        msp.heard(method="PUT", module="tariffs", tail="NL/CPO/T1", within=30)
        facts = json.loads(manage(home, env, "platform", "card", "--json"))
        assert [change["after"] for change in facts["history"]] == [
            "CONNECTED", "SUSPENDED", "CONNECTED",
        ]  # fmt: skip
        answer = json.loads(manage(home, env, "clientinfo", "plaza", "--json"))
        assert answer["differing"] == 0
        assert not cpo.complaints
        assert not msp.complaints


def test_an_agreement_is_announced_and_then_the_present_is_given() -> None:
    home, port = embedded.directory(), free_port()
    more = {"HUB_EGRESS_ALLOW": "127.0.0.0/8", "HUB_AGREEMENTS": "required"}
    with running(home, port, **more) as runner, playground() as here:
        wait_until_ready(runner, port)
        env = environment(home, port, **more)
        cpo = here.platform("plaza", CPO)
        msp = here.platform("card", MSP, hears_news=True)
        for platform in (cpo, msp):
            invited = json.loads(manage(home, env, "invite", platform.name, "--json"))
            assert platform.register(invited["versions_url"], invited["token_a"]).code == 1000
        pushed = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
        assert pushed.code == 1000
        words = ("agreements", "--offer", "NL/CPO", "DE/MSP", "--json")
        (offered,) = json.loads(manage(home, env, *words))["agreements"]
        until(lambda: msp.told(("NL", "CPO"), "CPO") == "PLANNED")
        manage(home, env, "agreements", "--activate", str(offered["id"]), "--json")
        msp.heard(method="PUT", module="tariffs", tail="NL/CPO/T1", within=40)
        heard = [(r.module, r.json.get("status")) for r in msp.received if r.method == "PUT"]
        assert heard == [
            ("hubclientinfo", "PLANNED"), ("hubclientinfo", "CONNECTED"), ("tariffs", None),
        ]  # fmt: skip
        facts = json.loads(manage(home, env, "platform", "card", "--json"))
        assert [(each["owner"], each["module"]) for each in facts["given"] if each["booked"]] == [
            ("NL/CPO", "tariffs"),
        ]
        assert not msp.complaints
