"""Kept objects: a resource for each module that the hub keeps objects of, and look-ups by name."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from apps.api import shapes, version_shapes
from apps.api.operation import Call, NotThere, Operation
from apps.api.resources import Resource
from apps.console import kept_objects, kept_rows, version_facts
from apps.credentials.pages import VERSIONS
from apps.modules import registry
from apps.store.models import CustomObject

MOST_COPIES = 100


def resources() -> Iterator[Resource]:
    """One for each kept module, by name."""
    for module in sorted(registry().values(), key=lambda module: module.id):
        if module.keeps:
            yield _resource(module.id)


def operations(resource: Resource) -> Iterator[Operation]:
    """An object by its owner and id: all copies of it."""
    module = resource.name.partition("/")[2]
    model = kept_rows.model_of(module)

    def named(call: Call) -> dict[str, Any]:
        owner = f"{call.path['country']}/{call.path['party']}".upper()
        keys = kept_rows.keys(model, call.path["identifier"])
        rows = resource.all(call).filter(owner=owner, key__in=keys).order_by("key", "audience")
        copies = [kept_objects.whole(row) for row in rows[:MOST_COPIES]]
        if not copies:
            raise NotThere(f"The hub keeps no {module} {call.path['identifier']} of {owner}.")
        return {"copies": copies}

    def in_version(call: Call) -> dict[str, Any]:
        version, row = call.path["version"], resource.get(call)
        if version not in VERSIONS:
            raise NotThere(f"The hub does not speak OCPI {version[:8]}.")
        (fact,) = version_facts.in_versions(row, call.now, (version,))
        return {**kept_objects.in_short(row), "in": fact}

    yield Operation(
        "GET",
        f"{resource.name}/<int:id>/versions/<str:version>",
        f"{resource.word}_in_version",
        resource.group,
        f"A copy of an object of {module} as a platform of that version would be told it now: the"
        " text with what is lost or assumed, or why it is withheld.",
        (resource.needs("view"),),
        in_version,
        version_shapes.ObjectInVersion,
    )
    yield Operation(
        "GET",
        f"{resource.name}/<str:country>/<str:party>/<path:identifier>",
        f"{resource.word}_named",
        resource.group,
        f"All copies of an object of {module}: the one for everyone, and those for one party.",
        (resource.needs("view"),),
        named,
        shapes.Copies,
    )


def _resource(module: str) -> Resource:
    model = kept_rows.model_of(module)
    custom = model is CustomObject

    def rows(found: QuerySet[Any]) -> QuerySet[Any]:
        return found.filter(module=module) if custom else found

    return Resource(
        f"objects/{module}",
        model,
        "copy of an object with the number",
        f"What the hub keeps of {module}, without the text.",
        shapes.ObjectInShort,
        shapes.Object,
        rows=rows,
        fixed={"module": module} if custom else {},
    )
