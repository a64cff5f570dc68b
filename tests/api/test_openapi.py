"""The OpenAPI document is valid, says what descriptions and tables say, and anybody may have it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no types

from apps.modules import registry
from hub.ocpi.module import By
from hub.ocpi.openapi import document
from hub.ocpi.openapi.schemas import patch_name
from hub.ocpi.registry import Registry
from tests.ocpi.made import SCHEMA, full

URL = "https://hub.example.com"
DOCUMENT = document(registry(), "2.2.1", URL, "Example hub")
METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def allowed_by(name: str) -> Draft202012Validator:
    """A validator of one component."""
    reference = {"$ref": f"#/components/schemas/{name}"}
    return Draft202012Validator({**reference, "components": DOCUMENT["components"]})


def test_the_document_is_valid_openapi() -> None:
    validate_schema(DOCUMENT)


def test_every_reference_leads_somewhere() -> None:
    for name in set(_references(DOCUMENT)):
        found: Any = DOCUMENT
        for step in name.removeprefix("#/").split("/"):
            found = found[step]


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_route_of_every_module_is_there() -> None:
    written = {(path, method) for path, method, _ in operations()}
    for module in registry().values():
        for route in module.routes:
            root = f"/ocpi/2.2.1/{route.interface.segment}/{module.id}/{route.template}".rstrip("/")
            for method, operation in route.operations.items():
                paths = [root]
                if isinstance(takes := operation.takes, By):
                    paths = [root.replace(f"{{{takes.parameter}}}", n) for n in takes.names]
                for path in paths:
                    assert (path, method.lower()) in written
                    written.discard((path, method.lower()))
    own = {
        "/ocpi/versions",
        "/ocpi/2.2.1",
        "/ocpi/2.2.1/credentials",
        "/ocpi/2.2.1/sender/hubclientinfo",
    }
    assert {path for path, _ in written} == own


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(names)) == len(names)


def test_every_parameter_of_a_path_is_described() -> None:
    for path, item in DOCUMENT["paths"].items():
        described = [each["name"] for each in item.get("parameters", [])]
        assert sorted(f"{{{name}}}" for name in described) == sorted(
            step for step in path.split("/") if step.startswith("{")
        )


@pytest.mark.parametrize("name", SCHEMA)
def test_a_component_allows_what_its_table_allows(name: str) -> None:
    validator = allowed_by(name)
    if name in SCHEMA.enums:
        values = SCHEMA.enums[name].values
        assert all(validator.is_valid(value) for value in values)
        assert validator.is_valid("NO_SUCH_VALUE") is SCHEMA.enums[name].is_open
        return
    whole = full(name)
    fields = SCHEMA.tables[name].fields
    assert list(validator.iter_errors({**whole, "an_extension": 1})) == []
    empty = {n: None for n, field in fields.items() if not field.required}
    assert list(validator.iter_errors(whole | empty)) == []
    for field_name, field in fields.items():
        assert not validator.is_valid({**whole, field_name: [[]]})
        without = {n: value for n, value in whole.items() if n != field_name}
        assert validator.is_valid(without) is not field.required


def test_a_patch_may_lack_everything_but_its_time() -> None:
    validator = allowed_by(patch_name("Location"))
    assert validator.is_valid({"last_updated": "2026-03-01T10:00:00Z", "city": "Utrecht"})
    assert not validator.is_valid({"city": "Utrecht"})
    assert not validator.is_valid({"last_updated": "2026-03-01T10:00:00Z", "city": 7})


def test_requests_with_a_response_url_have_their_result_as_a_callback() -> None:
    path = DOCUMENT["paths"]["/ocpi/2.2.1/receiver/chargingprofiles/{session_id}"]
    in_body = path["put"]["callbacks"]["result"]["{$request.body#/response_url}"]["post"]
    in_query = path["get"]["callbacks"]["result"]["{$request.query.response_url}"]["post"]
    assert [
        each["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for each in (in_body, in_query)
    ] == ["ChargingProfileResult", "ActiveChargingProfileResult"]


def test_custom_modules_are_nobodys_business() -> None:
    """A-05: version details show them by agreement only; a public document never does."""
    custom = replace(registry()["tariffs"], id="nltnm_tariffs", custom=True)
    shown = document(Registry([*registry().values(), custom]), "2.2.1", URL, "Example hub")
    assert shown == DOCUMENT


@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_the_document_is_served_to_anybody(form: str, read: Any) -> None:
    answer = Client().get(f"/schema/ocpi-2.2.1.{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"application/{form}"
    served = read(answer.content)
    validate_schema(served)
    assert served["paths"].keys() == DOCUMENT["paths"].keys()


@pytest.mark.parametrize("name", ["ocpi-2.0.yaml", "ocpi-2.2.1.xml", "ocpi-.json", "ocpi-2.2.1."])
def test_other_versions_and_forms_are_404(name: str) -> None:
    assert Client().get(f"/schema/{name}").status_code == 404


def test_the_document_is_only_read() -> None:
    assert Client().post("/schema/ocpi-2.2.1.json").status_code == 405
