"""The dashboard: what it says is what passed, for whom may know it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from apps.alerts.models import Alert, Kind
from apps.console import bars
from apps.counts.collect import Counts
from apps.counts.models import Pair, Queue, Total
from apps.counts.read import quarter_of
from apps.outbox import depth
from hub.routing.network import Status
from tests.console.saying import words
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

PAGE = "/admin/"
HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


def data(browser: Client) -> Any:
    return browser.get(PAGE, {"format": "json"}).json()


def push(cpo: Platform, identifier: str, to: Any) -> None:
    cpo.request("PUT", "tariffs", RECEIVER, f"NL/CPO/{identifier}", json=tariff(identifier), to=to)


def forget(hub: Hub) -> None:
    """What handshakes have counted is not what these tests are about."""
    hub.flush()
    for model in (Pair, Total, Queue):
        model._default_manager.all().delete()


@pytest.fixture
def with_only(hub: Hub) -> Iterator[Any]:
    """Makes a browser of somebody who has nothing but these permissions."""

    def browser(*codenames: str) -> Client:
        user = User.objects.create(username="narrow", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    yield browser
    User.objects.filter(username="narrow").delete()


def test_it_says_what_passed(hub: Hub, cpo: Platform, msp: Platform, operator: Client) -> None:
    forget(hub)
    for number in range(3):
        push(cpo, f"T{number}", MSP)
    push(cpo, "T4", ("XX", "YYY"))
    hub.flush()
    traffic = data(operator)["traffic"]
    assert [traffic[name] for name in ("messages", "ok", "refused", "failed")] == [4, 3, 1, 0]
    assert traffic["share_ok"] == 0.75
    assert 4 / 17 < traffic["per_minute"] <= 4 / 15
    assert traffic["hub_ms"]["p50"] <= traffic["hub_ms"]["p95"]
    assert traffic["partners_ms"]["p50"] > 0
    assert len(traffic["quarters"]) == 97
    assert sum(quarter["messages"] for quarter in traffic["quarters"][-2:]) == 4
    text = words(operator.get(PAGE))
    assert "Share ok 75.0 %" in text
    assert "1 refused , 0 failed" in text
    assert "4 from platforms in 15 minutes" in text


def test_the_hubs_time_is_told_apart_from_the_partners(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    forget(hub)
    msp.faults.set("slow", 0.6)
    push(cpo, "T1", MSP)
    hub.flush()
    traffic = data(operator)["traffic"]
    assert traffic["partners_ms"]["p50"] > 500
    assert traffic["hub_ms"]["p95"] <= 500


def test_platforms_are_told_by_status(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    hub.set_status(msp, Status.OFFLINE)
    hub.invite("Just invited")
    assert data(operator)["platforms"] == {
        "CONNECTED": 1, "OFFLINE": 1, "PLANNED": 1, "SUSPENDED": 0,
    }  # fmt: skip
    assert "Platforms connected 1 1 offline , 0 suspended, 1 planned" in words(operator.get(PAGE))


def test_what_waits_is_what_a_worker_saw(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    forget(hub)
    push(cpo, "T1", HUB)
    push(cpo, "T2", HUB)
    assert data(operator)["deliveries"]["waiting"] is None
    assert "Not known whether anything is wrong" in words(operator.get(PAGE))
    depth.sample(timezone.now())
    found = data(operator)["deliveries"]
    assert found["waiting"] == 2
    assert [(lane["platform"], lane["waiting"]) for lane in found["lanes"]] == [(msp.name, 2)]
    assert "Nothing needs attention" in words(operator.get(PAGE))
    assert "Not known" not in words(operator.get(PAGE))
    hub.deliver()
    depth.sample(timezone.now() + timedelta(minutes=1))
    found = data(operator)["deliveries"]
    assert (found["waiting"], found["done"], found["lanes"]) == (0, 2, [])


def test_open_alerts_are_listed_each_with_the_page_where_it_is_mended(
    hub: Hub, cpo: Platform, operator: Client
) -> None:
    now = timezone.now()
    row = hub.row(cpo)
    told: dict[str, Any] = {
        "about": "<b>NL/CPO</b>", "path": f"/admin/parties/platform/{row.pk}/change/",
        "since": now, "seen_at": now,
    }  # fmt: skip
    Alert.objects.create(
        kind=Kind.OFFLINE, subject="platform 1", text="It is away.", raised_at=now, **told
    )
    Alert.objects.create(kind=Kind.PAUSED, subject="platform 2", text="Not told yet.", **told)
    Alert.objects.create(
        kind=Kind.CLAIM, subject="claim 1", text="It is over.", raised_at=now, ended_at=now, **told
    )
    page = operator.get(PAGE)
    assert "Needs attention: 1" in words(page)
    assert f'<a href="{told["path"]}">' in page.content.decode()
    assert "It is away." in words(page)
    assert not {"Not told yet.", "It is over."} & set(words(page).split("  "))
    assert "<b>NL/CPO</b>" not in page.content.decode()
    assert [alert["text"] for alert in data(operator)["attention"]] == ["It is away."]
    assert operator.get(told["path"]).status_code == 200


def test_an_empty_hub_says_what_to_do_first(hub: Hub, operator: Client, viewer: Client) -> None:
    assert "Invite the first platform" in words(operator.get(PAGE))
    assert "An operator may invite the first platform." in words(viewer.get(PAGE))
    assert "No messages in the last 24 hours." in words(operator.get(PAGE))
    hub.invite("Just invited")
    assert "Invite the first platform" not in words(operator.get(PAGE))


@pytest.mark.parametrize(
    ("codename", "parts"),
    [
        ("view_alert", {"attention"}),
        ("view_platform", {"platforms", "versions"}),
        ("view_leg", {"traffic"}),
        ("view_delivery", {"deliveries"}),
    ],
)
def test_each_part_is_for_who_may_see_what_it_counts(
    codename: str, parts: set[str], hub: Hub, cpo: Platform, with_only: Any
) -> None:
    browser = with_only(codename)
    assert set(data(browser)) == {"now", *parts}
    assert browser.get(PAGE).status_code == 200


def test_who_may_see_nothing_is_shown_nothing(hub: Hub, cpo: Platform, with_only: Any) -> None:
    browser = with_only()
    assert browser.get(PAGE, {"format": "json"}).status_code == 403
    text = words(browser.get(PAGE))
    assert "Your account may not see anything yet" in text
    assert "Platforms connected" not in text
    assert Client().get(PAGE).status_code == 302


def test_the_chart_has_a_bar_per_quarter_and_a_table_with_the_same(
    hub: Hub, operator: Client
) -> None:
    now = timezone.now()
    for hours, outcome, number in ((3, "ok", 8), (3, "failed", 2), (20, "refused", 1)):
        counts = Counts()
        for _ in range(number):
            counts.message(now - timedelta(hours=hours), 1, 2, "tariffs", outcome, own_ms=1)
        counts.write_here()
    page = operator.get(PAGE)
    traffic, trouble = (chart["drawing"] for chart in page.context["charts"])
    begins = f"{quarter_of(now - timedelta(hours=3)):%d %b %H:%M}"
    assert [bar.says for bar in traffic.bars][1] == f"{begins}: 8 ok, 0 refused, 2 failed"
    assert [[block.kind for block in bar.blocks] for bar in traffic.bars] == [
        ["refused"],
        ["ok", "failed"],
    ]
    assert (traffic.top, trouble.top) == (10, 2)
    assert [quarter["messages"] for quarter in page.context["quarters"]] == [10, 1]
    assert page.content.decode().count("<rect class=") == 5


AT = datetime(2030, 5, 20, tzinfo=UTC)


def test_blocks_of_a_bar_stand_on_each_other() -> None:
    moments = [AT + timedelta(minutes=15 * number) for number in range(5)]
    counts = [{"ok": 60, "failed": 20}, {"ok": 0, "failed": 0}, {"ok": 0, "failed": 5}]
    counts += [{"ok": 1, "failed": 0}, {"ok": 100, "failed": 0}]
    chart = bars.draw(moments, counts, ("ok", "failed"), 3)
    assert (chart.top, chart.half, chart.width) == (100, 50, 5)
    assert chart.ticks == (moments[0], moments[2], moments[4])
    first, *_, least, full = chart.bars
    assert [(each.kind, each.y, each.height) for each in first.blocks] == [
        ("ok", 40, 60),
        ("failed", 20, 20),
    ]
    assert [bar.x for bar in chart.bars] == [0.12, 2.12, 3.12, 4.12]
    assert least.blocks[0].height == bars.LEAST
    assert (full.blocks[0].y, full.blocks[0].height) == (0, 100)


@pytest.mark.parametrize(
    ("highest", "top"), [(0, 1), (1, 1), (3, 5), (6, 10), (11, 20), (43_000, 50_000)]
)
def test_the_scale_ends_at_a_round_number(highest: int, top: int) -> None:
    assert bars.nice(highest) == top
