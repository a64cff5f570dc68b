"""Who sees what: every viewer, module and object of a mixed network, beside the rule spelled out.

spec: R-20 to R-24, D-22, D-23. The rule here is written a second time, from the words of
docs/routing.md, and over HTTP: a list, and each object by itself.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings

from apps.parties.models import Agreement
from hub.routing.network import Status
from tests.gateway.objects import cdr, location, session, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.store.store import put

HUB = ("NL", "HUB")
CPOS, MSPS = ("NL/CPO", "BE/CPO"), ("DE/MSP", "FR/MSP")
BOTH = "LU/ALL"
SUSPENDED = "AT/OFF"


@dataclass(frozen=True)
class Pushed:
    """One object that somebody pushed, for everyone (empty) or for one party."""

    module: str
    owner: str
    id: str
    to: str
    shown_id: str


def test_every_viewer_module_and_object(hub: Hub) -> None:
    platforms = {name: hub.platform(name) for name in (*CPOS, *MSPS)}
    platforms[BOTH] = hub.platform(f"CPO:{BOTH}", f"EMSP:{BOTH}", name="both")
    platforms[SUSPENDED] = hub.platform(f"CPO:{SUSPENDED}", name="suspended")
    Agreement.objects.create(one="BE/CPO", other="FR/MSP", state=Agreement.State.ENDED)
    Agreement.objects.create(
        one="NL/CPO", other=BOTH, state=Agreement.State.ACTIVE, modules=["tariffs"]
    )
    hub.reload()
    pushed = push_everything(platforms)
    suspended = platforms.pop(SUSPENDED)
    hub.set_status(suspended, Status.SUSPENDED)

    for viewer, platform in platforms.items():
        for module in ("locations", "tariffs", "tokens", "sessions", "cdrs"):
            if not may_ask(viewer, module):
                continue
            expected = seen(viewer, module, pushed)
            reply = platform.request("GET", module, SENDER, to=HUB)
            found = [(owner(o), o.get("id") or o["uid"]) for o in reply.data]
            assert sorted(found) == sorted(expected), (viewer, module)
            assert reply.headers["x-total-count"] == str(len(expected)), (viewer, module)
            if module == "locations":
                each_by_itself(platform, viewer, expected, pushed)


def push_everything(platforms: dict[str, Platform]) -> list[Pushed]:
    """Of every owner: objects for everyone, some of them for one party as well, and some for one
    party alone; private ones for each party."""
    done: list[Pushed] = []
    for name in (*CPOS, BOTH, SUSPENDED):
        for module, make in (("locations", location), ("tariffs", tariff)):
            for identifier, to in (("P", ""), ("Q", ""), ("Q", "DE/MSP"), ("R", "FR/MSP")):
                key = f"{identifier}-{name[:2]}"
                if try_put(platforms[name], module, make(key, name), to):
                    done.append(Pushed(module, name, key, to, key))
        for to in (*MSPS, BOTH):
            if to == name:
                continue
            for module, record in (("sessions", session), ("cdrs", cdr)):
                key = f"{name[:2]}-{to[:2]}"
                country, party = pair_of(name)
                body = record(key, to, country_code=country, party_id=party)
                if try_put(platforms[name], module, body, to):
                    done.append(Pushed(module, name, key, to, key))
    for name in (*MSPS, BOTH):
        for identifier, to in (("P", ""), ("Q", "NL/CPO")):
            key = f"{identifier}-{name[:2]}"
            if try_put(platforms[name], "tokens", token(key, name), to):
                done.append(Pushed("tokens", name, key, to, key))
    return done


def try_put(platform: Platform, module: str, body: dict[str, Any], to: str) -> bool:
    """Pushes; False when the hub refuses because there is no agreement."""
    pair = pair_of(to) if to else HUB
    method = "POST" if module == "cdrs" else "PUT"
    identifier = body.get("id") or body["uid"]
    tail = "" if module == "cdrs" else f"{body['country_code']}/{body['party_id']}/{identifier}"
    reply = platform.request(
        method, module, RECEIVER, tail, json=body, to=pair, from_=pair_of(owner(body))
    )
    assert reply.code in (1000, 4001), reply
    return reply.code == 1000


def pair_of(party: str) -> tuple[str, str]:
    country, _, party_id = party.partition("/")
    return country, party_id


def owner(body: dict[str, Any]) -> str:
    return f"{body['country_code']}/{body['party_id']}"


def may_ask(viewer: str, module: str) -> bool:
    """Whether the viewer has a role that reads this module."""
    return viewer == BOTH or (viewer in CPOS) == (module == "tokens")


def agreed(one: str, other: str, module: str) -> bool:
    """The agreements of this network, in words: BE/CPO and FR/MSP have ended theirs; NL/CPO and
    the one that is both exchange tariffs only by name, and everything else by the open policy."""
    return {one, other} != {"BE/CPO", "FR/MSP"}


def seen(viewer: str, module: str, pushed: list[Pushed]) -> list[tuple[str, str]]:
    mine = {(p.owner, p.id) for p in pushed if p.module == module and p.to == viewer}
    public = {(p.owner, p.id) for p in pushed if p.module == module and p.to == ""}
    return [
        (name, identifier)
        for name, identifier in mine | public
        if name not in (viewer, SUSPENDED) and agreed(viewer, name, module)
    ]


def each_by_itself(
    platform: Platform, viewer: str, expected: list[tuple[str, str]], pushed: list[Pushed]
) -> None:
    """GET one of every location there is: those of the list are found, all others are 404."""
    visible = {identifier for _, identifier in expected}
    for identifier in {p.id for p in pushed if p.module == "locations"}:
        reply = platform.request("GET", "locations", SENDER, identifier, to=HUB)
        assert (reply.status == 200) == (identifier in visible), (viewer, identifier, reply)


def test_where_agreements_are_required_an_owner_without_one_is_not_seen(
    hub: Hub, cpo: Platform, msp: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that the hub does not know (any more), such as the owner of imported objects."""
    for name, number in (("NL/CPO", 1), ("BE/CPO", 2)):
        put("tariffs", tariff(f"T{number}", name), datetime.now(UTC), owner=name)
    monkeypatch.setattr(settings, "HUB", replace(settings.HUB, agreements="required"))
    hub.reload()
    assert tariffs_seen(msp) == []
    agreement = Agreement.objects.create(one="BE/CPO", other="DE/MSP", state=Agreement.State.ACTIVE)
    hub.reload()
    assert tariffs_seen(msp) == ["T2"]
    agreement.delete()
    monkeypatch.undo()
    hub.reload()
    assert tariffs_seen(msp) == ["T1", "T2"]


def tariffs_seen(msp: Platform) -> list[str]:
    reply = msp.request("GET", "tariffs", SENDER, to=HUB)
    assert reply.headers["x-total-count"] == str(len(reply.data))
    return [each["id"] for each in reply.data]
