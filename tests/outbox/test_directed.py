"""A party's own copy that is brought to it after an absence: what it got directly meanwhile is
newer, and is not followed by what was booked before."""

from apps.hubclientinfo import catch_up as catching
from apps.hubclientinfo.returned import catch_up_again
from apps.outbox.models import Delivery
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.hubclientinfo.goings import at
from tests.hubclientinfo.returning import MSP, SETTLED, push
from tests.platforms import Platform


def booked(hub: Hub, msp: Platform) -> None:
    """All that it may see is booked for it, and waits."""
    catch_up_again(hub.row(msp), at(0))
    (pk,) = catching.due(at(SETTLED))
    catching.catch_up(pk, at(SETTLED))
    Delivery.objects.filter(state="waiting").update(due_at=at(0))


def test_what_came_directly_meanwhile_is_not_followed_by_an_older_state(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    booked(hub, msp)
    push(cpo, "tariffs", tariff("T1", currency="NOK", last_updated=LATER), to=MSP)
    hub.deliver()
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "NOK"


def test_what_was_removed_directly_meanwhile_does_not_come_back(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    booked(hub, msp)
    push(cpo, "tariffs", {}, "DELETE", "NL/CPO/T1", to=MSP)
    hub.deliver()
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1") is None
    assert Delivery.objects.get().reason == "the hub does not keep it any more"
