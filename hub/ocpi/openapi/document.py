"""The document itself: information, paths, components."""

from hub.ocpi.clientinfo import MODULE_ID
from hub.ocpi.module import SINCE_2_2_1, Effect, Interface, Module
from hub.ocpi.openapi import shared
from hub.ocpi.openapi.paths import module_paths
from hub.ocpi.openapi.schemas import Json, components, object_schema, ref
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


VERSIONS, CREDENTIALS = "versions", "credentials"
FACES = ("cpo", "emsp")  # of the hub in 2.1.1, which has no roles
OWN_ANSWER = "The hub's answer."


def document(registry: Registry, version: str, server_url: str, hub_name: str) -> Json:
    """The OpenAPI 3.1 document of one OCPI version, ready for JSON or YAML.

    `server_url` is the hub's public URL, below which /ocpi is. Raises KeyError for a version whose
    tables are not known.
    """
    schema = SCHEMAS[version]
    modules = [m for m in registry.values() if version in m.versions and not m.custom]
    configuration = _configuration(version)
    paths = {**configuration}
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
        "tags": [{"name": name} for name in _tags(configuration, modules)],
        "paths": paths,
        "components": {
            "schemas": {**shared.ENVELOPES, **components(schema, _patched(modules, version))},
            "parameters": shared.all_parameters(version),
            "headers": shared.headers(version),
            "responses": shared.responses(version),
            "securitySchemes": shared.security_schemes(version),
        },
    }


def _tags(configuration: Json, modules: list[Module]) -> list[str]:
    own = [tag for path in configuration.values() for o in path.values() for tag in o["tags"]]
    return list(dict.fromkeys([*own, *(module.id for module in modules)]))


def _patched(modules: list[Module], version: str) -> dict[str, bool]:
    """The classes that some route merges into, and whether what is merged must say when."""
    return {
        object_name(module, route): operation.stamped and version in SINCE_2_2_1
        for module in modules
        for route in module.routes
        for operation in route.operations.values()
        if operation.effect is Effect.MERGE and module.has(operation, version)
        if object_name(module, route)
    }


def _configuration(version: str) -> Json:
    """The modules that the hub itself answers; in 2.1.1 it has two faces, and no HubClientInfo.
    spec: version_information_endpoint_version_information_endpoint, credentials,
    mod_hub_client_info_hub_interface"""
    if version not in SINCE_2_2_1:
        return {
            path: operation
            for face in FACES
            for path, operation in _begun(version, f"/ocpi/{face}", f"_of_{face}").items()
        }
    return {
        **_begun(version, "/ocpi"),
        f"/ocpi/{version}/{Interface.SENDER.segment}/{MODULE_ID}": {
            "get": _page(version, f"get_{MODULE_ID}", "The other parties, as it may know them"),
        },
    }


def _begun(version: str, root: str, suffix: str = "") -> Json:
    """Versions and credentials below a URL."""
    credentials, details = ref("Credentials"), ref("VersionDetails")

    def own(
        tag: str, method: str, summary: str, data: Json | None, taken: Json | None = None
    ) -> Json:
        return _own(version, tag, f"{method}_{tag}{suffix}", summary, data, taken)

    of_version = own(VERSIONS, "get", "The endpoints of a version", details)
    return {
        f"{root}/versions": {
            "get": own(VERSIONS, "get", "The OCPI versions offered", _list_of(_offered(version))),
        },
        f"{root}/{version}": {
            "get": {**of_version, "operationId": f"get_version_details{suffix}"},
        },
        f"{root}/{version}/credentials": {
            "get": own(CREDENTIALS, "get", "The hub's, for the caller", credentials),
            "post": own(CREDENTIALS, "post", "Register", credentials, credentials),
            "put": own(CREDENTIALS, "put", "Change and renew", credentials, credentials),
            "delete": own(CREDENTIALS, "delete", "Unregister", None),
        },
    }


def _offered(version: str) -> Json:
    """A Version of any number: the list has those, too, that came after this one."""
    shape = object_schema(SCHEMAS[version].tables["Version"])
    return {**shape, "properties": {**shape["properties"], "version": {"type": "string"}}}


def _list_of(item: Json) -> Json:
    return {"type": "array", "items": item}


def _page(version: str, name: str, summary: str) -> Json:
    """A list of ClientInfo, in pages."""
    page = _own(version, MODULE_ID, name, summary, None)
    data = shared.around(_list_of(ref("ClientInfo")))
    page["parameters"] += shared.parameters(shared.PAGING)
    page["responses"]["200"] = shared.answer(version, OWN_ANSWER, data, shared.PAGE_SENT)
    return page


def _own(
    version: str, tag: str, name: str, summary: str, data: Json | None, taken: Json | None = None
) -> Json:
    operation: Json = {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "parameters": shared.heading(version, routed=False),
        "responses": {
            "200": shared.answer(version, OWN_ANSWER, shared.around(data)),
            **shared.refusals(),
        },
    }
    return operation if taken is None else {**operation, "requestBody": shared.body(taken)}
