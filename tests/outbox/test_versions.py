"""Deliveries in the version of their receiver, as it is at the moment of sending."""

from typing import Any

import pytest
from django.db import connection, transaction

from apps.counts.models import Loss
from apps.hubclientinfo import missed
from apps.modules import module_of
from apps.outbox.models import Delivery, Payload
from apps.outbox.own import book
from apps.outbox.tasks import worker
from apps.parties import directory
from apps.store.changed import owned
from apps.store.models import Alias
from apps.traffic.models import Leg
from tests.gateway.objects import LATER, location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform
from tests.store.store import put
from tests.store.test_versions import NOW, limited, of_2_1_1

HUB = ("NL", "HUB")


def push(
    cpo: Platform, module: str, tail: str, body: Any, method: str = "PUT", **more: Any
) -> None:
    reply = cpo.request(method, module, RECEIVER, tail, json=body, to=HUB, **more)
    assert reply.code == 1000, reply


def reasons() -> list[str]:
    return list(Delivery.objects.filter(state="dropped").values_list("reason", flat=True))


@pytest.mark.ocpi("V-08", versions=("2.1.1", "2.2.1", "2.3.0"))
def test_each_receiver_gets_its_version_and_the_losses_are_told(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version="2.3.0")
    old = hub.platform("DE/MSP", version="2.1.1")
    now = hub.platform("FR/MSP", version="2.2.1")
    new = hub.platform("EMSP:AT/MSP", version="2.3.0")
    push(cpo, "locations", "NL/CPO/L1", location("L1", help_phone="+31123456789"))
    hub.deliver()
    received = {each.name: each.heard(module="locations") for each in (old, now, new)}
    assert received[new.name].json["help_phone"] == "+31123456789"
    assert "help_phone" not in received[now.name].json
    assert received[now.name].json["country_code"] == "NL"
    assert "country_code" not in received[old.name].json
    assert received[old.name].json["evses"][0]["connectors"][0]["voltage"] == 230
    assert received[old.name].tail == "NL/CPO/L1"
    assert {"ocpi-to-party-id", "x-request-id"}.isdisjoint(received[old.name].headers)
    assert {each.json["last_updated"] for each in received.values()} == {
        location("L1")["last_updated"]  # V-08
    }
    lost = Loss.objects.get(platform=hub.row(now).pk, field="$.help_phone")
    assert (lost.module, lost.source, lost.target, lost.times) == ("locations", "2.3.0", "2.2.1", 1)
    assert "$.help_phone" in Leg.objects.get(direction="out", platform_id=hub.row(now).pk,
                                             module="locations").notes  # fmt: skip
    leg = Leg.objects.get(direction="out", platform_id=hub.row(new).pk, module="locations")
    assert leg.notes == ""
    assert not (old.complaints or now.complaints or new.complaints)


def test_what_cannot_be_said_is_dropped_with_the_reason(hub: Hub) -> None:
    cpo, old = hub.platform("NL/CPO"), hub.platform("DE/MSP", version="2.1.1")
    push(cpo, "tariffs", "NL/CPO/T1", limited("T1"))
    push(cpo, "locations", "NL/CPO/L1", location("L1", publish=False))
    push(cpo, "locations", "NL/CPO/L1/E1", {"status": "BLOCKED", "last_updated": LATER}, "PATCH")
    hub.deliver()
    [of_tariff] = Delivery.objects.filter(payload__module="tariffs")
    assert of_tariff.state == "dropped"
    assert of_tariff.reason.startswith("withheld: cannot be said in OCPI 2.1.1 ($.min_price: ")
    of_tariff.delete()
    assert sorted(reasons()) == [
        "withheld: cannot be said in OCPI 2.1.1 ($.publish: 2.1.1 cannot say that it is not "
        "published)",
        "withheld: the object that it is about cannot be said in OCPI 2.1.1",
    ]  # fmt: skip
    assert not [each for each in old.received if each.module in ("tariffs", "locations")]


def test_a_patch_that_means_something_else_becomes_the_whole(hub: Hub) -> None:
    """2.2.1 has no PATCH of a Tariff: the whole tariff is PUT in its place."""
    cpo, msp = hub.platform("NL/CPO", version="2.1.1"), hub.platform("DE/MSP")
    body = tariff("T1")
    del body["country_code"], body["party_id"]
    push(cpo, "tariffs", "NL/CPO/T1", body)
    hub.deliver()
    msp.heard(module="tariffs", method="PUT")
    msp.clear()
    push(cpo, "tariffs", "NL/CPO/T1", {"currency": "NOK", "last_updated": LATER}, "PATCH")
    hub.deliver()
    hub.deliver()
    whole = msp.heard(module="tariffs")
    assert (whole.method, whole.json["currency"], whole.json["party_id"]) == ("PUT", "NOK", "CPO")
    assert whole.json["elements"] == tariff("T1")["elements"]
    assert "the whole object follows" in reasons()[0]
    assert not msp.complaints


@pytest.mark.parametrize(("before", "after"), [("2.2.1", "2.3.0"), ("2.3.0", "2.2.1")])
def test_what_waits_goes_out_in_the_version_that_the_platform_speaks_then(
    hub: Hub, before: str, after: str
) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP", version=before)
    for number in range(3):
        push(cpo, "tariffs", f"NL/CPO/T{number}", tariff(f"T{number}"))
    assert msp.switch(after).code == 1000
    hub.deliver()
    got = [each for each in msp.received if each.module == "tariffs"]
    assert sorted(each.json["id"] for each in got) == ["T0", "T1", "T2"]
    expected = "NO" if after == "2.3.0" else None
    assert {each.json.get("tax_included") for each in got} == {expected}
    assert not msp.complaints
    assert set(Delivery.objects.filter(payload__module="tariffs").values_list("state")) == {
        ("done",)
    }


def test_waiting_pushes_of_different_versions_are_not_merged(hub: Hub) -> None:
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    push(cpo, "locations", "NL/CPO/L1", location("L1", evses=[]))
    hub.deliver()
    msp.clear()
    push(cpo, "locations", "NL/CPO/L1", {"name": "One", "last_updated": LATER}, "PATCH")
    assert cpo.switch("2.3.0").code == 1000
    push(cpo, "locations", "NL/CPO/L1", {"help_phone": "+311", "last_updated": LATER}, "PATCH")
    push(cpo, "locations", "NL/CPO/L1", {"name": "Two", "last_updated": LATER}, "PATCH")
    versions = (
        Payload.objects.filter(method="PATCH").order_by("pk").values_list("version", flat=True)
    )
    assert list(versions) == ["2.2.1", "2.3.0", "2.3.0"]
    while hub.deliver():
        pass
    got = [(each.method, each.json.get("name")) for each in msp.received]
    assert got == [("PATCH", "One"), ("PATCH", "Two")]
    assert "help_phone" not in msp.received[-1].json


def test_a_token_of_2_1_1_and_its_type(hub: Hub) -> None:
    msp, cpo = hub.platform("DE/MSP", version="2.3.0"), hub.platform("NL/CPO")
    old = hub.platform("BE/CPO", version="2.1.1")
    body = token("U1", type="EMAID")
    push(msp, "tokens", "DE/MSP/U1", body, query="type=EMAID")
    hub.deliver()
    got = cpo.heard(module="tokens")
    assert (got.query, got.json["type"]) == ("type=OTHER", "OTHER")
    got = old.heard(module="tokens")
    assert (got.query, got.json["type"], got.json["auth_id"]) == ("", "OTHER", body["contract_id"])


@pytest.mark.ocpi("V-07", versions=("2.1.1",))
def test_a_long_id_goes_out_with_its_alias(hub: Hub) -> None:
    long = "LOCATION-WITH-AN-ID-OF-EXACTLY-39-CHARS"
    cpo, msp = hub.platform("NL/CPO", version="2.1.1"), hub.platform("DE/MSP")
    push(cpo, "locations", f"NL/CPO/{long}", of_2_1_1(long))
    hub.deliver()
    alias = Alias.objects.get(identifier=long).alias
    got = msp.heard(module="locations")
    assert (got.tail, got.json["id"]) == (f"NL/CPO/{alias}", alias)
    push(cpo, "locations", f"NL/CPO/{long}/E1", {"status": "BLOCKED"}, "PATCH")
    hub.deliver()
    got = msp.heard(module="locations", method="PATCH")
    assert got.tail == f"NL/CPO/{alias}/E1"
    assert got.json["last_updated"]


def test_a_payload_is_converted_once_for_its_version(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO")
    for name in ("A01", "A02", "A03"):
        hub.platform(f"EMSP:DE/{name}", f"EMSP:FR/{name}", name=name, version="2.3.0")
    push(cpo, "tariffs", "NL/CPO/T1", tariff("T1"))
    worker().means.speaker._said.clear()
    hub.deliver()
    assert Delivery.objects.filter(payload__module="tariffs", state="done").count() == 6
    [(payload, *_, version)] = worker().means.speaker._said
    assert (payload, version) == (Payload.objects.get(module="tariffs").pk, "2.3.0")


def test_what_the_hub_books_later_has_the_version_that_is_kept(hub: Hub) -> None:
    """As after an outage, or with a new agreement."""
    cpo, msp = hub.platform("NL/CPO", version="2.3.0"), hub.platform("DE/MSP")
    put("tariffs", {**tariff("T1"), "tax_included": "NO"}, NOW, version="2.3.0")
    network, module = directory.snapshot(), module_of("tariffs")
    seen = missed.eyes(module, network.platforms[hub.row(msp).pk], network)
    with transaction.atomic():
        copies, _ = owned(module, "NL/CPO", "", 10)
        book([missed.put(copy, ["DE/MSP"], seen) for copy in copies], "a test", NOW)
    assert Payload.objects.get().version == "2.3.0"
    hub.deliver()
    got = msp.heard(module="tariffs")
    assert got.json["id"] == "T1"
    assert "tax_included" not in got.json
    assert not cpo.complaints


def test_what_waited_before_the_hub_spoke_several_versions_is_of_2_2_1(hub: Hub) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO outbox_payload (module, method, tail, query, body, correlation_id, "
            "request_id, owner, object) VALUES ('tariffs', 'PUT', '', '', '', '', '', '', '')"
        )
    assert Payload.objects.get().version == "2.2.1"
