"""Invoice Reconciliation of OCPI 2.3.0: records of who issued an invoice, for who got it."""

import pytest

from hub.ocpi.status import Code
from tests.gateway.objects import LATER, cdr
from tests.gateway.objects_2_3_0 import record
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform

HUB, CPO, MSP, OTHER = ("NL", "HUB"), ("NL", "CPO"), ("DE", "MSP"), ("FR", "MSP")
NAME = "invoicereconciliation"


@pytest.fixture
def cpo(hub: Hub) -> Platform:
    return hub.platform("NL/CPO", version="2.3.0")


@pytest.fixture
def msp(hub: Hub) -> Platform:
    return hub.platform("DE/MSP", version="2.3.0")


@pytest.mark.ocpi("IR-01", "IR-02", versions=("2.3.0",))
@pytest.mark.parametrize(
    ("owner", "addressee"), [(CPO, MSP), (MSP, CPO)], ids=["direct billing", "reverse billing"]
)
def test_either_side_issues_changes_and_takes_back(
    hub: Hub, cpo: Platform, msp: Platform, owner: tuple[str, str], addressee: tuple[str, str]
) -> None:
    issuer, payer = (cpo, msp) if owner == CPO else (msp, cpo)
    body = record(owner="/".join(owner))
    tail = f"{'/'.join(owner)}/I1"
    assert issuer.request("POST", NAME, RECEIVER, json=body, to=addressee).code == 1000
    heard = payer.heard(module=NAME, method="POST")
    assert (heard.from_, heard.json, heard.tail) == (owner, body, "")
    assert issuer.request("GET", NAME, RECEIVER, tail, to=addressee).data == body

    changed = body | {"cdrs": ["C1", "C2"], "last_updated": LATER}
    assert issuer.request("PUT", NAME, RECEIVER, tail, json=changed, to=addressee).code == 1000
    assert payer.request("GET", NAME, SENDER, to=HUB).data == [changed]
    assert issuer.request("DELETE", NAME, RECEIVER, tail, to=addressee).code == 1000
    assert payer.objects.all(NAME) == []
    assert payer.request("GET", NAME, SENDER, to=HUB).data == []
    assert not issuer.complaints + payer.complaints


@pytest.mark.ocpi("IR-01", versions=("2.3.0",))
def test_a_record_of_somebody_else_and_a_patch_are_refused(
    hub: Hub, cpo: Platform, msp: Platform
) -> None:
    foreign = cpo.request("POST", NAME, RECEIVER, json=record(owner="DE/MSP"), to=MSP)
    assert foreign.code == Code.INVALID_PARAMETERS
    without = {name: value for name, value in record().items() if name != "party_id"}
    assert cpo.request("POST", NAME, RECEIVER, json=without, to=MSP).code == 2001
    patch = cpo.request("PATCH", NAME, RECEIVER, "NL/CPO/I1", json={}, to=MSP)
    assert patch.status == 405
    assert not [r for r in msp.received if r.module == NAME]


@pytest.mark.ocpi("IR-03", versions=("2.3.0",))
def test_the_list_is_paged_and_by_date(hub: Hub, cpo: Platform, msp: Platform) -> None:
    for number in range(3):
        body = record(f"I{number}", last_updated=f"2026-03-0{number + 1}T00:00:00Z")
        cpo.objects.put(NAME, body)
        assert cpo.request("POST", NAME, RECEIVER, json=body, to=MSP).code == 1000
    for to in (CPO, HUB):
        first = msp.request("GET", NAME, SENDER, query="limit=2", to=to)
        link = first.headers["link"].partition(">")[0].strip("<")
        rest = msp.request("GET", NAME, url=link, to=to)
        assert [each["id"] for each in first.data + rest.data] == ["I0", "I1", "I2"]
        dates = "date_from=2026-03-02T00:00:00Z&date_to=2026-03-03T00:00:00Z"
        between = msp.request("GET", NAME, SENDER, query=dates, to=to)
        assert [each["id"] for each in between.data] == ["I1"]


@pytest.mark.ocpi("IR-04", versions=("2.3.0",))
def test_records_are_for_owner_and_addressee(hub: Hub, cpo: Platform, msp: Platform) -> None:
    other = hub.platform("FR/MSP", version="2.3.0")
    assert cpo.request("POST", NAME, RECEIVER, json=record(), to=MSP).code == 1000
    assert other.request("GET", NAME, SENDER, to=HUB).data == []
    assert msp.request("GET", NAME, SENDER, to=HUB).data == [record()]
    assert cpo.request("GET", NAME, RECEIVER, "NL/CPO/I1", to=HUB).data == record()
    assert cpo.request("POST", NAME, RECEIVER, json=record(), to=HUB).code == 2000
    assert not [r for r in other.received if r.module == NAME]


def test_a_record_finds_the_party_that_has_its_cdrs(hub: Hub, cpo: Platform, msp: Platform) -> None:
    hub.platform("FR/MSP", version="2.3.0")
    nobody = cpo.request("POST", NAME, RECEIVER, json=record())
    assert nobody.code == Code.NOT_ENOUGH_INFORMATION
    for identifier, to in (("C1", MSP), ("C2", MSP), ("C3", OTHER)):
        reply = cpo.request("POST", "cdrs", RECEIVER, json=cdr(identifier), to=to)
        assert reply.code == 1000, reply
    found = record(cdrs=["C1", "C2", "C-unknown"])
    assert cpo.request("POST", NAME, RECEIVER, json=found).code == 1000
    assert msp.heard(module=NAME).json == found
    assert cpo.request("DELETE", NAME, RECEIVER, "NL/CPO/I1").code == 1000  # known by now
    assert msp.heard(module=NAME, method="DELETE").from_ == CPO

    torn = cpo.request("POST", NAME, RECEIVER, json=record("I2", cdrs=["C1", "C3"]))
    assert torn.code == Code.NOT_ENOUGH_INFORMATION
    assert "DE/MSP" in torn.message
    back = msp.request("POST", NAME, RECEIVER, json=record("I3", owner="DE/MSP", cdrs=["C1"]))
    assert back.code == 1000
    assert cpo.heard(module=NAME).from_ == MSP
