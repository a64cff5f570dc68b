"""Deliveries that wait while the network changes around them."""

from apps.outbox import by_hand
from apps.outbox.models import Delivery, Unnamed
from apps.parties.models import CredentialsRole
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import news
from tests.hubclientinfo.returning import away, back, got
from tests.outbox.test_lanes import HUB, at, drained, push
from tests.platforms import RECEIVER, Platform


def test_what_waits_for_a_party_does_not_go_to_where_it_was(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    other = hub.platform("FR/MSP")
    by_hand.hold(hub.row(msp).pk, "a test says so", at(0)())
    push(cpo)
    roles = CredentialsRole.objects.filter(party="DE/MSP")
    roles.update(platform=hub.row(other))
    hub.reload()
    by_hand.let_go(hub.row(msp).pk)
    hub.deliver()
    assert [each.module for each in msp.received if each.module == "tariffs"] == []
    record = Delivery.objects.get(party="DE/MSP")
    assert (record.state, record.reason) == ("dropped", "DE/MSP is not on the platform any more")


def test_what_waits_for_a_name_when_the_platform_goes_away_comes_after_its_return(
    hub: Hub, cpo: Platform
) -> None:
    msp = hub.platform("DE/MSP", version="2.3.0")
    news(hub)
    new = hub.platform("BE/CPO")
    hub.announce()
    assert Unnamed.objects.filter(owner="BE/CPO").exists()
    body = tariff("T1", "BE/CPO")
    assert new.request("PUT", "tariffs", RECEIVER, "BE/CPO/T1", json=body, to=HUB).code == 1000
    drained(hub.row(msp).pk, at(0))
    assert Delivery.objects.get(object__startswith="tariffs").state == "waiting"
    away(hub, msp)
    assert Delivery.objects.get(object__startswith="tariffs").state == "dropped"
    back(hub, msp)
    assert got(msp) == [("PUT", "tariffs", "BE/CPO/T1")]
    assert not Unnamed.objects.exists()
