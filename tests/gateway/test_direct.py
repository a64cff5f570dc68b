"""Direct messages: what one party sends, the other gets, byte for byte."""

import base64
import uuid
from collections.abc import Mapping

import pytest

from tests.platforms import RECEIVER, SENDER, Platform

BODY = (
    b'{"country_code":"NL","party_id":"CPO",  "id":"T1","currency":"EUR","x_unknown":{"a":[1,2]},'
    b'"tariff_alt_text":[{"language":"fi","text":"sahk\xc3\xb6"}],"tariff_alt_url":null,'
    b'"elements":[{"price_components":[{"type":"ENERGY","price":0.250000,"step_size":1}]}],'
    b'"last_updated":"2026-01-01T00:00:00Z"}'
)


def routing(headers: Mapping[str, str]) -> tuple[str, ...]:
    """TO and FROM, each as country code and party id."""
    parts = [f"{end}-{part}" for end in ("to", "from") for part in ("country-code", "party-id")]
    return tuple(headers[f"ocpi-{part}"] for part in parts)


@pytest.mark.ocpi("T-01", "T-02", "T-07", "T-25", "T-26", "T-27", "T-28", "T-29", "T-30")
@pytest.mark.ocpi("Y-04", "Y-06", "Y-07", "O-01", "O-10", "R-01", "R-02", "R-04", "R-33")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_a_direct_push_arrives_byte_for_byte(cpo: Platform, msp: Platform) -> None:
    reply = cpo.request(
        "PUT", "tariffs", RECEIVER, "NL/CPO/T1", body=BODY, to=("DE", "MSP"),
        headers={"X-Request-ID": "r-1", "X-Correlation-ID": "c-1"},
    )  # fmt: skip
    token = base64.b64encode(msp.own_token.encode()).decode()
    assert (reply.status, reply.code) == (201, 1000), reply
    heard = msp.heard(module="tariffs")
    assert heard.body == BODY
    assert heard.path.endswith("/NL/CPO/T1")
    assert heard.headers["x-correlation-id"] == "c-1"
    assert str(uuid.UUID(heard.headers["x-request-id"])) == heard.headers["x-request-id"]
    assert heard.headers["authorization"] == f"Token {token}"
    assert heard.headers["content-type"].startswith("application/json")
    assert routing(heard.headers) == ("DE", "MSP", "NL", "CPO")
    assert reply.headers["x-request-id"] == "r-1"
    assert reply.headers["x-correlation-id"] == "c-1"
    assert routing(reply.headers) == ("NL", "CPO", "DE", "MSP")
    assert not msp.complaints
    assert not cpo.complaints


@pytest.mark.ocpi("O-10")
@pytest.mark.versions("2.2.1", "2.3.0")
def test_an_id_with_a_slash_passes_undecoded(cpo: Platform, msp: Platform) -> None:
    reply = msp.request("GET", "locations", SENDER, "BE%2FBEC%2FE04%2315*x", to=("NL", "CPO"))
    assert reply.status == 404
    assert cpo.heard(module="locations").path.endswith("/BE%2FBEC%2FE04%2315*x")
