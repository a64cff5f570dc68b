"""X-Total-Count where a list leaves something out: what a version cannot say, ever or now, and of
two copies of an object the older one."""

from typing import Any

import msgspec
import pytest

from apps.database import Pool
from apps.modules import module_of
from apps.store import find
from apps.store.tasks import look_at_versions
from apps.tariffs.models import Tariff
from hub.ocpi import datetimes
from hub.ocpi.ids import PartyId
from hub.ocpi.paging import Window
from hub.routing.visible import View
from tests.gateway.objects import LATER, WHEN, tariff
from tests.hub import Hub
from tests.store.store import in_store, listed, put
from tests.store.test_versions import FUTURE, NOW, PAST, limited, of_2_1_1


@pytest.fixture
def mixed(hub: Hub) -> Hub:
    """A hub with platforms of two versions."""
    hub.platform("DE/MSP", version="2.1.1")
    hub.platform("FR/MSP")
    return hub


def test_of_a_public_object_and_a_copy_the_newer_one_is_shown(mixed: Hub) -> None:
    """Each with a remark of who it is for; in lists, by id, and in the numbers."""
    for identifier, public, directed in (("A", WHEN, LATER), ("B", LATER, WHEN), ("C", WHEN, WHEN)):
        put("tariffs", tariff(identifier, last_updated=public, currency="EUR"), NOW)
        put("tariffs", tariff(identifier, last_updated=directed, currency="CHF"), NOW,
            audience="DE/MSP")  # fmt: skip
    put("tariffs", limited("D", last_updated=LATER), NOW)
    put("tariffs", tariff("D", last_updated=WHEN), NOW, audience="DE/MSP")
    for viewer, expected in (("DE/MSP", "CHF EUR CHF EUR"), ("FR/MSP", "EUR EUR EUR EUR")):
        total, shown, _ = listed("tariffs", viewer)
        shown.sort(key=lambda each: str(each["id"]))
        assert (total, " ".join(each["currency"] for each in shown)) == (4, expected)
    late = Window(date_from=datetimes.parse(LATER))
    total, shown, _ = listed("tariffs", "DE/MSP", late)
    assert (total, sorted(each["id"] for each in shown)) == (3, ["A", "B", "D"])
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")  # cannot be told of D
    assert (total, sorted(each["id"] for each in shown)) == (3, ["A", "B", "C"])
    seen = View(PartyId.parse("DE/MSP"), "tariffs", (), only=False)

    async def one(pool: Pool) -> list[object]:
        async with pool.connection() as found:
            texts = [
                (await find.one(found, module_of("tariffs"), seen, each)).text for each in "ABC"
            ]
            return [msgspec.json.decode(text)["currency"] for text in texts]

    assert in_store(one) == ["CHF", "EUR", "CHF"]


def test_what_was_kept_before_another_version_came_is_counted_from_the_first(hub: Hub) -> None:
    hub.platform("FR/MSP")
    put("tariffs", limited("A"), NOW)
    put("tariffs", tariff("B"), NOW)
    hub.platform("DE/MSP", version="2.1.1")
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")
    assert (total, [each["id"] for each in shown]) == (1, ["B"])


def test_what_was_loaded_by_other_ways_is_looked_at(mixed: Hub) -> None:
    put("tariffs", limited("A"), NOW)
    put("tariffs", tariff("B", start_date_time=FUTURE), NOW)
    put("tariffs", tariff("C"), NOW)
    Tariff.objects.update(unsaid=None, valid_from=None)
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")
    assert (total, len(shown)) == (3, 1)  # not exact until it has been looked at
    look_at_versions()
    assert list(Tariff.objects.order_by("key").values_list("unsaid", flat=True)) == [
        "2.1.1", "", ""
    ]  # fmt: skip
    assert listed("tariffs", "DE/MSP", version="2.1.1")[0] == 1


@pytest.mark.parametrize(
    ("validity", "is_valid"),
    [
        ({"start_date_time": FUTURE}, False),
        ({"start_date_time": PAST}, True),
        ({"end_date_time": PAST}, False),
        ({"end_date_time": FUTURE}, True),
        ({"start_date_time": PAST, "end_date_time": FUTURE}, True),
        ({"start_date_time": FUTURE, "end_date_time": PAST}, False),
        ({"start_date_time": "soon"}, False),
        ({"end_date_time": None}, True),
    ],
)
def test_2_1_1_counts_tariffs_that_are_valid_now(
    mixed: Hub, validity: dict[str, Any], is_valid: bool
) -> None:
    """In pages and in copies of its own as well, with what can never be said beside it."""
    put("tariffs", tariff("A", **validity), NOW)
    put("tariffs", limited("B", **validity), NOW)
    put("tariffs", tariff("C"), NOW)
    put("tariffs", tariff("D", **validity), NOW, audience="DE/MSP")
    put("tariffs", tariff("D"), NOW)
    seen = [each for each in "ACD" if is_valid or each == "C"]
    total, shown, _ = listed("tariffs", "DE/MSP", version="2.1.1")
    assert (total, sorted(each["id"] for each in shown)) == (len(seen), seen)
    pages = [
        listed("tariffs", "DE/MSP", Window(limit=1, offset=n), version="2.1.1")
        for n in range(len(seen))
    ]
    assert sorted(shown[0]["id"] for _, shown, _ in pages) == seen
    assert [more for _, _, more in pages] == [n < len(seen) - 1 for n in range(len(seen))]
    assert listed("tariffs", "DE/MSP", version="2.2.1")[0] == 4


def test_a_tariff_whose_validity_changes_is_counted_as_it_is_now(mixed: Hub) -> None:
    put("tariffs", tariff("A", end_date_time=PAST), NOW)
    assert listed("tariffs", "DE/MSP", version="2.1.1")[0] == 0
    put("tariffs", tariff("A", last_updated=LATER), NOW)
    assert listed("tariffs", "DE/MSP", version="2.1.1")[0] == 1


def test_locations_without_a_time_zone_are_counted_once_it_is_known(hub: Hub) -> None:
    """2.1.1 does not tell it, and the United States have several."""
    old = hub.platform("CPO:US/OLD", name="old", version="2.1.1")
    for identifier, country in (("L1", "USA"), ("L2", "NLD")):
        put("locations", {**of_2_1_1(identifier), "country": country}, NOW, owner="US/OLD",
            version="2.1.1")  # fmt: skip
    assert [len(listed("locations", "DE/MSP", version="2.1.1")[1])] == [2]
    for version in ("2.2.1", "2.3.0"):
        total, shown, _ = listed("locations", "DE/MSP", version=version)
        assert (total, [each["id"] for each in shown]) == (1, ["L2"])
    hub.change(old, time_zone="America/Denver")
    total, shown, _ = listed("locations", "DE/MSP", version="2.2.1")
    assert (total, [each["time_zone"] for each in shown]) == (
        2, ["America/Denver", "Europe/Amsterdam"]
    )  # fmt: skip
