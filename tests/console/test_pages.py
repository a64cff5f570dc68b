"""What an operator does on the pages happens, at once, and only for those who may."""

import base64
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.parties import directory
from apps.parties.models import Endpoint, PartyClaim, Platform, Token
from apps.parties.tokens import reveal
from apps.traffic.models import Leg
from tests.console.saying import act, messages, soon, words
from tests.hub import Hub
from tests.platforms import SENDER
from tests.platforms import Platform as Simulated

LIST = "/admin/parties/platform/"


def status(platform: Simulated) -> int:
    return platform.request("GET", "tokens", SENDER, to=("DE", "MSP")).status


def page_of(row: Platform) -> str:
    return reverse("admin:parties_platform_change", args=[row.pk])


def form_of(row: Platform, **changes: Any) -> dict[str, Any]:
    """The platform's form as a browser sends it, with changes."""
    endpoints = list(row.endpoints.all())
    data: dict[str, Any] = {
        "name": row.name,
        "token_form": row.token_form,
        "presents_as": row.presents_as,
        "validation": row.validation,
        "max_in_flight": "",
        "max_per_second": "",
        "still_alive_minutes": "",
        "catch_up": "on",
        "endpoints-TOTAL_FORMS": len(endpoints),
        "endpoints-INITIAL_FORMS": len(endpoints),
    }
    for number, endpoint in enumerate(endpoints):
        data[f"endpoints-{number}-id"] = endpoint.pk
        data[f"endpoints-{number}-platform"] = row.pk
        data[f"endpoints-{number}-override"] = endpoint.override
    return data | changes


def test_a_suspended_platform_is_refused_until_it_is_resumed(
    hub: Hub, cpo: Simulated, msp: Simulated, operator: Client
) -> None:
    row = hub.row(cpo)
    assert status(cpo) == 200
    assert "refused" in words(operator.get(f"{LIST}act/suspend/?id={row.pk}"))
    assert status(cpo) == 200
    response = act(operator, "suspend", row, reason="unpaid")
    assert messages(response)[0].startswith("NL/CPO is suspended")
    assert "SUSPENDED since" in words(response)
    assert ": unpaid" in words(response)
    assert soon(lambda: status(cpo) == 403)
    assert messages(act(operator, "resume", row)) == ["NL/CPO is CONNECTED again."]
    assert soon(lambda: status(cpo) == 200)
    told = LogEntry.objects.filter(object_id=str(row.pk), user__username="superuser")
    assert told.count() == 2


def test_many_are_suspended_at_once_from_the_list(
    hub: Hub, cpo: Simulated, msp: Simulated, operator: Client
) -> None:
    rows = [hub.row(cpo), hub.row(msp)]
    chosen = {"action": "suspend", "_selected_action": [row.pk for row in rows]}
    asked = operator.post(LIST, chosen, follow=True)
    assert "NL/CPO" in words(asked)
    assert "DE/MSP" in words(asked)
    act(operator, "suspend", *rows)
    assert set(Platform.objects.values_list("status", flat=True)) == {"SUSPENDED"}


def test_renewed_credentials_work_and_a_failure_is_told(
    hub: Hub, cpo: Simulated, msp: Simulated, operator: Client
) -> None:
    before = cpo.hub_token
    assert "has new credentials" in messages(act(operator, "renew", hub.row(cpo)))[0]
    assert cpo.hub_token != before
    assert soon(lambda: status(cpo) == 200)
    cpo.offline()
    assert "cannot be used" in messages(act(operator, "renew", hub.row(cpo)))[0]
    assert hub.row(cpo).status == "CONNECTED"


def test_an_ended_registration_is_told(hub: Hub, cpo: Simulated, operator: Client) -> None:
    assert "is unregistered" in messages(act(operator, "unregister", hub.row(cpo)))[0]
    assert not cpo.is_registered
    assert hub.row(cpo).status == "OFFLINE"


def test_renewing_is_no_way_around_a_suspension(hub: Hub, cpo: Simulated, operator: Client) -> None:
    row = hub.row(cpo)
    act(operator, "suspend", row)
    for name in ("renew", "invite-again"):
        assert "resume it first" in words(operator.get(f"{LIST}act/{name}/?id={row.pk}"))
        act(operator, name, row)
        assert hub.row(cpo).status == "SUSPENDED"


def test_adding_a_platform_is_inviting_it(hub: Hub, operator: Client) -> None:
    response = operator.post(f"{LIST}add/", {"name": "New"})
    token = reveal(Token.objects.get(platform__name="New"))
    text = response.content.decode()
    for part in (token, base64.b64encode(token.encode()).decode(), hub.versions_url):
        assert part in text
    assert "no-store" in response.headers["Cache-Control"]
    assert hub.here.platform("New").register(hub.versions_url, token).code == 1000
    again = operator.post(f"{LIST}add/", {"name": "New"})
    assert "There is a platform of that name" in words(again)


def test_registering_again_shows_the_token_once(
    hub: Hub, cpo: Simulated, msp: Simulated, operator: Client
) -> None:
    row = hub.row(cpo)
    response = act(operator, "invite-again", row)
    token = reveal(Token.objects.get(platform=row))
    assert token in response.content.decode()
    assert soon(lambda: status(cpo) == 401)
    for url in (LIST, page_of(row), "/admin/", f"{page_of(row).removesuffix('change/')}history/"):
        assert token not in operator.get(url).content.decode()
    assert cpo.register(hub.versions_url, token).code == 1000


def test_no_page_shows_a_token(hub: Hub, cpo: Simulated, operator: Client) -> None:
    text = operator.get(page_of(hub.row(cpo))).content.decode()
    assert "which the hub sends" in text
    for token in Token.objects.all():
        assert reveal(token) not in text
        assert token.fingerprint not in text


def test_a_switch_reaches_the_gateway_and_nothing_else_is_written(
    hub: Hub, cpo: Simulated, operator: Client
) -> None:
    row, version = hub.row(cpo), directory.version()
    form = form_of(row, presents_as="nl/hub", implicit_get_all="on", hidden_versions=["2.2.1"])
    # What the gateway writes while the form is open, and what a form must never set.
    Platform.objects.filter(pk=row.pk).update(learned={"plain_token": "today"})
    response = operator.post(page_of(row), form | {"status": "SUSPENDED"})
    assert response.status_code == 302
    assert directory.version() == version + 1
    now = hub.row(cpo)
    assert (now.presents_as, now.implicit_get_all) == ("NL/HUB", True)
    assert now.hidden_versions == ["2.2.1"]
    assert (now.learned, now.status) == ({"plain_token": "today"}, "CONNECTED")


def test_saving_without_a_change_tells_nobody(hub: Hub, cpo: Simulated, operator: Client) -> None:
    version = directory.version()
    assert operator.post(page_of(hub.row(cpo)), form_of(hub.row(cpo))).status_code == 302
    assert directory.version() == version


@pytest.mark.parametrize(
    ("field", "value"), [("presents_as", "HUB"), ("name", ""), ("token_form", "rot13")]
)
def test_a_wrong_switch_changes_nothing(
    field: str, value: str, hub: Hub, cpo: Simulated, operator: Client
) -> None:
    version = directory.version()
    response = operator.post(page_of(hub.row(cpo)), form_of(hub.row(cpo), **{field: value}))
    assert response.status_code == 200
    assert directory.version() == version


def test_an_endpoint_is_overridden_added_and_freed_again(
    hub: Hub, cpo: Simulated, operator: Client
) -> None:
    row = hub.row(cpo)
    version = directory.version()
    first = row.endpoints.first()
    assert first is not None
    wrong = form_of(row, **{"endpoints-0-override": "ftp://x"})
    assert "Write a whole URL" in words(operator.post(page_of(row), wrong))
    count = row.endpoints.count()
    added = {
        "endpoints-0-override": "https://other.example/cdrs",
        "endpoints-TOTAL_FORMS": count + 1,
        f"endpoints-{count}-platform": row.pk,
        f"endpoints-{count}-module": "reviews",
        f"endpoints-{count}-interface": "SENDER",
        f"endpoints-{count}-override": "https://other.example/reviews",
    }
    assert operator.post(page_of(row), form_of(row, **added)).status_code == 302
    assert directory.version() > version
    first.refresh_from_db()
    assert first.override == "https://other.example/cdrs"
    assert first.url
    assert Endpoint.objects.filter(module="reviews", url="").exists()
    freed = {
        f"endpoints-{number}-override": "" for number in range(row.endpoints.count())
    }  # fmt: skip
    assert operator.post(page_of(row), form_of(row, **freed)).status_code == 302
    assert not row.endpoints.exclude(override="").exists()
    assert not Endpoint.objects.filter(module="reviews").exists()


def test_a_platform_goes_with_everything_that_is_its_own(
    hub: Hub, cpo: Simulated, msp: Simulated, operator: Client
) -> None:
    row = hub.row(cpo)
    PartyClaim.objects.create(platform=hub.row(msp), held_by=row, role="CPO", party="NL/CPO")
    assert operator.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Platform.objects.filter(pk=row.pk).exists()
    assert soon(lambda: status(cpo) == 401)


def test_who_may_only_look_can_do_nothing(hub: Hub, cpo: Simulated, viewer: Client) -> None:
    row = hub.row(cpo)
    listed = viewer.get(LIST)
    assert "NL/CPO" in words(listed)
    assert "Suspend" not in words(listed)
    assert "Invite" not in words(listed)
    page = viewer.get(page_of(row))
    assert page.status_code == 200
    for word in ("Suspend", "Save", "Register again"):
        assert word not in words(page)
    for name in ("suspend", "invite-again"):
        assert act(viewer, name, row).status_code == 403
    assert viewer.post(f"{LIST}add/", {"name": "New"}).status_code == 403
    assert viewer.post(page_of(row), form_of(row, name="Other")).status_code == 403
    assert hub.row(cpo).status == "CONNECTED"


def test_empty_lists_say_what_to_do(hub: Hub, operator: Client) -> None:
    hub.flush()
    Leg.objects.all().delete()  # what the hub wrote down of the tests before
    for path, text in (
        (LIST, "Invite one"),
        ("/admin/parties/partyclaim/", "No claims."),
        ("/admin/parties/agreement/", "HUB_AGREEMENTS"),
        ("/admin/traffic/leg/", "HUB_LOG_DAYS"),
        ("/admin/outbox/delivery/", "No deliveries."),
        ("/admin/locations/location/", "Nothing kept."),
    ):
        assert text in words(operator.get(path)), path
