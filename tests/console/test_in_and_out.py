"""The commands `export` and `import`: what they say, and that they go on where they were killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from django.db import connection

from apps.tariffs.models import Tariff
from tests.console.conftest import ROOT, database_url
from tests.console.saying import Said, soon
from tests.gateway.objects import location, tariff
from tests.hub import Hub
from tests.store.store import put

Manage = Callable[..., Said]
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def filled(rows: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tariffs_tariff (owner, key, audience, payload, version, origin, cause,"
            " flagged) SELECT 'NL/CPO', 'T' || n, '', json_build_object('country_code', 'NL',"
            " 'party_id', 'CPO', 'id', 'T' || n, 'filler', repeat('x', 400)), '2.2.1', 'push', '',"
            f" FALSE FROM generate_series(1, {rows}) n"
        )


def killed(*words: str, when: Callable[[], bool]) -> None:
    """Runs a command and kills it as soon as something is true."""
    environment = {**os.environ, "DATABASE_URL": database_url()}
    with subprocess.Popen(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        assert soon(when, 30)
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL


def test_objects_go_to_standard_output_and_the_rest_to_standard_error(
    manage: Manage, hub: Hub
) -> None:
    put("locations", location("L1"), NOW)
    put("locations", location("L2"), NOW)
    said = manage("export", "locations")
    assert said.status == 0
    lines = [msgspec.json.decode(line) for line in said.out.splitlines()]
    assert [line["object"]["id"] for line in lines] == ["L1", "L2"]
    assert "last sequence     2" in said.err


def test_with_a_file_the_answer_is_one_document(manage: Manage, hub: Hub, tmp_path: Path) -> None:
    put("locations", location("L1"), NOW)
    file = tmp_path / "l.jsonl"
    said = manage("export", "locations", "--output", str(file), "--json")
    assert (said.status, said.err, said.json["lines"]) == (0, "", 1)
    said = manage("import", str(file), "--json")
    assert (said.status, said.err) == (0, "")
    assert {name: said.json[name] for name in ("lines", "new", "same", "bad", "wrong")} == {
        "lines": 1, "new": 0, "same": 1, "bad": 0, "wrong": [],
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "nothing"], "the hub has no module 'nothing'; it keeps: booking_locations, "),
        (["export", "commands"], "the hub keeps nothing of 'commands'"),
        (["export", "locations", "--json"], "name a file with --output"),
        (["export", "locations", "--resume"], "name a file with --output"),
        (["export", "locations", "--owner", "NLCPO"], "not of the form CC/PID"),
        (["import", "nowhere.jsonl"], "No such file or directory"),
        (["import", "-", "--resume"], "standard input cannot be gone on with"),
        (["import", "README.md", "--module", "commands"], "keeps nothing of 'commands'"),
    ],
)
def test_a_mistake_is_one_line(words: list[str], says: str, manage: Manage, hub: Hub) -> None:
    said = manage(*words)
    assert (said.status, said.out) == (1, "")
    assert says in said.err
    assert said.err.count("\n") == 1


def test_bad_lines_are_told_and_fail_the_command(manage: Manage, hub: Hub, tmp_path: Path) -> None:
    file = tmp_path / "l.jsonl"
    file.write_bytes(b"\n".join([msgspec.json.encode(location()), b"{", b'{"id":7}']))
    said = manage("import", str(file), "--module", "locations", "--json")
    assert said.status == 1
    assert [each["line"] for each in said.json["wrong"]] == [2, 3]
    assert (said.json["new"], said.json["bad"]) == (1, 2)
    assert "line 2: " in said.err
    assert "line 3: " in said.err
    assert said.err.endswith("Error: 2 of 3 lines are bad\n")


def test_standard_input_is_read_too(manage: Manage, hub: Hub) -> None:
    text = msgspec.json.encode(tariff()) + b"\n"
    done = subprocess.run(
        [sys.executable, "manage.py", "import", "-", "--module", "tariffs"], cwd=ROOT, input=text,
        env={**os.environ, "DATABASE_URL": database_url()}, capture_output=True, check=True,
    )  # fmt: skip
    assert b"new               1" in done.stdout
    assert Tariff.objects.get().cause == "import standard input"


def test_an_export_that_was_killed_goes_on(manage: Manage, hub: Hub, tmp_path: Path) -> None:
    rows, file = 100_000, tmp_path / "t.jsonl"
    filled(rows)
    killed(
        "export", "tariffs", "--output", str(file),
        when=lambda: file.exists() and file.stat().st_size > 2**20,
    )  # fmt: skip
    cut = file.read_bytes()
    assert cut.count(b"\n") < rows
    file.write_bytes(cut[: cut.rindex(b"\n") - 100])  # in the middle of a line
    said = manage("export", "tariffs", "--output", str(file), "--resume", "--json")
    assert said.json["lines_before"] == cut.count(b"\n") - 1
    assert said.json["lines_before"] + said.json["lines"] == rows
    sequences = [msgspec.json.decode(line)["sequence"] for line in file.read_bytes().splitlines()]
    assert sequences == list(range(1, rows + 1))
    other = manage("export", "locations", "--output", str(file), "--resume")
    assert "holds tariffs, not locations" in other.err


def test_an_import_that_was_killed_goes_on(manage: Manage, hub: Hub, tmp_path: Path) -> None:
    lines, file = 6_000, tmp_path / "t.jsonl"
    position = tmp_path / "t.jsonl.position"
    bad = b"{\n"
    objects = [msgspec.json.encode(tariff(f"T{n}")) + b"\n" for n in range(lines - 1)]
    file.write_bytes(bad + b"".join(objects))
    killed("import", str(file), "--module", "tariffs", when=position.exists)
    kept = Tariff.objects.count()
    assert 0 < kept < lines - 1
    said = manage("import", str(file), "--module", "tariffs", "--resume", "--json")
    answer = said.json
    assert said.status == 1  # the bad line, which was told before
    assert (answer["lines"], answer["bad"], answer["wrong"]) == (lines, 1, [])
    assert 0 < answer["lines_before"] <= kept + 1
    # What was kept after the last time that the position was written is met again.
    assert answer["new"] + answer["same"] == lines - 1
    assert answer["same"] == kept + 1 - answer["lines_before"]
    assert Tariff.objects.count() == lines - 1
    assert not position.exists()


def test_an_import_goes_on_with_the_very_file_only(
    manage: Manage, hub: Hub, tmp_path: Path
) -> None:
    file, position = tmp_path / "t.jsonl", tmp_path / "t.jsonl.position"
    file.write_bytes(msgspec.json.encode(tariff()) + b"\n")
    position.write_text('{"line": 1, "end": 5, "outcomes": {"new": 1}, "begins": "x"}')
    said = manage("import", str(file), "--module", "tariffs", "--resume")
    assert said.err.endswith("is not the file that was begun with; begin anew\n")
    position.write_text("{")
    assert "cannot be read" in manage("import", str(file), "--resume").err
    said = manage("import", str(file), "--module", "tariffs")
    assert "an earlier import of this file was stopped; this one begins anew" in said.err
    assert (said.status, position.exists()) == (0, False)
