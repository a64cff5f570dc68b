"""The network page: everybody in their place, narrowed, sorted, drawn."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client

from apps.console import network_drawing
from apps.console.amounts import lasting, milliseconds, share, short, thousands
from apps.console.network_drawing import draw, thickness
from apps.console.network_facts import SORTS, Member, Narrowing, chosen, side_of
from apps.counts.models import Pair
from apps.counts.read import Outcomes
from hub.routing.network import Status
from tests.console.saying import words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

PAGE = "/admin/network/"
SEEN = datetime(2030, 5, 20, tzinfo=UTC)


def member(number: int, side: str = "CPO", **changes: Any) -> Member:
    values: dict[str, Any] = {
        "id": number, "name": f"Platform {number:02d}", "status": "CONNECTED", "side": side,
        "roles": (side,) if side else (), "parties": (f"NL/{number:03d}",) if side else (),
        "passed": Outcomes(number, 0, 0), "waiting": 0,
        "last_seen": SEEN + timedelta(minutes=number),
    }  # fmt: skip
    return Member(**values | changes)


def test_it_shows_who_is_connected_and_what_passed(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    hub.flush()
    Pair.objects.all().delete()
    for identifier, to in (("T1", ("DE", "MSP")), ("T2", ("XX", "YYY"))):
        cpo.request(
            "PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier), to=to
        )
    hub.flush()
    hub.set_status(msp, Status.OFFLINE)
    found = operator.get(PAGE, {"format": "json"}).json()["platforms"]
    facts = {each["platform"]: each for each in found}
    one, other = facts[cpo.name], facts[msp.name]
    assert (one["side"], one["status"], one["messages"], one["share_ok"]) == (
        "CPO", "CONNECTED", 2, 0.5,
    )  # fmt: skip
    assert (other["side"], other["status"], other["messages"], other["share_ok"]) == (
        "EMSP", "OFFLINE", 1, 1,
    )  # fmt: skip
    assert one["parties"] == ["NL/CPO"]
    page = operator.get(PAGE).content.decode()
    assert f'href="/admin/parties/platform/{hub.row(cpo).pk}/change/" aria-label="NL/CPO' in page
    assert 'class="platform status-OFFLINE"' in page
    assert "2 messages in the last hour, 50.0 % ok" in page


def test_what_partners_are_called_is_escaped(hub: Hub, operator: Client) -> None:
    hub.platform("NL/CPO", name="<script>alert(1)</script>")
    assert "<script>alert" not in operator.get(PAGE).content.decode()


def test_an_empty_network_says_what_to_do_first(hub: Hub, operator: Client, viewer: Client) -> None:
    assert "Invite the first platform" in words(operator.get(PAGE))
    assert "An operator may invite the first one." in words(viewer.get(PAGE))


def test_it_is_narrowed_and_sorted_by_its_address(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    def names(**query: str) -> list[str]:
        found = operator.get(PAGE, {**query, "format": "json"}).json()["platforms"]
        return [each["platform"] for each in found]

    hub.set_status(msp, Status.SUSPENDED)
    assert names() == [msp.name, cpo.name] == ["DE/MSP", "NL/CPO"]
    assert names(sort="-name") == ["NL/CPO", "DE/MSP"]
    assert names(sort="--name") == names(sort="nonsense") == ["DE/MSP", "NL/CPO"]
    assert names(q="cpo") == ["NL/CPO"]
    assert names(status="SUSPENDED") == names(role="EMSP") == ["DE/MSP"]
    assert names(status="nonsense") == ["DE/MSP", "NL/CPO"]
    assert names(q="nobody") == []
    assert "Nothing fits." in words(operator.get(PAGE, {"q": "nobody"}))
    page = operator.get(PAGE, {"sort": "-messages", "role": "CPO"}).content.decode()
    assert page.count('aria-sort="descending"') == 1
    assert 'href="?role=CPO&amp;sort=messages"' in page


def test_beyond_forty_there_is_only_the_table(hub: Hub, operator: Client) -> None:
    for number in range(41):
        hub.invite(f"Platform {number}")
    page = operator.get(PAGE)
    assert page.context["picture"] is None
    assert "41 platforms are too many for a picture" in words(page)
    assert page.content.decode().count('<th scope="row">') == 41
    narrowed = operator.get(PAGE, {"q": "Platform 4"})
    assert len(narrowed.context["picture"].places) == 2


@pytest.mark.parametrize(
    ("roles", "side"),
    [
        ([], ""),
        (["CPO"], "CPO"),
        (["EMSP", "CPO"], "CPO"),
        (["EMSP", "EMSP", "CPO"], "EMSP"),
        (["NSP", "NSP", "EMSP"], "EMSP"),
        (["NSP", "SCSP", "SCSP"], "SCSP"),
    ],
)
def test_a_platform_has_one_side(roles: list[str], side: str) -> None:
    assert side_of(roles) == side


@pytest.mark.parametrize("key", sorted(SORTS))
def test_every_order_leads_both_ways(key: str) -> None:
    rows = [
        member(1, status="OFFLINE", last_seen=None, waiting=None, passed=Outcomes()),
        member(2, "EMSP", status="PLANNED", waiting=3, passed=Outcomes(1, 1, 0), version="2.2.1"),
        member(3, "NSP", status="SUSPENDED", waiting=9, passed=Outcomes(9, 0, 0), version="2.3.0"),
    ]
    up = [each.id for each in chosen(rows, Narrowing(), key)]
    assert up == [1, 2, 3]
    assert [each.id for each in chosen(rows, Narrowing(), f"-{key}")] == up[::-1]


@pytest.mark.parametrize(("left", "right", "below"), [(1, 1, 0), (0, 0, 1), (7, 2, 4), (20, 20, 0)])
def test_nothing_in_the_picture_covers_anything_else(left: int, right: int, below: int) -> None:
    sides = ["CPO"] * left + ["EMSP"] * right + ["", "NSP", "OTHER", "SCSP"][:below]
    picture = draw([member(number, side) for number, side in enumerate(sides)])
    boxes = [(p.x, p.y, p.x + p.width, p.y + p.height) for p in picture.places]
    bottom = picture.hub_top + picture.hub_height
    boxes.append((picture.hub_left, picture.hub_top, picture.hub_left + picture.hub_width, bottom))
    assert len(boxes) == left + right + below + 1
    for number, one in enumerate(boxes):
        assert one[0] >= 0 <= one[1]
        assert one[2] <= picture.width
        assert one[3] <= picture.height
        for other in boxes[number + 1 :]:
            beside = one[2] <= other[0] or other[2] <= one[0]
            above = one[3] <= other[1] or other[3] <= one[1]
            assert beside or above, (one, other)


def test_cpos_are_left_emsps_right_others_below() -> None:
    picture = draw([member(1, "CPO"), member(2, "EMSP"), member(3, "NSP"), member(4, "")])
    one, other, third, fourth = picture.places
    assert one.x + one.width < picture.hub_left
    assert other.x > picture.hub_left + picture.hub_width
    assert min(third.y, fourth.y) > picture.hub_top + picture.hub_height
    assert one.line[2] == picture.hub_left
    assert other.line[2] == picture.hub_left + picture.hub_width
    assert picture.below


def test_a_line_is_thicker_the_more_passed() -> None:
    widths = [thickness(number) for number in (0, 1, 10, 1000, 100_000, 10_000_000)]
    assert all(one < other for one, other in pairwise(widths))
    assert widths[-1] < network_drawing.BOX_HEIGHT / 2


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (share(None), "-"), (share(1), "100 %"), (share(0), "0 %"), (share(0.99999), "99.9 %"),
        (share(0.00001), "0.1 %"), (share(0.5), "50.0 %"),
        (milliseconds(None), "-"), (milliseconds(0.84), "0.8 ms"), (milliseconds(42.4), "42 ms"),
        (milliseconds(500), "≥ 500 ms"), (milliseconds(1234), "1.2 s"),
        (milliseconds(10_000), "≥ 10.0 s"),
        (lasting(None), "-"), (lasting(12.9), "12 s"), (lasting(200), "3 min 20 s"),
        (lasting(7500), "2 h 5 min"), (lasting(3 * 86400), "3 days"),
        (thousands(None), "-"), (thousands(1234567), "1\u202f234\u202f567"),
        (thousands(0.26), "0.3"), (thousands(3.0), "3"),
        (short(999), "999"), (short(1234), "1.2k"), (short(34_567), "34k"),
        (short(5_600_000), "5.6M"),
    ],
)  # fmt: skip
def test_amounts(shown: str, wanted: str) -> None:
    assert shown == wanted
