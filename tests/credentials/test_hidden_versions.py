"""Versions that an operator has hidden from a platform: not listed, and closed to its messages."""

import pytest

from apps.sandbox.handshake import HandshakeFailed
from hub.ocpi.status import Code
from tests.hub import Hub
from tests.platforms import SENDER, Platform

HUB = ("NL", "HUB")


def listed(platform: Platform, url: str) -> set[str]:
    return {each["version"] for each in platform.request("GET", "versions", url=url).data}


def test_hidden_versions_are_not_there(hub: Hub, msp: Platform) -> None:
    hub.change(msp, hidden_versions=["2.3.0", "2.1.1"])
    assert listed(msp, hub.versions_url) == {"2.2.1"}
    assert msp.request("GET", "versions", url=f"{hub.url}/ocpi/2.3.0").status == 404
    with pytest.raises(HandshakeFailed, match=r"not 2\.3\.0"):
        msp.switch("2.3.0")


@pytest.mark.parametrize("tail", ["locations", "hubclientinfo"])
def test_no_message_is_taken_in_a_hidden_version(
    hub: Hub, cpo: Platform, msp: Platform, tail: str
) -> None:
    def asked(version: str) -> tuple[int, int | None]:
        url = f"{hub.url}/ocpi/{version}/sender/{tail}"
        reply = msp.request("GET", tail, SENDER, url=url, to=HUB)
        return reply.status, reply.code

    before = [asked(version) for version in ("2.2.1", "2.3.0")]
    hub.change(msp, hidden_versions=["2.3.0"])
    hidden = (404, Code.UNSUPPORTED_VERSION)
    assert (before, asked("2.2.1"), asked("2.3.0")) == ([(200, 1000)] * 2, (200, 1000), hidden)
    hub.change(msp, hidden_versions=["2.2.1", "2.3.0"])  # it is registered in the first of them
    assert (asked("2.2.1"), asked("2.3.0")) == ((200, 1000), hidden)
