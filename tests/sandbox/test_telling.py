"""What the sandbox shows to people: a session's lines, the table of faults."""

import io
from pathlib import Path

import pytest

from apps.sandbox import faults
from apps.sandbox.report import Report, Seen

DOCS = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
BEGIN, END = "<!-- generated: faults -->\n", "<!-- end of generated part -->"


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def told(out: io.StringIO) -> str:
    report = Report(out)
    with report.step(1, "a > hub", "PUT something"):
        report.progress(3, 7)
        report.done(Seen("HTTP 200, OCPI 1000", 4.24, ("a remark",)))
    with report.step(2, "b > hub", "GET it"):
        report.failed("expected 1\ngot 2")
    return out.getvalue()


def test_elsewhere_than_on_a_terminal_a_step_is_one_plain_line():
    first, remark, second, *reasons = told(io.StringIO()).splitlines()
    assert first.split() == [
        "1",
        "a",
        ">",
        "hub",
        "PUT",
        "something",
        "HTTP",
        "200,",
        "OCPI",
        "1000",
        "4.2",
        "ms",
        "ok",
    ]
    assert remark.strip() == "a remark"
    assert " ".join(second.split()) == "2 b > hub GET it FAILED"
    assert [reason.strip() for reason in reasons] == ["expected 1", "got 2"]


def test_on_a_terminal_there_is_progress_and_colour():
    text = told(Screen())
    assert "3/7" in text
    assert "\033[32m✓" in text
    assert "\033[31m✗" in text


def test_no_moving_line_is_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    moving = told(Screen()).split("\r")[:2]
    assert all(len(line.removesuffix("\033[K")) < 40 for line in moving)


def test_the_documented_faults_are_those_there_are():
    documented = DOCS.read_text().partition(BEGIN)[2].partition(END)[0]
    assert documented == faults.table(), "put the output of apps.sandbox.faults.table() there"
