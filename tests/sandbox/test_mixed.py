"""What the demo's mixed network is made of: objects by the letter, steps that can fail, and lines
that fit."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.sandbox import made_2_1_1, made_2_3_0
from apps.sandbox.acts.saying import Put, lettered, loss
from apps.sandbox.calls import Reply
from apps.sandbox.cast import Cast
from apps.sandbox.charging import Charging
from apps.sandbox.jsonbytes import encode
from apps.sandbox.platform import SandboxPlatform
from apps.sandbox.play import play
from apps.sandbox.report import WHAT_WIDTH, WHO_WIDTH, Report, Seen
from apps.sandbox.scene import HubSide, Scene, Unexpected, heard_by
from apps.sandbox.steps import MIXED, ROAMING, Step
from hub.ocpi import jsontext
from hub.ocpi.ids import PartyId
from hub.ocpi.module import Role
from hub.ocpi.schema import SCHEMAS, Severity, check
from tests.platforms import CPO, MSP, RECEIVER, Platform, Playground

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
PARTY, HUB = PartyId("NL", "GRG"), PartyId("NL", "HUB")
SESSION = {
    **made_2_1_1.session("DE-OTR-C1", NOW, NOW),
    "end_datetime": made_2_1_1.stamp(NOW), "total_cost": 4,
    "charging_periods": [made_2_1_1.period(NOW, Decimal(5))],
}  # fmt: skip
PAYER = made_2_3_0.payer(PARTY, NOW)

OBJECTS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("2.1.1", "Location", made_2_1_1.location(NOW)),
    ("2.1.1", "Tariff", made_2_1_1.tariff(NOW)),
    ("2.1.1", "Session", SESSION),
    ("2.1.1", "CDR", made_2_1_1.cdr(SESSION, NOW)),
    ("2.3.0", "Location", made_2_3_0.location(PARTY, NOW)),
    ("2.3.0", "Tariff", made_2_3_0.tariff(PARTY, NOW)),
    ("2.3.0", "Tariff", made_2_3_0.untold_tariff(PARTY, NOW)),
    ("2.3.0", "Token", made_2_3_0.token(PARTY, NOW)),
    ("2.3.0", "Token", PAYER),
    ("2.3.0", "CDR", made_2_3_0.cdr(PARTY, PAYER, "C1", NOW)),
    ("2.3.0", "BookingLocation", made_2_3_0.booking_location(PARTY, NOW)),
    ("2.3.0", "BookingRequest", made_2_3_0.booking_request(PARTY, NOW)),
    ("2.3.0", "Terminal", made_2_3_0.terminal(NOW)),
    ("2.3.0", "FinancialAdviceConfirmation", made_2_3_0.confirmation(NOW)),
    ("2.3.0", "InvoiceReconciliationRecord", made_2_3_0.record(PARTY, ["C1"], NOW)),
)


@pytest.mark.parametrize(("version", "name", "content"), OBJECTS)
def test_every_object_is_by_the_letter(version: str, name: str, content: dict[str, Any]) -> None:
    found = check(SCHEMAS[version][name], jsontext.decode(encode(content)))
    assert not [each for each in found if each.severity is not Severity.NOTE]


def scene() -> Scene:
    """A stage with everybody on it, none of whom has started."""
    cpo = SandboxPlatform("Heron & Ohm", ((Role.CPO, "NL", "HOH"),))
    msp = SandboxPlatform("Otter Card", ((Role.EMSP, "DE", "OTR"),))

    async def nobody(*_: object) -> Any:
        raise Unexpected("there is no hub")

    hub = HubSide(HUB, "http://127.0.0.1:1/ocpi/", nobody, nobody)
    return Scene(hub, cpo, msp, Charging(cpo), Report(io.StringIO()), [], Cast())


def test_all_versions_are_in_the_cast_and_every_line_fits() -> None:
    on_stage = scene()
    names = {name: platform.name for name, platform in on_stage.platforms.items()} | {"hub": "hub"}
    assert {each.version for each in on_stage.platforms.values()} == set(SCHEMAS)
    assert len(set(names.values())) == len(names)
    for step in (*ROAMING, *MIXED):
        assert len(step.who.format(**names)) <= WHO_WIDTH
        assert len(step.what.format(**names)) <= WHAT_WIDTH


def played(*acts: Callable[[Scene], Any]) -> tuple[str | None, str]:
    """Which step of these failed, and what was told."""
    on_stage, out = scene(), io.StringIO()
    on_stage.report = Report(out)
    steps = [Step("{cpo} > {hub}", f"act {act.__name__}", act) for act in acts]
    return asyncio.run(play(on_stage, steps, 7)), out.getvalue()


async def good(_: Scene) -> Seen:
    return Seen("fine", 1.0)


async def wrong(_: Scene) -> Seen:
    raise Unexpected("it is not as it should be")


async def broken(_: Scene) -> Seen:
    raise LookupError("nobody foresaw this")


async def complaining(on_stage: Scene) -> Seen:
    on_stage.cast.ptp.complaints.append("a header is missing")
    return Seen("fine", 1.0)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (wrong, "it is not as it should be"),
        (broken, "nobody foresaw this"),
        (complaining, "Pike Pay complains: a header is missing"),
    ],
)
def test_the_first_step_that_is_not_as_expected_is_the_last(
    act: Callable[[Scene], Any], reason: str
) -> None:
    failed, told = played(good, act, good)
    assert failed == f"8, act {act.__name__}"
    assert reason in told
    assert told.count("  ok\n") == 1
    assert played(good, good)[0] is None


def test_an_object_of_another_version_is_noticed() -> None:
    cast = Cast()
    lettered(cast.old_msp, "Location", made_2_1_1.location(NOW))
    with pytest.raises(Unexpected, match=r"Location in OCPI 2\.1\.1 for Badger Pass"):
        lettered(cast.old_msp, "Location", made_2_3_0.location(PARTY, NOW))
    with pytest.raises(Unexpected, match="country_code"):
        lettered(cast.new_msp, "Location", made_2_1_1.location(NOW))


def test_a_loss_that_the_hub_does_not_tell_is_noticed() -> None:
    body = b'{"status_code":1000,"status_message":"said in OCPI 2.2.1: lost $.help_phone"}'
    reply = Reply(200, {}, body, 1.0, {})
    assert "$.help_phone" in loss(reply, "$.help_phone")
    with pytest.raises(Unexpected, match=r"does not tell of \$\.parking_places"):
        loss(reply, "$.help_phone", "$.parking_places")


@pytest.mark.parametrize("version", ["2.1.1", "2.2.1"])
def test_who_is_named_is_as_the_version_has_it(here: Playground, version: str) -> None:
    cpo = here.platform("Heron & Ohm", CPO, version=version)
    msp = here.platform("Otter Card", MSP, version=version)
    msp.register(*cpo.invite())
    tariff = {**made_2_1_1.tariff(NOW), "country_code": "NL", "party_id": "CPO"}
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff, to=msp.party)
    received = msp.heard(module="tariffs")
    named = "without routing headers" if version == "2.1.1" else "from NL/CPO to DE/MSP"
    assert heard_by(msp.real, received, cpo.party).endswith(named)
    other = replace(received, from_=HUB, to=msp.party)
    with pytest.raises(Unexpected, match="routing headers"):
        heard_by(msp.real, other, cpo.party)
    _closed(cpo, msp)


def _closed(*platforms: Platform) -> None:
    for platform in platforms:
        platform.close()


def test_a_push_is_named_by_its_own_id() -> None:
    token = made_2_3_0.token(PARTY, NOW)
    put = Put("Token", "tokens", token, Cast().new_msp)
    assert put.tail == f"FR/KTK/{made_2_3_0.CARD}"
