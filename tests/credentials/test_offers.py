"""Which versions a platform offers is kept as its versions endpoint said it."""

import asyncio
from typing import Any

import pytest

from apps.credentials import registration
from tests.hub import Hub
from tests.platforms import MSP, Platform


def lists(platform: Platform, *versions: str) -> None:
    """Lets the platform's versions endpoint list these once."""
    url = platform.real.state.details_url
    listed = [{"version": version, "url": url} for version in versions]
    envelope = {"data": listed, "status_code": 1000, "timestamp": "2026-01-01T00:00:00Z"}
    platform.script.add("versions", method="GET", json=envelope)


def offers(hub: Hub, platform: Platform) -> list[str]:
    row = hub.row(platform)
    assert row.versions_read_at is not None
    return list(row.versions_offered)


def test_what_it_offers_is_read_at_its_registration(hub: Hub) -> None:
    made = hub.here.platform("DE/MSP", MSP)
    lists(made, "2.1.1", "2.2.1", "2.3.0", "3.0")
    hub.register(made)
    assert offers(hub, made) == ["2.1.1", "2.2.1", "2.3.0", "3.0"]
    assert hub.row(made).version == "2.2.1"


def test_who_gives_the_url_of_its_version_details_offers_that_version(hub: Hub) -> None:
    made = hub.here.platform("DE/MSP", MSP)
    _, token_a = made.invite()
    asyncio.run(registration.register(made.real.state.details_url, token_a, "DE/MSP"))
    hub.reload()
    assert offers(hub, made) == ["2.2.1"]


@pytest.mark.parametrize("look", [registration.fetch_again, registration.test_call,
                                  registration.renew])  # fmt: skip
def test_it_is_read_again(hub: Hub, msp: Platform, look: Any) -> None:
    assert offers(hub, msp) == ["2.2.1"]
    lists(msp, "2.2.1", "2.3.0")
    asyncio.run(look(hub.row(msp)))
    assert offers(hub, msp) == ["2.2.1", "2.3.0"]
    assert hub.row(msp).version == "2.2.1"
