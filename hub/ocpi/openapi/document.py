"""The document itself: information, paths, components."""

from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.module import Effect, Interface, Module
from hub.ocpi.openapi import shared
from hub.ocpi.openapi.paths import module_paths
from hub.ocpi.openapi.schemas import Json, components, ref
from hub.ocpi.registry import Registry
from hub.ocpi.schema import SCHEMAS
from hub.ocpi.schema.messages import object_name

INTRODUCTION = """
Requests of a platform to the hub, for the parties behind it or for the hub itself. Written from the
module descriptions and the field tables; the specification says the rest: github.com/ocpi/ocpi.

A slash at the end of a URL does not matter. Bodies pass through the hub as they are: fields that
are not in the tables are allowed, and arrive. A refusal is HTTP 200 with a `status_code` of 2000 or
more, except where an HTTP status is listed. Custom modules are shown only to those who have an
agreement on them.
"""


CONFIGURATION = ("versions", "credentials", MODULE_ID)


def document(registry: Registry, version: str, server_url: str, hub_name: str) -> Json:
    """The OpenAPI 3.1 document of one OCPI version, ready for JSON or YAML.

    `server_url` is the hub's public URL, below which /ocpi is. Raises KeyError for a version whose
    tables are not known.
    """
    schema = SCHEMAS[version]
    modules = [m for m in registry.values() if version in m.versions and not m.custom]
    paths = _configuration(version)
    for module in modules:
        paths |= module_paths(module, version)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"OCPI {version} at {hub_name}",
            "version": version,
            "description": INTRODUCTION.strip(),
        },
        "servers": [{"url": server_url}],
        "security": shared.SECURITY,
        "tags": [{"name": name} for name in (*CONFIGURATION, *(m.id for m in modules))],
        "paths": paths,
        "components": {
            "schemas": {**shared.ENVELOPES, **components(schema, _patched(modules))},
            "parameters": shared.PARAMETERS,
            "headers": shared.HEADERS,
            "responses": shared.RESPONSES,
            "securitySchemes": shared.SECURITY_SCHEMES,
        },
    }


def _patched(modules: list[Module]) -> list[str]:
    """The classes that some route merges into."""
    return sorted(
        {
            object_name(module, route)
            for module in modules
            for route in module.routes
            for operation in route.operations.values()
            if operation.effect is Effect.MERGE and object_name(module, route)
        }
    )


def _configuration(version: str) -> Json:
    """The modules that the hub itself answers.
    spec: version_information_endpoint_version_information_endpoint, credentials,
    mod_hub_client_info_hub_interface"""
    credentials, details = ref("Credentials"), ref("VersionDetails")
    return {
        "/ocpi/versions": {
            "get": _own("get_versions", "The OCPI versions offered", _list_of(ref("Version"))),
        },
        f"/ocpi/{version}": {
            "get": _own("get_version_details", "The endpoints of a version", details),
        },
        f"/ocpi/{version}/credentials": {
            "get": _own("get_credentials", "The hub's, for the caller", credentials),
            "post": _own("post_credentials", "Register", credentials, credentials),
            "put": _own("put_credentials", "Change and renew", credentials, credentials),
            "delete": _own("delete_credentials", "Unregister", None),
        },
        f"/ocpi/{version}/{Interface.SENDER.segment}/{MODULE_ID}": {
            "get": _page(f"get_{MODULE_ID}", "The other parties, as the caller may know them"),
        },
    }


def _list_of(item: Json) -> Json:
    return {"type": "array", "items": item}


def _page(name: str, summary: str) -> Json:
    """A list of ClientInfo, in pages."""
    page = _own(name, summary, None)
    data = shared.around(_list_of(ref("ClientInfo")))
    page["parameters"] += shared.parameters(shared.PAGING)
    page["responses"]["200"] = shared.answer("The hub's answer.", data, shared.PAGE_SENT)
    return page


def _own(name: str, summary: str, data: Json | None, taken: Json | None = None) -> Json:
    operation: Json = {
        "operationId": name,
        "tags": [next((tag for tag in CONFIGURATION if name.endswith(tag)), "versions")],
        "summary": summary,
        "parameters": shared.parameters(shared.IDS),
        "responses": {
            "200": shared.answer("The hub's answer.", shared.around(data)),
            **shared.refusals(),
        },
    }
    return operation if taken is None else {**operation, "requestBody": shared.body(taken)}
