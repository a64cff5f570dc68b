"""What an operator does to deliveries on their pages; a viewer only looks."""

from typing import Any

import pytest
from django.test import Client

from apps.outbox.models import Delivery
from tests.console.saying import messages, words
from tests.gateway.objects import LATER, tariff
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

PAGES = "/admin/outbox/delivery/"
HUB = ("NL", "HUB")


def push(cpo: Platform, **more: Any) -> None:
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(**more), to=HUB)
    assert reply.code == 1000


@pytest.fixture
def refused(hub: Hub, cpo: Platform, msp: Platform) -> Delivery:
    msp.faults.set("refuse", 2000, module="tariffs")
    push(cpo)
    hub.deliver()
    msp.faults.clear()
    return Delivery.objects.get()


def test_a_refused_push_is_sent_again_or_given_up(
    hub: Hub, msp: Platform, refused: Delivery, operator: Client
) -> None:
    page = words(operator.get(f"{PAGES}{refused.pk}/change/"))
    assert "Send again" in page
    assert "Give up" not in page
    assert "Save" not in page
    asked = f"{PAGES}act/again/?id={refused.pk}"
    assert "nothing older goes out over something newer" in words(operator.get(asked))
    told = operator.post(asked, follow=True)
    assert messages(told) == ["tariffs NL/CPO T1 for DE/MSP: waits to be sent again."]
    operator.post(f"{PAGES}act/give-up/?id={refused.pk}", follow=True)
    assert hub.deliver() == 0
    operator.post(asked, follow=True)
    assert hub.deliver() == 1
    assert len(msp.received) >= 2


def test_nothing_older_is_sent_again(
    hub: Hub, cpo: Platform, msp: Platform, refused: Delivery, operator: Client
) -> None:
    push(cpo, last_updated=LATER)
    assert "Send again" not in words(operator.get(f"{PAGES}{refused.pk}/change/"))
    operator.post(f"{PAGES}act/again/?id={refused.pk}", follow=True)
    refused.refresh_from_db()
    assert refused.state == "dropped"


def test_all_of_a_platform_are_sent_again(
    hub: Hub, msp: Platform, refused: Delivery, operator: Client
) -> None:
    url = f"/admin/parties/platform/act/send-again/?id={hub.row(msp).pk}"
    assert messages(operator.post(url, follow=True)) == ["DE/MSP: 1 pushes wait to be sent again."]
    assert hub.deliver() == 1


def test_a_viewer_looks_and_does_nothing(refused: Delivery, viewer: Client) -> None:
    assert "Send again" not in words(viewer.get(f"{PAGES}{refused.pk}/change/"))
    assert viewer.post(f"{PAGES}act/again/?id={refused.pk}").status_code == 403
    refused.refresh_from_db()
    assert refused.state == "dropped"


def test_those_chosen_in_the_list_are_asked_about(refused: Delivery, operator: Client) -> None:
    assert "Send again" in words(operator.get(PAGES))
    chosen = {"action": "again", "_selected_action": [refused.pk]}
    asked = operator.post(PAGES, chosen, follow=True)
    assert asked.redirect_chain[0][0].endswith(f"act/again/?id={refused.pk}")
    assert "Reason" in words(asked)


def test_the_menu_of_acts_is_not_there_for_a_viewer(refused: Delivery, viewer: Client) -> None:
    page = viewer.get(PAGES)
    assert 'name="action"' not in page.content.decode()
    assert "Send again" not in words(page)
