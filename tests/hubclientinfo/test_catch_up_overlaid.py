"""Of a public object and a party's own copy of it, that party is brought the one that it is shown:
the newer of the two."""

from apps.hubclientinfo.returned import catch_up_again
from hub.routing.agreements import Act, State
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.hubclientinfo.giving import act, agree, give, listed
from tests.hubclientinfo.goings import at
from tests.hubclientinfo.returning import MSP, away, back, catch_up, got, push
from tests.platforms import SENDER, Platform


def shown(msp: Platform) -> list[str]:
    return [
        each["currency"] for each in msp.request("GET", "tariffs", SENDER, to=("NL", "HUB")).data
    ]


def test_a_newer_public_object_comes_to_who_has_an_older_copy_of_its_own(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    away(hub, msp)
    push(cpo, "tariffs", tariff("T1", last_updated=LATER))
    back(hub, msp)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
    assert shown(msp) == ["EUR"]
    assert msp.objects.get("tariffs", ("NL", "CPO"), "T1")["currency"] == "EUR"


def test_a_copy_of_its_own_does_not_come_over_a_newer_public_object(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", last_updated=LATER))
    hub.deliver()
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    msp.clear()
    catch_up_again(hub.row(msp), at(0))
    catch_up(hub)
    told = [each.json["currency"] for each in msp.received if each.module == "tariffs"]
    assert told == shown(msp) == ["EUR"]


def test_what_a_new_agreement_gives_is_what_is_shown(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    push(cpo, "tariffs", tariff("T1", currency="SEK"), to=MSP)
    hub.deliver()
    agreement = agree(state=State.OFFERED)
    give(hub)
    push(cpo, "tariffs", tariff("T1", last_updated=LATER))
    hub.deliver()
    msp.clear()
    act(agreement, Act.ACTIVATE)
    give(hub, 75.0, compared=60.0)
    assert got(msp) == [("PUT", "tariffs", "NL/CPO/T1")]
    assert listed(msp) == ["T1"]
