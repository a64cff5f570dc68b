"""Objects of custom modules by API: a resource of their own, though they share a table."""

from types import ModuleType
from typing import Any

import pytest
from django.urls import include, path

from apps.api import kept, resources, views
from tests.api.scripts import Script
from tests.gateway.test_custom import agree, documented, review, with_reviews  # noqa: F401
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform


@pytest.fixture
def with_their_urls(with_reviews: None, settings: Any) -> str:  # noqa: F811
    """The URLs as they would be, had the module been there at start-up; its id."""
    objects = tuple(kept.resources())
    named = (operation for each in objects for operation in kept.operations(each))
    made = ModuleType("urls_with_reviews")
    patterns = views.patterns((*resources.operations(objects), *named))
    vars(made)["urlpatterns"] = [path("api/", include((patterns, "api")))]
    settings.ROOT_URLCONF = made
    return documented().id


def test_a_custom_module_has_its_resource(
    hub: Hub, cpo: Platform, msp: Platform, script: Script, with_their_urls: str
) -> None:
    module = with_their_urls
    agree(hub, module)
    url = f"{hub.url}/ocpi/2.2.1/receiver/{module}/NL/CPO/R1"
    reply = cpo.request("PUT", module, RECEIVER, url=url, json=review(), to=("NL", "HUB"))
    assert reply.status == 201, reply
    listed = script.get(f"objects/{module}", owner="NL/CPO")["items"]
    assert [(each["module"], each["id"].upper()) for each in listed] == [(module, "R1")]
    found = script.get(f"objects/{module}/NL/CPO/R1")["copies"]
    assert "4.5" in found[0]["text"]
    assert script.get(f"objects/{module}/{found[0]['sequence']}")["text"] == found[0]["text"]
    assert "module" in script.refused(400, "GET", f"objects/{module}", module="x")["detail"]
