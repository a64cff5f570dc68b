"""What a platform offers is shown beside the version that was agreed on, on its page and in the
API, and what it could go over to; a message says in which version it was, then."""

import asyncio

from django.test import Client

from apps.credentials import registration
from apps.operators.models import Scope
from apps.traffic.models import Leg
from tests.api.scripts import Script, of_group, token
from tests.console.saying import words
from tests.credentials.test_offers import lists
from tests.gateway.objects import tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

OVER = "It offers 2.3.0, which the hub has too"


def test_page_and_api_say_what_it_offers_and_what_it_could_go_over_to(
    hub: Hub, msp: Platform, operator: Client
) -> None:
    page = f"/admin/parties/platform/{hub.row(msp).pk}/change/"
    assert OVER not in words(operator.get(page))
    lists(msp, "2.1.1", "2.2.1", "2.3.0", "3.0")
    asyncio.run(registration.fetch_again(hub.row(msp)))
    assert "2.1.1, 2.2.1, 2.3.0, 3.0" in words(operator.get(page))
    assert OVER in words(operator.get(page))
    told = operator.get(f"{page}?format=json").json()["speaks"]
    assert (told["version"], told["newer"]) == ("2.2.1", ["2.3.0"])
    with of_group("viewer") as user:
        answer = Script(token(user, Scope.READ)).get(f"platforms/{hub.row(msp).pk}")
    assert answer["speaks"] == told
    assert answer["losses"] == {"times": {}, "rows": [], "more": 0}
    hub.change(msp, hidden_versions=["2.3.0"])
    assert OVER not in words(operator.get(page))


def test_partner_text_is_escaped(hub: Hub, msp: Platform, operator: Client) -> None:
    lists(msp, "2.2.1", "<b>2.3")
    asyncio.run(registration.fetch_again(hub.row(msp)))
    page = operator.get(f"/admin/parties/platform/{hub.row(msp).pk}/change/").content.decode()
    assert "&lt;b&gt;2.3" in page
    assert "<b>2.3" not in page


def test_the_log_keeps_the_version_that_the_hub_spoke(
    hub: Hub, cpo: Platform, msp: Platform, operator: Client
) -> None:
    """A forward, a delivery; where the partner's URL has no version, and it has gone over since."""
    cpo.request("GET", "tokens", SENDER, to=("DE", "MSP"))
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=("NL", "HUB"))
    hub.deliver()
    hub.flush()
    asked = Leg.objects.filter(direction="out", platform_id=hub.row(msp).pk)
    asked = asked.filter(module__in=["tokens", "tariffs"])
    assert set(asked.values_list("module", "spoken")) == {("tokens", "2.2.1"), ("tariffs", "2.2.1")}
    asked.update(path="https://partner.example/ocpi")
    assert msp.switch("2.3.0").code == 1000
    for leg in asked:
        fact = operator.get(f"/admin/traffic/leg/{leg.pk}/change/?format=json").json()
        assert fact["versions"][str(leg.pk)] == "2.2.1"
