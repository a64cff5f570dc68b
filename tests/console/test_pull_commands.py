"""The command line pulls, with and without a worker, and says what came of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from apps.console.progress_bar import ProgressBar
from hub.policy.retry import LEASE_SECONDS
from hub.routing.network import Status
from tests.console.conftest import ROOT, database_url
from tests.console.saying import Said, command, soon, text_of
from tests.console.test_commands import refusal
from tests.gateway.objects import location
from tests.hub import Hub
from tests.platforms import Platform
from tests.sync.pulling import asked, at, keys, last, offsets, pull

Manage = Callable[..., Said]
WANTED = {f"L{n:03}" for n in range(25)}


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    """NL/CPO with 25 locations, three pages of them."""
    made = hub.platform("NL/CPO", page_limit=10)
    made.objects.put_all("locations", [location(each) for each in sorted(WANTED)])
    return made


def test_pull_needs_no_worker(hub: Hub, cpo: Platform) -> None:
    answer = command("pull", "NL/CPO")
    assert keys("locations") == WANTED
    assert answer["platform"] == "NL/CPO"
    assert [(p["module"], p["party"], p["kind"], p["state"]) for p in answer["pulls"]] == [
        (module, "NL/CPO", "full", "done")
        for module in ("cdrs", "locations", "sessions", "tariffs")
    ]
    done = next(p for p in answer["pulls"] if p["module"] == "locations")
    assert (done["pages"], done["objects"], done["created"], done["total"]) == (3, 25, 25, 25)
    assert done["objects_per_second"] > 0
    assert done["started"].endswith("Z")


def test_a_second_pull_asks_for_changes_unless_all_is_wanted(hub: Hub, cpo: Platform) -> None:
    command("pull", "NL/CPO")
    cpo.clear()
    assert [p["kind"] for p in command("pull", "NL/CPO", "--module", "locations")["pulls"]] == [
        "delta"
    ]
    assert len(asked(cpo, "locations")) == 1
    (full,) = command("pull", "NL/CPO", "--module", "locations", "--full")["pulls"]
    assert (full["kind"], full["cause"], full["date_from"]) == ("full", "operator", None)
    assert asked(cpo, "tariffs") == []


def test_json_is_the_only_thing_on_stdout(manage: Manage, cpo: Platform) -> None:
    said = manage("pull", "NL/CPO", "--json")
    assert said.status == 0, said.err
    assert said.json["platform"] == "NL/CPO"
    assert "locations of NL/CPO: done: 25 of 25 objects" in said.err
    listed = manage("pulls", "--json")
    assert (listed.status, listed.err) == (0, "")
    assert len(listed.json["lists"]) == 4


def test_a_pull_that_fails_is_told_in_the_answer_and_by_the_status(
    manage: Manage, cpo: Platform
) -> None:
    cpo.faults.set("refuse", module="tariffs")
    said = manage("pull", "NL/CPO", "--json")
    assert said.status == 1
    states = {p["module"]: p["state"] for p in said.json["pulls"]}
    assert (states["tariffs"], states["locations"]) == ("failed", "done")
    assert "Error: tariffs of NL/CPO failed: HTTP 200, status_code 2000" in said.err


def test_a_person_reads_a_table_and_what_was_odd(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put_text("locations", (cpo.party, "BAD"), b'{"id": 5}')
    text = text_of("pull", "NL/CPO")
    assert "MODULE" in text
    assert "page 3, object 6: field id is missing or not a text" in text
    text = text_of("pulls", "NL/CPO")
    assert "done: 26 of 26 objects" in text
    assert "Nothing is pulled yet" in text_of("pulls", hub.platform("DE/MSP").name)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["Nobody"], "no platform is named"),
        (["NL/CPO", "--module", "tokens"], "tokens: the platform offers no SENDER interface"),
        (
            ["NL/CPO", "--module", "nothing"],
            "there is no module 'nothing'; there are: booking_locations, bookings, cdrs",
        ),
        (["NL/CPO", "--module", "commands"], "commands is not pulled: it has no list to keep"),
        (["NL/CPO", "--module", "tariffs"], "tariffs: switched off for this platform"),
    ],
)
def test_what_cannot_be_pulled(arguments: list[str], why: str, hub: Hub, cpo: Platform) -> None:
    hub.change(cpo, not_pulled=["tariffs"])
    assert why in refusal("pull", *arguments)
    assert asked(cpo, "tariffs") == []


def test_who_is_away_cannot_be_pulled(hub: Hub, cpo: Platform) -> None:
    hub.set_status(cpo, Status.SUSPENDED)
    assert "is SUSPENDED" in refusal("pull", "NL/CPO")


def start(*words: str) -> subprocess.Popen[str]:
    """manage.py as a process of its own, still running. It hears SIGINT even where the tests run
    in the background of a shell, which has them ignore it."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=ROOT, text=True,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=_hear_interrupts,
    )  # fmt: skip


def _hear_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def second_page(platform: Platform) -> None:
    """Waits until the platform has been asked for its second page of locations."""
    platform.heard(lambda r: "offset=10" in r.query, module="locations", within=20)


def test_a_process_killed_in_the_middle_is_gone_on_for(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("slow", 1, module="locations")
    running = start("pull", "NL/CPO", "--module", "locations", "--full")
    second_page(cpo)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=10)
    left = last("locations")
    assert (left.state, left.pages) == ("open", 1)
    cpo.faults.clear()
    cpo.clear()
    pull(at(LEASE_SECONDS + 1))
    assert (last("locations").pk, last("locations").state) == (left.pk, "done")
    assert offsets(cpo) == ["10", "20"]
    assert keys("locations") == WANTED


def test_a_command_looks_on_while_another_one_pulls(hub: Hub, cpo: Platform) -> None:
    """Two at once ask for each page once; both see the end."""
    cpo.faults.set("holds", module="locations")
    words = ("pull", "NL/CPO", "--module", "locations", "--full", "--json")
    first = start(*words)
    cpo.heard(module="locations", within=20)
    assert last("locations").due_at > at(30)()  # the attempt is booked
    second = start(*words)
    assert soon(lambda: last("locations").due_at < at(0)(), 20)  # the second one is in a hurry
    cpo.faults.clear()
    ends = [each.communicate(timeout=60) for each in (first, second)]
    assert [each.returncode for each in (first, second)] == [0, 0], ends
    assert offsets(cpo) == ["0", "10", "20"]
    assert json.loads(ends[0][0]) == json.loads(ends[1][0])


def test_an_interrupted_command_leaves_the_rest_to_the_worker(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("slow", 1, module="locations")
    running = start("pull", "NL/CPO", "--module", "locations")
    second_page(cpo)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=20)
    assert running.returncode == 1
    assert err.endswith(
        "Error: interrupted; what has not ended goes on with the hub's worker, or with this"
        " command again\n"
    )
    cpo.faults.clear()
    pull(at(LEASE_SECONDS + 1))
    assert keys("locations") == WANTED


class Terminal:
    """A stream that says it is a terminal."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, msg: str, style_func: Callable[[str], str], ending: str) -> None:
        self.text += style_func(msg) + ending

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar(hub: Hub, cpo: Platform) -> None:
    pull()
    row = last("locations")
    row.state, row.objects_kept, row.pages, row.seconds = "open", 10, 1, 0.5
    out = Terminal()
    bar = ProgressBar(out)
    bar.show([row])
    assert out.text.endswith("[#########...............] page 2: 10 of 25 objects, 20/s")
    row.state, row.objects_kept = "done", 25
    bar.show([row])
    bar.show([row])
    assert out.text.count("done: 25 of 25 objects") == 1
