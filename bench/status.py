"""EVSE status PATCHes, kept and booked for 20 receivers, beside PostgreSQL doing the same rows.

A CPO broadcasts changes of status; the hub locks the Location, merges the EVSE, raises the
Location, and books the payload with one delivery for each of 20 eMSPs. The reference is pgbench
with those statements in one transaction. The workers rest meanwhile: sending is another figure.
"""

import re
import subprocess
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench.fill import EVSES, fill, identifier, uid
from bench.load import Broken, Outcome
from bench.messages import CPO, HUB, VERSION, encode, request
from bench.report import Budget, Figure
from bench.stage import Stage, measured
from config.places import programs

LOCATIONS = 1_000
CLIENTS = 8
RECEIVERS = 20
BUDGET = Budget(1 / 3, ">= 1/3", at_least=True)
PATCHED_AT = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
OWNER = f"{CPO.country_code}/{CPO.party_id}"

_SCRIPT = """
\\set evse random({first_evse}, {last_evse})
\\set number {first} + (:evse - {first_evse}) / {evses}
BEGIN;
SELECT sequence, payload::text, own_updated, flagged FROM locations_location
    WHERE sequence = :number FOR UPDATE;
SELECT uid, payload::text, own_updated FROM locations_evse WHERE id = :evse;
INSERT INTO locations_evse (location_id, uid, payload, own_updated, changed_at)
    SELECT location_id, uid, {evse_text}::json, now(), now() FROM locations_evse WHERE id = :evse
    ON CONFLICT (location_id, uid) DO UPDATE SET payload = excluded.payload,
    own_updated = excluded.own_updated, changed_at = excluded.changed_at;
UPDATE locations_location SET payload = {location_text}::json, last_updated = '{at}',
    changed_at = now(), pushed_by = 1, cause = 'benchmark' WHERE sequence = :number;
INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, request_id, owner,
    object, created_at) VALUES ('locations', 'PATCH', 'NL/CPO/X/Y', '', {body}::bytea, '{id}',
    '{id}', '{owner}', 'locations {owner} ' || :number, now()) RETURNING id AS payload \\gset
INSERT INTO outbox_delivery (payload_id, platform_id, party, object, state, attempts, due_at,
    created_at, reason) SELECT :payload, n, 'FR/R' || n, 'locations {owner} ' || :number,
    'waiting', 0, now(), now(), '' FROM generate_series(1, {receivers}) n;
COMMIT;
"""


def measure(stage: Stage) -> tuple[list[Figure], list[str]]:
    """Figures and notes."""
    fill(stage.hub.database_url, LOCATIONS, stage.say, owners=(OWNER,))
    requests = _patches(stage)
    hub: list[Outcome] = []
    cost: list[float] = []
    reference: list[tuple[float, float]] = []
    with stage.hub.resting():
        for number in range(stage.effort.rounds):
            _forget(stage)
            run = measured(
                stage.hub.web, stage.hub.address, requests, CLIENTS, stage.effort.seconds
            )
            hub.append(run.outcome)
            cost.append(run.microseconds)
            _booked(stage, run.outcome)
            reference.append(_pgbench(stage))
            stage.say(
                f"status, round {number + 1} of {stage.effort.rounds}: "
                f"{run.outcome.per_second:.0f}/s, pgbench {reference[-1][0]:.0f}/s"
            )
        _forget(stage)
    rate, base = max(r.per_second for r in hub), max(rate for rate, _ in reference)
    figures = [
        Figure("status PATCH: rate", rate, "/s", base, "pgbench", rate / base, BUDGET, rate / base),
        Figure("status PATCH: CPU of the web process", min(cost), "us"),
        Figure("status PATCH: p50", 1000 * min(r.p50 for r in hub), "ms"),
        Figure("status PATCH: p99", 1000 * min(r.p99 for r in hub), "ms",
               min(p99 for _, p99 in reference), "pgbench"),
    ]  # fmt: skip
    return figures, []


def _patches(stage: Stage) -> list[bytes]:
    """One PATCH for every EVSE, twice, so that each of them changes its status."""
    token = stage.hub.tokens[CPO.name]
    return [
        request(
            "PATCH",
            f"/ocpi/{VERSION}/receiver/locations/{OWNER}/{identifier(n)}/{uid(n, k)}",
            token, CPO, HUB, encode({"status": status, "last_updated": PATCHED_AT}),
        )
        for status in ("CHARGING", "AVAILABLE")
        for k in range(1, EVSES + 1)
        for n in range(LOCATIONS)
    ]  # fmt: skip


def _booked(stage: Stage, outcome: Outcome) -> None:
    """Raises Broken unless every PATCH was booked for every receiver."""
    booked = stage.hub.kept("outbox_delivery")
    if outcome.failed or booked < outcome.answered * RECEIVERS:
        raise Broken(
            f"{outcome.answered} PATCHes answered, {outcome.failed} failed ({outcome.failure}), "
            f"{booked} deliveries booked"
        )


def _forget(stage: Stage) -> None:
    with psycopg.connect(stage.hub.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE outbox_payload, outbox_delivery RESTART IDENTITY")
        connection.execute("VACUUM ANALYZE locations_location")
        connection.execute("VACUUM ANALYZE locations_evse")


def _pgbench(stage: Stage) -> tuple[float, float]:
    """Transactions a second, and their p99 in milliseconds."""
    with psycopg.connect(stage.hub.database_url) as connection:
        row = connection.execute(
            "SELECT min(l.sequence), min(e.id), max(e.id), min(l.payload::text), "
            "min(e.payload::text) "
            "FROM locations_location l JOIN locations_evse e ON e.location_id = l.sequence "
            "WHERE l.owner = %s",
            (OWNER,),
        ).fetchone()
        assert row is not None
        first, first_evse, last_evse, location_text, evse_text = row
        script = _SCRIPT.format(
            first=first, first_evse=first_evse, last_evse=last_evse, evses=EVSES, owner=OWNER,
            receivers=RECEIVERS, at=PATCHED_AT, id=uuid.uuid4(),
            location_text=_quoted(location_text),
            evse_text=_quoted(evse_text),
            body=_quoted(f'{{"status":"CHARGING","last_updated":"{PATCHED_AT}"}}'),
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "status.sql"
        file.write_text(script)
        done = subprocess.run(
            [
                programs(None) / "pgbench", "--no-vacuum", "--protocol=prepared",
                f"--client={CLIENTS}", f"--time={max(1, round(stage.effort.seconds))}",
                f"--file={file}", "--log", f"--log-prefix={folder}/log", stage.hub.database_url,
            ],
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        found = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode or found is None:
            raise Broken(f"pgbench: {done.stderr[-500:]}")
        times = sorted(
            int(line.split()[2])
            for log in Path(folder).glob("log.*")
            for line in log.read_text().splitlines()
        )
    return float(found[1]), times[int(len(times) * 0.99)] / 1000


def _quoted(text: str) -> str:
    """A text as SQL; pgbench takes what follows a colon for a variable."""
    return "('" + text.replace("'", "''").replace(":", "' || chr(58) || '") + "')"
