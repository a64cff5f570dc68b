"""Direct messages: what one party sends, the other gets, byte for byte."""

from tests.platforms import RECEIVER, SENDER, Platform

BODY = (
    b'{"country_code":"NL","party_id":"CPO",  "id":"T1","currency":"EUR","x_unknown":{"a":[1,2]},'
    b'"elements":[{"price_components":[{"type":"ENERGY","price":0.250000,"step_size":1}]}],'
    b'"last_updated":"2026-01-01T00:00:00Z"}'
)


def test_a_direct_push_arrives_byte_for_byte(cpo: Platform, msp: Platform) -> None:
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=BODY, to=("DE", "MSP"),
        headers={"X-Request-ID": "r-1", "X-Correlation-ID": "c-1"},
    )  # fmt: skip
    assert (reply.status, reply.code) == (201, 1000), reply
    heard = msp.heard(module="tariffs")
    assert heard.body == BODY
    assert heard.path.endswith("/NL/CPO/T1")
    assert heard.headers["x-correlation-id"] == "c-1"
    assert heard.headers["x-request-id"] != "r-1"
    assert (heard.headers["ocpi-to-party-id"], heard.headers["ocpi-from-party-id"]) == (
        "MSP",
        "CPO",
    )
    assert reply.headers["x-request-id"] == "r-1"
    assert reply.headers["ocpi-from-party-id"] == "MSP"
    assert not msp.complaints
    assert not cpo.complaints


def test_an_id_with_a_slash_passes_undecoded(cpo: Platform, msp: Platform) -> None:
    reply = msp.request("GET", "locations", SENDER, "BE%2FBEC%2FE04%2315*x", to=("NL", "CPO"))
    assert reply.status == 404
    assert cpo.heard(module="locations").path.endswith("/BE%2FBEC%2FE04%2315*x")
