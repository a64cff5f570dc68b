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
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.names import name_in
from tests.ocpi.made import full

URL = "https://hub.example.com"
DOCUMENTS = {version: document(registry(), version, URL, "Example hub") for version in SCHEMAS}
DOCUMENT = DOCUMENTS["2.2.1"]
METHODS = ("get", "post", "put", "patch", "delete")
CONFIGURATION = {
    "2.1.1": {
        "/ocpi/cpo/versions", "/ocpi/cpo/2.1.1", "/ocpi/cpo/2.1.1/credentials",
        "/ocpi/emsp/versions", "/ocpi/emsp/2.1.1", "/ocpi/emsp/2.1.1/credentials",
    },
    **{
        version: {
            "/ocpi/versions", f"/ocpi/{version}", f"/ocpi/{version}/credentials",
            f"/ocpi/{version}/sender/hubclientinfo",
        }
        for version in ("2.2.1", "2.3.0")
    },
}  # fmt: skip
IN_ALL = pytest.mark.parametrize("version", SCHEMAS)


def operations(version: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENTS[version]["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def allowed_by(name: str, version: str = "2.2.1") -> Draft202012Validator:
    """A validator of one component."""
    reference = {"$ref": f"#/components/schemas/{name}"}
    return Draft202012Validator({**reference, "components": DOCUMENTS[version]["components"]})


@IN_ALL
def test_the_document_is_valid_openapi(version: str) -> None:
    validate_schema(DOCUMENTS[version])


@IN_ALL
def test_every_reference_leads_somewhere(version: str) -> None:
    for name in set(_references(DOCUMENTS[version])):
        found: Any = DOCUMENTS[version]
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


@IN_ALL
def test_every_route_of_every_module_is_there(version: str) -> None:
    written = {(path, method) for path, method, _ in operations(version)}
    for module in registry().values():
        for route in module.routes:
            start = f"/ocpi/{version}/{route.interface.segment}/{module.identifier}"
            root = f"{start}/{route.template}".rstrip("/")
            for method, operation in route.operations.items():
                if route.known_as or not module.has(operation, version):
                    continue
                paths = [root]
                if isinstance(takes := operation.takes, By):
                    paths = [
                        root.replace(f"{{{takes.parameter}}}", spelled)
                        for spelled, name in takes.names.items()
                        if name_in(version, name)
                    ]
                for path in paths:
                    assert (path, method.lower()) in written
                    written.discard((path, method.lower()))
    assert {path for path, _ in written} == CONFIGURATION[version]


def test_what_only_one_version_has() -> None:
    there = {v: {(path.partition(v)[2], m) for path, m, _ in operations(v)} for v in DOCUMENTS}
    tariff = "/receiver/tariffs/{country_code}/{party_id}/{tariff_id}"
    assert [v for v in there if (tariff, "patch") in there[v]] == ["2.1.1"]
    cancel, terminals = "/receiver/commands/CANCEL_RESERVATION", "/sender/payments/terminals"
    assert [v for v in there if (cancel, "post") in there[v]] == ["2.2.1", "2.3.0"]
    assert [v for v in there if (terminals, "get") in there[v]] == ["2.3.0"]


def test_only_2_1_1_has_no_message_ids_and_no_routing() -> None:
    for version, made in DOCUMENTS.items():
        names = {each["name"] for each in made["components"]["parameters"].values()}
        assert ("OCPI-to-party-id" in names) is (version != "2.1.1")
        assert ("X-Request-ID" in names) is (version != "2.1.1")
        assert ("X-Request-ID" in made["components"]["headers"]) is (version != "2.1.1")


@IN_ALL
def test_operations_have_names_of_their_own(version: str) -> None:
    names = [operation["operationId"] for _, _, operation in operations(version)]
    assert len(set(names)) == len(names)


@IN_ALL
def test_every_parameter_of_a_path_is_described(version: str) -> None:
    for path, item in DOCUMENTS[version]["paths"].items():
        described = [each["name"] for each in item.get("parameters", [])]
        assert sorted(f"{{{name}}}" for name in described) == sorted(
            step for step in path.split("/") if step.startswith("{")
        )


@pytest.mark.parametrize(
    ("version", "name"), [(version, name) for version in SCHEMAS for name in SCHEMAS[version]]
)
def test_a_component_allows_what_its_table_allows(version: str, name: str) -> None:
    validator, schema = allowed_by(name, version), SCHEMAS[version]
    if name in schema.enums:
        values = schema.enums[name].values
        assert all(validator.is_valid(value) for value in values)
        assert validator.is_valid("NO_SUCH_VALUE") is schema.enums[name].is_open
        return
    whole = full(name, schema)
    fields = schema.tables[name].fields
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
    assert allowed_by(patch_name("Terminal"), "2.3.0").is_valid({"location_ids": ["L1"]})
    assert allowed_by(patch_name("Tariff"), "2.1.1").is_valid({"currency": "EUR"})


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
    custom = replace(custom, identifier=custom.id)
    shown = document(Registry([*registry().values(), custom]), "2.2.1", URL, "Example hub")
    assert shown == DOCUMENT


@IN_ALL
@pytest.mark.parametrize(("form", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_the_document_is_served_to_anybody(version: str, form: str, read: Any) -> None:
    answer = Client().get(f"/schema/ocpi-{version}.{form}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"application/{form}"
    served = read(answer.content)
    validate_schema(served)
    assert served["paths"].keys() == DOCUMENTS[version]["paths"].keys()


@pytest.mark.parametrize("name", ["ocpi-2.0.yaml", "ocpi-2.2.1.xml", "ocpi-.json", "ocpi-2.2.1."])
def test_other_versions_and_forms_are_404(name: str) -> None:
    assert Client().get(f"/schema/{name}").status_code == 404


def test_the_document_is_only_read() -> None:
    assert Client().post("/schema/ocpi-2.2.1.json").status_code == 405


def test_a_page_lists_the_document_of_each_version(client: Client) -> None:
    listed = client.get("/schema/", {"format": "json"}).json()["documents"]
    assert [each["version"] for each in listed] == ["2.3.0", "2.2.1", "2.1.1"]
    page = client.get("/schema/").content.decode()
    for each in listed:
        found = client.get(each["json"]).json()
        assert found["openapi"].startswith("3.1.")
        assert found["info"]["version"] == each["version"]
        assert yaml.safe_load(client.get(each["yaml"]).content) == found
        assert f'href="{each["json"]}"' in page
        assert f'href="{each["yaml"]}"' in page
