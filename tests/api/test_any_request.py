"""Whatever a platform asks: the running hub never fails, and answers as its document says."""

from collections import defaultdict
from typing import Any

import pytest
import schemathesis
from django.conf import settings as django
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.modules import registry
from apps.sandbox import drivers, network, prices
from hub.ocpi.headers import TokenForm, authorization
from hub.ocpi.module import Interface, Module, Role
from hub.ocpi.openapi import document
from tests.gateway import objects
from tests.gateway.objects_2_3_0 import booking, booking_location, terminal
from tests.hub import Hub
from tests.platforms import RECEIVER, Platform

# The hub and the platforms are threads of this process; their use of `random` is not a strategy's.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
FEW = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
Pair = tuple[str, str]
CPO, MSP, HUB, NOBODY = ("NL", "CPO"), ("DE", "MSP"), ("NL", "HUB"), ("XX", "XXX")
PTP = ("SE", "PTP")
PARTIES = {Role.CPO: CPO, Role.EMSP: MSP, Role.PTP: PTP}
NAMES = {Role.CPO: "NL/CPO", Role.EMSP: "DE/MSP", Role.PTP: "PTP:SE/PTP"}
SITE = network.location(CPO, 0)
EVSE = SITE["evses"][0]
# Ids that lead somewhere, by URL parameter.
KNOWN = {
    "location_id": SITE["id"],
    "evse_uid": EVSE["uid"],
    "connector_id": EVSE["connectors"][0]["id"],
    "tariff_id": "T1",
    "token_uid": "U1",
    "session_id": "S1",
    "booking_location_id": "BL1",
    "calendar_id": "C1",
    "booking_id": "B1",
    "terminal_id": "T1",
}


def operations(version: str) -> dict[str, list[Any]]:
    """The operations of a version's document by module."""
    found: dict[str, list[Any]] = defaultdict(list)
    made = document(registry(), version, django.HUB.public_url, "The hub under test")
    for result in schemathesis.openapi.from_dict(made).get_all_operations():
        assert isinstance(result, Ok), result
        operation: Any = result.ok()
        found[operation.tags[0]].append(operation)
    return found


OPERATIONS = operations("2.2.1")
NEW_OPERATIONS = {tag: found for tag, found in operations("2.3.0").items() if tag not in OPERATIONS}


@pytest.fixture
def platforms(hub: Hub) -> dict[Role, Platform]:
    """A CPO and an eMSP who have told each other, and all others, what there is."""
    cpo, msp = hub.platform("NL/CPO"), hub.platform("DE/MSP")
    for platform, module, tail, thing, to in (
        (cpo, "locations", f"NL/CPO/{SITE['id']}", SITE, HUB),
        (cpo, "tariffs", "NL/CPO/T1", objects.tariff(), HUB),
        (msp, "tokens", "DE/MSP/U1", objects.token(), HUB),
        (cpo, "sessions", "NL/CPO/S1", objects.session(), MSP),
    ):
        pushed = platform.request("PUT", module, RECEIVER, tail, json=thing, to=to)
        assert pushed.code == 1000, pushed
    cpo.objects.put_all("locations", network.locations(CPO, 3))
    cpo.objects.put_all("tariffs", prices.tariffs(CPO, prices.WORTH))
    msp.objects.put_all("tokens", drivers.tokens(MSP, 3))
    return {Role.CPO: cpo, Role.EMSP: msp}


@pytest.fixture
def new_platforms(hub: Hub) -> dict[Role, Platform]:
    """The same in OCPI 2.3.0, of its own modules, and a PTP with a terminal."""
    found = {role: hub.platform(name, version="2.3.0") for role, name in NAMES.items()}
    for platform, module, tail, thing, to in (
        (found[Role.CPO], "Booking", "NL/CPO/booking_locations/BL1", booking_location(), HUB),
        (found[Role.CPO], "Booking", "NL/CPO/B1", booking(), MSP),
        (found[Role.PTP], "payments", "terminals", terminal(), CPO),
    ):
        method = "POST" if module == "payments" else "PUT"
        pushed = platform.request(method, module, RECEIVER, tail, json=thing, to=to)
        assert pushed.code == 1000, pushed
    found[Role.PTP].objects.put("terminals", terminal())
    return found


def described(operation: Any) -> tuple[Module | None, Role]:
    """The module of an operation, and who calls it; the CPO where either may."""
    module = registry().get(operation.tags[0])
    if module is None:
        return None, Role.CPO
    interface = Interface(operation.path.split("/")[3].upper())
    callers = module.callers(interface)
    return module, next(role for role in PARTIES if role in callers)


def fit(case: Any, module: Module, own: Pair, response_url: str) -> None:
    """Makes a request that is allowed into one that makes sense: it speaks of things that are
    there, of the caller's own objects, and of the same ones in URL and body."""
    path = case.path_parameters
    path |= {name: identifier for name, identifier in KNOWN.items() if name in path}
    owner = {"country_code": own[0], "party_id": own[1]}
    path |= {name: value for name, value in owner.items() if name in path}
    if "response_url" in case.query:
        case.query["response_url"] = response_url
    if not isinstance(case.body, dict):
        return
    said = case.body
    inner = [part for part in module.parts if part.parameter in path]
    if inner:
        said[inner[-1].id_field] = path[inner[-1].parameter]
    elif module.key:
        said |= (owner if module.names_owner else {}) | {
            field: path.get(name, "C1") for name, field in module.key.items()
        }
    said |= {name: identifier for name, identifier in KNOWN.items() if name in said}
    if "response_url" in said:
        said["response_url"] = response_url
    payer = {"country_code": MSP[0], "party_id": MSP[1]}
    for name in ("token", "cdr_token"):
        if isinstance(said.get(name), dict):
            said[name] |= payer


@pytest.mark.parametrize("tag", NEW_OPERATIONS)
def test_the_same_goes_for_what_2_3_0_has_alone(
    tag: str, hub: Hub, new_platforms: dict[Role, Platform]
) -> None:
    for operation in NEW_OPERATIONS[tag]:
        ask_anything(operation, hub, new_platforms)


@pytest.mark.parametrize("tag", OPERATIONS)
def test_the_hub_answers_as_its_document_says(
    tag: str, hub: Hub, platforms: dict[Role, Platform]
) -> None:
    for operation in OPERATIONS[tag]:
        ask_anything(operation, hub, platforms)


def ask_anything(operation: Any, hub: Hub, platforms: dict[Role, Platform]) -> None:
    module, role = described(operation)
    caller, own = platforms[role], PARTIES[role]
    token = authorization(caller.hub_token, TokenForm.BASE64)
    callback = caller.callback_url()
    anything = operation.as_strategy() | operation.as_strategy(GenerationMode.NEGATIVE)
    sensible = operation.as_strategy()

    @FEW
    @given(
        st.one_of(st.tuples(st.just(False), anything), st.tuples(st.just(True), sensible)),
        st.sampled_from([None, HUB, *(PARTIES[r] for r in platforms if r is not role), NOBODY]),
    )
    def ask(asked: tuple[bool, Any], to: Pair | None) -> None:
        makes_sense, case = asked
        if makes_sense and module is not None:
            fit(case, module, own, callback)
        for name in [name for name in case.headers if name.lower().startswith("ocpi-")]:
            del case.headers[name]
        headers = {"Authorization": token}
        headers |= {"OCPI-from-country-code": own[0], "OCPI-from-party-id": own[1]}
        if to is not None:
            headers |= {"OCPI-to-country-code": to[0], "OCPI-to-party-id": to[1]}
        response = case.call(base_url=hub.url, headers=headers, timeout=20)
        case.validate_response(response, checks=CHECKS)

    ask()
