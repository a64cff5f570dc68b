"""What conversions are told of kept objects: drivers, Locations, tariffs, numbers, ids."""

from typing import Any

import msgspec

from apps.database import Pool
from apps.store import alias
from apps.store.models import Alias, ReservationNumber
from apps.store.said import Wanted, all_said, said
from hub.ocpi.bridge import Bridged, Verdict
from hub.ocpi.ids import PartyId
from tests.gateway.objects import WHEN, cdr, connector, evse, location, session, tariff, token
from tests.hub import Hub
from tests.store.store import in_store, put
from tests.store.test_versions import NOW, limited, of_2_1_1

CPO, MSP = PartyId("NL", "CPO"), PartyId("DE", "MSP")
LONG = "LOCATION-WITH-AN-ID-OF-EXACTLY-39-CHARS"


def spoken(
    name: str, source: str, target: str, body: Any, owner: PartyId = CPO, **more: Any
) -> Bridged:
    wanted = Wanted(name, source, target, owner, more.pop("viewer", None), NOW, **more)

    async def work(pool: Pool) -> Bridged:
        async with pool.connection() as connection:
            return await said(connection, wanted, msgspec.json.encode(body))

    return in_store(work)


def text(done: Bridged) -> dict[str, Any]:
    assert done.text is not None, done.refusal
    return dict(msgspec.json.decode(done.text))


def session_of_2_1_1(auth_id: str) -> dict[str, Any]:
    return {
        "id": "S1", "start_datetime": WHEN, "kwh": 1.5, "auth_id": auth_id,
        "auth_method": "WHITELIST", "location": of_2_1_1("L1"), "currency": "EUR",
        "status": "ACTIVE", "last_updated": WHEN,
    }  # fmt: skip


def test_a_driver_is_the_one_token_of_a_party_that_the_owner_may_deal_with(hub: Hub) -> None:
    hub.platform("NL/CPO")
    hub.platform("DE/MSP")
    put("tokens", token("U1", contract_id="DE-C1"), NOW, owner="DE/MSP")
    put("tokens", token("U9", "XX/NOT", contract_id="XX-C1"), NOW, owner="XX/NOT")
    done = text(spoken("Session", "2.1.1", "2.2.1", session_of_2_1_1("de-c1")))
    assert done["cdr_token"] == {
        "country_code": "DE", "party_id": "MSP", "uid": "U1", "type": "RFID", "contract_id": "DE-C1"
    }  # fmt: skip
    for unknown in ("XX-C1", "nobody"):
        refusal = spoken("Session", "2.1.1", "2.2.1", session_of_2_1_1(unknown)).refusal
        assert refusal is not None
        assert (refusal.verdict, refusal.path) == (Verdict.LACKING, "$.auth_id")
    put("tokens", token("U2", contract_id="DE-C1"), NOW, owner="DE/MSP")
    refusal = spoken("Session", "2.1.1", "2.2.1", session_of_2_1_1("DE-C1")).refusal
    assert refusal is not None  # two tokens: it is not guessed
    assert refusal.verdict is Verdict.LACKING


def test_the_location_of_a_session_is_the_kept_one_whatever_its_version(hub: Hub) -> None:
    sent = session(location_id="L1", evse_uid="E1", connector_id="1")
    refusal = spoken("Session", "2.2.1", "2.1.1", sent).refusal
    assert refusal is not None
    assert refusal.verdict is Verdict.LACKING
    put("locations", location("L1", help_phone="+311"), NOW, version="2.3.0")
    done = text(spoken("Session", "2.2.1", "2.1.1", sent))
    assert done["location"]["name"] == "Weerplein"
    assert done["location"]["evses"][0]["connectors"][0]["voltage"] == 230


def test_the_tariff_of_a_connector_is_one_that_2_1_1_can_be_told(hub: Hub) -> None:
    put("tariffs", limited("T1"), NOW)
    put("tariffs", tariff("T2"), NOW)
    put("tariffs", tariff("T3", end_date_time="2020-01-01T00:00:00Z"), NOW)
    sent = location(evses=[evse(connectors=[connector(tariff_ids=["T3", "T1", "T2"])])])
    done = text(spoken("Location", "2.2.1", "2.1.1", sent))
    assert done["evses"][0]["connectors"][0]["tariff_id"] == "T2"


def test_the_type_of_a_token_comes_back(hub: Hub) -> None:
    put("tokens", token("U1", type="EMAID"), NOW, owner="DE/MSP", version="2.3.0")
    told = cdr("C1")
    told["cdr_token"] = {**told["cdr_token"], "type": "OTHER"}
    assert text(spoken("CDR", "2.2.1", "2.3.0", told))["cdr_token"]["type"] == "EMAID"
    told["cdr_token"]["uid"] = "U2"
    assert text(spoken("CDR", "2.2.1", "2.3.0", told))["cdr_token"]["type"] == "OTHER"


def test_the_token_of_an_authorization_of_2_1_1(hub: Hub) -> None:
    put("tokens", token("U1"), NOW, owner="DE/MSP")
    info = {"allowed": "ALLOWED"}
    done = text(spoken("AuthorizationInfo", "2.1.1", "2.2.1", info, MSP, token=("u1", "RFID")))
    assert done["token"]["contract_id"] == token()["contract_id"]
    refusal = spoken("AuthorizationInfo", "2.1.1", "2.2.1", info, MSP, token=("U2", "")).refusal
    assert refusal is not None
    assert refusal.verdict is Verdict.LACKING


def test_a_reservation_has_the_same_number_each_time(hub: Hub) -> None:
    def reserve(identifier: str, owner: PartyId = MSP) -> Any:
        body = {
            "response_url": "https://hub.example/r", "token": token(), "location_id": "L1",
            "expiry_date": WHEN, "reservation_id": identifier,
        }  # fmt: skip
        done = spoken("ReserveNow", "2.2.1", "2.1.1", body, owner, viewer=CPO)
        return text(done)["reservation_id"]

    first = reserve("r-1")
    assert isinstance(first, int)
    assert reserve("R-1") == first
    assert len({first, reserve("r-2"), reserve("r-1", PartyId("FR", "MSP"))}) == 3
    assert ReservationNumber.objects.count() == 3


def test_an_alias_in_a_command_stands_for_the_id_again(hub: Hub) -> None:
    told = text(spoken("Location", "2.1.1", "2.3.0", of_2_1_1(LONG)))["id"]
    row = Alias.objects.get()
    assert (told, row.identifier, len(told) <= 36) == (row.alias, LONG, True)
    assert text(spoken("Location", "2.1.1", "2.2.1", of_2_1_1(LONG)))["id"] == told
    start = {"response_url": "https://hub.example/r", "token": token(), "location_id": told}
    done = text(spoken("StartSession", "2.3.0", "2.1.1", start, MSP, viewer=CPO))
    assert done["location_id"] == LONG

    async def real(pool: Pool) -> Any:
        async with pool.connection() as connection:
            return await alias.real(connection, [told.lower(), "L1"])

    assert in_store(real) == {told.lower(): alias.Real(CPO, LONG)}


def test_between_equal_versions_nothing_is_looked_up(hub: Hub) -> None:
    async def work(pool: Pool) -> list[Bridged]:
        closed = await pool.getconn()
        await closed.close()  # whatever it asked for would fail
        wanted = Wanted("Location", "2.1.1", "2.1.1", CPO, None, NOW)
        try:
            return await all_said(closed, wanted, [b"not even JSON"])
        finally:
            await pool.putconn(closed)

    assert in_store(work) == [Bridged(b"not even JSON")]
