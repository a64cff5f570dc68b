"""What is left behind of a pull: legs in the message log, numbers, and no secret anywhere."""

import base64

import pytest
from django.db import connection

from apps.outbox.tasks import worker
from apps.parties import directory, platforms
from apps.sync import personal
from apps.sync.models import Asked, Missing, Pull, Seen, Source
from apps.sync.tasks import prune
from apps.tariffs.models import Tariff
from apps.traffic import metrics
from apps.traffic.models import Leg
from tests.gateway.objects import LATER, cdr, location, tariff
from tests.hub import Hub
from tests.platforms import SENDER, Platform
from tests.sync.pulling import DAY, at, last, pull, source


def legs(module: str) -> list[Leg]:
    worker().runner.run(worker().recorder.flush())
    return list(Leg.objects.filter(module=module, direction="out").order_by("id"))


def test_every_page_is_a_leg_of_one_chain(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", page_limit=2)
    cpo.objects.put_all("locations", [location(f"L{n}") for n in range(3)])
    pull()
    one, two = legs("locations")
    assert one.correlation_id == two.correlation_id == last("locations").correlation_id
    assert one.request_id != two.request_id
    assert (one.from_party, one.to_party, one.interface) == ("NL/HUB", "NL/CPO", "SENDER")
    assert (one.platform_id, one.method) == (hub.row(cpo).pk, "GET")
    assert (one.http_status, one.code) == (200, 1000)
    assert one.path.startswith(cpo.endpoint("locations", SENDER))
    assert one.answer_bytes > 100
    assert (one.request_body, one.answer_body) == (None, None)


def test_both_forms_and_failures_are_legs(hub: Hub, cpo: Platform) -> None:
    cpo.faults.set("plain_only", module="cdrs")
    pull()
    assert [leg.http_status for leg in legs("cdrs")] == [401, 200]
    cpo.offline()
    Pull.objects.all().delete()
    pull(at(4000))
    assert any(leg.error and leg.http_status is None for leg in legs("cdrs"))


def test_no_token_is_written_anywhere(
    hub: Hub, cpo: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even where a platform repeats it in its answer."""
    cpo.objects.put("cdrs", cdr())
    cpo.faults.set("unauthorized", module="locations")
    told = f"unknown token {cpo.own_token}"
    cpo.script.add("tariffs", json={"status_code": 2001, "status_message": told})
    pull()
    worker().runner.run(worker().recorder.flush())
    assert "unknown token ***" in last("tariffs").reason
    secrets = (cpo.hub_token, cpo.own_token, base64.b64encode(cpo.own_token.encode()).decode())
    for name in ("sync_pull", "sync_source", "sync_asked", "traffic_leg"):
        text = rows_of(name)
        assert not [secret for secret in secrets if secret in text], name
    assert "Authorization: ***" in rows_of("traffic_leg")
    assert not [secret for secret in secrets if secret in caplog.text]


def rows_of(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t")
        return " ".join(row[0] for row in cursor.fetchall())


def test_objects_are_counted_by_what_became_of_them(hub: Hub, cpo: Platform) -> None:
    def counted(outcome: str) -> float:
        return metrics.PULLED.labels("tariffs", outcome)._value.get()

    outcomes = ("created", "changed", "same", "stale", "skipped")
    before = {outcome: counted(outcome) for outcome in outcomes}
    cpo.objects.put_all("tariffs", [tariff(f"T{n}") for n in range(4)])
    pull()
    cpo.objects.put("tariffs", tariff("T0", currency="SEK", last_updated=LATER))
    cpo.objects.put("tariffs", tariff("T1", last_updated="2020-01-01T00:00:00Z"))
    cpo.objects.put_text("tariffs", (cpo.party, "BAD"), b'{"id": 5}')
    pull(at(1.2 * DAY))
    assert {outcome: counted(outcome) - before[outcome] for outcome in outcomes} == {
        "created": 4, "changed": 1, "same": 2, "stale": 1, "skipped": 1,
    }  # fmt: skip
    done = last("tariffs")
    assert (done.created, done.changed, done.objects_kept, done.skipped) == (0, 1, 4, 1)


def test_the_kept_object_says_which_pull_brought_it(hub: Hub, cpo: Platform) -> None:
    cpo.objects.put("tariffs", tariff())
    pull()
    row = Tariff.objects.get()
    assert (row.origin, row.cause) == ("pull", f"pull {last('tariffs').pk}")
    assert row.pushed_by == hub.row(cpo).pk


def test_old_pulls_go_and_the_list_goes_on(hub: Hub, cpo: Platform) -> None:
    pull()
    long_ago = at(-400 * DAY)()
    Pull.objects.filter(source__module="tariffs").update(ended_at=long_ago)
    Seen.objects.create(pull_id=10**9, key="left behind")
    Asked.objects.create(pull_id=10**9, digest="left behind")
    prune()
    assert not Pull.objects.filter(source__module="tariffs").exists()
    assert source("tariffs").latest is None
    assert Pull.objects.filter(source__module="locations").exists()
    assert not Seen.objects.exists()
    assert not Asked.objects.exists()


def test_a_platform_that_is_removed_takes_its_pulls_along(hub: Hub, cpo: Platform) -> None:
    pull()
    platforms.forget(cpo.name)
    assert not Source.objects.exists()
    assert not Pull.objects.exists()
    directory.refresh()
    pull()


def test_a_drivers_marks_are_erased(hub: Hub, cpo: Platform, msp: Platform) -> None:
    pull()
    tokens = source("tokens", "DE/MSP")
    for key in ("U1\tRFID", "U1\tAPP_USER", "U12\tRFID"):
        Missing.objects.create(source=tokens, key=key, since=at(0)())
    Missing.objects.create(source=source("tariffs"), key="U1", since=at(0)())
    assert personal.erase("u1", remove=False) == 2
    assert personal.erase("u1", "FR/MSP", remove=True) == 0
    assert personal.erase("u1", "DE/MSP", remove=True) == 2
    assert set(Missing.objects.values_list("key", flat=True)) == {"U12\tRFID", "U1"}
