"""A platform that goes over to another version: what it sent before stays what it was."""

from typing import Any

import pytest

from apps.cdrs.models import Cdr
from apps.store.models import Finding
from tests.gateway.test_across_pushes import MIDDLE, MSP, NEW, OLD, both, said, to
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

UPGRADES = [(OLD, MIDDLE), (MIDDLE, NEW), (NEW, MIDDLE), (OLD, NEW)]


def post(cpo: Platform, **more: Any) -> Any:
    content = said(cpo.version, "cdr", **more)
    if cpo.version != OLD:  # as it says of the same place
        content["cdr_location"] |= {"name": "Weerplein", "postal_code": "3511"}
    return cpo.request("POST", "cdrs", RECEIVER, json=content, to=to(cpo, MSP))


@pytest.mark.parametrize(("before", "after"), UPGRADES)
def test_a_cdr_that_is_posted_again_in_another_version_is_the_same(
    hub: Hub, before: str, after: str
) -> None:
    cpo, msp = both(hub, before, MIDDLE)
    first = post(cpo)
    assert first.code == 1000, first
    assert cpo.switch(after).code == 1000
    msp.clear()
    again = post(cpo)
    assert (again.status, again.code) == (200, 1000), again
    assert not [each for each in msp.received if each.module == "cdrs"]
    other = post(cpo, total_energy=11.5)
    assert (other.status, other.code) == (200, 2001)
    assert "another content" in other.message
    assert Cdr.objects.get().version == before
    assert not Finding.objects.filter(code="changed").exists()
