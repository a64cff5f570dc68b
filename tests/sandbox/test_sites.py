"""The sites of one CPO: valid, all over one country, the same ones every time."""

from collections import Counter
from datetime import UTC, datetime

from apps.sandbox import prices
from apps.sandbox.jsonbytes import encode
from apps.sandbox.sites import TOWNS, sites
from hub.ocpi import jsontext
from hub.ocpi.quality import remarks
from hub.ocpi.schema import SCHEMAS, check
from tests.sandbox.shapes import wrong

CPO = ("NL", "CPO")
SITES = list(sites(CPO))
NOW = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_thousand_sites_are_valid_and_make_sense():
    assert len(SITES) == len({site["id"] for site in SITES}) == 1000
    schema = SCHEMAS["2.2.1"]["Location"]
    for site in SITES:
        text = encode(site)
        assert list(wrong("Location", site)) == []
        assert list(check(schema, jsontext.decode(text))) == []
        assert list(remarks("Location", jsontext.decode(text), NOW)) == []


def test_they_are_the_same_every_time_and_in_every_part():
    assert encode(list(sites(CPO, 50))) == encode(SITES[:50])
    assert encode(list(sites(("NL", "XYZ"), 1))) != encode(SITES[:1])


def test_they_are_all_over_the_country_and_more_of_them_where_more_people_live():
    places = Counter(site["city"] for site in SITES)
    assert set(places) == {town.name for town, _ in TOWNS}
    assert places["Amsterdam"] > 4 * places["Helmond"] > places["Goes"]
    assert {site["country"] for site in SITES} == {"NLD"}
    # Any part is spread like the whole.
    assert len({site["city"] for site in SITES[:100]}) > 30


def test_they_have_several_evses_and_tariffs_that_exist():
    evses = [len(site["evses"]) for site in SITES]
    assert min(evses) == 2
    assert 3 < sum(evses) / len(evses) < 5
    known = {tariff["id"] for tariff in prices.tariffs(CPO, prices.WORTH)}
    for site in SITES:
        for evse in site["evses"]:
            for connector in evse["connectors"]:
                assert known.issuperset(connector["tariff_ids"])
