"""The made-up networks are valid by the field tables, plausible, and the same every time."""

import itertools
import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from apps.sandbox import drivers, network, prices
from apps.sandbox.jsonbytes import encode
from apps.sandbox.places import CITIES
from apps.sandbox.prices import Used, cost
from tests.sandbox.shapes import wrong

CPO = ("NL", "CPO")
MSP = ("DE", "MSP")
SITES = list(network.locations(CPO, 600))
NIGHT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)  # a Monday


def test_every_location_follows_its_table():
    assert [text for site in SITES for text in wrong("Location", site)] == []


def test_every_tariff_follows_its_table():
    made = list(prices.tariffs(CPO, prices.WORTH))
    assert [text for each in made for text in wrong("Tariff", each)] == []
    components = [c["type"] for t in made for e in t["elements"] for c in e["price_components"]]
    assert {"ENERGY", "TIME", "FLAT", "PARKING_TIME"} <= set(components)


def test_every_token_follows_its_table():
    made = list(drivers.tokens(MSP, 300))
    assert [text for each in made for text in wrong("Token", each)] == []
    assert len({(each["uid"], each["type"]) for each in made}) == 300
    assert {each["type"] for each in made} == {"RFID", "APP_USER"}


def test_ids_are_unique():
    assert len({site["id"] for site in SITES}) == 600
    uids = [evse["uid"] for site in SITES for evse in site["evses"]]
    assert len(set(uids)) == len(uids)


def test_a_network_is_the_same_every_time_and_in_every_part():
    assert encode(list(network.locations(CPO, 50))) == encode(SITES[:50])
    assert encode(network.location(CPO, 599)) == encode(SITES[599])
    assert network.location(CPO, 7, seed="other") != SITES[7]


def test_a_network_is_made_on_demand():
    first = next(iter(network.locations(CPO, 10**9)))
    assert first == SITES[0]


def test_sites_lie_in_their_cities():
    by_name = {city.name: city for city in CITIES}
    assert {site["city"] for site in SITES} == set(by_name)
    for site in SITES:
        city = by_name[site["city"]]
        north = float(site["coordinates"]["latitude"]) - city.latitude
        east = float(site["coordinates"]["longitude"]) - city.longitude
        km = math.hypot(north, east * math.cos(math.radians(city.latitude))) * 111.32
        assert km < 15, site["id"]
        assert site["time_zone"] == city.time_zone
        assert ZoneInfo(site["time_zone"]).key == city.time_zone


def test_every_connector_has_a_tariff_in_the_money_of_its_country():
    known = {each["id"] for each in prices.tariffs(CPO, prices.WORTH)}
    used = {
        tariff
        for site in SITES
        for evse in site["evses"]
        for connector in evse["connectors"]
        for tariff in connector["tariff_ids"]
    }
    assert used <= known
    assert {each.partition("-")[2] for each in used} == set(prices.WORTH)


def test_powers_are_what_one_finds_on_the_street():
    plugs = {
        (connector["power_type"], connector["max_electric_power"])
        for site in SITES
        for evse in site["evses"]
        for connector in evse["connectors"]
    }
    assert plugs == {
        ("AC_3_PHASE", 11000), ("AC_3_PHASE", 22000), ("DC", 50000), ("DC", 150000),
        ("DC", 350000),
    }  # fmt: skip


def test_the_first_site_is_free_and_the_first_card_is_good():
    assert {evse["status"] for evse in SITES[0]["evses"]} == {"AVAILABLE"}
    assert drivers.token(MSP, 0)["valid"]
    assert {evse["status"] for site in SITES for evse in site["evses"]} > {"CHARGING", "OUTOFORDER"}


def tariff(kind: str):
    return prices.tariff(CPO, kind, "EUR", prices.EPOCH)


def hours(*kwh: str, start: datetime = NIGHT - timedelta(hours=12), parked: str = "0"):
    """One period an hour; the last one parks for a while."""
    return [
        Used(start + timedelta(hours=n), Decimal(each), Decimal(1), Decimal(parked if last else 0))
        for n, each in enumerate(kwh)
        for last in [n == len(kwh) - 1]
    ]


@pytest.mark.parametrize(
    ("kind", "periods", "excluding", "including"),
    [
        ("AC", hours("10", "5"), "6.3000", "7.6230"),
        ("AC", hours("1", "1", "1", "1", "1"), "5.1000", "6.1710"),  # the fifth hour costs time
        ("NIGHT", hours("10"), "4.2000", "5.0820"),
        ("NIGHT", hours("10", start=NIGHT), "2.9000", "3.5090"),
        ("NIGHT", hours("10", start=NIGHT - timedelta(days=1, hours=12)), "3.3000", "3.9930"),
        ("DC", hours("20"), "11.9000", "14.3990"),
        ("DC", hours("20.05", parked="0.3"), "14.9510", "18.0907"),  # parking to half an hour
        ("HPC", hours("1"), "1.0000", "1.2100"),  # the least price
        ("AD_HOC", hours("3.2"), "2.7600", "3.3396"),  # whole kilowatt-hours
    ],
)
def test_what_a_charge_costs(kind: str, periods: list, excluding: str, including: str):
    total = cost(tariff(kind), periods, "Europe/Amsterdam").price()
    assert total == {"excl_vat": Decimal(excluding), "incl_vat": Decimal(including)}


def test_parts_add_up_to_the_total():
    for kind, amount in itertools.product(prices.KINDS, ("3.3333", "17.2")):
        costs = cost(tariff(kind), hours(amount, amount, parked="0.4"), "Europe/Amsterdam")
        assert sum(part[0] for part in costs.parts.values()) == costs.total[0]
