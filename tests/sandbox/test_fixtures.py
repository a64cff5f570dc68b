"""Platforms begin with objects from a file of lines, each with the platform of its owner."""

from collections.abc import Iterator

import msgspec
import pytest

from apps.database import Pool
from apps.modules import module_of
from apps.sandbox.fixtures import BadFixture, load
from apps.store import read_out
from apps.store.lines import Line, render
from apps.store.read_out import Wanted
from hub.ocpi.module import Role
from tests.gateway.objects import cdr, location, token
from tests.hub import Hub
from tests.platforms import CPO, MSP, RECEIVER, Playground, playground
from tests.store.store import in_store


@pytest.fixture
def here(django_db_setup: None) -> Iterator[Playground]:
    with playground() as place:
        yield place


def line(module: str, content: object, owner: str = "NL/CPO", audience: str = "") -> bytes:
    text = content if isinstance(content, bytes) else msgspec.json.encode(content)
    return render(Line(module, 1, owner, audience, "2.2.1", msgspec.Raw(text)))


def test_every_object_goes_to_the_platform_of_its_owner(here: Playground) -> None:
    cpo, msp = here.platform("cpo", CPO), here.platform("msp", MSP)
    both = [cpo.real, msp.real]
    text = b'{"country_code":"NL","party_id":"CPO","id":"L1","odd":1.5000}'
    loaded = load(
        [
            line("locations", text),
            line("tokens", token(type="APP_USER"), "DE/MSP"),
            line("cdrs", cdr(), audience="DE/MSP"),
            b"\n",
            line("locations", location("L1"), audience="DE/MSP"),
            line("locations", location("L2", "BE/CPO"), "BE/CPO"),
        ],
        both,
    )
    assert loaded == {
        ("cpo", "locations"): 1, ("msp", "tokens"): 1, ("cpo", "cdrs"): 1, ("", "locations"): 2,
    }  # fmt: skip
    assert [kept.text for kept in cpo.objects.kept("locations")] == [text]
    assert msp.objects.get("tokens", ("DE", "MSP"), "u1", "APP_USER")["issuer"] == "Ampere Card"
    assert cpo.objects.count("cdrs") == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "line 2: not a JSON object"),
        (line("nothing", {}), "line 2: there is no module"),
        (line("locations", {"odd": 1}), "line 2: its object has no id"),
    ],
)
def test_a_bad_line_is_named(text: bytes, says: str, here: Playground) -> None:
    cpo = here.platform("cpo", CPO)
    with pytest.raises(BadFixture, match=says):
        load([line("locations", location()), text], [cpo.real])


def test_what_a_hub_exports_a_platform_has(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO")
    text = msgspec.json.encode(location(odd=1)).replace(b'"odd":1', b'"odd":1.50')
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", body=text, to=("NL", "HUB"))

    async def export(pool: Pool) -> list[bytes]:
        wanted = Wanted(module_of("locations"))
        return [each.text async for each in read_out.read_out(pool, wanted)]

    (lines,) = in_store(export)
    other = hub.here.platform("other", ((Role.CPO, "NL", "CPO"),))
    assert load(lines.splitlines(), [other.real]) == {("other", "locations"): 1}
    (kept,) = other.objects.kept("locations")
    assert b'"odd":1.50' in kept.text
    assert [evse["uid"] for evse in kept.content["evses"]] == ["E1"]
