"""The document of the operator's API is valid OpenAPI, and answers are as it says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

from apps.alerts.models import Alert, Kind
from apps.api import network_shapes, shapes
from apps.api.documentation import document
from apps.api.operation import Operation
from apps.api.table import operations
from apps.operators.models import Scope
from apps.parties.models import Agreement, PartyClaim
from tests.api.scripts import Script, of_group, token
from tests.console.test_policy import INLINE
from tests.gateway.objects import cdr, location, session, tariff
from tests.gateway.objects import token as driver
from tests.hub import Hub
from tests.platforms import RECEIVER, SENDER, Platform
from tests.sync.pulling import pull

HUB, MSP = ("NL", "HUB"), ("DE", "MSP")


def strict(schema: Any) -> Any:
    """The same, where an object has no member but those it names."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: strict(each) for name, each in schema.items()}
    if "properties" in inner and inner.get("type") == "object":
        inner["additionalProperties"] = False
    return inner


def path_of(operation: Operation) -> str:
    """A path as the document writes it."""
    return "/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", operation.path)


@pytest.fixture
def all_seeing(hub: Hub) -> Iterator[Script]:
    """A script that may see everything."""
    with of_group(name="all-seeing") as made:
        get_user_model().objects.filter(pk=made.pk).update(is_superuser=True)
        yield Script(token(made, Scope.AUDIT))


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform, script: Script) -> None:
    """Something in every list."""
    wrong = location(time_zone="Somewhere/Else")
    cpo.request("PUT", "locations", RECEIVER, "NL/CPO/L1", json=wrong, to=HUB)
    cpo.request("PUT", "tariffs", RECEIVER, "NL/CPO/T1", json=tariff(), to=HUB)
    cpo.request("PUT", "sessions", RECEIVER, "NL/CPO/S1", json=session(), to=MSP)
    cpo.request("POST", "cdrs", RECEIVER, json=cdr(), to=MSP)
    msp.request("PUT", "tokens", RECEIVER, "DE/MSP/U1", json=driver(), to=HUB)
    msp.request("GET", "tariffs", SENDER, to=("NL", "CPO"))
    hub.deliver()
    pull()
    hub.flush()
    script.do(f"platforms/{hub.row(cpo).pk}/suspend")
    script.do(f"platforms/{hub.row(cpo).pk}/resume")
    Agreement.objects.create(one="NL/CPO", other="DE/MSP")
    PartyClaim.objects.create(
        platform=hub.row(msp), held_by=hub.row(cpo), role="CPO", party="NL/CPO"
    )
    now = timezone.now()
    Alert.objects.create(
        kind=Kind.OFFLINE, subject="1", about="x", text="y", since=now, seen_at=now, raised_at=now
    )


def test_the_document_is_valid_and_served_to_whoever_has_a_token(script: Script) -> None:
    validate_schema(document())
    response = script.ask("GET", "schema")
    assert response.status_code == 200
    served = json.loads(response.content)
    assert served["openapi"].startswith("3.1")
    validate_schema(served)
    assert response.headers["Content-Type"] == "application/json"
    assert Script().ask("GET", "schema").status_code == 401


def test_every_operation_is_there_once() -> None:
    found = {
        (path, method.upper(), told["operationId"])
        for path, item in document()["paths"].items()
        for method, told in item.items()
        if path.startswith("/api/")
    }
    assert found == {(path_of(each), each.method, each.name) for each in operations()}
    assert len(found) == len(operations())


def test_what_a_stranger_may_see_of_it_is_nothing_else() -> None:
    """Only the API is in it, whatever other pages there are."""
    assert all(path.startswith("/api/") for path in document()["paths"])


def test_every_answer_has_the_shape_that_is_told(full: None, all_seeing: Script) -> None:
    cache.clear()
    components = strict(json.loads(json.dumps(document()["components"], default=str)))
    empty = []
    for operation in operations():
        if operation.method != "GET":
            continue
        for path, query in _examples(operation, all_seeing):
            data = all_seeing.get(path, **query)
            told = document()["paths"][path_of(operation)]["get"]["responses"]["200"]
            schema = strict(json.loads(json.dumps(told, default=str)))
            shape = schema["content"]["application/json"]["schema"]
            validator = Draft202012Validator({**shape, "components": components})
            wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]
            assert wrong == [], path
            if "items" in data and not data["items"]:
                empty.append(path)
    assert empty == []


def _examples(operation: Operation, script: Script) -> Iterator[tuple[str, dict[str, str]]]:
    """Paths and queries of an operation that find something."""
    if operation.path == "trace":
        yield "trace", {"id": "NL/CPO"}
        yield "trace", {"id": script.get("messages", module="tariffs")["items"][0]["request_id"]}
    elif "<path:identifier>" in operation.path:
        head = operation.path.partition("/<")[0]
        row = script.get(head)["items"][0]
        yield f"{head}/{row['owner']}/{row['id'].partition(' ')[0]}", {}
    elif operation.path.endswith("/<int:id>"):
        head = operation.path.partition("/<")[0]
        for row in script.get(head)["items"][:5]:
            yield f"{head}/{row.get('sequence', row.get('id'))}", {}
    else:
        yield operation.path, {}


@pytest.mark.parametrize("shape", [shapes.Statistics, network_shapes.Platform, shapes.DryRun])
def test_a_shape_that_lacks_a_member_is_noticed(shape: Any) -> None:
    """The comparison above can fail: objects are closed."""
    schema = strict(json.loads(json.dumps(document()["components"], default=str)))
    assert schema["schemas"][shape.__name__]["additionalProperties"] is False


def test_the_page_is_for_operators_and_keeps_the_policy(hub: Hub) -> None:
    assert Client().get("/api/").status_code == 302
    with of_group("viewer") as viewer:
        browser = Client()
        browser.force_login(viewer)
        response = browser.get("/api/")
    assert response.status_code == 200
    text = response.content.decode()
    for operation in operations():
        assert f'id="{operation.name}"' in text, operation.name
    assert not [pattern for pattern in INLINE if pattern.search(text)]
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    anchors = set(re.findall(r'href="#([^"]+)"', text))
    assert anchors <= set(re.findall(r'id="([^"]+)"', text))
    shown = set(re.findall(r'id="shape-([^"]+)"', text))
    assert shown == set(document()["components"]["schemas"])
