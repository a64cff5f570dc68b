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

from apps.api import network_shapes, shapes
from apps.api.documentation import document
from apps.api.operation import Operation
from apps.api.table import operations
from apps.api.views import JSON
from apps.counts.models import Loss
from apps.operators.models import Scope
from hub.ocpi.schema import SCHEMAS
from tests.api.filled import fill
from tests.api.scripts import Script, of_group, token
from tests.console.test_policy import INLINE
from tests.gateway.objects_2_3_0 import (
    booking,
    booking_location,
    confirmation,
    record,
    terminal,
)
from tests.hub import Hub
from tests.platforms import Platform
from tests.store.store import put

# Queries without which a path finds nothing.
WITH = {"agreements/pair": {"one": "NL/CPO", "other": "DE/MSP", "module": "tariffs"}}


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
        yield Script(token(made, Scope.ADMINISTER))


@pytest.fixture
def full(hub: Hub, cpo: Platform, msp: Platform, script: Script) -> None:
    """Something in every list."""
    fill(hub, cpo, msp)
    for module, body, owner, audience in (
        ("terminals", terminal(), "SE/PTP", "NL/CPO"),
        ("financial-advice-confirmations", confirmation(), "SE/PTP", "NL/CPO"),
        ("booking_locations", booking_location(), "NL/CPO", ""),
        ("bookings", booking(), "NL/CPO", "DE/MSP"),
        ("invoicereconciliation", record(), "NL/CPO", "DE/MSP"),
    ):
        put(module, body, timezone.now(), owner=owner, audience=audience, version="2.3.0")
    Loss.objects.create(
        platform=hub.row(msp).pk, module="locations", source="2.3.0", target="2.2.1",
        field="$.help_phone", what="lost", why="2.2.1 has no field for it", times=1,
        first_at=timezone.now(), last_at=timezone.now(),
    )  # fmt: skip
    script.do(f"platforms/{hub.row(cpo).pk}/suspend")
    script.do(f"platforms/{hub.row(cpo).pk}/resume")


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
        if operation.method != "GET" or operation.media != JSON:
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
    elif "<str:version>" in operation.path:
        head = operation.path.partition("/<")[0]
        for version in SCHEMAS:
            key = script.get(head)["items"][0]["sequence"]
            yield f"{head}/{key}/versions/{version}", {}
    elif operation.path in WITH:
        yield operation.path, WITH[operation.path]
    elif operation.path == "objects":
        yield "objects", {}
        yield "objects", {"owner": "NL/CPO"}
    elif operation.path == "quality/<str:country>/<str:party>":
        yield "quality/NL/CPO", {}
    elif operation.path == "platforms/<int:id>/onboarding":
        for row in script.get("platforms")["items"]:
            yield f"platforms/{row['id']}/onboarding", {}
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
