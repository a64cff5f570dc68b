"""Locations of 2.1.1 that name no time zone, in a country that has several: the operator says which
one is meant; UTC is never assumed."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from apps.parties.models import Platform as Row
from tests.gateway import objects_2_1_1
from tests.gateway.objects import LATER
from tests.gateway.test_across_pushes import MIDDLE, OLD, right
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")


@pytest.fixture
def pair(hub: Hub) -> tuple[Platform, Platform]:
    return hub.platform("CPO:US/CPO", version=OLD), hub.platform("DE/MSP", version=MIDDLE)


def push(hub: Hub, cpo: Platform, **more: Any) -> None:
    content = objects_2_1_1.location(country="USA", city="Chicago", **more)
    reply = cpo.request("PUT", "locations", RECEIVER, "US/CPO/L1", json=content)
    assert reply.code == 1000, reply
    hub.deliver()


def listed(msp: Platform) -> list[Any]:
    return list(msp.request("GET", "locations", SENDER, to=HUB).data)


def test_without_one_the_location_is_kept_back(hub: Hub, pair: tuple[Platform, Platform]) -> None:
    cpo, msp = pair
    push(hub, cpo)
    assert not [each for each in msp.received if each.module == "locations"]
    assert listed(msp) == []


def test_the_configured_one_is_told(hub: Hub, pair: tuple[Platform, Platform]) -> None:
    cpo, msp = pair
    hub.change(cpo, time_zone="America/Chicago")
    push(hub, cpo)
    for told in (msp.heard(module="locations").json, *listed(msp)):
        assert right(MIDDLE, "Location", told)
        assert told["time_zone"] == "America/Chicago"
    push(hub, cpo, time_zone="America/New_York", last_updated=LATER)
    assert listed(msp)[0]["time_zone"] == "America/New_York"


@pytest.mark.parametrize("name", ["Chicago", "America/Chicago ", "../etc/passwd", "EST5"])
def test_it_must_be_a_time_zone(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Row(name="A platform", time_zone=name).full_clean(validate_unique=False)
    assert set(refused.value.message_dict) == {"time_zone"}
    Row(name="A platform", time_zone="America/Chicago").full_clean(validate_unique=False)
