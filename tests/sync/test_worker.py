"""The whole hub in processes of its own: its worker pulls without being asked."""

import json
from typing import Any

from tests import embedded
from tests.config.test_run import environment, free_port, running, until, wait_until_ready
from tests.gateway.objects import location
from tests.platforms import CPO, SENDER, playground
from tests.test_demo import manage


def test_who_registers_is_pulled_by_the_worker_and_a_command_agrees() -> None:
    home, port = embedded.directory(), free_port()
    more = {"HUB_EGRESS_ALLOW": "127.0.0.0/8"}
    with running(home, port, **more) as runner, playground() as here:
        wait_until_ready(runner, port)
        env = environment(home, port, **more)
        cpo = here.platform("plaza", CPO, page_limit=10)
        cpo.objects.put_all("locations", [location(f"L{n}") for n in range(25)])
        invited = json.loads(manage(home, env, "invite", "plaza", "--json"))
        assert cpo.register(invited["versions_url"], invited["token_a"]).code == 1000

        def lists() -> dict[str, Any]:
            rows = json.loads(manage(home, env, "pulls", "plaza", "--json"))["lists"]
            return {row["module"]: row for row in rows}

        cpo.heard(module="tariffs", interface=SENDER, within=30)
        until(lambda: {row["latest"]["state"] for row in lists().values()} == {"done"})
        found = lists()["locations"]
        assert (found["latest"]["objects"], found["latest"]["pages"]) == (25, 3)
        assert (found["latest"]["kind"], found["latest"]["cause"]) == ("full", "registered")
        assert found["next_delta"] < found["next_full"]
        # The same while a worker runs that would like to do it too.
        answer = json.loads(manage(home, env, "pull", "plaza", "--full", "--json"))
        assert {pull["state"] for pull in answer["pulls"]} == {"done"}
        asked = [r for r in cpo.received if r.module == "locations" and r.interface is SENDER]
        assert len(asked) == 6
        assert not cpo.complaints
