"""Questions between platforms of different versions: answers, results, pages, and refusals."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from apps import database
from apps.counts.models import Loss
from apps.gateway.dry_run import Asked, dry_run
from apps.gateway.dry_steps import Run
from apps.parties import directory
from apps.traffic.models import Leg
from hub.routing.network import Network
from tests.gateway import objects, objects_2_1_1
from tests.gateway.test_across_pushes import (
    CPO,
    MIDDLE,
    MSP,
    NEW,
    OLD,
    PAIRS,
    both,
    right,
    said,
    to,
)  # fmt: skip
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB = ("NL", "HUB")
ROUTED = [(asking, asked) for asking, asked in PAIRS if asking != OLD]


def own(platform: Platform, name: str, **more: Any) -> None:
    """The platform has one of our objects as its version has it."""
    platform.objects.put(f"{name}s", said(platform.version, name, **more))


@pytest.mark.ocpi("P-11", "R-34", versions=("2.2.1", "2.3.0"))
@pytest.mark.parametrize(("msps", "cpos"), ROUTED)
def test_a_list_is_read_page_by_page(hub: Hub, msps: str, cpos: str) -> None:
    cpo = hub.platform("NL/CPO", version=cpos, page_limit=2)
    msp = hub.platform("DE/MSP", version=msps)
    for number in range(5):
        own(cpo, "tariff", identifier=f"T{number}")
    reply = msp.request("GET", "tariffs", SENDER, to=CPO)
    found = list(reply.data)
    while link := reply.headers.get("link"):
        reply = msp.request("GET", "tariffs", SENDER, url=link.partition("<")[2].partition(">")[0])
        assert reply.code == 1000, reply
        found += reply.data
    assert [each["id"] for each in found] == ["T0", "T1", "T2", "T3", "T4"]
    assert all(right(msps, "Tariff", each) for each in found)
    assert not msp.complaints


def test_what_cannot_be_said_is_left_out_of_a_list(hub: Hub) -> None:
    cpo, msp = both(hub, NEW, MIDDLE)
    own(cpo, "tariff", identifier="T1")
    own(cpo, "tariff", identifier="T2", tax_included="YES")
    reply = msp.request("GET", "tariffs", SENDER, to=CPO)
    assert [each["id"] for each in reply.data] == ["T1"]
    assert "1 cannot be said in OCPI 2.2.1, and were left out" in reply.message


@pytest.mark.ocpi("L-06", versions=("2.1.1", "2.2.1", "2.3.0"))
@pytest.mark.parametrize(("msps", "cpos"), PAIRS)
def test_one_object_is_read_in_the_askers_version(hub: Hub, msps: str, cpos: str) -> None:
    """From the hub's copy, and where the asker can name its owner from the owner itself."""
    cpo, msp = both(hub, cpos, msps)
    own(cpo, "location")
    pushed = said(cpos, "location")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=pushed, to=to(cpo, HUB))
    for receiver in (CPO, HUB):
        reply = msp.request("GET", "locations", SENDER, "L1", to=to(msp, receiver))
        assert reply.code == 1000, reply
        assert right(msps, "Location", reply.data)
        evse = msp.request("GET", "locations", SENDER, "L1/E1", to=to(msp, receiver))
        assert right(msps, "EVSE", evse.data)
    own_copy = cpo.request("GET", "locations", RECEIVER, "NL/CPO/L1", to=to(cpo, HUB))
    assert right(cpos, "Location", own_copy.data)


@pytest.mark.parametrize(("cpos", "msps"), PAIRS)
@pytest.mark.parametrize("kept", [True, False])
def test_a_token_is_authorized(hub: Hub, cpos: str, msps: str, kept: bool) -> None:
    cpo, msp = both(hub, cpos, msps)
    uid = "U1" if kept else "U2"
    own(msp, "token", uid=uid)
    if not kept:
        hub.change(msp, answers_authorize=True)
    place = {"location_id": "L1", "evse_uids": ["E1"]}
    reply = cpo.request("POST", "tokens", SENDER, f"{uid}/authorize", json=place)
    assert (reply.status, reply.code) == (200, 1000), reply
    assert reply.data["allowed"] == "ALLOWED"
    assert right(cpos, "AuthorizationInfo", reply.data)
    if cpos != OLD:
        assert reply.data["token"]["uid"] == uid
        assert reply.data["token"]["party_id"] == "MSP"
        assert reply.data["token"]["whitelist"] == (
            "NEVER" if msps == OLD and not kept else "ALLOWED"
        )
    assert right(msps, "LocationReferences", msp.heard(module="tokens").json)
    assert not cpo.complaints


@pytest.mark.parametrize(("cpos", "msps"), PAIRS)
def test_an_unknown_token_is_said_as_each_version_says_it(hub: Hub, cpos: str, msps: str) -> None:
    """2.1.1 has no 2004, and says 404."""
    cpo, _ = both(hub, cpos, msps)
    reply = cpo.request("POST", "tokens", SENDER, "U1/authorize", to=to(cpo, MSP))
    assert (reply.status, reply.code) == (404, 2000 if cpos == OLD else 2004)


def command(msp: Platform, **more: Any) -> dict[str, Any]:
    return {
        "response_url": msp.callback_url(), "location_id": "L1", "evse_uid": "E1",
        "token": said(msp.version, "token"), **more,
    }  # fmt: skip


@pytest.mark.ocpi("O-02", versions=("2.1.1",))
def test_hub_codes_are_server_errors_in_2_1_1(hub: Hub) -> None:
    cpo, msp = both(hub, OLD, MIDDLE)
    url, content = "NL/CPO/S1", objects_2_1_1.session()
    msp.offline()
    gone = cpo.request("PUT", "sessions", RECEIVER, url, json=content)
    assert (gone.status, gone.code) == (200, 3001)
    msp.start()
    nobody = hub.platform("FR/MSP", version=OLD)
    body = command(nobody)
    reply = nobody.request("POST", "commands", RECEIVER, "START_SESSION", json=body)
    assert (reply.status, reply.code) == (200, 3000)
    assert "location" in reply.message or "commands" in reply.message
    refused = cpo.request("PUT", "sessions", RECEIVER, "BE/CPO/S1", json=content)
    assert (refused.status, refused.code) == (404, 2000)
    for each in (gone, reply, refused):
        assert not [name for name in each.headers if name.startswith(("ocpi-", "x-"))]


def test_a_receivers_hub_code_is_translated_too(hub: Hub) -> None:
    cpo, msp = both(hub, OLD, MIDDLE)
    msp.script.add(
        "sessions",
        json={"status_code": 4002, "status_message": "slow", "timestamp": objects.WHEN},
    )
    reply = cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=objects_2_1_1.session())
    assert (reply.status, reply.code, reply.message.partition(";")[0]) == (200, 3000, "slow")


def test_what_is_lost_in_an_answer_is_told_to_who_asked(hub: Hub) -> None:
    cpo, msp = both(hub, NEW, MIDDLE)
    own(cpo, "location", help_phone="+31 30 1234567")
    cpo.request(
        "PUT", "locations", RECEIVER, "NL/CPO/L1", json=objects.location(help_phone="1"), to=HUB
    )
    for receiver in (CPO, HUB):
        reply = msp.request(
            "GET", "locations", SENDER, "L1", to=receiver,
            headers={"X-Correlation-ID": f"c-{receiver[1]}"},
        )  # fmt: skip
        assert "said in OCPI 2.2.1 for DE/MSP: lost $.help_phone" in reply.message
        assert "help_phone" not in reply.data
    hub.flush()
    for receiver in (CPO, HUB):
        leg = Leg.objects.get(correlation_id=f"c-{receiver[1]}", direction="in")
        assert '"path":"$.help_phone","what":"lost"' in leg.notes
    row = Loss.objects.get(field="$.help_phone", platform=hub.row(msp).pk)
    assert row.times >= 2


def test_charging_profiles_are_not_supported_by_2_1_1(hub: Hub) -> None:
    _, msp = both(hub, OLD, MIDDLE)
    url = quote(msp.callback_url("chargingprofiles"), safe="")
    reply = msp.request(
        "DELETE", "chargingprofiles", RECEIVER, "S1", query=f"response_url={url}", to=CPO
    )
    assert (reply.status, reply.code) == (200, 1000), reply
    assert reply.data["result"] == "NOT_SUPPORTED"
    assert right(MIDDLE, "ChargingProfileResponse", reply.data)


@pytest.mark.parametrize(
    ("cpos", "msps", "kind"), [(OLD, MIDDLE, "APP_USER"), (MIDDLE, NEW, "EMAID")]
)
def test_a_type_that_was_told_as_other_is_asked_about_as_it_is(
    hub: Hub, cpos: str, msps: str, kind: str
) -> None:
    cpo, msp = both(hub, cpos, msps)
    content = said(msps, "token", uid="U9", type=kind)
    msp.objects.put("tokens", content)
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U9", query=f"type={kind}", json=content, to=HUB)
    hub.deliver()
    told = cpo.heard(lambda r: r.json["uid"] == "U9", module="tokens").json
    assert told["type"] == "OTHER"
    reply = cpo.request(
        "POST", "tokens", SENDER, "U9/authorize", query="type=OTHER", to=to(cpo, MSP)
    )
    assert (reply.code, reply.data["allowed"]) == (1000, "ALLOWED"), reply
    assert msp.heard(module="tokens", method="POST").query == f"type={kind}"


# Ids that the other side knows by another name


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
def test_a_long_id_has_an_alias_on_every_way(hub: Hub) -> None:
    """V-07"""
    cpo, msp = both(hub, OLD, MIDDLE)
    long = "L" * 39
    cpo.request("PUT", "locations", RECEIVER, f"NL/CPO/{long}", json=objects_2_1_1.location(long))
    hub.deliver()
    alias = msp.heard(module="locations").json["id"]
    assert len(alias) <= 36
    cpo.objects.put("locations", objects_2_1_1.location(long))
    reply = msp.request("GET", "locations", SENDER, alias, to=CPO)
    assert (reply.code, reply.data["id"]) == (1000, alias), reply
    assert cpo.heard(module="locations", method="GET").tail == long
    body = command(msp, location_id=alias)
    reply = msp.request("POST", "commands", RECEIVER, "START_SESSION", json=body, to=CPO)
    assert reply.code == 1000, reply
    assert cpo.heard(module="commands").json["location_id"] == long


# The dry run


def test_a_dry_run_says_what_becomes_of_a_message(hub: Hub) -> None:
    """It writes nothing: an alias or a number that is lacking is told as one."""
    cpo, _ = both(hub, NEW, OLD)
    row, network = hub.row(cpo), directory.snapshot()
    base = f"/ocpi/{NEW}/receiver"
    headers = tuple(
        (f"OCPI-{end}-{name}", value)
        for end, party in (("from", CPO), ("to", MSP))
        for name, value in zip(("country-code", "party-id"), party, strict=True)
    )

    def run(path: str, content: dict[str, Any]) -> Run:
        asked = Asked("PUT", base + path, headers, json.dumps(content).encode(),
                      network.platforms[row.pk])  # fmt: skip
        return asyncio.run(_in_read_only(asked, network))

    found = run("/locations/NL/CPO/L1", objects.location(help_phone="1"))
    assert found.refusal is None
    said_so = next(step for step in found.steps if "OCPI 2.1.1" in step.name)
    assert "said in OCPI 2.1.1 for DE/MSP: lost $.help_phone" in said_so.says
    assert "help_phone" not in (found.legs[0].body or "help_phone")
    refused = run("/tariffs/NL/CPO/T1", said(NEW, "tariff", tax_included="YES"))
    assert refused.refusal is not None
    assert (refused.refusal.code, refused.legs) == (4000, [])


async def _in_read_only(asked: Asked, network: Network) -> Run:
    async with database.pool(1) as pool, pool.connection() as connection:
        await connection.execute("SET default_transaction_read_only = on")
        return await dry_run(asked, network, connection, timezone.now())
