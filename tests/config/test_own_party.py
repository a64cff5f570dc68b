"""The hub's own party is another than at the last start: the operator is told what that means."""

from apps.parties.models import Directory
from config.prepare import of_own_party
from tests.hub import Hub
from tests.platforms import Platform


def start_as(party: str) -> str:
    return "\n".join(of_own_party(party))


def test_another_party_than_at_the_last_start_is_warned_of_once(hub: Hub, cpo: Platform) -> None:
    start_as("NL/HUB")
    version = Directory.objects.get().version
    assert start_as("NL/HUB") == ""
    said = start_as("NL/NEW")
    assert "HUB_PARTY is NL/NEW, and was NL/HUB" in said
    assert "Registered platforms (1) know the hub as NL/HUB" in said
    assert "manage.py renew NAME" in said
    assert start_as("NL/NEW") == ""
    assert Directory.objects.get().version == version


def test_nobody_is_to_be_told_where_nobody_is_registered(hub: Hub) -> None:
    start_as("NL/HUB")
    assert start_as("NL/NEW") == ""


def test_the_party_of_a_platform_is_no_good_for_the_hub(hub: Hub, cpo: Platform) -> None:
    start_as("NL/HUB")
    assert f"HUB_PARTY NL/CPO is a party of {cpo.name} as well" in start_as("NL/CPO")
