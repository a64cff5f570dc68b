"""What concerns versions of OCPI, in a browser: nothing wrong, light, dark, on a phone."""

from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from apps.locations.models import Location
from apps.outbox.models import Delivery
from apps.parties.models import Platform as Row
from apps.tariffs.models import Tariff
from apps.traffic.models import Leg
from tests.browser.watched import Watched
from tests.gateway.objects import evse, location
from tests.hub import Hub
from tests.platforms import RECEIVER

SIZES = {"wide": (1280, 900), "phone": (390, 844)}
HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


@pytest.fixture
def mixed(hub: Hub) -> None:
    """Three platforms of three versions, a Location that loses much, a tariff that is withheld."""
    cpo = hub.platform("NL/CPO", version="2.3.0")
    hub.platform("FR/MSP", version="2.1.1")
    hub.platform("DE/MSP", version="2.2.1")
    body = location(
        evses=[evse(parking=[{"parking_id": "P1"}], capabilities=["RFID_READER", "PED_TERMINAL"])],
        help_phone="+31 30 1234567",
    )  # fmt: skip
    limited = {
        "country_code": "NL", "party_id": "CPO", "id": "T1", "currency": "EUR",
        "tax_included": "NO", "min_price": {"before_taxes": 1.5},
        "last_updated": body["last_updated"],
        "elements": [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}],
    }  # fmt: skip
    for to, name in ((MSP, "c-direct"), (HUB, "c-all")):
        reply = cpo.request(
            "PUT", "locations", RECEIVER, "NL/CPO/L1", json=body, to=to,
            headers={"X-Correlation-ID": name},
        )  # fmt: skip
        assert reply.code == 1000, reply
    reply = cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=limited, to=HUB)
    assert reply.code == 1000, reply
    hub.deliver()
    hub.flush()


def pages() -> dict[str, str]:
    """The pages, by what their pictures are called."""
    place, tariff = Location.objects.get(audience=""), Tariff.objects.get()
    leg = Leg.objects.get(correlation_id="c-direct", direction="in")
    old = Row.objects.get(version="2.1.1")
    told = Delivery.objects.get(party="FR/MSP", payload__module="locations")
    return {
        "conversions": "/admin/conversions/",
        "conversions-nothing-fits": "/admin/conversions/?module=cdrs",
        "object": reverse("admin:locations_location_change", args=[place.pk]),
        "object-in-2.1.1": f"/admin/objects/locations/{place.pk}/2.1.1/",
        "object-in-2.3.0": f"/admin/objects/locations/{place.pk}/2.3.0/",
        "object-withheld": f"/admin/objects/tariffs/{tariff.pk}/2.1.1/",
        "message-between": reverse("admin:traffic_leg_change", args=[leg.pk]),
        "trace-between": "/admin/trace/?id=c-all",
        "delivery-between": reverse("admin:outbox_delivery_change", args=[told.pk]),
        "platform-of-2.1.1": reverse("admin:parties_platform_change", args=[old.pk]),
        "pair-between": "/admin/agreements/pair/?one=NL/CPO&other=FR/MSP",
        "network-mixed": "/admin/network/",
        "dashboard-mixed": "/admin/",
        "dry-run-between": f"/admin/dry-run/?message={leg.pk}",
        "schema": "/schema/",
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wrong_and_they_fit(
    size: str, scheme: str, mixed: None, watched: Watched, pictures: Path
) -> None:
    watched.page.set_viewport_size(dict(zip(("width", "height"), SIZES[size], strict=True)))  # type: ignore[arg-type]
    watched.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of its words
    for name, url in pages().items():
        watched.open(url)
        watched.page.screenshot(path=pictures / f"{name}-{size}-{scheme}.png", full_page=True)
        watched.check()
        if size == "wide":
            assert watched.overflow() <= 0, url


def test_from_a_loss_to_its_messages_and_back(mixed: None, watched: Watched) -> None:
    page = watched.open("/admin/conversions/")
    page.get_by_role("link", name="Messages to DE/MSP with $.help_phone").click()
    page.get_by_role("link", name="Z", exact=False).first.click()
    expect(page.get_by_role("table", name="What was lost or assumed")).to_contain_text(
        "$.help_phone"
    )
    watched.check()


def test_from_an_object_to_another_version_of_it(mixed: None, watched: Watched) -> None:
    page = watched.open(pages()["object"])
    page.get_by_role("link", name="2.2.1", exact=True).click()
    expect(page.locator(".note").first).to_contain_text("lost")
    page.get_by_role("link", name="2.3.0", exact=True).click()
    expect(page.get_by_text("byte for byte")).to_be_visible()
    watched.check()
