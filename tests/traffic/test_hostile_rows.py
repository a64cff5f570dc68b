"""Rows of the message log as a stranger would like them: too long, or such as no database takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.gateway.asgi import application
from apps.traffic import metrics
from apps.traffic.legs import Between, inward
from apps.traffic.models import Leg
from apps.traffic.record import COLUMNS, HEADERS_LIMIT, Row, columns
from hub.ocpi.message import Answer
from tests.hub import Hub


def row(number: int, **changed: str) -> Row:
    """A row like any other, but for what is changed."""
    made = inward(
        "GET", f"/{number}", (), b"", Answer(200, (), b""), Between(), ids=("c", "r"),
        at=datetime.now(UTC), milliseconds=1,
    )  # fmt: skip
    for name, text in changed.items():
        setattr(made, name, text)
    return made


@pytest.mark.parametrize(
    "wrong", [{"interface": "RECEIVERS"}, {"path": "/\ud800"}, {"answer_headers": "x: \x00"}]
)
def test_a_row_that_the_database_refuses_holds_up_no_other(wrong: dict[str, str], hub: Hub) -> None:
    assert application.process is not None
    before = metrics.LOG_DROPPED.labels("refused")._value.get()
    for number in range(9):
        application.process.recorder.add(row(number))
    application.process.recorder.add(row(9, **wrong))
    for number in range(10, 20):
        application.process.recorder.add(row(number))
    hub.flush()
    written = set(Leg.objects.values_list("path", flat=True))
    assert written == {f"/{number}" for number in range(20) if number != 9}
    assert metrics.LOG_DROPPED.labels("refused")._value.get() == before + 1
    application.process.recorder.add(row(20))
    hub.flush()
    assert Leg.objects.filter(path="/20").exists()


def test_text_that_is_too_long_is_cut_to_its_column(hub: Hub) -> None:
    assert application.process is not None
    long = dict.fromkeys(("correlation_id", "from_party", "module", "error"), "x\x00" * 1000)
    application.process.recorder.add(row(30, **long), counted=True)
    hub.flush()
    leg = Leg.objects.get(path="/30")
    assert [len(getattr(leg, name)) for name in long] == [64, 6, 36, 500]
    assert set(leg.error) == {"x", "?"}


def test_long_headers_are_cut_in_the_log_and_say_so(hub: Hub) -> None:
    long = (("x-long", "y" * 2 * HEADERS_LIMIT),)
    answer = Answer(200, long, b"")
    made = inward(
        "GET", "/", long, b"", answer, Between(), ids=("c", "r"), at=datetime.now(UTC),
        milliseconds=1,
    )  # fmt: skip
    for text in (made.request_headers, made.answer_headers):
        assert len(text) < HEADERS_LIMIT + 100
        assert text.endswith(f"… ({2 * HEADERS_LIMIT + 8} characters)")


def test_a_row_has_its_columns_in_order_and_cut_to_fit() -> None:
    assert Row.__struct_fields__ == tuple(COLUMNS)
    texts = {name: "x" * 3000 for name, kind in COLUMNS.items() if kind == "text"}
    bodies: dict[str, Any] = {"request_body": b'{"token": "secret"}', "answer_body": b"a\x00b"}
    at = datetime(2026, 3, 1, tzinfo=UTC)
    numbers: dict[str, Any] = {name: 1 for name in COLUMNS if name not in texts} | {"at": at}
    kept = dict(zip(COLUMNS, columns(Row(**numbers, **texts | bodies)), strict=True))
    widths = {field.name: field.max_length for field in Leg._meta.fields if field.max_length}
    own = {"direction", "interface", "outcome", "follows", "spoken"}  # words of the hub's
    for name in widths.keys() - own:
        assert len(kept[name]) == widths[name]
    assert (len(kept["path"]), len(kept["error"])) == (1000, 500)
    assert kept["request_body"] == '{"token": "***"}'
    assert kept["answer_body"] == "a\\0b"
    assert (kept["at"], kept["code"]) == (at, 1)
