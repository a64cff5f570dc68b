"""The parts of the benchmarks with a tiny load: they count what is good, and nothing else."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from bench import neighbours
from bench.load import Broken, Connection, Crew, Outcome, pace, percentile, saturate
from bench.machine import Cores, cpu_seconds, most_waiting, resident_bytes
from bench.messages import (
    CPO,
    MSP,
    SIZES,
    SLOW,
    Party,
    encode,
    endpoint,
    envelope,
    location,
    location_id,
    request,
    session,
)
from bench.report import Budget, Figure, Report
from bench.waiting import Crowd

SLOW_SECONDS = 0.3


@pytest.fixture(scope="module")
def upstream() -> Iterator[tuple[str, int]]:
    with neighbours.upstream(SLOW_SECONDS) as address:
        yield address


def get(party: Party, identifier: str) -> bytes:
    path = f"{endpoint(party, 'locations', 'SENDER')}/{identifier}"
    return request("GET", path, "token", MSP, party)


def put(size: int) -> bytes:
    path = f"{endpoint(MSP, 'sessions', 'RECEIVER')}/NL/CPO/S1"
    return request("PUT", path, "token", CPO, MSP, encode(session(size, "S1")))


@pytest.mark.parametrize("size", SIZES)
def test_objects_have_exactly_the_size_that_is_announced(size):
    assert len(encode(location(size))) == size
    assert len(encode(session(size, "S1"))) == size


@pytest.mark.parametrize("size", SIZES)
def test_a_get_brings_the_whole_location(upstream, size):
    connection = Connection(upstream)
    connection.send(get(CPO, location_id(size)), 0.0)
    answer = None
    while answer is None:
        answer = connection.receive()
    connection.socket.close()
    assert answer.endswith(envelope(location(size)))


@pytest.mark.parametrize("size", SIZES)
def test_a_full_load_counts_every_good_answer(upstream, size):
    for message in (get(CPO, location_id(size)), put(size)):
        outcome = saturate(upstream, [message], connections=2, seconds=0.1)
        assert outcome.answered > 0
        assert outcome.failed == 0
        assert 0 < outcome.p50 <= outcome.p99


def test_a_steady_load_sends_as_many_as_it_should(upstream):
    outcome = pace(upstream, [put(1000)], connections=2, seconds=0.2, per_second=100)
    assert (outcome.answered, outcome.failed) == (20, 0)


def test_a_refusal_is_not_counted_as_speed(upstream):
    with pytest.raises(Broken, match="404 Not Found"):
        saturate(upstream, [get(CPO, "UNKNOWN")], connections=1, seconds=0.1)


def test_bad_answers_among_good_ones_are_told(upstream):
    good, bad = get(CPO, location_id(1000)), get(CPO, "UNKNOWN")
    outcome = pace(upstream, [good, bad], connections=1, seconds=0.1, per_second=100)
    assert (outcome.answered, outcome.failed) == (5, 5)
    assert "404" in outcome.failure


@contextmanager
def closing() -> Iterator[tuple[str, int]]:
    """A server that closes every connection at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def close_each() -> None:
            with suppress(OSError):
                while True:
                    listener.accept()[0].close()

        thread = threading.Thread(target=close_each)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(2)


def test_a_connection_that_the_target_closes_is_opened_again():
    with closing() as address:
        crew = Crew(address, 1, [b"GET / HTTP/1.1\r\n\r\n"])
        crew.send(crew.members[0], time.perf_counter())
        ((number, _),) = crew.poll.poll(2)
        assert crew.take(number, float("inf")) is crew.members[0]
        assert crew.failed == 1
        crew.close()


def test_a_crowd_waits_for_late_answers(upstream):
    began = time.perf_counter()
    crowd = Crowd(upstream, 5, get(SLOW, location_id(1000)))
    assert crowd.answers() == 5
    assert time.perf_counter() - began >= SLOW_SECONDS
    crowd.close()


def test_nginx_passes_the_same_messages(upstream):
    program = neighbours.nginx_program()
    if program is None:
        pytest.skip("nginx is not on this machine")
    with neighbours.nginx(program, upstream, Cores.of_this_machine()) as nginx:
        passes(nginx)
        assert cpu_seconds(nginx.pid) >= 0
        assert resident_bytes(nginx.pid) > 0


def test_a_bare_proxy_passes_the_same_messages(upstream):
    with neighbours.bare(upstream, Cores.of_this_machine()) as bare:
        passes(bare)


def passes(proxy):
    for message in (get(CPO, location_id(16_000)), put(16_000)):
        outcome = saturate(proxy.address, [message], connections=2, seconds=0.1)
        assert outcome.answered > 0
        assert outcome.failed == 0


def test_percentiles_of_sorted_times():
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 3.0
    assert percentile([1.0], 0.99) == 1.0


def test_a_shell_with_few_open_files_makes_the_crowd_smaller():
    assert most_waiting() > 0


@pytest.mark.parametrize(
    ("budget", "judged", "met"),
    [
        (Budget(1 / 7, ">= 1/7", at_least=True), 1 / 6, True),
        (Budget(1 / 7, ">= 1/7", at_least=True), 1 / 8, False),
        (Budget(5.0, "< 5 ms"), 4.0, True),
        (Budget(5.0, "< 5 ms"), 6.0, False),
        (Budget(5.0, "< 5 ms"), None, None),
        (None, 1.0, None),
    ],
)
def test_a_budget_is_met_or_not_or_not_known(budget, judged, met):
    assert Figure("x", 1.0, "ms", budget=budget, judged=judged).met is met


def test_a_report_is_a_table_and_a_file(tmp_path):
    budget = Budget(1 / 7, ">= 1/7", at_least=True)
    figure = Figure("GET 1 kB: rate", 1000.0, "/s", 20_000.0, "nginx", 0.05, budget, 0.05)
    report = Report({"cores": 2}, True, [figure], ["noisy"])
    table = report.table()
    assert "1/20.0" in table
    assert "NOT MET" in table
    assert table.endswith("note: noisy")
    report.write(tmp_path / "new" / "bench.json")
    written = json.loads((tmp_path / "new" / "bench.json").read_text())
    assert written["figures"][0]["met"] is False
    assert written["notes"] == ["noisy"]


def test_outcomes_say_nothing_of_failure_when_there_was_none():
    assert Outcome(1.0, 0.1, 0.2, 10).failure == ""
