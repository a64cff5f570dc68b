"""An owner that is suspended while somebody is caught up: what it changed before is told when it is
resumed."""

from hub.routing.network import Status
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import news
from tests.hubclientinfo.returning import away, back, catch_up, got, push
from tests.platforms import Platform


def test_who_was_caught_up_meanwhile_gets_its_objects_after_that(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1"))
    hub.set_status(cpo, Status.SUSPENDED)
    back(hub, msp)
    assert got(msp) == []
    hub.set_status(cpo, Status.CONNECTED)
    news(hub)
    catch_up(hub)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
