"""Objects out of the hub and into it again, as lines: digit for digit, each on its own."""

import io
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
import pytest
from django.db import connection, transaction

from apps import database
from apps.database import Pool
from apps.locations.models import Evse, Location
from apps.modules import module_of
from apps.store import read_out
from apps.store.arrivals import settle
from apps.store.lines import LONGEST, BadLine, Line, read, render
from apps.store.models import Finding
from apps.store.read_in import TOGETHER, Step, Way, read_in
from apps.store.read_out import Wanted
from apps.tariffs.models import Tariff
from hub.ocpi.ids import PartyId
from tests.console.saying import soon
from tests.gateway.objects import LATER, cdr, evse, location, session, tariff, token
from tests.hub import Hub, empty
from tests.platforms import RECEIVER, Platform
from tests.store.store import in_store, listed, put

T = TypeVar("T")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = (
    b'{"id":"L1","country_code":"NL","party_id":"CPO","odd":{"n":1.5000,"e":1E+05,"t":"\\u00e9"},'
    b'"publish": true,\n "last_updated":"2026-03-01T10:00:00Z",'
    b'"evses":[{"uid":"E1","x":0.10,"status":"AVAILABLE"},{"uid":"E0", "y":-0.0}]}'
)


def out(module: str, owner: str = "", *, directed: bool = False, after: int = 0) -> bytes:
    """What an export writes."""
    wanted = Wanted(module_of(module), PartyId.parse(owner) if owner else None, directed)

    async def work(pool: Pool) -> bytes:
        return b"".join([batch.text async for batch in read_out.read_out(pool, wanted, after)])

    return in_store(work)


def number(module: str, **options: Any) -> int:
    return in_store(lambda pool: read_out.number(pool, Wanted(module_of(module), **options)))


def steps(text: bytes, module: str = "", line: int = 0, end: int = 0) -> list[Step]:
    """Each step of an import."""
    way = Way(module_of(module) if module else None, "import a test", lambda: NOW)
    file = io.BytesIO(text)
    file.seek(end)

    async def work(pool: Pool) -> list[Step]:
        return [step async for step in read_in(pool, file, way, line, end)]

    return in_store(work)


def taken(text: bytes, module: str = "") -> dict[str, int]:
    """What became of the lines of an import."""
    total: Counter[str] = Counter()
    for step in steps(text, module):
        total += step.outcomes
    return dict(total)


def without_sequence(text: bytes) -> list[bytes]:
    """Lines in an order of their own: within a batch they are kept in that of their ids."""
    return sorted(re.sub(rb'"sequence":\d+,', b"", line) for line in text.splitlines())


def bare(*objects: dict[str, Any]) -> bytes:
    return b"".join(msgspec.json.encode(each) + b"\n" for each in objects)


def test_a_line_is_the_object_as_its_owner_wrote_it(hub: Hub) -> None:
    put("locations", TEXT, NOW)
    (line,) = out("locations").splitlines()
    found = msgspec.json.decode(line, type=Line)
    assert (found.module, found.owner, found.audience) == ("locations", "NL/CPO", "")
    assert found.version == "2.2.1"
    for part in (b'"n":1.5000,"e":1E+05,"t":"\\u00e9"', b'"x":0.10', b'"y":-0.0'):
        assert part in bytes(found.object)
    assert line.index(b'"E1"') < line.index(b'"E0"')


def test_what_came_out_goes_in_again_and_comes_out_the_same(hub: Hub) -> None:
    put("locations", TEXT, NOW)
    put("locations", location("L2", "BE/CPO"), NOW, owner="BE/CPO")
    put("locations", location("L2", name="For you"), NOW, audience="DE/MSP")
    put("sessions", session(), NOW, audience="DE/MSP")
    put("cdrs", cdr(), NOW, audience="DE/MSP")
    put("tokens", token(type="APP_USER"), NOW, owner="DE/MSP")
    put("tokens", token(), NOW, owner="DE/MSP")
    modules = ("locations", "sessions", "cdrs", "tokens")
    before = b"".join(out(module, directed=True) for module in modules)
    empty()
    assert taken(before) == {"new": 7}
    after = b"".join(out(module, directed=True) for module in modules)
    assert without_sequence(after) == without_sequence(before)
    assert taken(before) == {"same": 7}
    assert Location.objects.get(key="L1").origin == "import"
    assert Location.objects.get(key="L1").cause == "import a test"


def test_only_what_is_asked_for_comes_out(hub: Hub) -> None:
    put("locations", location("L1"), NOW)
    put("locations", location("L2", "BE/CPO"), NOW, owner="BE/CPO")
    put("locations", location("L3"), NOW, audience="DE/MSP")
    put("sessions", session(), NOW, audience="DE/MSP")
    nl = PartyId.parse("NL/CPO")
    for options, module, keys, count in (
        ({}, "locations", ["L1", "L2"], number("locations")),
        ({"directed": True}, "locations", ["L1", "L2", "L3"], number("locations", directed=True)),
        ({"owner": "NL/CPO"}, "locations", ["L1"], number("locations", owner=nl)),
        ({"after": 1}, "locations", ["L2"], 1),
        ({}, "sessions", ["S1"], number("sessions")),
    ):
        lines = [msgspec.json.decode(each) for each in out(module, **options).splitlines()]
        assert [each["object"]["id"] for each in lines] == keys, options
        assert count == len(keys), options


def test_batches_follow_each_other_without_a_gap(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_out, "BATCH", 7)
    taken(bare(*(tariff(f"T{n}") for n in range(50))), "tariffs")
    lines = [msgspec.json.decode(each) for each in out("tariffs").splitlines()]
    assert {each["object"]["id"] for each in lines} == {f"T{n}" for n in range(50)}
    sequences = [each["sequence"] for each in lines]
    assert sequences == sorted(set(sequences))
    assert out("tariffs", after=sequences[19]) == b"".join(
        out("tariffs").splitlines(keepends=True)[20:]
    )


def test_a_bad_line_is_told_with_its_number_and_the_others_are_kept(hub: Hub) -> None:
    good = [location(f"L{n}", evses=[]) for n in range(3)]
    lines = [
        bare(good[0]),
        b'{"id": \n',
        b"[]\n",
        b"\n",
        bare(location("L9", evses=[1])),  # a Location, but not made of objects where it must be
        bare({**location("L8"), "id": "L\x00"}),  # PostgreSQL cannot hold it
        bare(good[1]),
        b'{"country_code":"NL","party_id":"CPO"}\n',
        bare(good[2])[:-1],  # the last line has no end
    ]
    (step,) = steps(b"".join(lines), "locations")
    assert step.outcomes == {"new": 3, "bad": 5}
    assert [number for number, _ in step.wrong] == [2, 3, 5, 6, 8]
    assert "truncated" in step.wrong[0][1]
    assert "the database refuses it: DataError" in step.wrong[3][1]
    assert "field id is missing" in step.wrong[4][1]
    assert set(Location.objects.values_list("key", flat=True)) == {"L0", "L1", "L2"}
    assert (step.line, step.end) == (9, len(b"".join(lines)))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"module": "nothing", "object": {}}, "no module 'nothing'"),
        ({"module": "commands", "object": {}}, "keeps nothing of commands"),
        ({"module": "locations", "object": []}, "not a JSON object"),
        ({"module": "locations", "object": {"id": "L1"}}, "neither the line nor its object"),
        ({"module": "locations", "owner": "NLCPO", "object": {}}, "owner must be a party"),
        ({"module": "locations", "owner": "NL/C%O", "object": {}}, "owner must be a party"),
        ({"module": "locations", "owner": 7, "object": {}}, "Expected `str`"),
        ({"module": "locations", "owner": "BE/CPO", "object": location()}, "names NL/CPO"),
        ({"module": "locations", "audience": "me", "object": location()}, "audience must be"),
        ({"module": "locations", "version": "9.9", "object": location()}, "OCPI 9.9"),
        ({"module": "cdrs", "object": {**cdr(), "cdr_token": None}}, "for whom this one is"),
        (location(), "it has no `module` and `object`"),
    ],
)
def test_why_a_line_is_bad(line: dict[str, Any], says: str) -> None:
    with pytest.raises(BadLine, match=says.replace("`", ".")):
        read(msgspec.json.encode(line))


def test_a_line_of_another_module_than_asked_for_is_bad() -> None:
    text = render(Line("tariffs", 1, "NL/CPO", "", "2.2.1", msgspec.Raw(b"{}")))
    with pytest.raises(BadLine, match="an object of tariffs, not of locations"):
        read(text, module_of("locations"))


def test_private_objects_are_for_whom_they_name(hub: Hub) -> None:
    assert taken(bare(session()), "sessions") == {"new": 1}
    assert listed("sessions", "DE/MSP")[0] == 1
    assert listed("sessions", "FR/MSP")[0] == 0


def test_a_line_without_end_does_not_fill_the_memory(hub: Hub) -> None:
    text = bare(location("L1"))[:-2] + b" " * (2 * LONGEST) + b"}\n" + bare(location("L2"))
    (step,) = steps(text, "locations")
    assert step.wrong == ((1, f"longer than {LONGEST >> 20} MiB"),)
    assert (step.line, step.end, step.outcomes["new"]) == (2, len(text), 1)


def test_the_same_object_twice_ends_as_its_last_line_has_it(hub: Hub) -> None:
    first, second = location(evses=[evse("E1")]), location(name="New", evses=[evse("E2")])
    older = location(last_updated="2026-01-01T00:00:00Z", name="Old")
    assert taken(bare(first, second, second, older), "locations") == {
        "new": 1, "changed": 1, "same": 1, "older": 1,
    }  # fmt: skip
    assert list(Evse.objects.values_list("uid", flat=True)) == ["E2"]
    assert '"name":"New"' in Location.objects.get().payload


def test_an_import_goes_on_behind_what_was_kept(hub: Hub) -> None:
    text = bare(*(tariff(f"T{n}") for n in range(TOGETHER * 2 + 10)))
    first, second, third = steps(text, "tariffs")
    assert [step.line for step in (first, second, third)] == [200, 400, 410]
    assert text[: first.end].count(b"\n") == first.line
    again = steps(text, "tariffs", second.line, second.end)
    assert [(step.line, step.outcomes) for step in again] == [(410, {"same": 10, "bad": 0})]


def test_findings_are_noted_and_mended_by_what_comes_later(hub: Hub) -> None:
    taken(bare(location()), "locations")
    assert Finding.objects.get().code == "unknown_reference"
    assert Location.objects.get().flagged
    taken(bare(tariff()), "tariffs")
    settle(NOW)
    assert not Finding.objects.exists()
    assert not Location.objects.get().flagged


def test_an_import_and_a_push_do_not_lose_each_other(hub: Hub, cpo: Platform) -> None:
    """The whole batch waits for one row; whoever comes first, the newer word counts."""
    taken(bare(*(tariff(f"T{n}") for n in range(20))), "tariffs")
    changed = bare(*(tariff(f"T{n}", currency="SEK", last_updated=LATER) for n in range(20)))
    way = Way(module_of("tariffs"), "import a test", lambda: NOW)

    async def work(pool: Pool) -> None:
        async for _ in read_in(pool, io.BytesIO(changed), way):
            pass

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM tariffs_tariff WHERE key = 'T7' FOR UPDATE")
        waiting = hub.here.background.start(_with_pool(work))
        newer = tariff("T8", currency="NOK", last_updated="2026-03-01T11:00:00Z")
        push = cpo.asking("PUT", "tariffs", RECEIVER, "NL/CPO/T8", json=newer, to=("NL", "HUB"))
    waiting()
    assert push().code == 1000
    assert '"NOK"' in _payload("T8")
    assert '"SEK"' in _payload("T7")


def test_a_batch_that_ends_in_a_deadlock_is_tried_again(hub: Hub) -> None:
    tariffs = [tariff(f"T{n}") for n in range(9)]
    taken(bare(*tariffs), "tariffs")
    changed = bare(*({**each, "currency": "SEK", "last_updated": LATER} for each in tariffs))
    way = Way(module_of("tariffs"), "import a test", lambda: NOW)
    lock = "SELECT 1 FROM tariffs_tariff WHERE key = %s FOR UPDATE"

    async def work(pool: Pool) -> Step:
        return [step async for step in read_in(pool, io.BytesIO(changed), way)][-1]

    def is_waiting() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
            return cursor.fetchone() is not None

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(lock, ["T7"])
        importing = hub.here.background.start(_with_pool(work))
        assert soon(is_waiting)
        cursor.execute(lock, ["T0"])  # which the import holds; PostgreSQL ends one of the two
    assert importing().outcomes == {"changed": 9, "bad": 0}


async def _with_pool(work: Callable[[Pool], Awaitable[T]]) -> T:
    async with database.pool(2) as pool:
        return await work(pool)


def _payload(key: str) -> str:
    return Tariff.objects.get(key=key).payload
