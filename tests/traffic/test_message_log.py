"""The message log: both legs of every message, linked, with no secret in it."""

import asyncio
import base64
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from prometheus_client import Histogram

from apps.credentials.registration import register
from apps.gateway.asgi import application
from apps.gateway.limits import Buckets
from apps.traffic import metrics, partitions, recorder
from apps.traffic.legs import Between, inward
from apps.traffic.models import Leg
from apps.traffic.outcome import outcome
from apps.traffic.record import BodyPolicy, body_text
from hub.ocpi.message import Answer
from tests.gateway.objects import cdr, session, tariff
from tests.hub import Hub, playground_platform
from tests.platforms import RECEIVER, SENDER, Platform

HUB, MSP, CPO = ("NL", "HUB"), ("DE", "MSP"), ("NL", "CPO")


def test_both_legs_are_linked(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP,
        headers={"X-Request-ID": "r-1", "X-Correlation-ID": "c-1"},
    )  # fmt: skip
    hub.flush()
    inward, onward = Leg.objects.filter(correlation_id="c-1").order_by("direction")
    assert (inward.direction, onward.direction) == ("in", "out")
    assert inward.request_id == onward.parent == "r-1"
    assert onward.request_id not in ("", "r-1")
    assert (inward.platform_id, onward.platform_id) == (hub.row(cpo).pk, hub.row(msp).pk)
    for leg in (inward, onward):
        assert (leg.from_party, leg.to_party) == ("NL/CPO", "DE/MSP")
        assert (leg.module, leg.interface, leg.method) == ("tariffs", "RECEIVER", "PUT")
        assert (leg.http_status, leg.code) == (201, 1000)
        assert leg.request_bytes > 100
        assert 0 < leg.milliseconds < 5000
    assert inward.path.endswith("/receiver/tariffs/NL/CPO/T1")
    assert onward.path.startswith("http://127.0.0.1")
    assert '"T1"' in (inward.request_body or "")


def test_the_leg_that_changed_an_object_names_it(hub: Hub, cpo: Platform, msp: Platform) -> None:
    """The history of an object: whatever way its pushes went, and no request that only read it."""
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/t1", json=tariff(), to=HUB)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json={"id": "T2"}, to=HUB)
    msp.request("GET", "tariffs", SENDER, to=HUB)
    hub.flush()
    legs = Leg.objects.filter(object="tariffs NL/CPO T1")
    assert sorted((leg.direction, leg.method, leg.to_party) for leg in legs) == [
        ("in", "PUT", "DE/MSP"),
        ("in", "PUT", "NL/HUB"),
    ]


def test_a_delivery_is_a_leg_of_its_push(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB,
        headers={"X-Request-ID": "r-2", "X-Correlation-ID": "c-2"},
    )  # fmt: skip
    hub.deliver()
    hub.flush()
    legs = Leg.objects.filter(correlation_id="c-2").order_by("direction")
    assert [(leg.direction, leg.from_party, leg.to_party) for leg in legs] == [
        ("in", "NL/CPO", "NL/HUB"),
        ("out", "NL/HUB", "DE/MSP"),
    ]
    assert legs[1].parent == "r-2"


def test_the_hubs_side_of_a_handshake_is_logged(hub: Hub) -> None:
    """Whose versions were fetched, with what answer: the first question when a partner is stuck."""
    msp = hub.platform("DE/MSP")
    cpo = playground_platform(hub, "NL/CPO", name="plaza")
    asyncio.run(register(*cpo.invite(), "plaza"))
    hub.flush()
    posted = Leg.objects.get(direction="in", method="POST", module="credentials")
    fetched = Leg.objects.filter(direction="out", parent=posted.request_id).order_by("at")
    assert [leg.path for leg in fetched] == [msp.versions_url, msp.real.state.details_url]
    assert {leg.correlation_id for leg in fetched} == {posted.correlation_id}
    begun = Leg.objects.filter(direction="out", parent="").order_by("at")
    assert [(leg.method, leg.code) for leg in begun] == [("GET", 1000)] * 2 + [("POST", 1000)]


def test_a_refusal_is_logged_with_its_reason(hub: Hub, cpo: Platform) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    hub.flush()
    leg = Leg.objects.get(module="tariffs")
    assert (leg.code, "XX/YYY" in leg.error) == (4001, True)


@pytest.mark.parametrize(
    ("http", "code", "word"),
    [
        (200, 1000, "ok"), (201, None, "ok"), (200, 1999, "ok"),
        (200, 2000, "refused"), (200, 2004, "refused"), (401, 2000, "refused"),
        (404, None, "refused"), (429, 2000, "refused"), (200, 4001, "refused"),
        (None, None, "failed"), (None, 4002, "failed"), (500, 2000, "failed"),
        (302, None, "failed"), (200, 3000, "failed"), (200, 4000, "failed"),
        (200, 4003, "failed"), (503, 1000, "failed"),
    ],
)  # fmt: skip
def test_an_outcome_is_one_of_three_words(http: int | None, code: int | None, word: str) -> None:
    assert outcome(http, code) == word


def test_legs_carry_their_outcome(hub: Hub, cpo: Platform, msp: Platform) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("XX", "YYY"))
    msp.faults.set("http", 500)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    msp.offline()
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=MSP)
    hub.flush()
    legs = Leg.objects.filter(module="tariffs").order_by("at", "pk")
    assert sorted((leg.direction, leg.outcome) for leg in legs) == [
        ("in", "failed"), ("in", "failed"), ("in", "refused"), ("out", "failed"), ("out", "failed"),
    ]  # fmt: skip


def test_no_token_ever_reaches_the_log(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    """Headers, bodies, errors; of every kind of message, good and bad."""
    application.process.bodies = BodyPolicy("all", 100_000)  # type: ignore[union-attr]
    invitation = hub.invite("newcomer")
    msp = playground_platform(hub, "DE/MSP", name="newcomer")
    msp.register(invitation.versions_url, invitation.token_a)
    secrets = {invitation.token_a, msp.hub_token, msp.own_token}
    msp.rotate()
    secrets |= {msp.hub_token, msp.own_token}
    cpo = hub.platform("NL/CPO")
    secrets |= {cpo.hub_token, cpo.own_token}
    msp.request("GET", "credentials")
    msp.request("GET", "versions", url=hub.versions_url, token="wrong-token-1")
    secrets.add("wrong-token-1")
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    cpo.request("POST", "tokens", SENDER, "U1/authorize", to=MSP)
    hub.deliver()
    hub.flush()
    application.process.bodies = BodyPolicy("public", 16_384)  # type: ignore[union-attr]

    everything = repr(list(Leg.objects.values())) + caplog.text
    for secret in secrets:
        assert secret not in everything
        assert base64.b64encode(secret.encode()).decode() not in everything
    assert "***" in everything


def test_bodies_of_private_modules_are_not_kept_by_default(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    hub.flush()
    for leg in Leg.objects.filter(module__in=("sessions", "cdrs", "credentials")):
        assert leg.request_body is None
        assert leg.answer_body is None
        assert leg.request_bytes or leg.answer_bytes


@pytest.mark.parametrize(
    ("keep", "private", "kept"),
    [("none", False, None), ("public", True, None), ("public", False, "{}"), ("all", True, "{}")],
)
def test_whose_bodies_are_kept(keep: str, private: bool, kept: str | None) -> None:
    assert body_text(BodyPolicy(keep, 100).kept(b"{}", private)) == kept


def test_a_long_body_is_cut_and_says_so() -> None:
    kept = BodyPolicy("all", 10).kept(b"x" * 50, private=False)
    assert body_text(kept) == "x" * 10 + "… (50 bytes)"


def test_no_half_of_a_token_is_left_where_a_body_is_cut() -> None:
    kept = BodyPolicy("all", 20).kept(
        b'{"token": "a-secret-that-is-cut", "url": ""}', private=False
    )
    assert kept is not None
    assert b"secret" not in kept
    assert body_text(kept) == '{"token": "***", "ur… (44 bytes)'


def test_a_body_with_nul_or_broken_utf8_is_written(hub: Hub, cpo: Platform) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=b"\x00\xff\xfe", to=HUB)
    hub.flush()
    assert Leg.objects.filter(module="tariffs").count() == 0  # refused before it was recognised
    assert Leg.objects.filter(http_status=400).count() == 1


def test_a_full_buffer_drops_bodies_first_and_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    metrics.TALLY.publish()
    monkeypatch.setattr(recorder, "BODIES_UP_TO", 2)
    monkeypatch.setattr(recorder, "ROWS_UP_TO", 4)
    full = recorder.Recorder(None)  # type: ignore[arg-type]  # it writes nothing here
    dropped = {what: metrics.LOG_DROPPED.labels(what)._value.get() for what in ("row", "body")}
    for _ in range(6):
        answer = Answer(200, (), b"")
        row = inward(
            "GET", "/", (), b"", answer, Between(), ids=("c", "r"), at=datetime.now(UTC),
            milliseconds=1,
        )  # fmt: skip
        row.request_body = b"body"
        full.add(row)
    metrics.TALLY.publish()
    assert [row.request_body for row in full._rows] == [b"body", b"body", None, None]
    assert metrics.LOG_DROPPED.labels("row")._value.get() - dropped["row"] == 2
    assert metrics.LOG_DROPPED.labels("body")._value.get() - dropped["body"] == 2


def test_the_more_rows_wait_the_more_are_written_at_a_time() -> None:
    """Else messages, each of which brings two rows, would outrun the log."""
    waiting = [0, recorder.BATCH, recorder.BODIES_UP_TO]
    assert [recorder.slice_size(each) for each in waiting] == [50, 150, 550]


def test_durations_are_added_to_a_histogram_as_if_they_were_observed() -> None:
    seconds = [0.0, 0.01, 0.0100001, 0.05, 1.0, 7.5]
    one, other = (Histogram(name, name, buckets=(0.01, 0.1, 1), registry=None) for name in "ab")
    durations = metrics.Durations(one)
    for each in seconds:
        durations.add(each)
        other.observe(each)
    durations.publish()
    durations.publish()

    def samples(histogram: Histogram) -> list[tuple[str, float]]:
        [family] = histogram.collect()
        named = [each for each in family.samples if not each.name.endswith("_created")]
        return [(each.labels.get("le", each.name[2:]), each.value) for each in named]

    assert samples(one) == samples(other)
    assert ("+Inf", 6.0) in samples(one)


def test_strangers_cannot_fill_the_log(
    hub: Hub, cpo: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def knock() -> int:
        assert cpo.request("GET", "versions", url=hub.versions_url, token="wrong").status == 401
        hub.flush()
        return Leg.objects.filter(http_status=401).count()

    assert knock() == 1
    full = Buckets(1)
    full._rate = 0.001  # no room for anybody, however slow the test is
    monkeypatch.setattr(application.process, "strangers", full)
    assert [knock(), knock()] == [1, 1]
    assert Leg.objects.filter(platform_id=hub.row(cpo).pk, direction="in").count() > 0


def test_the_log_is_partitioned_by_day_and_pruned_by_age(hub: Hub) -> None:
    today = date(2030, 5, 20)
    partitions.make(today)
    names = partitions.present()
    assert partitions.name_of(today) in names
    assert partitions.name_of(today + timedelta(days=3)) in names
    partitions.make(today)
    gone = partitions.prune(today + timedelta(days=33), days=30)
    assert gone[-1] == partitions.name_of(today + timedelta(days=2))
    assert partitions.name_of(today + timedelta(days=3)) in partitions.present()
    partitions.make(datetime.now(UTC).date())


def test_rows_that_nobody_had_a_partition_for_are_moved(hub: Hub) -> None:
    """A hub without beat for some days must start all the same."""
    day = date(2031, 1, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO traffic_leg (at, direction, correlation_id, request_id, parent, "
            "from_party, to_party, module, interface, method, path, milliseconds, error, "
            "request_bytes, answer_bytes, request_headers, answer_headers) VALUES "
            "('2031-01-01 12:00Z', 'in', 'late', '', '', '', '', '', '', 'GET', '/', 1, '', 0, 0, "
            "'', '')"
        )
        partitions.make(day)
        partitions.make(day)
        cursor.execute("SELECT tableoid::regclass::text FROM traffic_leg WHERE at >= %s", [day])
        assert cursor.fetchall() == [(partitions.name_of(day),)]
        cursor.execute(f"DROP TABLE {partitions.name_of(day)}")


def test_rows_go_to_the_partition_of_their_day(hub: Hub, cpo: Platform) -> None:
    hub.flush()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM traffic_leg")
        found = {row[0] for row in cursor.fetchall()}
    days = {at.date() for at in Leg.objects.values_list("at", flat=True)}
    assert found == {partitions.name_of(day) for day in days}
