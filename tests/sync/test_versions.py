"""Lists of platforms of other versions: kept as they came, under the party that was asked."""

import json
from typing import Any

from django.db import connection

from tests.gateway.objects import WHEN, location, tariff, token
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER
from tests.store.test_versions import of_2_1_1
from tests.sync.pulling import kept, keys, last, pull

HUB = ("NL", "HUB")


def session(identifier: str, auth_id: str) -> dict[str, Any]:
    """A Session of 2.1.1: it names no party, but a driver."""
    return {
        "id": identifier, "start_datetime": WHEN, "kwh": 1.5, "auth_id": auth_id,
        "auth_method": "WHITELIST", "location": of_2_1_1("L1"), "currency": "EUR",
        "status": "ACTIVE", "last_updated": WHEN,
    }  # fmt: skip


def listed(platform: Any, module: str, *bodies: dict[str, Any]) -> None:
    platform.script.add(
        module, SENDER, body=json.dumps({"status_code": 1000, "data": list(bodies)}).encode()
    )


def test_objects_of_2_1_1_are_kept_as_they_came(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version="2.1.1")
    body = of_2_1_1("L1")
    listed(cpo, "locations", body)
    pull()
    assert last("locations").state == "done", last("locations").remarks
    assert json.loads(kept("locations")["NL/CPO", "L1", ""]) == body
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, origin FROM locations_location")
        assert cursor.fetchall() == [("2.1.1", "pull")]
    asked = next(each for each in cpo.received if each.module == "locations")
    assert {"ocpi-to-party-id", "ocpi-from-party-id", "x-request-id"}.isdisjoint(asked.headers)
    assert not cpo.complaints


def test_a_session_of_2_1_1_is_kept_for_the_one_whose_driver_it_names(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version="2.1.1")
    for name, uids in (("DE/MSP", ["U1"]), ("FR/MSP", ["U2", "U3"])):
        msp = hub.platform(name)
        for uid in uids:
            body = token(uid, name, contract_id=f"{name[:2]}-C1")
            reply = msp.request("PUT", "tokens", RECEIVER, f"{name}/{uid}", json=body, to=HUB)
            assert reply.code == 1000
    listed(cpo, "sessions", session("S1", "de-c1"), session("S2", "FR-C1"), session("S3", "?"))
    pull()
    done = last("sessions")
    assert keys("sessions", audience="DE/MSP") == {"S1"}
    assert (done.objects_kept, done.skipped) == (1, 2)  # of two tokens, and of none
    assert "for whom it is cannot be told" in done.remarks


def test_objects_of_2_3_0_are_kept_as_they_came(hub: Hub) -> None:
    cpo = hub.platform("NL/CPO", version="2.3.0")
    cpo.objects.put("locations", location("L1", help_phone="+31123456789"))
    cpo.objects.put("tariffs", {**tariff("T1"), "tax_included": "NO"})
    pull()
    assert json.loads(kept("locations")["NL/CPO", "L1", ""])["help_phone"] == "+31123456789"
    assert keys("tariffs") == {"T1"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version FROM locations_location UNION ALL SELECT version FROM tariffs_tariff"
        )
        assert set(cursor.fetchall()) == {("2.3.0",)}
    assert not cpo.complaints
