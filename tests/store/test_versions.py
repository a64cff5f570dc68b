"""Lists and single objects in the version of whoever asks: nothing is looked into where the version
is the same, what cannot be said is neither shown nor counted, and ids that clash have aliases."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from django.db import connection

from apps.counts.models import Loss
from apps.database import Pool
from apps.modules import module_of
from apps.parties.models import Platform
from apps.store import find
from apps.store.models import Alias
from apps.store.unsaid import unsaid
from apps.tariffs.models import Tariff
from apps.traffic.models import Leg
from hub.ocpi.ids import PartyId
from hub.ocpi.paging import Window
from hub.routing.visible import View
from tests.gateway.objects import LATER, WHEN, evse, location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER
from tests.store.store import in_store, listed, put

HUB = ("NL", "HUB")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAST, FUTURE = "2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"


def limited(identifier: str, **more: Any) -> dict[str, Any]:
    """A tariff that 2.1.1 cannot say: it has a limit."""
    return tariff(identifier, min_price={"excl_vat": 1.5}, **more)


def of_2_3_0(identifier: str, **more: Any) -> dict[str, Any]:
    return {**tariff(identifier), "tax_included": "NO", **more}


def of_2_1_1(identifier: str) -> dict[str, Any]:
    """A Location of 2.1.1, which does not say whose it is."""
    return {
        "id": identifier, "type": "ON_STREET", "address": "Weerplein 1", "city": "Utrecht",
        "postal_code": "3511", "country": "NLD",
        "coordinates": {"latitude": "52.090736", "longitude": "5.121420"},
        "evses": [{
            "uid": "E1", "status": "AVAILABLE", "last_updated": WHEN,
            "connectors": [{
                "id": "1", "standard": "IEC_62196_T2", "format": "SOCKET",
                "power_type": "AC_3_PHASE", "voltage": 230, "amperage": 32, "last_updated": WHEN,
            }],
        }],
        "last_updated": WHEN,
    }  # fmt: skip


@pytest.fixture
def mixed(hub: Hub) -> Hub:
    """A hub with platforms of two versions: only then it matters what the others cannot say."""
    hub.platform("DE/MSP", version="2.1.1")
    hub.platform("FR/MSP")
    return hub


def test_a_list_is_in_the_viewers_version_and_counts_what_it_shows(mixed: Hub) -> None:
    for number in range(5):
        put("tariffs", limited(f"L{number}"), NOW)
        put("tariffs", tariff(f"T{number}"), NOW)
        put("tariffs", of_2_3_0(f"N{number}"), NOW, version="2.3.0")
    assert Tariff.objects.filter(unsaid="2.1.1").count() == 5
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.2.1")
    assert total == len(shown) == 15
    assert not any("tax_included" in each for each in shown)
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.3.0")
    assert total == 15
    assert {each["tax_included"] for each in shown} == {"NO"}
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")
    assert total == len(shown) == 10
    assert [each["id"] for each in shown] == [f"{kind}{n}" for n in range(5) for kind in "TN"]
    assert not any("country_code" in each or "type" in each for each in shown)


def test_pages_pass_over_what_cannot_be_said(mixed: Hub) -> None:
    for number in range(6):
        put("tariffs", limited(f"L{number}"), NOW)
        put("tariffs", tariff(f"T{number}"), NOW)
    total, shown, more = listed("tariffs", "DE/MSP", Window(limit=4), version="2.1.1")
    assert (total, [each["id"] for each in shown], more) == (6, ["T0", "T1", "T2", "T3"], True)
    first, of = Window(limit=4, offset=4), "DE/MSP"
    total, shown, more = listed("tariffs", of, first, version="2.1.1")
    assert (total, [each["id"] for each in shown], more) == (6, ["T4", "T5"], False)


def test_a_public_object_that_a_copy_hides_is_subtracted_once(mixed: Hub) -> None:
    put("tariffs", limited("A"), NOW)
    put("tariffs", tariff("A"), NOW, audience="DE/MSP")
    put("tariffs", tariff("B"), NOW)
    put("tariffs", limited("B"), NOW, audience="DE/MSP")
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")
    assert (total, [each["id"] for each in shown]) == (1, ["A"])
    total, shown, _ = listed("tariffs", "FR/MSP", version="2.1.1")
    assert (total, [each["id"] for each in shown]) == (1, ["B"])


@pytest.mark.parametrize(
    ("module", "version", "body", "expected"),
    [
        ("tariffs", "2.2.1", tariff("A"), ""),
        ("tariffs", "2.2.1", limited("A"), "2.1.1"),
        ("tariffs", "2.3.0", tariff("A"), "2.1.1 2.2.1"),  # is tax in its prices?
        ("tariffs", "2.2.1", tariff("A", end_date_time=PAST), ""),
        ("tariffs", "2.2.1", limited("A", end_date_time=PAST), "2.1.1"),
        ("tariffs", "2.2.1", tariff("A", end_date_time="soon"), "2.1.1"),
        ("locations", "2.1.1", of_2_1_1("A"), ""),
        ("locations", "2.1.1", {**of_2_1_1("A"), "country": "USA"}, "zone"),
        ("locations", "2.2.1", location(publish=False), "2.1.1"),
        ("tokens", "2.2.1", token(), ""),
    ],
)
def test_which_versions_cannot_say_it(
    module: str, version: str, body: dict[str, Any], expected: str
) -> None:
    assert unsaid(module_of(module), version, msgspec.json.encode(body)) == expected


def test_the_plan_of_a_page_and_of_its_count_at_200_000_rows(hub: Hub) -> None:
    """What cannot be said is counted in its own index; a page goes on from its cursor."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tariffs_tariff (owner, key, audience, payload, version, last_updated, "
            "origin, cause, flagged, unsaid) SELECT 'NL/CPO', 'T' || n, '', "
            "json_build_object('id', 'T' || n), '2.2.1', now() - n * interval '1 second', 'push', "
            "'', FALSE, CASE WHEN n % 100 = 0 THEN '2.1.1' ELSE '' END "
            "FROM generate_series(1, 200000) n"
        )
        cursor.execute("VACUUM ANALYZE tariffs_tariff")
        total, _, more = listed("tariffs", "DE/MSP", Window(limit=50), version="2.1.1")
        assert (total, more) == (198_000, True)
        cursor.execute(
            "EXPLAIN SELECT count(*) FROM tariffs_tariff t WHERE t.unsaid > '' AND "
            "position('2.1.1' in t.unsaid) > 0 AND t.audience IN ('', 'DE/MSP') "
            "AND (t.owner = ANY('{}')) = FALSE"
        )
        counting = "\n".join(row[0] for row in cursor.fetchall())
        assert "tariff_unsaid" in counting, counting
        cursor.execute(
            "EXPLAIN SELECT t.sequence FROM tariffs_tariff t WHERE t.audience = '' AND "
            "(t.owner = ANY('{}')) = FALSE AND (t.unsaid IS NULL OR position('2.1.1' in t.unsaid) "
            "= 0) AND t.sequence > 100000 ORDER BY t.sequence LIMIT 51"
        )
        paging = "\n".join(row[0] for row in cursor.fetchall())
        assert "Seq Scan" not in paging and "Sort" not in paging, paging


@pytest.mark.ocpi("T-11", "V-09", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_each_platform_gets_lists_and_objects_in_its_version(hub: Hub) -> None:
    old = hub.platform("CPO:NL/OLD", name="old", version="2.1.1")
    now = hub.platform("NL/CPO", name="now")
    new = hub.platform("CPO:NL/NEW", name="new", version="2.3.0")
    reply = old.request("PUT", "locations", RECEIVER, "NL/OLD/L1", json=of_2_1_1("L1"), to=HUB)
    assert reply.code == 1000, reply
    reply = now.request("PUT", "locations", RECEIVER, "NL/CPO/L2", json=location("L2"), to=HUB)
    assert reply.code == 1000
    body = location("L3", "NL/NEW", help_phone="+31123456789")
    assert new.request("PUT", "locations", RECEIVER, "NL/NEW/L3", json=body, to=HUB).code == 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, payload ->> 'country_code' FROM locations_location")
        assert sorted(cursor.fetchall()) == [("2.1.1", None), ("2.2.1", "NL"), ("2.3.0", "NL")]
    expected: dict[str, dict[str, tuple[str, object]]] = {
        "2.1.1": {"L1": ("type", "ON_STREET"), "L2": ("type", "UNKNOWN"), "L3": ("id", "L3")},
        "2.2.1": {"L1": ("party_id", "OLD"), "L2": ("publish", True), "L3": ("party_id", "NEW")},
        "2.3.0": {
            "L1": ("publish", True), "L2": ("party_id", "CPO"), "L3": ("help_phone", "+31123456789")
        },
    }  # fmt: skip
    for version, objects in expected.items():
        msp = hub.platform(f"EMSP:DE/M{version[2]}X", name=f"msp {version}", version=version)
        reply = msp.request("GET", "locations", SENDER, to=HUB)
        assert reply.code == 1000, reply
        assert reply.headers["x-total-count"] == "3"
        shown = {each["id"]: each for each in reply.data}
        for identifier, (field, value) in objects.items():
            assert shown[identifier][field] == value, (version, identifier)
            if version == "2.1.1":
                continue  # without TO its owner is asked, as in any version
            one = msp.request("GET", "locations", SENDER, identifier, to=HUB)
            assert one.data == shown[identifier]
            nested = msp.request("GET", "locations", SENDER, f"{identifier}/E1", to=HUB)
            assert nested.data == shown[identifier]["evses"][0]
        assert not msp.complaints
    hub.flush()
    lists = Leg.objects.filter(direction="in", module="locations", method="GET")
    told = {leg.platform_id: leg.notes for leg in lists.order_by("-pk")}  # of the list itself
    of_middle = Platform.objects.get(name="msp 2.2.1").pk
    assert "$.help_phone" in told[of_middle]
    lost = Loss.objects.get(platform=of_middle, field="$.help_phone")
    assert (lost.source, lost.target) == ("2.3.0", "2.2.1")


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
def test_ids_that_clash_for_2_1_1_have_aliases_that_lead_back(hub: Hub) -> None:
    for name in ("NL/CPO", "BE/CPO"):
        cpo = hub.platform(name)
        sent = location("L1", name, name=name)
        reply = cpo.request("PUT", "locations", RECEIVER, f"{name}/L1", json=sent, to=HUB)
        assert reply.code == 1000
    msp = hub.platform("DE/MSP", version="2.1.1")
    shown = msp.request("GET", "locations", SENDER, to=HUB).data
    alias = Alias.objects.get()
    assert (alias.owner, alias.identifier) == ("BE/CPO", "L1")
    assert {each["id"]: each["name"] for each in shown} == {"L1": "NL/CPO", alias.alias: "BE/CPO"}
    asked = {"L1": "NL/CPO", alias.alias: "BE/CPO"}
    seen = View(PartyId.parse("DE/MSP"), "locations", (), only=False)

    async def owners(pool: Pool) -> list[list[str]]:
        async with pool.connection() as found:
            module = module_of("locations")
            return [
                [str(each) for each in await find.owners(found, module, seen, one, "", "2.1.1")]
                for one in asked
            ]

    assert in_store(owners) == [[owner] for owner in asked.values()]


def test_an_id_that_is_too_long_for_newer_versions_has_an_alias(hub: Hub) -> None:
    long = "LOCATION-WITH-AN-ID-OF-EXACTLY-39-CHARS"
    old = hub.platform("NL/CPO", version="2.1.1")
    reply = old.request("PUT", "locations", RECEIVER, f"NL/CPO/{long}", json=of_2_1_1(long), to=HUB)
    assert reply.code == 1000, reply
    msp = hub.platform("DE/MSP")
    [shown] = msp.request("GET", "locations", SENDER, to=HUB).data
    assert shown["id"] == Alias.objects.get(identifier=long).alias
    assert len(shown["id"]) <= 36
    assert msp.request("GET", "locations", SENDER, shown["id"], to=HUB).data == shown
    assert not msp.complaints


def test_a_part_of_another_version_than_the_kept_object(hub: Hub) -> None:
    """After an upgrade: the kept object becomes one of the new version, as it loses nothing."""
    cpo = hub.platform("NL/CPO")
    put_ = ("PUT", "locations", RECEIVER, "NL/CPO/L1")
    assert cpo.request(*put_, json=location("L1"), to=HUB).code == 1000
    assert cpo.switch("2.3.0").code == 1000
    at = ("PATCH", "locations", RECEIVER, "NL/CPO/L1/E1")
    patch = {"status": "CHARGING", "last_updated": LATER}
    assert cpo.request(*at, json=patch, to=HUB).code == 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM locations_location")
        assert cursor.fetchall() == [("2.3.0",)]
    shown = cpo.request("GET", "locations", RECEIVER, "NL/CPO/L1", to=HUB).data
    assert shown["evses"] == [evse(status="CHARGING", last_updated=LATER)]
    assert shown["last_updated"] == LATER


def test_after_a_downgrade_what_would_be_lost_is_asked_for_whole(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version="2.3.0")
    sent = location("L1", help_phone="+31123456789")
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=sent, to=HUB).code == 1000
    assert cpo.switch("2.2.1").code == 1000
    # The part says the same in both versions, so the kept object stays what it is.
    patch = {"name": "Other", "last_updated": LATER}
    reply = cpo.request("PATCH", "locations", RECEIVER, "NL/CPO/L1", json=patch, to=HUB)
    assert reply.code == 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, payload ->> 'name', payload ->> 'help_phone' FROM "
                       "locations_location")  # fmt: skip
        assert cursor.fetchall() == [("2.3.0", "Other", "+31123456789")]
    whole = location("L1", last_updated=LATER)
    assert cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=whole, to=HUB).code == 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT version FROM locations_location")
        assert cursor.fetchall() == [("2.2.1",)]
